"""GitHub's environments gate production as declared."""

import pytest

from asbuilt.controls import control

pytestmark = pytest.mark.live


@control("GH001", severity="SEV-2", satisfies=["ISO27001 A.8.9"], with_app=True)
def test_repository_is_visible(repository, github_repository_or_none):
    """The repository is visible under its declared name.

    Remedy: gh repo view {repository}   (deleted or renamed? correct the estate; else give the token `Metadata: read`)
    """
    assert github_repository_or_none, f"{repository.name} does not exist, or the token may not see it"
    name = github_repository_or_none.full_name
    assert name.lower() == repository.name.lower(), f"{repository.name} is now called {name}"


@control("GH002", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_environment_exists(repository, environment, environments):
    """Each environment that the estate or a workflow names exists: GitHub creates a missing one, without protection.

    Remedy: create environment {environment}{protection}: https://github.com/{repository}/settings/environments/new
    """
    assert environment.lower() in environments, (
        f'environment "{environment}" does not exist in {repository.name}: '
        "the first run that names it would create it unprotected; "
        f"there are: {', '.join(sorted(each.name for each in environments.values())) or 'none'}"
    )


@control("GH003", severity="SEV-2", satisfies=["SOC2 CC8.1", "SOC2 CC6.3", "ISO27001 A.8.32"])
def test_environment_requires_the_declared_reviewers(declared_environment, github_environment):
    """The environment requires the declared reviewers, and nobody else may approve.

    Remedy: set the required reviewers of {environment}: https://github.com/{repository}/settings/environments
    """
    if declared_environment.reviewers is None:
        pytest.skip("the estate declares no reviewers")
    declared = {each.lower() for each in declared_environment.reviewers}
    observed = {each.lower() for each in github_environment.reviewers}
    assert observed == declared, (
        f"required reviewers are {_listed(github_environment.reviewers)}, "
        f"declared {_listed(declared_environment.reviewers)}"
    )


@control("GH004", severity="SEV-3", satisfies=["SOC2 CC8.1"])
def test_environment_waits_as_declared(declared_environment, github_environment):
    """The environment's wait timer is as declared.

    Remedy: set the wait timer of {environment}: https://github.com/{repository}/settings/environments
    """
    if declared_environment.wait_timer is None:
        pytest.skip("the estate declares no wait timer")
    observed, declared = github_environment.wait_timer, declared_environment.wait_timer
    assert observed == declared, f"wait timer is {observed} min, declared {declared} min"


@control("GH005", severity="SEV-2", satisfies=["SOC2 CC8.1", "ISO27001 A.8.32"])
def test_environment_deploys_from_declared_branches_only(declared_environment, github_environment):
    """Only the declared branches may deploy to the environment.

    Remedy: set the deployment branches of {environment}: https://github.com/{repository}/settings/environments
    """
    if declared_environment.deployment_branches is None:
        pytest.skip("the estate declares no deployment branches")
    observed, declared = set(github_environment.branches), set(declared_environment.deployment_branches)
    assert observed == declared, f"deployments are allowed from {_branches(observed)}, declared {_branches(declared)}"


def _branches(patterns):
    return _listed(
        {"@any": "every branch and tag", "@protected": "protected branches"}.get(each, each)
        for each in sorted(patterns)
    )


def _listed(names):
    return ", ".join(names) or "nobody"
