"""What a repository is set to on GitHub beside its environments: required checks, variables.

`name` is OWNER/NAME for each function here. All give a fact and raise nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from asbuilt.model import Fact
from asbuilt.observe.ask import Ask, fact
from asbuilt.observe.github_reading import HEADERS, listed
from asbuilt.observe.http import Client

_REQUIRED = "required_status_checks"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of Actions."""

    name: str
    value: str


def checks_by_rulesets(client: Client, name: str, branch: str) -> Fact[tuple[str, ...]]:
    """Observe the checks that the rulesets of a branch require, the organization's too. Takes Metadata: read.

    Source: https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
    """

    def read(ask: Ask) -> tuple[str, ...]:
        url = f"{client.github}/repos/{quote(name)}/rules/branches/{quote(branch, safe='')}?per_page=100"
        rules = (raw for raw in listed(ask, url, "") if raw["type"] == _REQUIRED)
        return _texts(check["context"] for raw in rules for check in raw["parameters"][_REQUIRED])

    return fact(client, f"rulesets of {name} for {branch}", read)


def checks_by_protection(client: Client, name: str, branch: str) -> Fact[tuple[str, ...]]:
    """Observe the checks that the branch protection rule of a branch requires. Takes Contents: read.

    Source: https://docs.github.com/en/rest/branches/branches#get-a-branch
    """

    def read(ask: Ask) -> tuple[str, ...]:
        raw = ask.get(f"{client.github}/repos/{quote(name)}/branches/{quote(branch, safe='')}", HEADERS).json()
        required = (raw.get("protection") or {}).get(_REQUIRED) or {}
        return _texts(required.get("contexts") or ())

    return fact(client, f"branch {branch} of {name}", read)


def variables(client: Client, name: str, environment: str = "") -> Fact[tuple[Variable, ...]]:
    """Observe the variables of an environment; without one, those of the repository and its organization's for it.

    A repository's own goes before its organization's. Takes Environments: read, or Variables: read. Sources:
    https://docs.github.com/en/rest/actions/variables and
    https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-variables
    """

    def read(ask: Ask) -> tuple[Variable, ...]:
        base = f"{client.github}/repos/{quote(name)}"
        below = (f"environments/{quote(environment, safe='')}/variables",) if environment else _OF_A_REPOSITORY
        found: dict[str, str] = {}
        for each in below:
            for raw in listed(ask, f"{base}/{each}?per_page=30", "variables"):
                found.setdefault(raw["name"], raw["value"])
        return tuple(Variable(key, value) for key, value in found.items())

    return fact(client, f"variables of {environment or name}", read)


_OF_A_REPOSITORY = ("actions/variables", "actions/organization-variables")


def _texts(found: Iterable[Any]) -> tuple[str, ...]:
    """Give each text once. Raises TypeError where one is none."""
    checks = tuple(dict.fromkeys(found))
    if not all(isinstance(each, str) for each in checks):
        raise TypeError("a check without a name")
    return checks
