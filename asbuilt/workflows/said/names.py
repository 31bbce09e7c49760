"""What the estate says that secrets and variables of a repository come to: its own declaration, no secret's value.

Names are compared without regard to case, those of environments too, as GitHub does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from asbuilt.workflows.expressions.evaluate import Unknown

CONTEXTS = ("secrets", "vars")
EVERYWHERE = ""  # in the place of an environment's name


@dataclass(frozen=True, slots=True)
class Names:
    """Declared values by context, by name, and by environment; EVERYWHERE stands for all of these, and for none.

    Names are in lower case. What is not declared is not known before the run.
    """

    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    vars: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.secrets or self.vars)

    def seen_in(self, environment: str | Unknown | None) -> dict[str, dict[str, str]]:
        """Give the contexts `secrets` and `vars` as far as they are known to a job of an environment.

        `environment` is None for a job without one, Unknown where it cannot be told: then what depends on it is left
        out.
        """
        return {
            context: {name: text for name, values in known.items() if (text := _seen(values, environment)) is not None}
            for context, known in zip(CONTEXTS, (self.secrets, self.vars), strict=True)
        }

    def handed_over(self, given: Mapping[str, str | Unknown]) -> "Names":
        """Give what a called workflow sees, where a caller hands over some secrets by name.

        GitHub fills in a secret of the called job's own environment, where that has one of a name that is handed over:
        https://github.com/actions/runner/issues/1490
        """
        secrets: dict[str, dict[str, str]] = {}
        for name, text in given.items():
            own = self.secrets.get(name.lower(), {})
            values = {where: value for where, value in own.items() if where != EVERYWHERE}
            if isinstance(text, str):
                values[EVERYWHERE] = text
            secrets[name.lower()] = values
        return Names(secrets, self.vars)


NONE = Names()


def names_of(declared: Mapping[str, Mapping[str, str]]) -> Names:
    """Give what is declared under `secrets.NAME` and `vars.NAME`, each by environment."""
    found: dict[str, dict[str, dict[str, str]]] = {each: {} for each in CONTEXTS}
    for key, values in declared.items():
        context, _, name = key.lower().partition(".")
        found[context][name] = {where.lower(): text for where, text in values.items()}
    return Names(found["secrets"], found["vars"])


def _seen(values: Mapping[str, str], environment: str | Unknown | None) -> str | None:
    """Give the value in an environment; None where another one may have it."""
    if values.keys() <= {EVERYWHERE}:
        return values.get(EVERYWHERE)
    if environment is None:
        return values.get(EVERYWHERE)
    return None if isinstance(environment, Unknown) else values.get(environment.lower())
