"""What a person asks of a run: the options of pytest that are ours, and what of them cannot be meant."""

from argparse import ArgumentTypeError
from collections.abc import Mapping
from functools import partial

import pytest
from _pytest.mark.expression import Expression

from asbuilt import catalogue
from asbuilt.run import OptionError
from asbuilt.workflows.checkout import Checkout

_DAY = 86_400


def declare(parser: pytest.Parser) -> None:
    """Declare the options; docs/adopting.md explains them."""
    group = parser.getgroup("asbuilt", "conformance of a deployment estate")
    group.addoption(
        "--estate", metavar="FILE", default="estate.yaml", help="what should be true (default: estate.yaml)"
    )
    group.addoption(
        "--sandbox", metavar="WORLD", help="ask a sandbox: healthy, incident-2026-04-30, healthy+FAULT, NAME@TIME"
    )
    group.addoption("--observed", metavar="FILE", help="judge a saved observation.json again, without a network")
    group.addoption("--app", metavar="NAME", action="append", default=[], help="judge this app only (repeatable)")
    group.addoption(
        "--repository",
        metavar="OWNER/NAME",
        action="append",
        default=[],
        help="judge this repository only (repeatable)",
    )
    group.addoption("--checkout", metavar="DIR", help="the files of the repository to judge")
    group.addoption(
        "--settle", metavar="SECONDS", type=_seconds, default=0.0, help="after a deploy: wait at most that long"
    )
    group.addoption(
        "--timeout",
        metavar="SECONDS",
        type=partial(_seconds, least=0.1),
        default=10.0,
        help="for one answer of a provider (default: 10)",
    )
    group.addoption(
        "--evidence", metavar="DIR", default="reports", help="where the run's directory is made (default: reports)"
    )


def concerns_estate(config: pytest.Config) -> bool:
    """Say whether any check of the estate could be collected: the suite's own tests need no estate."""
    return any(concerns(config, name) for name in catalogue.FOLDERS)


def concerns(config: pytest.Config, name: str) -> bool:
    """Say whether a folder of checks, or one of its files, is among what pytest was asked for."""
    folder = config.rootpath / name
    paths = [(config.invocation_params.dir / arg.partition("::")[0]).resolve() for arg in config.args]
    return any(folder.is_relative_to(path) or path.is_relative_to(folder) for path in paths)


def wants_live(config: pytest.Config) -> bool:
    """Say whether `-m` lets a live check through; without it, pytest.ini's `not live` holds. Raises OptionError."""
    expression = config.option.markexpr
    try:
        return not expression or bool(Expression.compile(expression).evaluate(_is_live))
    except SyntaxError as error:
        raise OptionError(f"-m {expression!r} is not an expression: {error}") from error


def _is_live(name: str, /, **_: str | int | bool | None) -> bool:
    return name == "live"


def refuse_what_contradicts(config: pytest.Config) -> None:
    """Refuse options that make no sense, or none together. Raises OptionError."""
    option = config.option
    if getattr(option, "clean_alluredir", False):
        raise OptionError("--clean-alluredir can delete results under xdist: every run has a fresh directory anyway")
    if not wants_live(config) and (option.sandbox or option.observed):
        raise OptionError("--sandbox and --observed are for the live checks: add -m live")


def refuse_nothing(checkouts: Mapping[str, Checkout]) -> None:
    """Refuse folders without a file to judge: most likely they are the wrong ones, and all would be well with them."""
    if any(each.workflow_files or each.procfile for each in checkouts.values()):
        return
    where = f" in {', '.join(str(each.root) for each in checkouts.values())}" if checkouts else ""
    raise OptionError(
        f"no workflow files to judge{where}: name their folder, --checkout DIR or repositories.*.checkout"
    )


def _seconds(text: str, least: float = 0.0) -> float:
    """Read a time of an option. Raises ArgumentTypeError for what no run can wait."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= _DAY:
        raise ArgumentTypeError(f'"{text}" is not a number of seconds from {least:g} to {_DAY}')
    return seconds
