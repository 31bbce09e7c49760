"""Health checks written in another language than the shell: Python, JavaScript, Ruby, PowerShell."""

import re

from asbuilt.patterns import late
from asbuilt.workflows.health.check import Check
from asbuilt.workflows.shell.languages import CALLED, language
from asbuilt.workflows.shell.requests import is_home

_HANDED = late(rf"(?:^|[\n;&|])\s*(?:\S*/)?{CALLED}[^\n]*(?:<<|\s-c\s|\s-e\s)")
_ASKS = late(
    r"\brequests\.(?:get|head|request|Session)|\burlopen\b|\bhttpx\.|\bfetch\(|\baxios\b|https?\.(?:get|request)\(|Net::HTTP"
    r"|URI\.open|Invoke-(?:WebRequest|RestMethod)|HTTPConnection|github\.request\(",
    re.IGNORECASE,
)
_ABOUT = late(r"health|/status\b|/ready|/live|/ping\b|/version|heroku(?:app|dns)\.com|smoke|verif", re.IGNORECASE)
_ADDRESS = late(r"https?://[^\s\"'`<>)]+")
_CATCHES = late(r"\bexcept\b|\bcatch\b|\brescue\b|SilentlyContinue|\.catch\(", re.IGNORECASE)
_REFUSES = late(
    r"\bsys\.exit\(|\bexit\(?\s*[1-9]|\braise\b|\bthrow\b|\bassert\b|setFailed|process\.exit(?:Code)?\b|\babort\b|SystemExit"
)
_NOTICES = late(
    r"\burlopen\b|raise_for_status|status_?code|\.status\b|\.ok\b|\.code\b|Invoke-|axios|\bassert\b", re.IGNORECASE
)
_RELEASE = late(
    r"GITHUB_SHA|github\.sha|context\.sha|(?:environ|getenv|process\.env|ENV|env:)\W{0,4}(?:get\W{1,3})?\w*"
    r"(?:SHA|COMMIT|REVISION|VERSION|RELEASE)|\$\{\{[^}]*(?:sha|commit|version|revision|release)[^}]*\}\}",
    re.IGNORECASE,
)
_COMPARES = late(r"[=!]==?|\bassert\b|\bin\b|includes\(|startswith\(|-eq|-ne|-(?:not)?(?:match|like)", re.IGNORECASE)


def refuses(code: str) -> bool:
    """Tell whether code refuses what it does not like.

    It raises, throws, asserts or exits with a status, anywhere in it.
    """
    return _REFUSES.search(code) is not None


def names_release(code: str) -> bool:
    """Tell whether code compares something with what was deployed.

    It names a commit, version or release from its environment or an expression, and has a comparison, anywhere in it.
    """
    return bool(_RELEASE.search(code) and _COMPARES.search(code))


def check(name: str, script: str, shell: str | None) -> Check | None:
    """Read a script that asks an app in another language; None where it does not.

    `name` are the names of its step and job, one a line; `shell` is the step's, None for the default. A script for a
    shell counts where it hands code to such a language. It has to make a request, and to be about health by a name, a
    path or the address of an app. Code that catches errors can fail only where it refuses something as well.
    """
    whole = language(shell or "") is not None
    if not (whole or _HANDED.search(script)) or not _ASKS.search(script):
        return None
    addresses = tuple(dict.fromkeys(_ADDRESS.findall(script)))
    if not _ABOUT.search(f"{name}\n{script}") and not any(map(is_home, addresses)):
        return None
    can_fail = (refuses(script) or not _CATCHES.search(script)) and (
        whole or not re.search(r"\|\|\s*(?:true|:|echo)\b", script)
    )
    return Check(
        can_fail=can_fail,
        proves_release=can_fail and names_release(script) and refuses(script),
        notices_errors=can_fail and _NOTICES.search(script) is not None,
        addresses=addresses,
    )
