"""A copy of what was read of a checkout, for the linters: they would follow its links, and show what these lead to."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from asbuilt.files import NotThereError, RefusedError
from asbuilt.lint.scan import Linter
from asbuilt.workflows.files.sources import is_action
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.yaml.document import plain
from asbuilt.workflows.yaml.reader import read

# The files of an action that its own file names: actionlint asks whether they are there.
_NAMED = ("main", "pre", "post", "image", "entrypoint", "pre-entrypoint", "post-entrypoint")


@contextmanager
def copied(
    checkout: Checkout, contents: Mapping[str, bytes], *, is_clone: bool
) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give a folder with these files of a checkout; and those that could not be copied, with the reason.

    With `is_clone` a linter takes it for a clone: there it finds the end of the folders in which it looks for settings.
    """
    with tempfile.TemporaryDirectory(prefix="asbuilt-") as scratch:
        # What is no clone has one above it, with nothing in it: no settings of this machine are found.
        (Path(scratch) / ".git").mkdir()
        folder = Path(scratch).resolve() / "checkout"
        folder.mkdir()
        if is_clone:
            (folder / ".git").mkdir()
        failed: dict[str, str] = {}
        for path, content in {**dict.fromkeys(_named_by_actions(checkout), b""), **contents}.items():
            try:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
            except OSError as error:
                failed[path] = f"cannot be copied for the linters: {error.strerror}"
        yield folder, failed


def settings_of(linter: Linter, checkout: Checkout, paths: Iterable[str]) -> dict[str, bytes]:
    """Give the files from which a linter takes its settings for some files.

    Raises RefusedError for settings that are there and cannot be read: without them it would say something else.
    """
    found: dict[str, bytes] = {}
    folders = {PurePosixPath()}
    if not linter.settings_option:  # it looks beside an action too, and above; for workflows, in the root alone
        folders |= {folder for path in paths if is_action(path) for folder in PurePosixPath(path).parents}
    for name in (str(folder / each) for folder in sorted(folders) for each in linter.settings):
        try:
            found[name] = checkout.content(name)
        except NotThereError:
            continue
        except RefusedError as error:
            raise RefusedError(f"its settings cannot be read: {name} {error}") from error
    return found


def _named_by_actions(checkout: Checkout) -> Iterator[str]:
    for path, content in checkout.contents.items():
        root = plain(read(content, path).root) if is_action(path) else None
        runs = root.get("runs") if isinstance(root, dict) else None
        for value in (runs.get(key) for key in _NAMED) if isinstance(runs, dict) else ():
            named = str(PurePosixPath(path).parent / str(value))
            if named in checkout.files:
                yield named
