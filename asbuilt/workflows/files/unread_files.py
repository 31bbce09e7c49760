"""Documents of files that are not read: nothing is in them but one problem, which says why.

`path` is how the file or folder is shown, `reason` goes on behind it: "is a link out of the checkout". What GitHub, its
runner or Heroku may read all the same is `unread`, so that nothing is held for judged.
"""

from asbuilt.workflows.yaml.document import Document, Mark
from asbuilt.workflows.yaml.finding import Finding

_START = Mark(1, 1)
_LINK = "is a link"
_NO_LINK = "put the file itself there, not a link"


def file(path: str, reason: str, *, is_link: bool = False) -> Document:
    """Give a file that was not read, although GitHub, its runner or Heroku may read it.

    The reason is its problem, and why it is unread.
    """
    fix = _NO_LINK if is_link else "make it a regular file that can be read, of at most 1 MiB"
    return _unread(path, _of_link(reason) if is_link else reason, fix)


def linked_workflow(path: str, reason: str) -> Document:
    """Give a workflow file that is a link, with the reason why what it leads to is refused, if it is.

    GitHub takes the target's name for the file's text, and runs nothing: https://github.com/actions/runner/issues/1420
    """
    return _of_nobody(path, f"{_of_link(reason)}; GitHub follows none, and runs nothing of this file", _NO_LINK)


def linked_folder(path: str, reason: str) -> Document:
    """Give a link in the place of a folder that GitHub looks into, with where it leads, if that is no folder inside.

    GitHub follows none: https://github.com/actions/runner/issues/3195
    """
    told = reason if reason.startswith(_LINK) else _LINK
    fix = "put the folder itself there, not a link"
    return _of_nobody(path, f"{told}; GitHub follows none, and runs no workflow behind it", fix)


def shut_folder(path: str, reason: str) -> Document:
    """Give a folder that could not be listed.

    GitHub may know what is in it, so it is unread.
    """
    fix = "let it be read, or judge a fresh clone"
    return _unread(path, f"{reason}; nothing in this folder is judged", fix)


def large_folder(path: str, most: int) -> Document:
    """Give a folder with more workflow files than are read. GitHub may run each of them.

    It is unread, and has no problem: nothing in it is wrong.
    """
    fact = f"holds more than {most:,} workflow files, and no more are read"
    return Document(path, "", None, (), Finding(fact, "take out those that nobody needs", path, _START))


def _of_link(reason: str) -> str:
    """Say where a link leads that is not followed to its end."""
    if not reason:
        return f"{_LINK} to another file"
    return reason if reason.startswith(_LINK) else f"{_LINK}, and what it leads to {reason}"


def _unread(path: str, message: str, fix: str) -> Document:
    why = Finding(message, fix, path, _START)
    return Document(path, "", None, (why,), why)


def _of_nobody(path: str, message: str, fix: str) -> Document:
    return Document(path, "", None, (Finding(message, fix, path, _START),))
