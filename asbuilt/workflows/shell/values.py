"""What words and tests of a script come to where some of its variables are known."""

import fnmatch
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from asbuilt.patterns import late
from asbuilt.workflows.bounds import CUT, DIGITS, SEARCH, VARIABLE
from asbuilt.workflows.shell.variables import CHANGING, NAME, PATTERN, named_in


class Open(Enum):
    """A text that is not known: whatever it may be, or made of a text that is, or of what a failing command left."""

    UNKNOWN = "unknown"
    DERIVED = "derived"
    LEFT = "left by a failure"


Text = str | Open
_OPENNESS = list(Open)

_PART = late(rf"(?P<expression>\$\{{\{{.*?\}}\}})|(?P<command>\$\(|`)|{PATTERN}", re.DOTALL)
_SUM = late(r"(?P<arithmetic>\$\(\(\s*)?(?P<terms>[\w$]+(?:\s*[-+]\s*[\w$]+)*)\s*(?(arithmetic)\)\))")
ARITHMETIC = late(r"\$\(\((?P<sum>[^()]*)\)\)")  # as a part of a word
_EXPR = late(r"(?:\$\(|`)\s*expr\s+(?P<terms>\$?\{?\w+\}?\s+[-+]\s+\$?\{?\w+\}?)\s*[)`]")
_TERM = late(r"(?P<sign>[-+]?)\s*\$?(?P<term>\w+)")
_NAME = late(r"\w+")
# Arithmetic: what compares two numbers, and what sets a variable.
_NUMBER = r"(?:\+\+|--)?\$?\{?#?\w+(?:\[[@*]\])?\}?(?:\+\+|--)?"
_COMPARISON = late(rf"({_NUMBER})\s*([=!<>]=|[<>])\s*({_NUMBER})")
_SETTING = late(
    rf"(?P<pre>\+\+|--)?(?P<name>{NAME})\s*(?:(?P<post>\+\+|--)|(?P<how>[-+]?)=(?!=)(?P<text>.*))?", re.DOTALL
)
_DEMAND = late(rf"\$\{{(?P<name>{NAME}|\d)(?P<how>:[-=+?])(?P<rest>.*)\}}", re.DOTALL)
_DEFAULT = late(rf"\$\{{(?P<name>{NAME}):=(?P<text>[^{{}}]*)\}}")
_UNARY = late(r"-[a-zA-Z]$")
_NUMBERS: Mapping[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__,
    "-ne": int.__ne__,
    "-gt": int.__gt__,
    "-ge": int.__ge__,
    "-lt": int.__lt__,
    "-le": int.__le__,
    "==": int.__eq__,
    "!=": int.__ne__,
    ">": int.__gt__,
    "<": int.__lt__,
    ">=": int.__ge__,
    "<=": int.__le__,
}  # fmt: skip
_ITEMS = frozenset({"[@]", "[*]"})
_PATTERN = late(r"[*?]")
_REPEATS = late(r"[*+{]")
_REPEATS_GROUP = late(r"\)[*+{]")
_LONGEST_PATTERN = 1_000
_MOST_GROUPS = 20
_DOLLAR = late(r"\$(?!\{\{)")
_TESTS = frozenset({"[", "[[", "test"})
_TEXTS = frozenset({"=", "==", "!=", "=~", "<", ">"})


@dataclass(slots=True, eq=False)
class Values:
    """The variables of a script, as far as they are known.

    `given` are those that the trial is about. `expression` tells what a `${{ }}` comes to. `asked` says that a test
    asked for something made of what was given that cannot be told here; `heard`, that one did so for what a failing
    command left; `used`, that something that is given was put into a text; `tested`, that a test was of such a text.
    The mapping of the variables is never changed, but replaced.
    """

    variables: Mapping[str, Text]
    given: frozenset[str]
    expression: Callable[[str], Text]
    asked: bool = field(default=False)
    heard: bool = field(default=False)
    used: bool = field(default=False)
    tested: bool = field(default=False)

    def of(self, name: str) -> Text:
        """Give the value of a variable."""
        self.used = self.used or name in self.given
        return self.variables.get(name, Open.UNKNOWN)

    def put(self, name: str, value: Text) -> None:
        """Set a variable."""
        if name not in CHANGING:
            self.variables = {**self.variables, name: value}

    def forget(self) -> None:
        """Take what is given for unknown: something may have set it to anything."""
        self.variables = {name: value for name, value in self.variables.items() if name not in self.given}

    def refused(self, text: str) -> bool:
        """Tell whether `${NAME:?}` ends the shell, or `${OTHER:-${NAME:?}}`: its variable is known to be empty."""
        match = _DEMAND.search(text)
        if match is None:
            return False
        value = self.of(match["name"])
        if match["how"] == ":?":
            return value == ""
        taken = isinstance(value, str) and bool(value) == (match["how"] == ":+")
        return taken and self.refused(match["rest"])

    def mentions(self, text: str) -> bool:
        """Tell whether a text has the name of something that is given, or is made of it."""
        names = set(_NAME.findall(text))
        return any(name in names for name in self.given) or any(
            value is Open.DERIVED and name in names for name, value in self.variables.items()
        )

    def open(self, text: str) -> Open:
        """Say of a text that is not known what it is made of."""
        names = _NAME.findall(text) if "((" in text else named_in(text)
        if any(self.of(name) is Open.LEFT for name in names):
            return Open.LEFT
        return Open.DERIVED if self.mentions(text) else Open.UNKNOWN

    def expand(self, text: str) -> Text:
        """Give a text with what is known put in."""
        if "$" not in text and "`" not in text:
            return text
        if ("$((" in text and (sum_ := _SUM.fullmatch(text))) or ("expr" in text and (sum_ := _EXPR.fullmatch(text))):
            return self._sum(sum_["terms"])
        found, at = "", 0
        for match in _PART.finditer(text):
            if match["command"]:
                return self.open(text)
            value = self._part(match)
            if isinstance(value, Open):
                return max(value, self.open(text[match.end() :]), key=_OPENNESS.index)
            found += text[at : match.start()] + value
            if len(found) > VARIABLE:
                return Open.DERIVED
            at = match.end()
        return found + text[at:]

    def _sum(self, terms: str) -> Text:
        """Give what a sum of numbers and variables comes to; what is not set counts for nothing."""
        if _SUM.fullmatch(terms) is None:
            return self.open(f"$(({terms}))")
        total = 0
        values = [(match, self._term(match["term"])) for match in _TERM.finditer(terms)]
        if Open.LEFT in (value for _, value in values):
            return Open.LEFT
        for match, value in values:
            if isinstance(value, Open):
                return value
            if value and not (value.removeprefix("-").isdecimal() and len(value) <= DIGITS):
                return Open.DERIVED
            total += int(value or 0) * (-1 if match["sign"] == "-" else 1)
        return str(total)

    def _term(self, term: str) -> Text:
        return term if term.isdecimal() else self.of(term)

    def _part(self, match: re.Match[str]) -> Text:
        if match["expression"]:
            return self.expression(match["expression"])
        if match["plain"]:
            return self.of(match["plain"])
        value = self.of(match["name"])
        if match["mark"] == "!":
            value = self.of(value) if isinstance(value, str) else value
        if match["mark"] == "#":
            if isinstance(value, str):
                return str(len(value.split() if match["rest"] in _ITEMS else value))
            return value
        return self._changed(value, match["rest"])

    def _changed(self, value: Text, how: str) -> Text:
        """Apply what stands behind the name in `${NAME...}`."""
        default = re.match(r":?([-=+?])(.*)", how, re.DOTALL)
        if default is not None and default[1] != "?":
            return self._default(value, default[1], default[2], empty_too=how[0] == ":")
        if isinstance(value, Open) or how in {"", *_ITEMS} or default is not None:
            return value
        if how in {",,", "^^"}:
            return value.lower() if how == ",," else value.upper()
        if part := re.fullmatch(rf":(\d{{1,{DIGITS}}})(?::(\d{{1,{DIGITS}}}))?", how):
            start = int(part[1])
            return value[start:] if part[2] is None else value[start : start + int(part[2])]
        if how[0] in "#%" and len(value) <= CUT:
            return _cut(value, how)
        return Open.DERIVED if self.used or not self.given else Open.UNKNOWN

    def _default(self, value: Text, kind: str, text: str, *, empty_too: bool) -> Text:
        if isinstance(value, Open):
            return value
        there = bool(value) or not empty_too
        return self.expand(text) if there == (kind == "+") else "" if kind == "+" else value

    # Tests.

    def received(self, words: tuple[str, ...], source: str) -> tuple[str, ...]:
        """Give a command's words as a test receives them: nothing of an empty variable that is bare, no quoted `*`."""
        if words[0] in _TESTS and "'" in source:
            words = tuple(_literal(word) if "$" in word and f"'{word}'" in source else word for word in words)
        if words[0] in {"[", "test"}:
            bare = {each for each in source.split() if each.startswith("$")}
            return tuple(word for word in words if word not in bare or self.expand(word) != "")
        if words[0] == "[[":
            return tuple(_PATTERN.sub(r"[\g<0>]", word) if _is_quoted(word, source) else word for word in words)
        return words

    def test(self, words: tuple[str, ...]) -> bool | None:
        """Tell what a test in brackets, or of `test`, comes to; None where that is not known."""
        kind, *rest = words
        if kind != "test" and rest and rest[-1] in {"]", "]]"}:
            rest = rest[:-1]
        return self._either(rest, patterns=kind == "[[")

    def count(self, text: str) -> bool | None:
        """Tell what arithmetic, `(( ))`, comes to, and set the variable that it sets; None where that is not known.

        What sets a variable to a number that is not known is taken to succeed.
        """
        text = text.strip()
        if (compared := _COMPARISON.fullmatch(text)) is not None:
            left, right = (self._operand(compared[at]) for at in (1, 3))
            return self._compared(left, compared[2], right, patterns=True, numbers=True)
        setting = _setting(text)
        if setting is None:
            told = self.told(self._operand(text)) if re.fullmatch(_NUMBER, text) else None
            return None if told is None else told.strip("0") != ""
        result = self._set(setting)
        return result.strip("-0") != "" if isinstance(result, str) else True

    def reckoned(self, text: str) -> str:
        """Do what a text sets, `$((n++))` and `${NAME:=default}`, and give it with what that arithmetic comes to."""
        if ":=" in text:
            for match in _DEFAULT.finditer(text):
                if self.of(match["name"]) == "":
                    self.put(match["name"], self.expand(match["text"]))

        def put_in(match: re.Match[str]) -> str:
            setting = _setting(match["sum"].strip())
            return match[0] if setting is None else self._done(setting)

        return ARITHMETIC.sub(put_in, text) if "$((" in text else text

    def _set(self, setting: re.Match[str]) -> Text:
        """Set a variable as arithmetic does, and give what that comes to."""
        name, step = setting["name"], (setting["pre"] or setting["post"] or "")[:1]
        before = self._sum(name)
        if step:
            after = self._sum(f"{name} {step} 1")
        else:
            sign = setting["how"]
            after = self._sum(f"{name} {sign} {setting['text']}" if sign else setting["text"])
        self.put(name, after)
        return before if setting["post"] else after

    def _done(self, setting: re.Match[str]) -> str:
        """Set a variable as arithmetic does, and give what that comes to as a word: itself where it is not known."""
        result = self._set(setting)
        return f"${{{setting['name']}}}" if isinstance(result, Open) else result

    def _operand(self, word: str) -> str:
        """Give a number, or the variable that arithmetic takes a bare name for; `n++` sets it."""
        if (setting := _setting(word)) is not None:
            return self._done(setting)
        return f"${word}" if word.isidentifier() else word

    def matches(self, word: str, pattern: str) -> bool | None:
        """Tell whether a word matches the pattern of a `case`."""
        value, wanted = self.told(word), self.told(pattern)
        if pattern == "*":
            return True
        return None if value is None or wanted is None else fnmatch.fnmatchcase(value, wanted)

    def told(self, text: str) -> str | None:
        """Give a text for a test, and keep it in mind where one that the trial is about cannot be told."""
        used, self.used = self.used, False
        value = self.expand(text)
        self.tested, self.used = self.tested or self.used, used or self.used
        self.asked = self.asked or value is Open.DERIVED
        self.heard = self.heard or value is Open.LEFT
        return value if isinstance(value, str) else None

    def _either(self, words: list[str], *, patterns: bool) -> bool | None:
        for joint, decides in ((("||", "-o"), True), (("&&", "-a"), False)):
            at = _joint(words, joint)
            if at is not None:
                answers = [self._either(part, patterns=patterns) for part in (words[:at], words[at + 1 :])]
                return decides if decides in answers else None if None in answers else not decides
        if words[:1] == ["!"]:
            answer = self._either(words[1:], patterns=patterns)
            return None if answer is None else not answer
        if words[:1] == ["("] and words[-1:] == [")"]:
            return self._either(words[1:-1], patterns=patterns)
        match words:
            case []:
                return False
            case [text]:
                return None if (value := self.told(text)) is None else bool(value)
            case ["-n" | "-z" as how, text]:
                return None if (value := self.told(text)) is None else bool(value) == (how == "-n")
            case [how, _] if _UNARY.match(how):
                return None
            case [left, how, right]:
                return self._compared(left, how, right, patterns=patterns, numbers=how in _NUMBERS and how[0] == "-")
            case _:
                return None

    def _compared(self, left: str, how: str, right: str, *, patterns: bool, numbers: bool) -> bool | None:
        first, second = self.told(left), self.told(right)
        if first is None or second is None:
            return None
        if numbers:
            if max(len(first), len(second)) > DIGITS:
                return None
            if patterns:  # `[[` and `((` take nothing for 0; to `[` it is no number
                first, second = first or "0", second or "0"
            try:
                return _NUMBERS[how](int(first), int(second)) if how in _NUMBERS else None
            except ValueError:
                return False
        if how not in _TEXTS or how in {"<", ">"}:
            return None
        if how == "=~":
            return searched(second, first)
        same = fnmatch.fnmatchcase(first, second) if patterns else first == second
        return same == (how != "!=")


def _setting(text: str) -> re.Match[str] | None:
    """Read arithmetic that sets a variable; None for any other."""
    match = _SETTING.fullmatch(text)
    return match if match and (match["pre"] or match["post"] or match["text"] is not None) else None


def _literal(word: str) -> str:
    """Give a word of single quotes, in which a `$` is one, as a text into which GitHub alone puts something."""
    return _DOLLAR.sub("\0", word)


def _is_quoted(word: str, source: str) -> bool:
    """Tell whether a pattern stands in quotes where a test compares with it, so that it is none."""
    return _PATTERN.search(word) is not None and any(f"= {mark}{word}{mark}" in source for mark in "\"'")


def searched(pattern: str, text: str, flags: int = 0) -> bool | None:
    """Tell whether a regular expression is found in a text; None for one that is not understood, or takes too long."""
    if not _is_quick(pattern, len(text)):
        return None
    try:
        return re.search(pattern, text, flags) is not None
    except (re.error, OverflowError):
        return None


def _is_quick(pattern: str, length: int) -> bool:
    """Tell whether a regular expression has few enough ways to be tried on a text of a length."""
    if len(pattern) > _LONGEST_PATTERN or pattern.count("(") > _MOST_GROUPS:
        return False
    repeats = len(_REPEATS.findall(pattern)) + (not pattern.startswith("^"))  # else it may begin anywhere
    if _REPEATS_GROUP.search(pattern):
        ways = math.pow(repeats + pattern.count("|") + 1, min(length, 64))
    else:
        ways = math.pow(max(length, 2), min(repeats, 64)) * math.pow(2, pattern.count("?"))
    return ways <= SEARCH


def _joint(words: list[str], joints: tuple[str, ...]) -> int | None:
    """Give where a test is joined out of two, outside of parentheses."""
    depth = 0
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if not depth and word in joints and 0 < at < len(words) - 1:
            return at
    return None


def _cut(value: str, how: str) -> str:
    """Take away what matches at the begin (`#`) or the end (`%`) of a text: the least, or the most (`##`, `%%`)."""
    most = how[:2] in {"##", "%%"}
    pattern = how[2:] if most else how[1:]
    lengths = range(len(value), -1, -1) if most else range(len(value) + 1)
    for length in lengths:
        if how[0] == "#" and fnmatch.fnmatchcase(value[:length], pattern):
            return value[length:]
        if how[0] == "%" and fnmatch.fnmatchcase(value[len(value) - length :], pattern):
            return value[: len(value) - length]
    return value
