"""Where a drawing comes from: the files and the estate that the options of `asbuilt paths` name."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from asbuilt import texts
from asbuilt.discovery import find
from asbuilt.drawing.condemned import condemned
from asbuilt.drawing.lanes import Drawing, Shut, draw
from asbuilt.folders import named, read
from asbuilt.option_values import OptionError
from asbuilt.workflows.files.sources import may_hold_workflows
from asbuilt.workflows.paths.checkout import Checkout, CheckoutError
from asbuilt.workflows.yaml.document import Document


def drawing_of(
    checkout: Sequence[str], estate_file: str | None, repositories: Sequence[str], apps: Sequence[str]
) -> Drawing:
    """Draw the deploy paths of a checkout; without one, of each checkout of the estate, else of the current folder.

    Raises OptionError for options that cannot be meant, and for an estate or a checkout that cannot be used.
    """
    estate = find(estate_file, os.environ, Path.cwd())
    try:
        if estate.is_there:
            from asbuilt.drawing.declared import declared  # noqa: PLC0415 - without an estate nobody waits for pydantic

            drawing, found = declared(checkout, estate, repositories, apps)
        else:
            found = _undeclared(checkout, repositories, estate.checkout(Path.cwd()) or Path())
            drawing = draw({name: each.deploy_paths for name, each in found.items()}, None, apps)
    except CheckoutError as error:
        raise OptionError(str(error)) from error
    drawing = condemned(drawing, found, datetime.now(UTC).date())
    return replace(_with_files(drawing, found.values()), shut=tuple(_shut(found, apps)))


def _with_files(drawing: Drawing, found: Collection[Checkout]) -> Drawing:
    """Say in a drawing how many files were read, and what is wrong with the others."""
    unread = tuple(problem for each in found for problem in _unread(each))
    files = sum(_is_whole(file.document) for each in found for file in each.workflow_files)
    return replace(drawing, files=files, unread=unread)


def _shut(found: Mapping[str, Checkout], apps: Collection[str]) -> Iterator[Shut]:
    """Give the ways that are shut: to these apps, or to all."""
    for name, checkout in found.items():
        yield from (Shut(each, name) for each in checkout.blocked_paths if not apps or each.app in {*apps, None})


def _undeclared(given: Sequence[str], repositories: Sequence[str], here: Path) -> dict[str, Checkout]:
    """Read a checkout that no estate speaks of, by default the one `here`, and those of others that it may call."""
    if repositories:
        from asbuilt.estate import is_repository  # noqa: PLC0415 - as above

        if strange := [name for name in repositories if not is_repository(name)]:
            raise OptionError(f'--repository: "{strange[0]}" is not a repository; write OWNER/NAME')
    if len(repositories) > 1:
        raise OptionError("--repository: without an estate there is one checkout, and it belongs to one repository")
    name = "".join(repositories)
    folders = named(given)
    own = Path(folders.plain or folders.of.get(name) or here)
    called = {each: Path(folder) for each, folder in folders.of.items() if each != name}
    return read({name: own}, called, {}, {}, {})


def _is_whole(document: Document) -> bool:
    return document.root is not None and document.unread is None


def _unread(checkout: Checkout) -> Iterator[str]:
    """Say what is not YAML, or was not read to its end, of all that may deploy."""
    files = (each.document for each in checkout.workflow_files if not _is_whole(each.document))
    folders = (each for each in checkout.refused if may_hold_workflows(each.path))
    for each in {each.path: each for each in (*files, *folders, *checkout.unread)}.values():
        first = each.unread or each.problems[0]
        yield f"{texts.line(first.place)}: {texts.line(first.fact)}; its paths are not shown"
