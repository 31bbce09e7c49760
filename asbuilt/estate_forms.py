"""The forms of text and number that an estate is written in; what is of another form is told in words, not in patterns.

Every text is bounded and holds nothing that cannot be seen: names stand in requests, in ids of tests and in commands.
"""

import ipaddress
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from asbuilt.github_server import address_of
from asbuilt.regular import problem_of
from asbuilt.terms import RUNS
from asbuilt.texts import visible
from asbuilt.workflows.said.names import EVERYWHERE

_LONGEST_NAME = 255
_LONGEST = 2_000
_LONGEST_HOST = 253
_LONGEST_GRACE = timedelta(days=365)
_DURATION = re.compile(r"([0-9]{1,8})(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PLACE = re.compile(r"(/([^~/\s]|~[01]){1,100}){1,20}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_AUTHORITY = rf"(({_LABEL}\.)*{_LABEL}\.?|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{{0,4}})?"
_OF_A_LINK = r"[^\s\"<>\\^`{|}]"
_OF_A_PATH = r"([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a form: a pattern from end to end, for editors too, and what no pattern can say (`also`)."""

    pattern: str
    words: str
    longest: int = _LONGEST_NAME
    lines: bool = False
    also: Callable[[str], bool] = bool

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._held, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.pattern, "maxLength": self.longest}

    def _held(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        if len(value) > self.longest:
            raise ValueError(f"it is {len(value)} characters long; at most {self.longest} are allowed")
        text = value.replace("\n", " ").replace("\t", " ") if self.lines else value
        if value and visible(text) != text:
            raise ValueError(f"it has a line break, a tab or a character that cannot be seen; expected {self.words}")
        if not re.search(self.pattern, text) or not self.also(value):
            raise ValueError(f"expected {self.words}")
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds; neither true, nor 1.0, nor "1"."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._held, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "minimum": self.least, "maximum": self.most}

    def _held(self, value: object) -> object:
        if type(value) is not int or not self.least <= value <= self.most:
            raise ValueError(f"expected a whole number from {self.least} to {self.most}")
        return value


def _duration(value: object) -> object:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    found = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
    if found is None or found > _LONGEST_GRACE:
        raise ValueError("a duration is a number and a unit: 90s, 5m, 2h or 1d, at most 365d")
    return found


def _commit_place(value: object) -> object:
    if value is not True and not (isinstance(value, str) and _PLACE.fullmatch(value)):
        raise ValueError("expected true, where the body is the commit, or a JSON pointer to it, such as /build/commit")
    return value


def _bound(value: object) -> object:
    if isinstance(value, str):
        return {EVERYWHERE: value}
    if not isinstance(value, dict) or not value:
        raise ValueError("expected a text, or a text for each environment, such as {production: my-app}")
    return value


def _asked_afterwards(value: object) -> object:
    if not isinstance(value, bool) and value != "commit":
        raise ValueError("expected true, where it asks the app, commit, where it asks which commit runs too, or false")
    return value


def _day(value: object) -> object:
    expected = "expected a date: YYYY-MM-DD"
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError(expected)
    if not _DATE.fullmatch(value):
        raise ValueError(f"{expected}, without a time or anything else")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"the calendar has no such day; {expected}") from None


def _json_value(value: object) -> object:
    if value is not None and not isinstance(value, str | int | float | bool):
        raise ValueError("expected a text, a number, true, false or null")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("JSON has no such number")
    if isinstance(value, str) and len(value) > _LONGEST:
        raise ValueError(f"it is {len(value)} characters long; at most {_LONGEST} are allowed")
    return value


def _pattern(value: object) -> object:
    if isinstance(value, str) and (problem := problem_of(value)):
        raise ValueError(f"{problem}; expected a regular expression without look-around and references back")
    return value


def _has_host(url: str) -> bool:
    """Say whether the host of a URL could be one, and its port too; what a pattern says is already so."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if ":" in host:
            ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return 0 < len(host) <= _LONGEST_HOST and port != 0


def _leads_nowhere_else(path: str) -> bool:
    """Say whether a path stays what it is behind an origin: it is neither an address nor relative."""
    return not path.startswith("//") and not {".", ".."} & set(path.split("/"))


_NAMED = _Text(r"^\S(.*\S)?$", "a text that is not empty, on one line, without blanks at its ends")
_PROSE = _Text(r"\S", "a text that is not empty", _LONGEST, lines=True)
_WORD = _Text(r"^\S+$", "a word: a text that is not empty, without blanks")
_VALUE = _Text(r"^.*$", "a text on one line", _LONGEST, also=lambda _: True)
_LINK = _Text(
    rf"^https?://{_AUTHORITY}([/?#]{_OF_A_LINK}*)?$",
    "a URL with a host, such as https://example.com/runbook: http or https, no name or password in it",
    _LONGEST,
    also=_has_host,
)
_ISSUES = _Text(
    rf"^https?://{_AUTHORITY}[/?#]({_OF_A_LINK}|\{{issue\}})*\{{issue\}}({_OF_A_LINK}|\{{issue\}})*$",
    "a URL with {issue} in its path, such as https://example.com/issues/{issue}: http or https, no other { or }",
    _LONGEST,
    also=lambda url: _has_host(url.replace("{issue}", "1")),
)
_ORIGIN = _Text(
    rf"^https?://{_AUTHORITY}$",
    "an origin, such as https://shop.example.com: http or https, a host in ASCII (xn--... for others), "
    "a port from 1 to 65535 if any, and nothing else, no / at its end either",
    _LONGEST,
    also=_has_host,
)
_PATH = _Text(
    rf"^/{_OF_A_PATH}*$",
    "a path that begins with /, such as /health: without query, fragment, blanks, a second / at its beginning or "
    "parts like ..; other characters as %XX",
    _LONGEST,
    also=_leads_nowhere_else,
)

CommitPlace = Annotated[
    bool | str,
    BeforeValidator(_commit_place),
    WithJsonSchema({"anyOf": [{"const": True}, {"type": "string", "pattern": f"^{_PLACE.pattern}$"}]}),
]
_POINTER = _Text(r"^(/([^~/]|~[01])*)+$", "a JSON pointer, such as /status or /checks/0/ok", _LONGEST)

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["5m"]}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}),
]
ControlId = Annotated[str, _Text(r"^[A-Z]{2,3}[0-9]{3}$", "an id such as WF003")]
AppName = Annotated[
    str, _Text(r"^[A-Za-z0-9][A-Za-z0-9-]*$", "an app's name on Heroku: letters, digits and -, such as shop-prod")
]
ProcessType = Annotated[str, _Text(r"^[A-Za-z0-9_-]+$", "a process type: letters, digits, - and _, such as web")]
SecretName = Annotated[str, _Text(r"^[A-Za-z_][A-Za-z0-9_]*$", "a name: letters, digits and _")]
InputName = Annotated[str, _Text(r"^[^\s=]+$", "the name of an input: no blanks and no =")]
Reviewer = Annotated[str, _Text(r"^@?[^\s@]+$", "a login, or a team's slug as @team")]
Named = Annotated[str, _NAMED]
Prose = Annotated[str, _PROSE]
Word = Annotated[str, _WORD]
Value = Annotated[str, _VALUE]
Link = Annotated[str, _LINK]
IssueUrl = Annotated[str, _ISSUES]
ApiAddress = Annotated[str, AfterValidator(address_of)]
Origin = Annotated[str, _ORIGIN]
UrlPath = Annotated[str, _PATH]
JsonPointer = Annotated[str, _POINTER]
JsonValue = Annotated[
    str | int | float | bool | None,
    BeforeValidator(_json_value),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
ContextName = Annotated[
    str,
    _Text(
        r"^([sS][eE][cC][rR][eE][tT][sS]|[vV][aA][rR][sS])\.[A-Za-z_][A-Za-z0-9_]*$",
        "secrets.NAME or vars.NAME, and no name of GitHub's own",
        also=lambda name: not name.lower().partition(".")[2].startswith("github_"),
    ),
]
# A text stands for every environment, which goes by no name.
Bound = Annotated[
    dict[str, Value],
    BeforeValidator(_bound),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": _LONGEST},
                {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {"type": "string", "maxLength": _LONGEST},
                },
            ]
        }
    ),
]
CalledName = Annotated[
    str,
    _Text(
        r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/\.github/workflows/[^/@\s]+\.ya?ml(@\S+)?$",
        "a workflow as a call names it: OWNER/NAME/.github/workflows/FILE.yml@REF; or without @REF, for each",
    ),
]
HandedOr = Annotated[str, _Text(r"^[A-Za-z0-9_][\w .-]*$", "a name, or with.NAME for an input that a call hands over")]
AskedAfterwards = Annotated[
    bool | str,
    BeforeValidator(_asked_afterwards),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"const": "commit"}]}),
]
Sought = Annotated[str, _Text(r"^.+$", "a text on one line that is not empty", _LONGEST)]
Pattern = Annotated[str, BeforeValidator(_pattern), _VALUE]
Issue = Annotated[int, Whole(1, 2**31 - 1)]
Dynos = Annotated[int, Whole(0, 10_000)]
Status = Annotated[int, Whole(100, 599)]
Minutes = Annotated[int, Whole(0, 43_200)]
RedAfter = Annotated[int, Whole(1, RUNS)]
