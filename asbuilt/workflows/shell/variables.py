"""How a script names a variable: one pattern for all that read scripts.

In goes text of a script, out come the names of variables. Source: 3.5 of
https://www.gnu.org/software/bash/manual/bash.html ("Shell Parameter Expansion"); `env.NAME` is what stands for it in an
expression of GitHub's.
"""

import re
from collections.abc import Iterator

NAME = r"[A-Za-z_]\w*"
# `$NAME`, `$1`, `$?`; `${NAME}` with what is done to it behind the name, in which no braces are.
PATTERN = (
    rf"\$(?P<plain>{NAME}|[\d?#@*!$-])"
    rf"|\$\{{(?P<mark>[#!]?)(?P<name>{NAME}|\d)(?P<rest>[^{{}}]*)\}}"
)
VARIABLE = re.compile(PATTERN)
ENV_EXPRESSION = re.compile(r"\$\{\{\s*env\.(?P<env>\w+)\s*\}\}", re.IGNORECASE)
# What these come to is the shell's own to say, also where a script has set them.
CHANGING = frozenset({"SECONDS", "RANDOM", "SRANDOM", "EPOCHSECONDS", "EPOCHREALTIME", "LINENO"})
_WHOLE = frozenset({"", "[@]", "[*]"})
_MENTIONED = re.compile(rf"\$\{{?[#!]?(?P<name>{NAME})")
_IN_EXPRESSIONS = re.compile(rf"\benv\.(?P<name>{NAME})", re.IGNORECASE)


def named_in(text: str) -> Iterator[str]:
    """Give the names of the variables that a text of a script names, also inside the braces of others."""
    return (match["name"] for match in _MENTIONED.finditer(text))


def env_in(text: str) -> Iterator[str]:
    """Give the names of the variables that the expressions of a text name."""
    return (match["name"] for match in _IN_EXPRESSIONS.finditer(text))


def around(match: re.Match[str], rest: str) -> str:
    """Give a variable as it is written, with another text behind its name: what is done to it may name others."""
    if match["rest"] is None:
        return match[0]
    return f"{match[0][: match.start('rest') - match.start()]}{rest}}}"


def sole(text: str) -> str | None:
    """Give the name of the variable that a text is, with nothing done to its value; None for any other text."""
    if (expression := ENV_EXPRESSION.fullmatch(text)) is not None:
        return expression["env"]
    match = VARIABLE.fullmatch(text)
    if match is None or match["mark"] or (match["rest"] or "") not in _WHOLE:
        return None
    return match["plain"] or match["name"]
