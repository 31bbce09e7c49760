"""What a pull request waits for does come."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import required_checks, there


@control("WF016", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3"], declared=["repository.required_checks"])
def test_required_checks_always_report(workflow_file, checkout, repository):
    """A workflow that a required check comes from runs on every pull request to the default branch.

    Where a filter of paths, branches or types leaves it out, the check never reports, and the pull request waits for
    ever. A job that is skipped by its `if` reports success, but not under the names of its matrix.

    Remedy: take the filter off the trigger; ask inside the job what changed.
    """
    if not repository.required_checks:
        pytest.skip(f"{repository.name} declares no required checks")
    names, branch = repository.required_checks, repository.trunk
    found = required_checks.silent_checks(workflow_file, names, branch, checkout.sources)
    none_of(found, among=there.checks(workflow_file, names, checkout.sources), what="required check comes from here")
