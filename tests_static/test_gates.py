"""Nothing reaches production but through its environment and its gates."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import gates, there


@control(
    "WF003", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"], declared=["app.environment"]
)
def test_production_deploys_through_its_environment(app, deploy_paths):
    """A job that deploys to a production app names the app's environment: that is where the reviewers are asked.

    Remedy: name the declared environment as the `environment` of the job that deploys {app}.
    """
    if app.tier != "production" or not app.environment:
        pytest.skip(f"{app.name} is {app.tier}; it declares {app.environment or 'no environment'}")
    none_of(gates.wrong_environments(app, deploy_paths))


@control("WF004", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"], declared=["app.gates"])
def test_gates_precede_the_deploy(app, deploy_paths):
    """Every declared gate stands before each deploy to the app: the deploying job needs it, directly or through others.

    Remedy: add the missing gates to the `needs` of the job that deploys {app}.
    """
    if not app.gates:
        pytest.skip(f"{app.name} declares no gates")
    none_of(gates.left_out(app, deploy_paths))


@control("WF018", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"], declared=["app.gates"])
def test_gates_hold(app, deploy_paths):
    """A declared gate that fails, is cancelled or skipped keeps the deploy from running, and it can fail.

    `always()`, `!cancelled()` and `failure()` run a job whatever its gates came to; `!failure()` and `!= 'failure'` let
    one pass that was cancelled or skipped; `continue-on-error` and `|| true` make one pass that failed.

    Remedy: ask for the result that counts: `if: always() && needs.GATE.result == 'success'`.
    """
    if not app.gates:
        pytest.skip(f"{app.name} declares no gates")
    none_of(gates.holes(app, deploy_paths), among=there.gates(app, deploy_paths), what="declared gate before a deploy")
