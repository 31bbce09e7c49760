"""Code was deployed, and the app runs it."""

import pytest

from asbuilt import under_way
from asbuilt.controls import Finding, control, none_of
from asbuilt.model import ago, codes, newest_deploy

pytestmark = pytest.mark.live


@control(
    "HK001",
    severity="SEV-1",
    satisfies=["SOC2 CC7.2", "ISO27001 A.8.9"],
    observed=["heroku_app_or_none.name", "heroku_app_or_none.created_at"],
)
def test_app_exists(app, heroku_app_or_none):
    """The app exists on Heroku.

    Remedy: heroku apps:info --app {app}   (renamed, deleted, or another account's? correct the estate or the app)
    """
    assert heroku_app_or_none, f"{app.name} does not exist on Heroku, or this token's account may not see it"


@control(
    "HK002",
    severity="SEV-2",
    satisfies=["SOC2 CC7.2", "NIST SI-4"],
    explained_by=["HK004"],
    observed=["release", "heroku_app_if_asked.slug_size", "heroku_app_if_asked.stack"],
)
@pytest.mark.watch
@pytest.mark.usefixtures("past_first_deploy")
def test_current_release_has_a_slug(release, releases, deploys, runs_images, heroku_app_if_asked):
    """The current release carries a slug: without one the router has nothing to run.

    On Fir the code is an OCI image instead, and the app has no slug size. Releases of a container app (stack
    `container`) name neither: there a release says by its description that it deployed an image, and a config change
    after it carries that forward. A watch does not ask for the app each time: then the release alone tells.

    Remedy: {deploy}
    """
    nothing = "its code was lost" if deploys else "nothing was ever deployed"
    lacks = "follows no release of an image" if runs_images else "carries no slug"
    runs = codes(releases, images=True).get(release.version) if runs_images else release.code
    assert runs, f"current release {release} {lacks}: {len(releases)} releases, {_kinds(releases)}, {nothing}"
    asked = heroku_app_if_asked
    assert asked is None or asked.slug_size or runs_images or asked.generation == "fir", (
        f"current release {release} names slug {release.code}, but the app's slug_size is {asked.slug_size}"
    )


@control("HK003", severity="SEV-2", satisfies=["SOC2 CC7.2", "SOC2 CC8.1"])
@pytest.mark.watch
def test_newest_release_succeeded(releases, now, grace, settling):
    """The newest release succeeded, and so did the newest deploy: a failed one leaves the old code running.

    Any release can fail, since the release phase runs for a config change too. A config or add-on change that
    succeeded after a failed deploy hides it, but mends nothing; a rollback, or another deploy, does.

    Remedy: heroku releases:output --app {app}   (then repair, and {deploy})
    """
    if not releases:
        pytest.skip("there is no release: HK004 judges that")
    newest, deploy = releases[0], newest_deploy(releases) or releases[0]
    judged = {newest: "release"} if deploy == newest else {newest: "release", deploy: "deploy"}
    bad = [each for each in judged if each.status not in ("succeeded", *(["expired"] if each != newest else []))]
    waits = [each for each in bad if each.status == "pending" and under_way.young(each.created_at, now, grace)]
    told = {each: f'newest {judged[each]} {each} "{each.description}" is {each.status}' for each in bad}
    if settling and newest.status == "pending":
        told[newest] = f"release {newest} still pending after {settling.seconds:.0f} s"
    since = {each: f"since {ago(each.created_at, now)}" for each in bad}
    none_of(Finding(f"{told[each]} {since[each]}", since=each.created_at) for each in bad if each not in waits)
    if waits:
        pytest.skip(f"{waits[0]} is pending {since[waits[0]]}, grace {ago(now, now + grace)}")


@control(
    "HK004",
    severity="SEV-2",
    satisfies=["SOC2 CC7.2", "SOC2 CC8.1"],
    explained_by=["GH009"],
    observed=["deploys", "heroku_app.created_at"],
)
@pytest.mark.usefixtures("past_first_deploy")
def test_app_was_ever_deployed(releases, deploys, heroku_app, now):
    """The app was deployed at least once: a release made by a deploy, not by config vars.

    Remedy: {deploy}
    """
    created = ago(heroku_app.created_at, now)
    newest = f'newest {releases[0]} "{releases[0].description}"' if releases else "there is none"
    fact = f"no deploy among {len(releases)} releases ({newest}), app created {created} ago"
    brief = f"never deployed since it was created {created} ago"
    none_of([] if deploys else [Finding(fact, since=heroku_app.created_at, brief=brief)])


def _kinds(releases):
    return "all config vars" if not any(each.code for each in releases) else "some with code"
