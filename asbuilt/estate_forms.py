"""The forms of text that an estate is written in; what is of another form is told in words, not in patterns."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

_DURATION = re.compile(r"(\d+)(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CONTROL_ID = r"^[A-Z]{2,3}\d{3}$"
_SECRET_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"  # noqa: S105 - the form of a name, not a secret
_PATH = r"^/"
_ORIGIN = r"^https?://[^/]+$"
_ISSUE_URL = r"\{issue\}"


def _duration(value: object) -> object:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError("a duration is a number and a unit: 90s, 5m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _expecting(pattern: str, words: str) -> BeforeValidator:
    """Say in words what a text has to be before its pattern says it in signs."""

    def check(value: object) -> object:
        if isinstance(value, str) and not re.search(pattern, value):
            raise ValueError(f"expected {words}")
        return value

    return BeforeValidator(check)


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["5m"]}),
]
ControlId = Annotated[str, Field(pattern=_CONTROL_ID), _expecting(_CONTROL_ID, "an id such as WF003")]
SecretName = Annotated[str, Field(pattern=_SECRET_NAME), _expecting(_SECRET_NAME, "a name: letters, digits and _")]
UrlPath = Annotated[str, Field(pattern=_PATH), _expecting(_PATH, "a path that begins with /")]
Origin = Annotated[str, Field(pattern=_ORIGIN), _expecting(_ORIGIN, "an origin, such as https://shop.example.com")]
IssueUrl = Annotated[str, Field(pattern=_ISSUE_URL), _expecting(_ISSUE_URL, "a URL with {issue} in it")]
Filled = Annotated[str, Field(min_length=1)]
