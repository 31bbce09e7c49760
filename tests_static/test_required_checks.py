"""What a pull request waits for does come."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import red_checks, required_checks, there


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


@control(
    "WF032",
    since="0.2",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "NIST CM-3"],
    declared=["repository.required_checks"],
)
def test_required_checks_can_be_red(workflow_file, checkout, repository):
    """A required check is red where what it stands for fails: its job can fail, and asks what it waits for.

    A job that is skipped because one that it needs failed reports success. One with `if: always()` runs whatever those
    came to, and is green unless a step asks for `needs.*.result`; asking for `failure` alone lets `cancelled` pass.

    Remedy: `if: always()`, and a step that fails where `contains(needs.*.result, 'failure')`, or `'cancelled'`.
    """
    if not repository.required_checks:
        pytest.skip(f"{repository.name} declares no required checks")
    names = repository.required_checks
    found = red_checks.green_checks(workflow_file, names, checkout.sources)
    none_of(found, among=there.checks(workflow_file, names, checkout.sources), what="required check comes from here")
