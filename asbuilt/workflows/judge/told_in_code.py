"""Whether code of another language than the shell fails for a text that it is told: by its form, not by running it.

    if ('${{ steps.deploy.outputs.status }}' -like 'Skipped*') { exit 1 }   PowerShell
    if not status.startswith("Successfully"): sys.exit(1)                   Python

A test of the text stands before what fails; `exit 0` and `sys.exit()` fail nothing, nor what stands in quotes or behind
a `#`: `Write-Host 'exit 1'`.
"""

import re

from asbuilt.patterns import late

# PowerShell stops at an error: GitHub sets $ErrorActionPreference for it.
_FAILS = late(
    r"\bexit[ \t]+(?!0\b)[\w$-]|\bexit[ \t]*\([ \t]*(?!0[ \t]*\)|\))|\bthrow\b|\braise\b|\babort\b|\bdie\b"
    r"|\bWrite-Error\b|\bset_?failed\b|\bfail\w*[ \t]*\(|\bassert\b|\bprocess\.exitCode[ \t]*=[ \t]*[1-9]",
    re.IGNORECASE,
)
_GOES_ON = late(r"\bexit[ \t]*(?:\(?[ \t]*0?[ \t]*\)?)(?=[ \t]*(?:[;}\n]|$))|\breturn\b", re.IGNORECASE)
_ELSE = late(r"\belse\b", re.IGNORECASE)
_NOT = late(
    r"-not(?:like|match|contains)?\b|-cn(?:e|otlike|otmatch)\b|-ne\b|!=|<>|!(?=[\w$('\"])|\bnot\b|\bunless\b",
    re.IGNORECASE,
)
_ASKED_BEHIND = late(r"\b(?:if|unless)\b", re.IGNORECASE)
_SAID = late(r"""'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|(?<![\w$])#(?!\{)[^\n]*""")
_ASSERTS = late(r"\bassert\b", re.IGNORECASE)


def can_fail(code: str) -> bool:
    """Tell whether code has anything that fails its step."""
    return _fails(_unsaid(code))


def _fails(code: str) -> bool:
    return _FAILS.search(code) is not None


def _unsaid(code: str) -> str:
    """Give code with blanks for what it only says, in quotes and comments; each place stays where it is."""
    return _SAID.sub(lambda found: found[0][0] + " " * (len(found[0]) - 2) + found[0][1:][-1:], code)


def fails_for(code: str, bad: str, good: str) -> bool:
    """Tell whether code fails for a text that begins with one word, and otherwise begins with another.

    `bad` and `good` are those words, and the code has to test for one of them. What it does after the test counts, or
    in its `else` where the test is false.
    """
    found = re.search(rf"(?<![\w])(?P<bad>{bad})|(?<![\w])(?P<good>{good})", code, re.IGNORECASE)
    if found is None:
        return False
    begin = code.rfind("\n", 0, found.start()) + 1
    code = code[: found.end()] + _unsaid(code)[found.end() :]
    line = code[begin : found.start()]
    holds = (found["bad"] is not None) is (_NOT.search(line) is None)
    if _ASSERTS.search(line):
        return not holds
    before = _FAILS.search(line)
    if before is not None and _ASKED_BEHIND.search(line[before.end() :]):  # sys.exit(1) if "Skipped" in status else ...
        return holds
    end = code.find("\n", found.end())
    inverted = _NOT.search(code[found.end() : end if end >= 0 else len(code)].partition("{")[0].partition(":")[0])
    holds = holds if inverted is None else not holds
    behind = code[found.end() :]
    otherwise = _ELSE.search(behind)
    if holds:
        return _fails(behind[: otherwise.start()] if otherwise else behind.split("\n\n")[0] or behind)
    if otherwise is not None:
        return _fails(behind[otherwise.end() :])
    goes_on = _GOES_ON.search(behind)
    return goes_on is not None and _fails(behind[goes_on.end() :])
