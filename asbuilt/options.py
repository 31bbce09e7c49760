"""What a person asks of a run: the options of pytest that are ours, read and found usable.

Another plugin may have declared an option of the same name first. So each has a second name of its own, `--asbuilt-app`
for `--app`, and a place of its own among pytest's values: `asked` gives what was asked of us, whoever owns the name.
"""

import os
import shlex
from argparse import ArgumentError
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from _pytest.mark.expression import Expression

from asbuilt import catalogue
from asbuilt.declared_options import declarations
from asbuilt.option_values import OptionError, meant

_TAKEN = "asbuilt-taken"
# With these pytest shows something of itself, and no check is asked for.
_SHOWS = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")


@dataclass(frozen=True, slots=True)
class Asked:
    """What our options say of a run; times are seconds. `estate` is None where no option names it: it is looked for."""

    estate: str | None
    evidence: str
    apps: list[str]
    repositories: list[str]
    checkout: list[str]
    sandbox: str | None
    observed: str | None
    edited: bool
    recorded: str | None
    settle: float
    hold: float | None
    commit: str | None
    timeout: float
    deadline: float | None
    fail_on: str
    base: str | None


@dataclass(frozen=True)
class _Taken:
    """The names that another plugin has declared before us. It is kept as a plugin: that outlasts the parser."""

    names: frozenset[str]


def declare(parser: pytest.Parser, plugins: pytest.PytestPluginManager) -> None:
    """Declare the options, each by the names that are free; docs/adopting.md explains them."""
    group = parser.getgroup("asbuilt", "conformance of a deployment estate")
    taken = set()
    for name, attributes in declarations().items():
        own, place = f"--asbuilt-{name[2:]}", f"asbuilt_{name[2:]}"
        try:
            group.addoption(name, own, dest=place, **attributes)
        except (ArgumentError, ValueError):
            taken.add(name)
            group.addoption(own, dest=place, **attributes)
    plugins.register(_Taken(frozenset(taken)), _TAKEN)


def asked(config: pytest.Config) -> Asked:
    """Give what was asked of us. Raises OptionError for an option of ours that another plugin took, or a bad value."""
    _refuse_what_is_taken(config)
    option = vars(config.option)
    for name in declarations():
        value = option[f"asbuilt_{name[2:]}"]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                meant(name, each)
    return Asked(
        estate=option["asbuilt_estate"],
        evidence=option["asbuilt_evidence"],
        apps=option["asbuilt_app"],
        repositories=option["asbuilt_repository"],
        checkout=option["asbuilt_checkout"],
        sandbox=option["asbuilt_sandbox"],
        observed=option["asbuilt_observed"],
        edited=option["asbuilt_edited"],
        recorded=option["asbuilt_recorded"],
        settle=option["asbuilt_settle"],
        hold=option["asbuilt_hold"],
        commit=option["asbuilt_commit"],
        timeout=option["asbuilt_timeout"],
        deadline=option["asbuilt_deadline"],
        fail_on=option["asbuilt_fail-on"] or "",
        base=option["asbuilt_base"],
    )


def concerns_estate(config: pytest.Config) -> bool:
    """Say whether any check of the estate could be collected: the suite's own tests need no estate."""
    shows = any(getattr(config.option, each, False) for each in _SHOWS)
    return not shows and any(concerns(config, name) for name in catalogue.FOLDERS)


def concerns(config: pytest.Config, name: str) -> bool:
    """Say whether a folder of checks, or one of its files, is among what pytest was asked for; ours or a copy's."""
    return any(asks_for(config, project / name) for project in (config.rootpath, catalogue.PROJECT))


def asks_for(config: pytest.Config, path: Path) -> bool:
    """Say whether a folder, or something in it, is among what pytest was asked for."""
    folder = path.resolve()
    paths = [(config.invocation_params.dir / arg.partition("::")[0]).resolve() for arg in config.args]
    return any(folder.is_relative_to(path) or path.is_relative_to(folder) for path in paths)


def wants_live(config: pytest.Config) -> bool:
    """Say whether `-m` lets a live check through; without it, pytest.ini's `not live` holds. Raises OptionError."""
    return _lets_through(config, "live") or _lets_through(config, "live", "watch")


def wants_static(config: pytest.Config) -> bool:
    """Say whether `-m` lets a check of workflow files through. Raises OptionError."""
    return _lets_through(config, "static")


def _lets_through(config: pytest.Config, *markers: str) -> bool:
    expression, has = config.option.markexpr, {*markers, "control"}
    try:
        return not expression or bool(Expression.compile(expression).evaluate(lambda name, /, **_: name in has))
    except SyntaxError as error:
        raise OptionError(f"-m {expression!r} is not an expression: {error}") from error


def narrowed(config: pytest.Config) -> tuple[str, ...]:
    """Give the options by which a run chooses among its checks, to have the same ones judged elsewhere."""
    return (f"-k={config.option.keyword}",) if config.option.keyword else ()


def asks_for_live(config: pytest.Config) -> bool:
    """Say whether live checks are among what is to be judged. Raises OptionError."""
    return wants_live(config) and concerns(config, catalogue.FOLDERS[0])


def judges_nothing(config: pytest.Config) -> bool:
    """Say whether checks are only listed: then nothing is asked, and no evidence is written."""
    return bool(config.option.collectonly or getattr(config.option, "setupplan", False))


def _refuse_what_is_taken(config: pytest.Config) -> None:
    """Refuse a name that is another plugin's here: its value would not reach us, and the wrong things be judged."""
    taken = config.pluginmanager.get_plugin(_TAKEN)
    names = taken.names if isinstance(taken, _Taken) else frozenset()
    used = {each.partition("=")[0] for each in _arguments(config)} & names if names else set()
    for name in sorted(used):
        owner = _owner(config, name)
        raise OptionError(
            f"{name} belongs to the plugin {owner or 'that declared it first'} here: write --asbuilt-{name[2:]}, "
            f"or leave that plugin out: -p no:{owner or 'PLUGIN'}"
        )


def _arguments(config: pytest.Config) -> Iterator[str]:
    """Give every argument of pytest, wherever it comes from."""
    yield from _spread(config.getini("addopts"))
    yield from _spread(shlex.split(os.environ.get("PYTEST_ADDOPTS", "")))
    yield from _spread(str(each) for each in config.invocation_params.args)


def _spread(arguments: Iterable[str]) -> Iterator[str]:
    """Give arguments, and for `@FILE` those in its lines, as argparse has read them."""
    for each in arguments:
        if each.startswith("@"):
            yield from _spread(Path(each[1:]).read_text().splitlines())
        else:
            yield each


def _owner(config: pytest.Config, name: str) -> str:
    """Give the plugin whose `pytest_addoption` speaks of an option; nothing where that cannot be told."""
    found = [
        each.plugin_name
        for each in config.pluginmanager.hook.pytest_addoption.get_hookimpls()
        if each.plugin is not config.pluginmanager.get_plugin("asbuilt.plugin")
        and name in _constants(getattr(each.function, "__code__", None))
    ]
    return found[0] if len(found) == 1 else ""


def _constants(code: CodeType | None) -> Iterator[Any]:
    for each in code.co_consts if code else ():
        if isinstance(each, CodeType):
            yield from _constants(each)
        else:
            yield each
