"""Code was deployed, and the app runs it."""

import pytest

from asbuilt.controls import control
from asbuilt.model import ago, deploys

pytestmark = pytest.mark.live


@control("HK001", severity="SEV-1", satisfies=["SOC2 CC7.2", "ISO27001 A.8.9"])
def test_app_exists(app, heroku_app_or_none):
    """The app exists on Heroku.

    Remedy: heroku apps:info --app {app}   (renamed, deleted, or another account's? correct the estate or the app)
    """
    assert heroku_app_or_none, f"{app.name} does not exist on Heroku, or this token's account may not see it"


@control("HK002", severity="SEV-2", satisfies=["SOC2 CC7.2", "NIST SI-4"])
def test_current_release_has_a_slug(release, releases, heroku_app):
    """The current release carries a slug: without one the router has nothing to run.

    On Fir the code is an OCI image instead, and the app has no slug size.

    Remedy: {deploy}
    """
    nothing = "nothing was ever deployed" if not deploys(releases) else "its code was lost"
    assert release.code, (
        f"current release {release} carries no slug: {len(releases)} releases, {_kinds(releases)}, {nothing}"
    )
    assert heroku_app.slug_size or heroku_app.generation == "fir", (
        f"current release {release} names slug {release.code}, but the app's slug_size is {heroku_app.slug_size}"
    )


@control("HK003", severity="SEV-2", satisfies=["SOC2 CC7.2", "SOC2 CC8.1"])
def test_newest_release_succeeded(releases, now, grace, settling):
    """The newest release succeeded: a failed one leaves the old code running.

    Remedy: heroku releases:output --app {app}   (then repair, and {deploy})
    """
    newest = releases[0]
    young = newest.status == "pending" and now - newest.created_at <= grace
    late = settling and newest.status == "pending"
    assert newest.status == "succeeded" or young, (
        f"release {newest} still pending after {settling.seconds:.0f} s"
        if late
        else f'newest release {newest} "{newest.description}" is {newest.status} since {ago(newest.created_at, now)}'
    )


@control("HK004", severity="SEV-2", satisfies=["SOC2 CC7.2", "SOC2 CC8.1"])
def test_app_was_ever_deployed(releases, heroku_app, now):
    """The app was deployed at least once: a release made by a deploy, not by config vars.

    Remedy: {deploy}
    """
    assert deploys(releases), (
        f"no deploy among {len(releases)} releases (newest v{releases[0].version} "
        f'"{releases[0].description}"), app created {ago(heroku_app.created_at, now)} ago'
    )


def _kinds(releases):
    return "all config vars" if not any(each.code for each in releases) else "some with code"
