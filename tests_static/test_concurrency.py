"""Deploys of one app come one after the other, and none of them hangs."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import concurrency, there, time_limits


@control("WF009", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_deploys_of_production_exclude_each_other(app, deploy_paths):
    """All deploys of a production app wait in one concurrency group, and no run cancels one that is under way.

    One group for all apps of a workflow is right. A group that differs between runs, by run id, commit or branch, keeps
    nothing apart; neither do two workflows that name different groups. GitHub takes names that differ in case alone
    for one. In a matrix, `fail-fast: false` keeps a leg that fails from cancelling a deploy that another has begun.

    Remedy: `concurrency: { group: {app}, cancel-in-progress: false }` on each job that deploys {app}.
    """
    if app.tier != "production":
        pytest.skip(f"{app.name} is {app.tier}")
    none_of(concurrency.collisions(deploy_paths))


@control("WF010", severity="SEV-3", satisfies=["SOC2 A1.2", "NIST SC-5"])
def test_deploy_job_has_a_time_limit(workflow_file, checkout, repository):
    """A job that deploys has timeout-minutes: without it a deploy that hangs holds the queue for six hours.

    One of more than an hour, or of the declared `max_deploy`, is none. The limit of a step does not end the job. A job
    that calls another repository's workflow can have none.

    Remedy: add `timeout-minutes: 20` to the job.
    """
    deploys = there.deploys(workflow_file, checkout.sources)
    found = time_limits.unlimited(workflow_file, checkout.sources, repository.max_deploy)
    none_of(found, among=deploys, what="job that deploys")
