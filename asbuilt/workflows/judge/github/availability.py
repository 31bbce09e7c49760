"""Where in a workflow or an action GitHub reads expressions, and which contexts it gives them there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CONTEXTS = frozenset(
    {
        "github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: the contexts that an expression has there, none where GitHub reads no expression.

    `hashes` says that hashFiles() is there too, `condition` that the whole text is an expression. `keys` are the places
    below it that differ, "*" any key; a list is at the place of the key that holds it.
    """

    contexts: frozenset[str] = frozenset()
    hashes: bool = False
    condition: bool = False
    keys: Mapping[str, "Place"] = field(default_factory=dict)

    def below(self, key: str) -> "Place":
        """Give the place of what stands under a key."""
        return self.keys.get(key) or self.keys.get("*") or self


_NONE = Place()
_RUN = frozenset({"github", "inputs", "vars"})
_JOB = _RUN | {"needs"}
_MATRIX = _JOB | {"strategy", "matrix"}
_RUNNER = _MATRIX | {"secrets", "steps", "job", "runner", "env"}
_CONTAINER = Place(_MATRIX, keys={"credentials": Place(_MATRIX | {"secrets", "env"}), "env": Place(_RUNNER)})


def _steps(contexts: frozenset[str], shell: Place) -> Place:
    whole = Place(contexts, hashes=True)
    condition = Place(contexts - {"secrets"}, hashes=True, condition=True)
    literal = dict.fromkeys(("uses", "id"), _NONE)
    # What holds names of the author's own must not be taken for a step: `env` may hold an `if`.
    return Place(contexts, hashes=True, keys={"if": condition, "with": whole, "env": whole, "shell": shell, **literal})


_JOB_KEYS = {
    "if": Place(_JOB, condition=True),
    "strategy": Place(_JOB),
    **dict.fromkeys(
        ("name", "runs-on", "timeout-minutes", "cancel-timeout-minutes", "continue-on-error", "concurrency", "with"),
        Place(_MATRIX),
    ),
    **dict.fromkeys(("env", "secrets"), Place(_MATRIX | {"secrets"})),
    "environment": Place(_MATRIX, keys={"url": Place(_RUNNER - {"secrets"})}),
    "outputs": Place(_RUNNER),
    "defaults": Place(_MATRIX | {"env"}),
    "container": _CONTAINER,
    "services": Place(_MATRIX, keys={"*": _CONTAINER}),
    "snapshot": Place(_MATRIX, keys={"if": Place(_RUNNER - {"secrets"}, hashes=True, condition=True)}),
    "steps": _steps(_RUNNER, _NONE),
}
_CALL = {
    "inputs": Place(keys={"*": Place(keys={"default": Place(_RUN)})}),
    "outputs": Place(keys={"*": Place(keys={"value": Place(_RUN | {"jobs"})})}),
}
WORKFLOW = Place(
    keys={
        "on": Place(keys={"workflow_call": Place(keys=_CALL)}),
        "run-name": Place(_RUN),
        "env": Place(_RUN | {"secrets"}),
        "concurrency": Place(_RUN),
        "jobs": Place(keys={"*": Place(keys=_JOB_KEYS)}),
    }
)

# A composite action has neither the secrets nor the variables of its repository.
_COMPOSITE = frozenset({"github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env"})
ACTION = Place(
    keys={
        "runs": Place(keys={"steps": _steps(_COMPOSITE, Place(_COMPOSITE, hashes=True))}),
        "outputs": Place(keys={"*": Place(keys={"value": Place(_COMPOSITE)})}),
        "inputs": Place(
            keys={"*": Place(keys={"default": Place(_COMPOSITE - {"inputs", "steps", "env"}, hashes=True)})}
        ),
    }
)
