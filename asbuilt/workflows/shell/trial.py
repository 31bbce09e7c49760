"""How a script ends where some of its variables are known: whether it fails, and what it gets to before.

Commands succeed, unless they are tests of what is known. A test that cannot be told goes both ways.
"""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.workflows.shell.languages import is_shell
from asbuilt.workflows.shell.machine import Machine, Wanted
from asbuilt.workflows.shell.record import HANGS
from asbuilt.workflows.shell.runner import end, play
from asbuilt.workflows.shell.source import expressions_in
from asbuilt.workflows.shell.status import BADLY, REACHED, WELL, Ends
from asbuilt.workflows.shell.syntax import parse
from asbuilt.workflows.shell.values import Open, Text, Values
from asbuilt.workflows.shell.writing import ENV, OUTPUT, WRITES, Written, written

__all__ = ["BADLY", "ENV", "OUTPUT", "REACHED", "WRITES", "Trial", "Written", "trial", "written"]

# `exit 0`, `exit` alone and `sys.exit()` end well.
_ENDS_BADLY = re.compile(
    r"\bexit[ \t]+(?!0\b)[\w$-]|\bexit[ \t]*\([ \t]*(?!0[ \t]*\)|\))|\b(?:throw|raise|abort|Write-Error|die|assert)\b"
    r"|\bfail\w*[ \t]*\("
)
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_STEPS = 2000


@dataclass(frozen=True, slots=True)
class Trial:
    """How a script can end. `asked`: a test asked for something made of what was given that cannot be told here.

    `tired`: it is too long to be played through.
    """

    ends: Ends
    asked: bool
    tired: bool = False

    @property
    def fails(self) -> bool:
        """Whether it fails, before it gets to a command that is wanted."""
        return BADLY in self.ends and (self.asked or not self.ends & {WELL, REACHED})

    @property
    def surely_fails(self) -> bool:
        """Whether it fails, whatever the tests come to that cannot be told."""
        return self.ends == {BADLY}


class _UnforeseenError(LookupError):
    """An expression is asked for that is not seen in the script as it is written."""


def _nothing(_: object, __: object) -> bool:
    return False


def trial(
    script: str,
    shell: str | None,
    variables: Mapping[str, str],
    expression: Callable[[str], str | None] = lambda _: None,
    wanted: Wanted = _nothing,
    about: Collection[str] | None = None,
) -> Trial:
    """Run a script in thought, with some variables known; `expression` tells what a `${{ }}` in it comes to.

    It is `about` some of the variables, where that is given, and else about all: what is asked of others is no matter.
    It ends at a command that is `wanted`. A script for another shell is taken to test what it names, where it can fail.
    """
    named = (shell or "bash").strip()
    if not is_shell(named):
        names = any(name in script for name in variables)
        tests = names or any(expression(text) == "" for text in _EXPRESSION.findall(script))
        told = _ENDS_BADLY.search(script) is not None and tests
        return Trial(frozenset({BADLY if told else WELL}), asked=False)

    chosen = frozenset(variables if about is None else about)
    if wanted is _nothing:
        told_apart = frozenset((text, expression(text)) for text in expressions_in(script))
        with suppress(_UnforeseenError):
            return _known_trial(script, shell, frozenset(variables.items()), chosen, told_apart)
    return _played(script, shell, variables, chosen, expression, wanted)


@lru_cache(
    maxsize=8192
)  # a job is played through for each event, ref and choice of inputs, and most steps ask for none
def _known_trial(
    script: str,
    shell: str | None,
    variables: frozenset[tuple[str, str]],
    about: frozenset[str],
    expressions: frozenset[tuple[str, str | None]],
) -> Trial:
    known = dict(expressions)

    def expression(text: str) -> str | None:
        if text not in known:
            raise _UnforeseenError(text)
        return known[text]

    return _played(script, shell, dict(sorted(variables)), about, expression, _nothing)


def _played(
    script: str,
    shell: str | None,
    variables: Mapping[str, str],
    about: frozenset[str],
    expression: Callable[[str], str | None],
    wanted: Wanted,
) -> Trial:
    def known(text: str) -> Text:
        value = expression(text)
        return Open.UNKNOWN if value is None else value

    named = (shell or "bash").strip()
    values = Values(dict(variables), about, known)
    errexit, pipefail = " " not in named or " -e" in named, named == "bash" and bool(shell)
    machine = Machine(values, errexit=errexit, pipefail=pipefail, most=_STEPS, play=play, wanted=wanted)
    ends = end(machine, parse(script))
    if machine.tired:
        ends |= {WELL, BADLY}
    return Trial(frozenset(WELL if each == HANGS else each for each in ends), values.asked, machine.tired)
