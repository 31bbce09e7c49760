"""A change of a file as a patch that `git apply` takes."""

import difflib
from pathlib import PurePosixPath


def applied_in(file: str) -> str:
    """Give the folder in which git takes a patch of a file: it takes none that leads out of the one that it is in."""
    name = PurePosixPath(file)
    return str(name.parent) if name.is_absolute() or ".." in name.parts else "."


def patch(before: bytes, after: bytes, file: str, told: str) -> str:
    """Give the unified diff of two texts of a file; `told` stands behind the name of the second. Empty without one."""
    name = PurePosixPath(file)
    name = name.relative_to(applied_in(file))
    old, new = (f"a/{name}", f"b/{name}") if len(name.parts) > 1 else (str(name), str(name))
    lines = difflib.unified_diff(_lines(before), _lines(after), old, new, "", told)
    return "".join(each if each.endswith("\n") else f"{each}\n\\ No newline at end of file\n" for each in lines)


def _lines(source: bytes) -> list[str]:
    """Split at line feeds alone, as git does."""
    found = source.decode("utf-8").split("\n")
    return [*(f"{each}\n" for each in found[:-1]), *([found[-1]] if found[-1] else [])]
