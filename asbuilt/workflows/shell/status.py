"""How a command of a script ends where some variables are known, and what it writes for the next one."""

import re
from typing import TypeAlias

from asbuilt.workflows.shell.languages import language
from asbuilt.workflows.shell.tree import Simple, Statement
from asbuilt.workflows.shell.values import Open, Text, Values, searched

Ends: TypeAlias = frozenset[str]

# A statement ends with status 0 or another, or with the whole script, or at a command that is wanted.
OK: Ends = frozenset({"ok"})
FAIL: Ends = frozenset({"fail"})
EITHER: Ends = OK | FAIL
WELL, BADLY, REACHED = "well", "badly", "reached"
_SUCCEEDS = frozenset({"", ":", "true", "echo", "printf", "sleep", "cd", "trap", "shift"})
_FILTERS = frozenset({"jq", "awk", "gawk"})
GREP = frozenset({"grep", "egrep", "fgrep"})
_LONG = {"--quiet": "q", "--silent": "q", "--invert-match": "v", "--ignore-case": "i", "--fixed-strings": "F"}
_COMPARES = re.compile(r"[<>]|[=!]=")
_FORMAT = re.compile(r"(?:%s|\\n)+")


def status(words: tuple[str, ...], heredoc: str, stdin: Text, values: Values, *, asked: bool) -> Ends:  # noqa: C901 - one case for each
    """Tell how a command ends. One that is not known succeeds, but where its outcome is `asked` for."""
    name = words[0].rpartition("/")[2]
    match name:
        case "exit" | "return":
            return _left(name, words, values)
        case "break" | "continue":
            return frozenset({name})
        case "false":
            return FAIL
        case _ if name.startswith("[") and name not in {"[", "[["}:
            return FAIL
        case "[" | "[[" | "test":
            return _told(values.test((name, *words[1:])))
        case "((":
            text = " ".join(words[1:-1])
            told = values.count(text)
            tests = asked or values.asked or values.heard or _COMPARES.search(text) is not None
            return _told(told) if told is not None or tests else OK
        case "let":
            return _told(values.count(words[-1]) if len(words) > 1 else None)
        case "printf" if words[1:2] == ("-v",):
            for each in words[2:3]:
                values.put(each, Open.UNKNOWN)
            return OK
        case "read" | "unset" | "mapfile" | "readarray":
            value = stdin if stdin is Open.LEFT else Open.UNKNOWN
            values.variables = {**values.variables, **{each: value for each in words[1:] if each.isidentifier()}}
            return EITHER if asked and name == "read" else OK
        case _ if name in GREP:
            return _found(words, stdin, values)
        case _ if values.given and (name in _FILTERS or language(name)) and _sees(words, heredoc, stdin, values):
            values.asked = True
            return EITHER
    return EITHER if asked and name not in _SUCCEEDS else OK


def output(part: Statement, stdin: Text, values: Values) -> Text:
    """Give what a part of a pipeline writes."""
    words = part.words if isinstance(part, Simple) else ()
    if words and words[0] in {"echo", "printf"}:
        shown = [word for word in words[1:] if not re.fullmatch(r"-[neE]+", word)]
        if words[0] == "printf" and len(shown) > 1 and _FORMAT.fullmatch(shown[0]):
            shown = shown[1:]
        return values.expand(" ".join(shown))
    if words and words[0] in {"cat", "tee"}:
        return stdin
    if stdin is Open.LEFT or Open.LEFT in map(values.open, words):
        return Open.LEFT
    made = stdin is not Open.UNKNOWN or any(map(values.mentions, words))
    return Open.DERIVED if made else Open.UNKNOWN


def _told(answer: bool | None) -> Ends:  # noqa: FBT001 - a test's own answer
    return EITHER if answer is None else OK if answer else FAIL


def _left(name: str, words: tuple[str, ...], values: Values) -> Ends:
    """Tell how a script ends that is left by `exit`, or a function by `return`."""
    code = values.told(words[1] if len(words) > 1 else "$?")
    good, bad = (WELL, BADLY) if name == "exit" else ("return ok", "return fail")
    if not code:
        return frozenset({good, bad})
    return frozenset({good if not code.strip().strip("0") else bad})


def _sees(words: tuple[str, ...], heredoc: str, stdin: Text, values: Values) -> bool:
    """Tell whether a program is handed what is given, or something made of it."""
    if isinstance(stdin, str):
        known = [value for name in values.given if isinstance(value := values.of(name), str)]
        fed = any(value in stdin if value else not stdin.strip() for value in known)
    else:
        fed = stdin is not Open.UNKNOWN
    return fed or any(map(values.mentions, (*words, heredoc)))


def _found(words: tuple[str, ...], stdin: Text, values: Values) -> Ends:
    """Tell whether `grep` finds its pattern on its standard input."""
    options = "".join(word[1:] for word in words[1:] if re.fullmatch(r"-[a-zA-Z]+", word))
    options += "".join(_LONG.get(word, "") for word in words[1:])
    plain = [word for word in words[1:] if not word.startswith("-")]
    values.asked = values.asked or stdin is Open.DERIVED
    values.heard = values.heard or stdin is Open.LEFT
    pattern = values.told(plain[0]) if len(plain) == 1 else None
    if isinstance(stdin, Open) or pattern is None:
        return EITHER
    pattern = re.escape(pattern) if "F" in options or words[0] == "fgrep" else pattern
    pattern = rf"^(?:{pattern})$" if "x" in options else pattern
    answer = searched(pattern, stdin, re.MULTILINE | (re.IGNORECASE if "i" in options else 0))
    return _told(answer if answer is None else answer != ("v" in options))
