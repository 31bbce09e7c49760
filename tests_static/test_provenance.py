"""What is deployed is the repository's own code, and what the gates have seen."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import provenance, there


@control("WF014", severity="SEV-2", satisfies=["SOC2 CC6.1", "SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_nothing_from_outside_deploys(workflow_file, checkout, repository):
    """Nothing that a pull request, a fork, an issue or a comment brings can deploy; apps made for review excepted.

    A pull request that was merged into the default branch may: then its code is the branch's own.

    Remedy: take the trigger away from the workflow that deploys, or let the job run on pushes alone.
    """
    ways = there.ways(workflow_file, checkout)
    found = provenance.set_off_from_outside(workflow_file, checkout, repository.trunk)
    none_of(found, among=ways, what="trigger that leads to a deploy")


@control("WF015", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_what_is_deployed_is_what_was_gated(app, estate, deploy_paths):
    """The job that deploys checks out the ref that its gates have seen; after another run, that run's commit.

    Remedy: hand the same `ref` to each `actions/checkout` on the way to {app}.
    """
    repository = estate.repositories.get(app.repository)
    branch = repository.trunk if repository else "main"
    gated = there.gated(app, deploy_paths)
    none_of(provenance.unseen(app, branch, deploy_paths), among=gated, what="gate or run before a deploy")
