"""What the estate says of a workflow of another repository that nobody has here: its own declaration, nothing seen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from asbuilt.workflows.said.uses import named

_HANDED = re.compile(r"with\.([A-Za-z_][\w-]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Described:
    """A workflow that deploys when it is called.

    `app` and `environment` are texts, or `with.NAME` for what the call hands over under that name; the environment is
    empty where it names none. `gates` are the ids of jobs in it that its deploy waits for. `checked` says that it asks
    the app afterwards, and fails where that does not answer; `proved` that it asks which commit runs, too.
    """

    app: str
    environment: str = ""
    gates: tuple[str, ...] = ()
    checked: bool = False
    proved: bool = False


Descriptions = Mapping[str, Described]


def handed(text: str) -> str | None:
    """Give the input that a description names: `with.app` -> "app"; None for a text."""
    match = _HANDED.fullmatch(text)
    return match[1] if match else None


def called_name(uses: str) -> str:
    """Give what a call of another repository's workflow goes by: owners and names without regard to case.

        Acme/Shared/.github/workflows/deploy.yml@v1 -> acme/shared/.github/workflows/deploy.yml@v1

    Empty for a call of this repository's.
    """
    found = named(uses)
    _, at, ref = uses.strip().partition("@")
    return f"{found[0]}/{found[1]}{at}{ref}" if found is not None else ""


def described(uses: str, descriptions: Descriptions) -> Described | None:
    """Give what is said of a called workflow: of this version of it, else of all."""
    name = called_name(uses)
    return descriptions.get(name) or descriptions.get(name.partition("@")[0])
