"""Whose files `--checkout` and the estate name, and for what they are read: to be judged, or to be called by others."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from asbuilt.option_values import OptionError
from asbuilt.workflows.paths import checkout as checkouts
from asbuilt.workflows.paths.checkout import Checkout, Said
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.said.described import Descriptions
from asbuilt.workflows.said.names import NONE, Names

_OF_ANOTHER = re.compile(r"((?!\.\.?/)[\w.-]+/(?!\.\.?=)[\w.-]+)=(.+)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """What the values of `--checkout` name: a folder without a word whose it is, and those of repositories."""

    plain: str | None = None
    of: Mapping[str, str] = field(default_factory=dict)


def named(values: Iterable[str]) -> Named:
    """Tell `OWNER/NAME=DIR` from `DIR`. Raises OptionError where it cannot be told whose files a folder has.

    A folder whose own name looks so is written `./OWNER/NAME=DIR`.
    """
    plain: str | None = None
    of: dict[str, str] = {}
    for each in dict.fromkeys(values):
        match = _OF_ANOTHER.fullmatch(each)
        if match is None and plain is not None:
            raise OptionError(f"--checkout {plain} and --checkout {each}: say whose files these are, OWNER/NAME=DIR")
        if match is not None and match[1] in of:
            raise OptionError(f"--checkout: {match[1]} has two folders, {of[match[1]]} and {match[2]}; name one")
        if match is None:
            plain = each
        else:
            of[match[1]] = match[2]
    return Named(plain, of)


def read(
    judged: Mapping[str, Path],
    called: Mapping[str, Path],
    names: Mapping[str, Names],
    descriptions: Descriptions,
    branches: Mapping[str, str],
) -> dict[str, Checkout]:
    """Read the checkouts that are judged, each with those that its workflows may call. Raises CheckoutError.

    `names` and default `branches` are declared for each repository, `descriptions` for all of them. What is judged may
    be called as well. A name without a slash is a folder's own, and no repository's.
    """
    found = {
        name: checkouts.read_to_call(path, name if "/" in name else "") for name, path in {**called, **judged}.items()
    }
    return followed(found, judged, names, descriptions, branches)


def followed(
    found: Mapping[str, Checkout],
    judged: Collection[str],
    names: Mapping[str, Names],
    descriptions: Descriptions,
    branches: Mapping[str, str],
) -> dict[str, Checkout]:
    """Follow the deploys of those checkouts that are judged.

    A workflow of one that is called from another is not set off by `workflow_call` itself: its caller is.
    """
    said = {name: Said(found, names.get(name, NONE), descriptions, branches.get(name, "")) for name in judged}
    known = {name: checkouts.followed(found[name], said[name]) for name in judged}
    called = {file.path for each in known.values() for file in each.sources.called_elsewhere}
    return {name: replace(each, deploy_paths=tuple(_uncalled(name, each, called))) for name, each in known.items()}


def _uncalled(name: str, checkout: Checkout, called: Collection[str]) -> Iterator[DeployPath]:
    for path in checkout.deploy_paths:
        if path.trigger != "workflow_call" or f"{name}/{path.workflow}" not in called:
            yield path


def only_called(read_ones: Mapping[str, Checkout]) -> dict[str, Checkout]:
    """Give the checkouts that were read to be called alone, by name in lower case."""
    own = {name.lower() for name in read_ones}
    found = {name: other for each in read_ones.values() for name, other in each.elsewhere.items()}
    return {name: each for name, each in found.items() if name not in own}
