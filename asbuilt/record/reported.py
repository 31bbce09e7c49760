"""What the providers' status pages say beside a cause: that an incident is open there which was when it began.

It stands beside what was found, and never in its place: an app that is down is down, whoever says why.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta

from asbuilt import texts
from asbuilt.model import Observed, ReportedIncident, Unobserved
from asbuilt.record import headlines
from asbuilt.run import Run
from asbuilt.verdicts import Verdict

_NAMES = {"heroku": "Heroku", "github": "GitHub"}
_CONTROLS = {"heroku": ("HK", "WEB"), "github": ("GH",)}
_LATE = timedelta(hours=1)  # an incident is reported when somebody there has noticed it, and is dated by that
_MOST = 3
_LONGEST_TITLE = 120


def reported(run: Run, members: Collection[Verdict]) -> tuple[str, ...]:
    """Give what is reported of the time at which a cause began, or of now where nobody knows when that was."""
    observation = run.observation
    if observation is None:
        return ()
    began = headlines.began(members) or observation.as_of
    return tuple(
        _said(provider, each)
        for provider, controls in _CONTROLS.items()
        if any(member.control.startswith(controls) for member in members)
        for each in _incidents(run, provider)[:_MOST]
        if each.since - _LATE <= began
    )


def unread(run: Run) -> Iterator[str]:
    """Say which declared page could not be read, and why."""
    for provider, page in run.observation.status_pages.items() if run.observation else ():
        if isinstance(page, Unobserved):
            name = _NAMES.get(provider, provider)
            yield texts.line(f"whether {name} reports an incident is not known: {page.request} {page.reason}")


def _incidents(run: Run, provider: str) -> tuple[ReportedIncident, ...]:
    page = run.observation.status_pages.get(provider) if run.observation else None
    return page.value.incidents if isinstance(page, Observed) else ()


def _said(provider: str, incident: ReportedIncident) -> str:
    title = texts.line(incident.title, _LONGEST_TITLE)
    since = f"since {incident.since:%Y-%m-%d %H:%M} UTC"
    return texts.line(f"{_NAMES[provider]} reports: {title} ({since}, {incident.url})")
