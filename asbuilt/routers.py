"""Why Heroku's router answered in an app's place: by what is true of the app.

Its page does not say. H10, H12 and H14 are one page; the code stands in the app's log alone:
https://devcenter.heroku.com/articles/heroku-error-codes
"""

from typing import NamedTuple

from asbuilt.model import App, Dyno, ProbeResponse, Release, deploys

_NO_SUCH_APP, _OFFLINE = 404, 503
_OPEN = "why stands in the app's log alone"


class Cause(NamedTuple):
    """What made the router answer, and what to do about it where that differs from reading the log."""

    told: str
    fix: str = ""


def answered(response: ProbeResponse, app: App | None) -> bool:
    """Tell whether the router gave an answer: by its page, or since an app in maintenance answers nothing itself.

    The page of an app with MAINTENANCE_PAGE_URL is its team's own: https://devcenter.heroku.com/articles/error-pages
    """
    return response.from_router or (app is not None and app.maintenance and response.status == _OFFLINE)


def cause(status: int, app: App | None, releases: tuple[Release, ...] | None, dynos: tuple[Dyno, ...] | None) -> Cause:
    """Name what made the router answer with its own page.

    Each argument behind the status is None where it could not be observed. What is not seen is not guessed.
    """
    if status == _NO_SUCH_APP:
        return Cause("no such app")
    if app and app.maintenance:
        return Cause("H80, the app is in maintenance", "heroku maintenance:off --app {app}   (when nobody works on it)")
    if app and releases is not None and not deploys(releases, images=app.runs_images):
        return Cause("H81, blank app", "{deploy}")
    web = [dyno for dyno in dynos or () if dyno.type == "web"]
    if dynos is not None and not web:
        return Cause("H14, no web dyno exists")
    if web and all(dyno.state == "crashed" for dyno in web):
        return Cause(f"H10, {', '.join(dyno.name for dyno in web)} crashed")
    if web and not any(dyno.state in {"up", "idle"} for dyno in web):
        return Cause(f"{', '.join(f'{dyno.name} {dyno.state}' for dyno in web)}; {_OPEN}")
    return Cause(_OPEN)
