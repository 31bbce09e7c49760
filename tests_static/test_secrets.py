"""A secret of an environment is used in that environment alone."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import secrets, there


@control("WF013", severity="SEV-2", satisfies=["SOC2 CC6.1", "NIST AC-6", "ISO27001 A.8.24"])
def test_secrets_stay_in_their_environment(workflow_file, checkout, repository):
    """A secret that belongs to an environment is read by jobs of that environment alone.

    A job that names no environment gets it only if it is a secret of the repository too: then every workflow has it.

    Remedy: name the environment in the job that needs the secret, and keep the secret in that environment alone.
    """
    homes = homes_of(repository)
    if not homes:
        pytest.skip(f"the estate declares no secret of an environment of {repository.name}")
    uses = there.uses(workflow_file, checkout.sources, homes)
    none_of(secrets.read_outside(workflow_file, checkout.sources, homes), among=uses, what="use of such a secret")


def homes_of(repository):
    """Give the environments that each secret belongs to, by the secret's name: GitHub reads it without case."""
    homes = {}
    for environment in repository.environments.values():
        for secret in environment.secrets:
            homes.setdefault(secret.lower(), []).append(environment.name)
    return homes
