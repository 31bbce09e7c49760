"""The words of a command: options, variables put in, and what only wraps another command."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from asbuilt.workflows.bounds import TEXTS, VARIABLE
from asbuilt.workflows.shell.languages import SHELLS
from asbuilt.workflows.shell.variables import NAME, around
from asbuilt.workflows.shell.variables import VARIABLE as NAMED

__all__ = ["SHELLS", "Variables", "added", "expand", "joined", "option", "turned", "unwrapped"]

Variables: TypeAlias = dict[str, tuple[str, ...]]

# What stands behind a name in braces: all items of a list, and what counts where there is no value.
_BEHIND = re.compile(r"(?:\[[@*]\])?(?:(?P<how>:?[-=?])(?P<default>[^{}]*))?")
_ASSIGNMENT = re.compile(rf"{NAME}=")
_NUMBER = re.compile(r"\d+(?:\.\d+)?[smhd]?$")
# What runs the command behind it, and its options that take a value.
_WRAPPERS: Mapping[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-D"}),
    "time": frozenset({"-o", "-f"}),
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "gtimeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "nohup": frozenset(),
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "xargs": frozenset({"-n", "-P", "-I", "-L", "-d", "-a", "-E", "-s", "--max-args", "--max-procs"}),
    "nice": frozenset({"-n"}),
    "stdbuf": frozenset({"-o", "-e", "-i"}),
    "retry": frozenset({"-t", "-d", "-s", "-m", "--times", "--delay", "--sleep", "--max", "--tries", "--attempts"}),
}
_TIMED = frozenset({"timeout", "gtimeout"})


def turned(words: Sequence[str], letter: str, name: str) -> bool | None:
    """Tell whether the words of a `set` turn an option on or off."""
    found = None
    for at, word in enumerate(words):
        if re.fullmatch(r"[-+][a-zA-Z]+", word):
            on = word[0] == "-"
            if letter and letter in word[1:]:
                found = on
            if "o" in word[1:] and list(words[at + 1 : at + 2]) == [name]:
                found = on
    return found


def expand(text: str, variables: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give every text that results from putting the variables' values in; what is not known stays as written.

    So does a text of which there would be too many, or too long ones.
    """
    if "$" not in text:
        return (text,)
    texts = [""]
    length = at = 0
    for match in NAMED.finditer(text):
        between = text[at : match.start()]
        values = _values(match, variables)
        count = len(texts) * len(values)
        length = length * len(values) + len(texts) * sum(map(len, values)) + count * len(between)
        if count > TEXTS or length > VARIABLE:
            return (text,)
        texts = [f"{each}{between}{value}" for each in texts for value in values]
        at = match.end()
    found = tuple(dict.fromkeys(f"{each}{text[at:]}" for each in texts))
    return found if _is_kept(found) else (text,)


def _is_kept(texts: Collection[str]) -> bool:
    """Tell whether so many texts, of such a length, are kept of a variable."""
    return len(texts) <= TEXTS and sum(map(len, texts)) <= VARIABLE


def added(before: Iterable[str], more: Iterable[str]) -> tuple[str, ...] | None:
    """Give what a variable may be that is added to; None where that is more than is kept."""
    old, new = tuple(before), tuple(more)
    count = len(old) * len(new)
    if count > TEXTS or len(new) * sum(map(len, old)) + len(old) * sum(map(len, new)) > VARIABLE:
        return None
    return tuple(dict.fromkeys(one + other for one in old for other in new))


def _values(match: re.Match[str], variables: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    behind = _BEHIND.fullmatch(match["rest"] or "")
    if behind is None or match["mark"]:
        return tuple(around(match, each) for each in expand(match["rest"] or "", variables))
    known = variables.get(match["plain"] or match["name"])
    default = behind["default"] if behind["how"] in {":-", "-", ":=", "="} else None
    if default is None:
        return known or (match[0],)
    if known is None:  # whoever started the script may have set it
        return (match[0],)
    if behind["how"][0] == ":" and "" in known:
        known = tuple(value for value in known if value)
        return tuple(dict.fromkeys((*known, *expand(default, variables))))
    return known


def joined(ends: Iterable[Variables]) -> Variables:
    """Give what variables may be where several ways meet."""
    first, *others = ends
    result = first
    for other in others:
        if other is result:
            continue
        result = dict(result)
        for name, values in other.items():
            known = result.get(name, ())
            if known != values:
                either = tuple(dict.fromkeys((*known, *values)))
                result[name] = either if _is_kept(either) else (f"${{{name}}}",)
    return result


def option(words: Sequence[str], *names: str) -> str | None:
    """Give the value of an option, however it is written: `-a X`, `-aX`, `--app X`, `--app=X`."""
    for at, word in enumerate(words):
        if word == "--":
            return None
        for name in names:
            if word == name:
                return words[at + 1] if at + 1 < len(words) else None
            if word.startswith(f"{name}="):
                return word[len(name) + 1 :]
            if len(name) == 2 and name[0] == "-" and word.startswith(name) and name != "--":  # noqa: PLR2004 - `-a`
                return word[2:]
    return None


def unwrapped(words: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str], bool]:
    """Give a command without what wraps it, the variables that are set for it, and whether its time is limited."""
    environment: dict[str, str] = {}
    limited = False
    while len(words) > 1 and (name := words[0].rpartition("/")[2]) in _WRAPPERS:
        rest = _behind(name, words[1:])
        if name in {"env", "sudo"}:
            while rest and _ASSIGNMENT.match(rest[0]):
                variable, _, value = rest[0].partition("=")
                environment[variable] = value
                rest = rest[1:]
        if not rest or (name == "command" and words[1] in {"-v", "-V"}):
            break
        limited = limited or name in _TIMED
        words = rest
    return words, environment, limited


def _behind(name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Give the words behind a wrapper's options and numbers."""
    valued = _WRAPPERS[name]
    while words and words[0].startswith("-") and len(words[0]) > 1:
        words = words[2:] if words[0] in valued else words[1:]
    if name in _TIMED:
        return words[1:]
    if name == "retry":
        while words and _NUMBER.match(words[0]):
            words = words[1:]
    return words
