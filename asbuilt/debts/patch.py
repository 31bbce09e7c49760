"""A change of a file as a patch that `git apply` takes."""

import difflib
from pathlib import PurePosixPath


def patch(before: bytes, after: bytes, file: str, told: str) -> str:
    """Give the unified diff of two texts of a file; `told` stands behind the name of the second. Empty without one."""
    name = PurePosixPath(file)
    old, new = (f"a/{name}", f"b/{name}") if len(name.parts) > 1 and not name.is_absolute() else (str(name), str(name))
    lines = difflib.unified_diff(_lines(before), _lines(after), old, new, "", told)
    return "".join(each if each.endswith("\n") else f"{each}\n\\ No newline at end of file\n" for each in lines)


def _lines(source: bytes) -> list[str]:
    """Split at line feeds alone, as git does."""
    found = source.decode("utf-8").split("\n")
    return [*(f"{each}\n" for each in found[:-1]), *([found[-1]] if found[-1] else [])]
