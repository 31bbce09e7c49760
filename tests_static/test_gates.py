"""Nothing reaches production but through its environment and its gates."""

import pytest

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.fault import Fault, one_for_each_place
from asbuilt.workflows.hollow import holes


@control("WF003", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_production_deploys_through_its_environment(app, deploy_paths):
    """A job that deploys to a production app names the app's environment: that is where the reviewers are asked.

    Remedy: name the declared environment as the `environment` of the job that deploys {app}.
    """
    if app.tier != "production" or not app.environment:
        pytest.skip(f"{app.name} is {app.tier}; it declares {app.environment or 'no environment'}")
    faults = (
        Fault(
            path.owner.document,
            path.step.job.place("environment"),
            f'job "{path.job}" deploys {app.name} ({path.way}) through {through(path)}, '
            f"expected {app.environment}{from_whom(path)}",
            f"add to job {path.step.job.id}: environment: {app.environment}",
        )
        for path in deploy_paths
        if not same_name(path.environment, app.environment)
    )
    none_of(finding(*fault) for fault in one_for_each_place(faults))


@control("WF004", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_gates_precede_the_deploy(app, deploy_paths):
    """Every declared gate stands before each deploy to the app: the deploying job needs it, directly or through others.

    Remedy: add the missing gates to the `needs` of the job that deploys {app}.
    """
    if not app.gates:
        pytest.skip(f"{app.name} declares no gates")
    faults = (
        Fault(
            path.owner.document,
            path.step.job.place("needs"),
            f'job "{path.job}" deploys {app.name} ({path.way}) without {" and ".join(missing)}; '
            f"what precedes it: {', '.join(path.gates) or 'nothing'}{from_whom(path)}",
            f"needs: [{', '.join(app.gates)}]",
        )
        for path in deploy_paths
        if (missing := [gate for gate in app.gates if not path.is_preceded_by(gate)])
    )
    none_of(finding(*fault) for fault in one_for_each_place(faults))


@control("WF018", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_gates_hold(app, deploy_paths):
    """A declared gate that fails, is cancelled or skipped keeps the deploy from running, and it can fail.

    `always()`, `!cancelled()` and `failure()` run a job whatever its gates came to; `continue-on-error` and `|| true`
    make a gate pass that failed.

    Remedy: ask for the result that counts: `if: always() && needs.GATE.result == 'success'`.
    """
    if not app.gates:
        pytest.skip(f"{app.name} declares no gates")
    faults = (hole for path in deploy_paths for gate in app.gates for hole in holes(path, gate, path.sources))
    none_of(finding(*fault) for fault in one_for_each_place(faults))


def through(path):
    """Say which environment a path goes through."""
    written = path.step.job.environment
    if path.environment or written is None:
        return path.environment or "no environment"
    empty = "the environment:" not in (path.undecided or "")
    return f"no environment: {written.text} is empty here" if empty else f"one that cannot be told: {written.text}"


def from_whom(path):
    """Say who calls the file that holds the job, where it is not the one that the trigger starts."""
    return f"; {path.called_from}" if path.called_from else ""


def same_name(found, expected):
    """Tell whether two names are one environment: GitHub reads them without regard to case."""
    return (found or "").lower() == expected.lower()
