"""Whether a step checks an app's health, such that an unhealthy answer fails the run.

A request whose failure is swallowed (`|| true`, `|| echo`), or that takes a 502 for an answer (curl without `--fail`),
proves nothing: such a step is no health check.
"""

import re
from dataclasses import dataclass

from asbuilt.workflows.document import text_of
from asbuilt.workflows.shell import Command
from asbuilt.workflows.workflow import Step

# What a health check is about: a path, a word, or the app's own address.
_ABOUT = re.compile(r"health|/status|/ready|/live|/ping|/version|heroku(?:app|dns)\.com|smoke", re.IGNORECASE)
_CHECKING_ACTION = re.compile(r"health-?check|check-?health|http-status|wait-(?:for|on)")
_REQUEST = re.compile(r"\b(?:curl|wget|http|https|xh|httpx)\b(?=\s)")
_CURL = re.compile(r"\bcurl\b")
_STRICT = re.compile(r"(?:^|\s)(?:--fail(?:-with-body)?|-[a-zA-Z]*f[a-zA-Z]*)(?=\s|$)")
_SENDS = re.compile(
    r"(?:^|\s)(?:-X\s*|--request[ =])[\"']?(?:POST|PUT|PATCH|DELETE)|(?:^|\s)(?:-d|--data\S*|--json)(?=\s|=)"
)
_CANNOT_FAIL = re.compile(r"^\s*[({]?\s*(?:true|:|echo|printf|exit\s+0|warn\w*|sleep)(?:\s|[;)}]|$)")
_SAYS_NO = re.compile(r"(?:^|[\s;{&|])(?:exit|return)\s+(?:[1-9]|\"?\$)|(?:^|[\s;&|])false(?=\s*(?:$|[;}]))")
_TESTED = re.compile(r"^(?:if|elif|while|!)\s")
_UNTIL = re.compile(r"^until\s")
_TEST = re.compile(r"^(?:test|\[\[?)\s")
_PIPED_TO_TEST = re.compile(r"\|\s*(?:grep\s|jq\s+(?:-\w*e|--exit-status)|test\s|\[)")
_KEEPS_GOING = re.compile(r"^set\s+(?:\+e|\+o\s+errexit)\b")
# A script of the repository's own, by its name.
_NAMED_CHECK = re.compile(
    r"^(?:(?:bash|sh|python[0-9.]*|node|npx|npm run|yarn|make|poetry run|uv run|pytest)\s+(?:-\S+\s+)*)?"
    r"[\w./-]*(?:health|smoke)[\w./-]*(?:\s|$)",
    re.IGNORECASE,
)


def checks_health(step: Step) -> bool:
    """Tell whether a step checks health and fails when the answer is bad."""
    if step.action is not None:
        return _CHECKING_ACTION.search(step.action) is not None
    script = text_of(step.run) or ""
    subject = f"{step.name or ''} {step.id or ''}\n{script}"
    return _ABOUT.search(subject) is not None and _can_fail(script)


def _can_fail(script: str) -> bool:
    """Tell whether a script asks for something and fails on a bad answer."""
    commands = _commands(script)
    requests = [line for line in commands if _REQUEST.search(line) and not _SENDS.search(line)]
    checks = [line for line in commands if _NAMED_CHECK.match(line)]
    if not requests and not checks:
        return False
    if any(_SAYS_NO.search(line) for line in commands):
        return True
    if any(map(_KEEPS_GOING.match, commands)):
        return False
    loops = not any(re.search(r"\bbreak\b", line) for line in commands)
    tests = [line for line in commands if _TEST.match(line)]
    strict = [line for line in requests if _is_strict(line) and (loops or not _UNTIL.match(line))]
    return any(not _TESTED.match(line) and not _swallowed(line) for line in (*strict, *checks, *tests))


def _is_strict(line: str) -> bool:
    """Tell whether a request takes an error status for a failure: wget does, curl only when told to."""
    return not _CURL.search(line) or _STRICT.search(line) is not None or _PIPED_TO_TEST.search(line) is not None


def _commands(script: str) -> list[str]:
    """Give the commands of a script, continued lines joined, comments left out."""
    lines = (line.strip() for line in script.replace("\\\n", " ").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _swallowed(line: str) -> bool:
    """Tell whether the failure of a command is turned into a success after it."""
    fallbacks = line.split("||")[1:]
    return any(_CANNOT_FAIL.match(fallback) for fallback in fallbacks)


@dataclass(frozen=True, slots=True)
class Check:
    """What a step asks of an app after a deploy."""

    can_fail: bool
    proves_release: bool
    notices_errors: bool
    addresses: tuple[str, ...]


_PROVES = re.compile(r"sha|commit|version|revision|release", re.IGNORECASE)


def check_of(step: Step, shell: str | None = None) -> Check | None:
    """Give what a step asks of an app, or None where it is no health check."""
    if not checks_health(step):
        return None
    return Check(True, _PROVES.search(text_of(step.run) or "") is not None, True, ())


def careless_requests(step: Step, shell: str | None = None) -> tuple[Command, ...]:
    """Give the requests that take an HTTP error for a success."""
    return ()
