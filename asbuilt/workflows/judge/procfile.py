"""What the processes of a repository start: those of the Procfile that its deploys send to Heroku.

It is the one in the folder that becomes the root at Heroku, or the one that a step writes. Source:
https://devcenter.heroku.com/articles/procfile
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asbuilt.workflows.deploys.targets import as_expression
from asbuilt.workflows.files.procfile import Procfile, missing, parse, process_problem
from asbuilt.workflows.judge.images import brings_image
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.document import Document, Mark, text_of
from asbuilt.workflows.yaml.finding import Finding

_SUBTREE = re.compile(
    r"git\s+subtree\s+(?:push|split)\b(?:\\\n|[^\n;&|`)])*?(?:--prefix[=\s]\s*|\s-P\s*)(?P<folder>[^\s;&|`)]+)"
)
_MANIFEST = "heroku.yml"


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    """A Procfile as Heroku gets it, in a folder that becomes the root there. `place` is set where a step writes it."""

    folder: str
    procfile: Procfile
    place: tuple[Document, Mark] | None = None


def needs_no_procfile(checkout: Checkout) -> str:
    """Say why Heroku reads no Procfile of a repository; empty where it reads one.

    Where a deploy may bring an image and may not, it reads one. A promotion brings what another app runs, which was
    built for that one.
    """
    building = [path for path in checkout.deploy_paths if not path.step.mechanism.promotes]
    if building and all(map(brings_image, building)):
        return "every deploy brings an image: Heroku reads no Procfile"
    if checkout.deploy_paths and not building:
        return "every deploy promotes what another app runs: Heroku reads no Procfile"
    if _MANIFEST in checkout.files and not checkout.procfiles:
        return f"{_MANIFEST} says what is built and what runs: Heroku reads no Procfile"
    return ""


def procfiles_of(checkout: Checkout) -> tuple[Document, ...]:
    """Give the Procfiles that the deploys of a repository send to Heroku.

    One for each deploy and folder, so they may repeat; that of the root where no deploy sends one. One that is missing
    is there as a document without a text.
    """
    return tuple(each.procfile.document for each in _sent(checkout))


def wrong_start(checkout: Checkout, name: str, expected: str) -> Iterator[Finding]:
    """Give why a process does not start the expected file, in any way in which the repository is deployed.

    One finding at most: that of the Procfile that is nearest to the file. `name` is that of a process, `expected` a
    path in the repository. It is enough that one of the Procfiles is right.

    Nothing is said where one of the Procfiles was not read: it may be the one that is right.
    """
    found = {each: _wrong_start(each, checkout, name, expected) for each in _sent(checkout)}
    if None in found.values() or any(each.procfile.document.unread is not None for each in found):
        return
    nearest = max(found, key=lambda each: len(each.folder) if expected.startswith(f"{each.folder}/") else 0)
    yield from filter(None, (found[nearest],))


def _wrong_start(sent: _Sent, checkout: Checkout, name: str, expected: str) -> Finding | None:
    wrong = process_problem(sent.procfile, name, expected, checkout.files)
    if wrong is None or sent.place is None:
        return wrong
    document, mark = sent.place
    return document.finding(mark, wrong.fact)


def _sent(checkout: Checkout) -> tuple[_Sent, ...]:
    found = [
        _of(path, folder, checkout)
        for path in checkout.deploy_paths
        if not (path.review or path.step.mechanism.promotes or brings_image(path))
        for folder in _folders(path)
    ]
    return tuple(found) or (_Sent("", checkout.procfile or missing()),)


def _of(path: DeployPath, folder: str, checkout: Checkout) -> _Sent:
    step, at = path.step.step, f"{folder}/Procfile" if folder else "Procfile"
    known = path.step.mechanism
    written = path.value_of(text_of(step.input(known.procfile_input)) or "") if known.procfile_input else ""
    if isinstance(written, str) and written.strip():
        return _Sent(folder, parse(written, at), (path.document, step.place(known.procfile_input)))
    return _Sent(folder, checkout.procfiles.get(folder) or missing(at))


def _folders(path: DeployPath) -> Iterator[str]:
    """Give the folders that a deploy may make the root at Heroku, as far as they can be told; usually the whole."""
    step = path.step.step
    if path.step.mechanism.folder_input:
        texts = [text_of(step.input(path.step.mechanism.folder_input)) or ""]
    else:
        texts = [as_expression(match["folder"]) for match in _SUBTREE.finditer(text_of(step.run) or "")] or [""]
    for text in texts:
        folder = path.value_of(text)
        if isinstance(folder, str) and "$" not in folder:
            yield folder.strip("\"' ").removeprefix("./").strip("/")
