"""Nothing reaches production but through its environment and its gates."""

import pytest

from asbuilt.controls import control, finding, none_of


@control("WF003", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_production_deploys_through_its_environment(app, deploy_paths):
    """A job that deploys to a production app names the app's environment: that is where the reviewers are asked.

    Remedy: name the declared environment as the `environment` of the job that deploys {app}.
    """
    if app.tier != "production" or not app.environment:
        pytest.skip(f"{app.name} is {app.tier}; it declares {app.environment or 'no environment'}")
    none_of(
        finding(
            path.step.workflow_file.document,
            path.step.job.place("environment"),
            f'job "{path.job}" deploys {app.name} ({path.way}) through {path.environment or "no environment"}, '
            f"expected {app.environment}",
            f"add to job {path.job}: environment: {app.environment}",
        )
        for path in deploy_paths
        if not same_name(path.environment, app.environment)
    )


@control("WF004", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_gates_precede_the_deploy(app, deploy_paths):
    """Every declared gate must have succeeded before a job deploys to the app.

    A job that the deploy needs, but whose failure it ignores (`if: always()`), is no gate.

    Remedy: add the missing gates to the `needs` of the job that deploys {app}.
    """
    if not app.gates:
        pytest.skip(f"{app.name} declares no gates")
    none_of(
        finding(
            path.step.workflow_file.document,
            path.step.job.place("needs"),
            f'job "{path.job}" deploys {app.name} ({path.way}) without {" and ".join(missing)}; '
            f"what precedes it: {', '.join(path.gates) or 'nothing'}",
            f"needs: [{', '.join(app.gates)}]",
        )
        for path in deploy_paths
        if (missing := [gate for gate in app.gates if not path.has_gate(gate)])
    )


def same_name(found, expected):
    """Tell whether two names are one environment: GitHub reads them without regard to case."""
    return (found or "").lower() == expected.lower()
