"""What is deployed is the repository's own code, and what the gates have seen."""

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.judge.provenance import from_outside, unseen_by_gates
from asbuilt.workflows.yaml.fault import one_for_each_place


@control("WF014", severity="SEV-2", satisfies=["SOC2 CC6.1", "SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_nothing_from_outside_deploys(workflow_file, checkout, repository):
    """Nothing that a pull request, a fork, an issue or a comment brings can deploy; apps made for review excepted.

    A pull request that was merged into the default branch may: then its code is the branch's own.

    Remedy: take the trigger away from the workflow that deploys, or let the job run on pushes alone.
    """
    paths = [path for path in checkout.deploy_paths if path.run.entry.workflow_file is workflow_file]
    faults = filter(None, (from_outside(path, repository.default_branch) for path in paths))
    none_of(finding(*fault) for fault in one_for_each_place(faults))


@control("WF015", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_what_is_deployed_is_what_was_gated(app, estate, deploy_paths):
    """The job that deploys checks out the ref that its gates have seen; after another run, that run's commit.

    Remedy: hand the same `ref` to each `actions/checkout` on the way to {app}.
    """
    repository = estate.repositories.get(app.repository)
    branch = repository.default_branch if repository else "main"
    ways = [path for path in deploy_paths if not path.review]
    faults = (each for path in ways for each in unseen_by_gates(path, app.gates, branch, app.repository or ""))
    none_of(finding(*fault) for fault in one_for_each_place(faults))
