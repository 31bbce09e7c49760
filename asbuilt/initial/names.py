"""What the variables come to that an app or an environment of a workflow is named by; of a secret nobody can tell."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from asbuilt.model import Fact, Observed
from asbuilt.observe import github, github_settings
from asbuilt.observe.github_settings import Variable
from asbuilt.observe.http import Client
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.said.names import EVERYWHERE

_MOST_ENVIRONMENTS = 30
# What may be an app's name, an environment's, or a part of one; nothing that lets somebody in is as short and plain.
_A_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,62}")
_A_KEY = re.compile(r"HRKU-|gh[opusr]_|github_pat_|[0-9a-f]{8}-[0-9a-f]{4}-")


@dataclass(frozen=True, slots=True)
class Bound:
    """Values by the name that an estate binds and by environment, and why there is none for the others."""

    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unbound: Mapping[str, str] = field(default_factory=dict)


def wanted_names(paths: Iterable[DeployPath]) -> tuple[str, ...]:
    """Give the secrets and variables that an app or an environment of some deploys is named by."""
    open_ones = (each for each in paths if not each.review and (each.app is None or each.is_environment_open))
    return tuple(dict.fromkeys(name for each in open_ones for name in each.unbound))


def bound(client: Client, repository: str, names: Iterable[str]) -> Bound:
    """Ask GitHub for the variables among some names. Of a secret there is no value to ask for.

    Source: https://docs.github.com/en/rest/actions/secrets
    """
    names = tuple(names)
    unbound = {each: "GitHub gives nobody the value of a secret" for each in names if each.startswith("secrets.")}
    variables = [each for each in names if each.startswith("vars.")]
    if not variables:
        return Bound(unbound=unbound)
    known = github.environments(client, repository)
    environments = [each.name for each in known.value] if isinstance(known, Observed) else []
    facts = {EVERYWHERE: github_settings.variables(client, repository)}
    facts |= {each: github_settings.variables(client, repository, each) for each in environments[:_MOST_ENVIRONMENTS]}
    values: dict[str, dict[str, str]] = {}
    for name in variables:
        found = _values(name.partition(".")[2], facts)
        if found and all(_A_NAME.fullmatch(each) and not _A_KEY.match(each) for each in found.values()):
            values[name] = found
        else:
            unbound[name] = _why(facts, has_value=bool(found))
    return Bound(values, unbound)


def _values(name: str, facts: Mapping[str, Fact[tuple[Variable, ...]]]) -> dict[str, str]:
    """Give the values of a variable by environment; one that is the same everywhere once, under no name.

    A job of an environment that has none of its own sees the repository's.
    """
    own = {where: value for where, fact in facts.items() if (value := _value(name, fact)) is not None}
    everywhere = own.get(EVERYWHERE)
    if everywhere is None:
        return own
    if all(value == everywhere for value in own.values()):
        return {EVERYWHERE: everywhere}
    return {where: own.get(where, everywhere) for where in facts}


def _value(name: str, fact: Fact[tuple[Variable, ...]]) -> str | None:
    found = fact.value if isinstance(fact, Observed) else ()
    return next((each.value for each in found if each.name.lower() == name.lower()), None)


def _why(facts: Mapping[str, Fact[tuple[Variable, ...]]], *, has_value: bool) -> str:
    if has_value:
        return "its value does not look like a name, and is not written here"
    unseen = next((fact for fact in facts.values() if not isinstance(fact, Observed)), None)
    return f"it could not be read: {unseen}" if unseen is not None else "GitHub has no such variable"
