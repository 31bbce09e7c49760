"""A deploy is done when the app has answered, with the release that was deployed."""

import shlex

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.health.steps import careless_requests
from asbuilt.workflows.judge.targets import own_checks
from asbuilt.workflows.yaml.fault import Fault, one_for_each_place


@control("WF005", severity="SEV-3", satisfies=["SOC2 CC7.2", "SOC2 CC8.1", "NIST SI-4"])
def test_deploy_is_followed_by_a_health_check(app, estate, deploy_paths):
    """A health check that can fail the run follows every deploy, in the same job or a later one.

    A request whose failure is swallowed, and a step or job with `continue-on-error`, check nothing.

    Remedy: after the deploy, ask the app: `curl --fail --retry 10 --retry-all-errors URL/health`.
    """
    faults = (
        Fault(
            path.document,
            path.mark,
            f'job "{path.job}" deploys {app.name} ({path.way}), and no later step fails the run if it does not answer'
            + path.caller_of(path.step.placed),
            f"add a step after it: run: curl --fail --retry 10 --retry-all-errors {shlex.quote(app.url or 'URL')}"
            + (app.probes[0].path if app.probes else "/"),
        )
        for path in deploy_paths
        if not own_checks(path, app, estate.apps.values())
    )
    none_of(finding(*fault) for fault in one_for_each_place(faults))


@control("WF025", severity="SEV-3", satisfies=["SOC2 CC7.2", "SOC2 CC8.1", "NIST SI-4"])
def test_health_check_proves_the_release(app, estate, deploy_paths):
    """A health check after the deploy compares what runs with what was deployed: commit or release version.

    When a deploy fails, the release before it goes on answering, with 200.

    Remedy: let the app tell its commit, and compare: `curl --fail URL/version | grep "$GITHUB_SHA"`.
    """
    faults = (
        Fault(
            weak.placed.document if weak.placed else path.document,
            weak.placed.mark if weak.placed else path.mark,
            f'"{weak.label}" would pass with the release before: it does not ask which commit {app.name} runs'
            + path.caller_of(weak.placed or path.step.placed),
            f'compare it: curl --fail {shlex.quote(app.url or "URL")}/version | grep "$GITHUB_SHA"',
        )
        for path in deploy_paths
        if (checks := own_checks(path, app, estate.apps.values()))
        and not any(each.check.proves_release for each in checks)
        and (weak := path.last_word(checks))
    )
    none_of(finding(*fault) for fault in one_for_each_place(faults))


@control("WF026", severity="SEV-3", satisfies=["SOC2 CC7.2", "SOC2 CC8.1", "NIST SI-4"])
def test_requests_notice_an_http_error(app, deploy_paths):
    """A request that deploys or checks an app takes an HTTP error for a failure.

    curl takes every answer for a success, a 502 too, unless it is told to fail.

    Remedy: add `--fail` to curl, or test the status code.
    """
    found = {
        (placed.document.path, placed.mark, request.source): finding(
            placed.document,
            placed.mark,
            f'job "{placed.job.id}": `{request.source}` succeeds when {app.name} or Heroku answers with an error'
            + path.caller_of(placed),
            "add --fail to curl",
        )
        for path in reversed(deploy_paths)
        for placed, around in path.deploying_and_later
        for request in careless_requests(placed.step, placed.shell, around)
    }
    none_of(found.values())
