"""A secret of an environment is used in that environment alone."""

import pytest

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.secrets import EVERY, uses_of_secrets


@control("WF013", severity="SEV-2", satisfies=["SOC2 CC6.1", "NIST AC-6", "ISO27001 A.8.24"])
def test_secrets_stay_in_their_environment(workflow_file, checkout, repository):
    """A secret that belongs to an environment is read by jobs of that environment alone.

    A job that names no environment gets it only if it is a secret of the repository too: then every workflow has it.

    Remedy: name the environment in the job that needs the secret, and keep the secret in that environment alone.
    """
    homes = {
        secret.lower(): environment.name
        for environment in repository.environments.values()
        for secret in environment.secrets
    }
    if not homes:
        pytest.skip(f"the estate declares no secret of an environment of {repository.name}")
    none_of(
        dict.fromkeys(
            finding(
                use.document,
                use.mark,
                f'job "{use.job}" reads {secret} ({use.event}) in {use.environment or "no environment"}, '
                f"expected {home} alone",
                f"environment: {home}",
            )
            for use in uses_of_secrets(workflow_file, checkout.sources, homes)
            for secret, home in homes.items()
            if use.secret == EVERY or use.secret.lower() == secret
            if (use.environment or "").lower() != home.lower()
        )
    )
