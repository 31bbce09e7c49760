"""The delivery of one message to one target, as the estate names it: it was taken, or `NotDeliveredError` says why not.

- `env:NAME`: the variable holds one URL of Apprise (`apprise_target`).
- `github-issue:OWNER/NAME`: an issue for each cause (`github_issues`), with the environment's token (`issue_token`).

Each target is asked once for each call: who calls keeps what was not taken, and calls again in the next run.
"""

from collections.abc import Mapping

from asbuilt.alert.event import Message
from asbuilt.alert.not_delivered import NotDeliveredError

_VARIABLE, _ISSUE = "env", "github-issue"


def deliver(target: str, message: Message, environ: Mapping[str, str], github: str | None = None) -> None:
    """Deliver a message to a target; `github` is the address of GitHub's API that the estate declares, if it does.

    Raises NotDeliveredError where it was not taken, for sure or as far as known.
    """
    kind, _, name = target.partition(":")
    if kind == _VARIABLE:
        url = environ.get(name, "").strip()
        reason = _send(url, message) if url else "{name} is not set, or empty"
        # Outside of any except block: what failed may carry the URL, and a traceback would show it.
        if reason:
            raise NotDeliveredError(f"{target}: {reason.replace('{name}', name)}")
    elif kind == _ISSUE:
        _tell_in_issue(name, message, environ, github)
    else:
        raise NotDeliveredError("no target that a message could go to; expected env:NAME or github-issue:OWNER/NAME")


def unreachable(target: str, environ: Mapping[str, str], github: str | None = None) -> str:
    """Say why a target cannot be reached as things stand, without asking it; nothing where it may be.

    It is for who has nothing to deliver yet: what is not set is heard before somebody has to be called.
    """
    kind, _, name = target.partition(":")
    if kind == _VARIABLE:
        url = environ.get(name, "").strip()
        reason = _unusable(url) if url else "{name} is not set, or empty"
        return f"{target}: {reason.replace('{name}', name)}" if reason else ""
    from asbuilt.alert.issues.issue_token import issue_access  # noqa: PLC0415 - as below

    try:
        issue_access(github, environ)
    except NotDeliveredError as error:
        return f"{target}: {error}"
    return ""


def _unusable(url: str) -> str:
    from asbuilt.alert.services.apprise_target import unusable  # noqa: PLC0415 - as below

    return unusable(url)


def _send(url: str, message: Message) -> str:
    from asbuilt.alert.services.apprise_target import send  # noqa: PLC0415 - Apprise takes a second: who calls nobody waits not

    return send(url, message)


def _tell_in_issue(repository: str, message: Message, environ: Mapping[str, str], github: str | None) -> None:
    from asbuilt.alert.issues.github_issues import deliver_issue  # noqa: PLC0415 - as above
    from asbuilt.alert.issues.issue_token import issue_access  # noqa: PLC0415 - as above

    try:
        access = issue_access(github, environ)
    except NotDeliveredError as error:
        raise NotDeliveredError(f"{_ISSUE}:{repository}: {error}") from None
    deliver_issue(repository, message, access.token, access.api)
