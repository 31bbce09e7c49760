"""A deploy is done when the app has answered, with the release that was deployed."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import there, verification


@control("WF005", severity="SEV-3", satisfies=["SOC2 CC7.2", "SOC2 CC8.1", "NIST SI-4"])
def test_deploy_is_followed_by_a_health_check(app, estate, deploy_paths):
    """A health check that can fail the run follows every deploy, in the same job or a later one.

    A request whose failure is swallowed, and a step or job with `continue-on-error`, check nothing. An app without web
    has no URL: its dynos are waited for.

    Remedy: after the deploy, ask {app} for its commit, or wait for its dynos: `timeout 300 heroku ps:wait --app {app}`.
    """
    none_of(verification.unchecked(app, estate.apps.values(), deploy_paths))


@control("WF025", severity="SEV-3", satisfies=["SOC2 CC7.2", "SOC2 CC8.1", "NIST SI-4"], explained_by=["WF005"])
def test_health_check_proves_the_release(app, estate, deploy_paths):
    """A health check after the deploy compares what runs with what was deployed: commit or release version.

    When a deploy fails, the release before it goes on answering, with 200. `heroku ps:wait` compares the release of
    each dyno with the newest.

    Remedy: let {app} tell its commit, and compare that with `$GITHUB_SHA`; without web, `heroku ps:wait --app {app}`.
    """
    checks = there.health_checks(app, estate, deploy_paths)
    none_of(verification.unproved(app, estate.apps.values(), deploy_paths), among=checks, what="health check")


@control("WF026", severity="SEV-3", satisfies=["SOC2 CC7.2", "SOC2 CC8.1", "NIST SI-4"])
def test_requests_notice_an_http_error(app, deploy_paths):
    """A request that deploys or checks an app takes an HTTP error for a failure.

    curl takes every answer for a success, a 502 too, unless it is told to fail.

    Remedy: add `--fail` to curl, or test the status code.
    """
    none_of(verification.careless(app, deploy_paths), among=there.requests(deploy_paths), what="request by curl")
