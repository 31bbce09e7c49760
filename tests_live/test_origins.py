"""What runs was made by the runs that should make it."""

from datetime import timedelta

import pytest

from asbuilt.commits import agree
from asbuilt.controls import Finding, control, none_of
from asbuilt.model import ago

pytestmark = pytest.mark.live

HOUR = timedelta(hours=1)
SUCCEEDED = {"success", "inactive"}


@control(
    "GH009",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "NIST CM-3"],
    explained_by=["GH001", "GH002", "GH007", "GH016"],
    declared=["deploy.deploy"],
)
@pytest.mark.usefixtures("past_first_deploy")
def test_deploy_path_was_exercised(app, deploy, exercised):
    """Each declared deploy made a release of its app, with success: an untried path is a hope.

    Remedy: {deploy}
    """
    through = f" through environment {app.environment}" if app.environment else ""
    fact = f"{deploy.workflow.name} by {deploy.deploy.trigger} has never deployed {app.name}{through}"
    none_of([] if exercised else [Finding(f"{fact}: no release of it was made by a run that succeeded")])


@control("HK018", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "NIST CM-5"], explained_by=["GH009"])
def test_current_release_was_made_by_its_workflow(deployed, origin, source, now):
    """The code that runs was released by a run of a workflow that owns the app: nothing else has passed its gates.

    A promotion is as good as the release that it was promoted from.

    Remedy: find out who deployed and why: heroku releases --app {app}   (then {deploy})
    """
    _, brought, _ = deployed
    if origin or (source and source[1]):
        return
    how = (
        f'{brought} "{brought.description}" was made {ago(brought.created_at, now)} ago by {brought.user or "somebody"}'
    )
    came = (
        f"promoted from {source[0]}, where no run made it" if source else "outside any run of a workflow that owns it"
    )
    none_of([Finding(f"{how}, {came}")])


@control("HK009", severity="SEV-2", satisfies=["SOC2 CC8.1", "SOC2 CC7.2"], explained_by=["HK003", "HK018"])
def test_newest_deploy_is_what_runs(app, deployed, origin, source, newest_deploy, newest_release, now, grace):
    """The newest run that deployed with success left a release, and that is what runs, or a later run's.

    A run is green as well where its push had nothing to build, where another app was built, or the release failed.

    Remedy: read the log of the run, then {deploy}
    """
    _, brought, commit = deployed
    run, ended = newest_deploy.run, max(span.ends for span in newest_deploy.spans)
    told = f"{run.event} run #{run.number} deployed with success {ago(ended, now)} ago"
    runs = f"{app.name} runs {brought}{f' of commit {commit[:8]}' if commit else ''}"
    fix = f"read why: {run.url} ; then {{deploy}}"
    if newest_release is None:
        same = commit is not None and agree(commit, run.sha)
        young = now - ended <= grace
        none_of([] if same or young else [Finding(f"{told} and released nothing: {runs}", fix)])
    elif newest_release.status != "pending":
        superseded = brought.version >= newest_release.version and (origin or source or brought == newest_release)
        none_of([] if superseded else [Finding(f"{told} and made {newest_release}, but {runs}", fix)])


@control(
    "HK022",
    severity="SEV-3",
    satisfies=["SOC2 CC7.2", "SOC2 CC8.1"],
    explained_by=["GH007", "GH008", "GH016"],
    declared=["deploy.deploy"],
)
def test_what_was_pushed_is_deployed(app, deploy, behind, lag, now):
    """What runs is the newest commit that the workflow would deploy, or it lags no longer than declared.

    Remedy: gh run list -R {repository}   (find the run that should have deployed it; repair, then {deploy})
    """
    limit = deploy.deploy.max_lag or HOUR
    late = lag is not None and now - lag.since > limit
    fact = lag and f"{app.name} is {lag.commits} commits behind {behind[1]} since {ago(lag.since, now)}: {lag.why}"
    none_of([Finding(fact)] if late else [])


@control(
    "GH015",
    severity="SEV-2",
    satisfies=["SOC2 CC7.2", "SOC2 CC8.1"],
    explained_by=["GH009", "GH016", "GH021", "HK003", "HK018"],
    declared=["app.environment"],
)
def test_last_deployment_succeeded(app, last_deployment, deployed, origin, source, now):
    """The last deployment to the app's environment, by the job that deploys the app, succeeded, and that runs.

    Remedy: look at the deployment's run, then {deploy}
    """
    state, run = last_deployment.status.state, last_deployment.status.run
    at = last_deployment.status.created_at
    told = f"the last deployment to {app.environment}"
    found = [] if state in SUCCEEDED else [f"{told} ended in {state} {ago(at, now)} ago"]
    made = origin or (source and source[1])
    runs = deployed[2] is not None and agree(deployed[2], last_deployment.deployment.sha)
    later = made is not None and (made.run.id == run or made.run.created_at > at or bool(source))
    if state in SUCCEEDED and run and not later and not runs:
        found.append(f"{told} succeeded {ago(at, now)} ago, and what runs came of another run")
    none_of(Finding(each, since=at) for each in found)
