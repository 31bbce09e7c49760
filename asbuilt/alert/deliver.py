"""The delivery of one message to one target, as the estate names it: it was taken, or `NotDeliveredError` says why not.

- `env:NAME`: the variable holds one URL of Apprise (`apprise_target`).
- `github-issue:OWNER/REPO`: an issue for each cause (`github_issues`), with the token of GITHUB_TOKEN.

Each target is asked once for each call: who calls keeps what was not taken, and calls again in the next run.
"""

from collections.abc import Mapping

from asbuilt.alert.event import Message
from asbuilt.alert.not_delivered import NotDeliveredError
from asbuilt.github_server import API, VARIABLE

_VARIABLE, _ISSUE = "env", "github-issue"
_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of a variable


def deliver(target: str, message: Message, environ: Mapping[str, str]) -> None:
    """Deliver a message to a target. Raises NotDeliveredError where it was not taken, for sure or as far as known."""
    kind, _, name = target.partition(":")
    match kind:
        case str() if kind == _VARIABLE:
            url = environ.get(name, "").strip()
            if not url:
                raise NotDeliveredError(f"{target}: {name} is not set, or empty")
            from asbuilt.alert import apprise_target  # noqa: PLC0415 - Apprise takes a second: who is called for waits

            # Outside of any except block: what failed may carry the URL, and a traceback would show it.
            if reason := apprise_target.send(url, message):
                raise NotDeliveredError(f"{target}: {reason.replace('{name}', name)}")
        case str() if kind == _ISSUE:
            token = environ.get(_TOKEN, "").strip()
            if not token:
                raise NotDeliveredError(f"{target}: {_TOKEN} is not set, or empty")
            from asbuilt.alert.github_issues import deliver_issue  # noqa: PLC0415 - as above

            deliver_issue(name, message, token, environ.get(VARIABLE, "").strip() or API)
        case _:
            raise NotDeliveredError(f"{target}: no target; expected env:NAME or github-issue:OWNER/NAME")
