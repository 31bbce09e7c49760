"""Who is called for what, as an estate declares it: targets by severity, and when somebody is called again."""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from asbuilt.estate_forms import Duration, Named, Whole

_TARGET = r"^(env:[A-Za-z_][A-Za-z0-9_]{0,127}|github-issue:(?!\.\.?/)[A-Za-z0-9_.-]+/(?!\.\.?$)[A-Za-z0-9_.-]+)$"
_EXPECTED = "expected env:NAME, a variable that holds a URL of Apprise, or github-issue:OWNER/NAME"
_DAY = timedelta(days=1)
_SHORTEST = timedelta(minutes=1)


def _target(value: object) -> object:
    if isinstance(value, str) and "://" in value:
        raise ValueError(f"a URL of Apprise holds a secret, and everybody reads an estate; {_EXPECTED}")
    if not isinstance(value, str) or not re.fullmatch(_TARGET, value):
        raise ValueError(_EXPECTED)
    return value


def _growing(value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    if value and (value[0] < _SHORTEST or any(later <= before for before, later in pairwise(value))):
        raise ValueError(
            "expected durations since the first call, of a minute and more, each longer than the last: [1d, 3d, 7d]"
        )
    return value


AlertTarget = Annotated[
    str, BeforeValidator(_target), WithJsonSchema({"type": "string", "pattern": _TARGET, "maxLength": 255})
]


class Alerts(BaseModel):
    """Who is called, and when.

    A severity that names no targets has those of `default`; one that names none, `[]`, calls nobody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    sev_1: tuple[AlertTarget, ...] | None = Field(default=None, alias="SEV-1")
    sev_2: tuple[AlertTarget, ...] | None = Field(default=None, alias="SEV-2")
    sev_3: tuple[AlertTarget, ...] | None = Field(default=None, alias="SEV-3")
    sev_4: tuple[AlertTarget, ...] | None = Field(default=None, alias="SEV-4")
    default: tuple[AlertTarget, ...] = Field(default=(), description="targets of each severity that names none")
    remind: Annotated[tuple[Duration, ...], AfterValidator(_growing)] = Field(
        default=(_DAY, 3 * _DAY, 7 * _DAY),
        description="how long after its first call a cause is called again; then each time as much later as the last",
    )
    unknown_after: Annotated[int, Whole(1, 100)] = Field(
        default=3, description="runs in a row that could not tell, until somebody is called for that"
    )
    hold: Duration = Field(
        default=timedelta(minutes=30), description="how long a cause stays open after it was last seen"
    )
    quiet: tuple[Named, ...] = Field(
        default=(), description="controls, subjects, or a control of a subject (HK007 my-app), that call nobody"
    )

    def targets(self, severity: str) -> tuple[str, ...]:
        """Give the targets of a severity, each once."""
        own: Any = {"SEV-1": self.sev_1, "SEV-2": self.sev_2, "SEV-3": self.sev_3, "SEV-4": self.sev_4}.get(severity)
        return tuple(dict.fromkeys(self.default if own is None else own))
