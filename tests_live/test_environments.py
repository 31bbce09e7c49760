"""GitHub's environments gate production as declared."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.judging import CouldNotObserveError
from asbuilt.model import Unobserved
from asbuilt.workflows.yaml.finding import Finding

pytestmark = pytest.mark.live

SETTINGS = "https://github.com/{repository}/settings/environments"
# https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
ENTERPRISE = (
    "a private repository has required reviewers, wait timers and the bypass switch with GitHub Enterprise alone: "
    "if its plan has none, make it public, upgrade, or take `{key}` out of the estate"
)


SAYS = {
    ("admins_can_bypass", True): "administrators can deploy past its rules",
    ("admins_can_bypass", False): "administrators cannot deploy past its rules",
    ("prevent_self_review", True): "nobody can approve a run that they set off",
    ("prevent_self_review", False): "nothing keeps somebody from approving a run that they set off",
}


@control(
    "GH001",
    severity="SEV-2",
    satisfies=["ISO27001 A.8.9"],
    with_app=True,
    observed=["github_repository_or_none.full_name"],
)
def test_repository_is_visible(repository, github_repository_or_none):
    """The repository is visible under its declared name.

    Remedy: gh repo view {repository}   (deleted or renamed? correct the estate; else give the token `Metadata: read`)
    """
    assert github_repository_or_none, f"{repository.name} does not exist, or the token may not see it"
    found = github_repository_or_none
    assert found.full_name.lower() == repository.name.lower(), f"{repository.name} is now called {found.full_name}"


@control(
    "GH001",
    severity="SEV-2",
    satisfies=["ISO27001 A.8.9"],
    with_app=True,
    observed=["github_repository.archived", "github_repository.disabled"],
)
def test_repository_runs_workflows(repository, github_repository):
    """The repository is neither archived nor disabled: GitHub runs no workflow there, so nothing deploys from it.

    Remedy: gh repo unarchive {repository}   (disabled? ask GitHub's support; else take it out of the estate)
    """
    assert not github_repository.archived, f"{repository.name} is archived: no workflow runs there"
    if github_repository.disabled is None:
        pytest.skip("the observation is older than the question whether GitHub has disabled it")
    assert not github_repository.disabled, f"{repository.name} is disabled by GitHub: no workflow runs there"


@control(
    "GH001",
    severity="SEV-2",
    satisfies=["ISO27001 A.8.9"],
    with_app=True,
    declared=["repository.default_branch"],
    observed=["github_repository.default_branch"],
)
def test_default_branch_is_the_declared_one(repository, github_repository):
    """The default branch is the declared one: schedules and dispatches run what it holds.

    Remedy: correct `default_branch` in the estate, or: gh repo edit {repository} --default-branch BRANCH
    """
    if repository.default_branch is None:
        pytest.skip("the estate declares no default branch: what GitHub has for it is it")
    observed, declared = github_repository.default_branch, repository.default_branch
    assert observed == declared, f"the default branch is {observed}, declared {declared}"


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


@control(
    "GH003",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "SOC2 CC6.3", "ISO27001 A.8.32"],
    declared=["declared_environment.reviewers"],
    observed=["github_environment.reviewers", "github_environment.reviewers_gone"],
)
def test_environment_requires_the_declared_reviewers(declared_environment, github_environment, github_repository):
    """The environment requires the declared reviewers, and nobody else may approve.

    Remedy: protect environment {environment}{protection}: https://github.com/{repository}/settings/environments
    """
    if declared_environment.reviewers is None:
        pytest.skip("the estate declares no reviewers")
    declared = {each.lower() for each in declared_environment.reviewers}
    observed = {each.lower() for each in github_environment.reviewers}
    gone = github_environment.reviewers_gone
    told = (
        f"required reviewers are {_reviewers(github_environment)}, declared {_listed(declared_environment.reviewers)}"
    )
    none_of([Finding(told, _fix("reviewers", github_environment, github_repository))] if observed != declared else [])
    assert not gone, f"{told}: an account that was deleted approves nothing"


@control(
    "GH004",
    severity="SEV-3",
    satisfies=["SOC2 CC8.1"],
    declared=["declared_environment.wait_timer"],
    observed=["github_environment.wait_timer"],
)
def test_environment_waits_as_declared(declared_environment, github_environment, github_repository):
    """The environment's wait timer is as declared.

    Remedy: protect environment {environment}{protection}: https://github.com/{repository}/settings/environments
    """
    if declared_environment.wait_timer is None:
        pytest.skip("the estate declares no wait timer")
    observed, declared = github_environment.wait_timer, declared_environment.wait_timer
    told = f"wait timer is {observed} min, declared {declared} min"
    none_of([Finding(told, _fix("wait_timer", github_environment, github_repository))] if observed != declared else [])


@control(
    "GH005",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "ISO27001 A.8.32"],
    declared=["declared_environment.deployment_branches"],
    observed=["github_environment.branches", "protected_branches"],
)
def test_environment_deploys_from_declared_branches_only(declared_environment, github_environment, protected_branches):
    """Only the declared branches may deploy to the environment.

    Where protected branches alone may, one has to be protected: without any, GitHub lets every branch deploy.

    Remedy: protect environment {environment}{protection}: https://github.com/{repository}/settings/environments
    """
    if declared_environment.deployment_branches is None:
        pytest.skip("the estate declares no deployment branches")
    observed, declared = set(github_environment.branches), set(declared_environment.deployment_branches)
    assert observed == declared, f"deployments are allowed from {_branches(observed)}, declared {_branches(declared)}"
    assert protected_branches != (), "protected branches alone may deploy, and none is protected: so every branch may"


@control(
    "GH006",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "SOC2 CC6.3"],
    declared=["declared_environment.admins_can_bypass", "declared_environment.prevent_self_review"],
    observed=["github_environment.admins_can_bypass", "github_environment.prevent_self_review"],
)
def test_environment_is_bypassed_by_nobody(declared_environment, github_environment, github_repository):
    """Administrators cannot deploy past the environment's rules, and nobody approves their own run, where declared.

    Remedy: set who may pass the rules of {environment}: https://github.com/{repository}/settings/environments
    """
    declared = {each: getattr(declared_environment, each) for each in ("admins_can_bypass", "prevent_self_review")}
    observed = {each: getattr(github_environment, each) for each, value in declared.items() if value is not None}
    if not observed:
        pytest.skip("the estate declares neither admins_can_bypass nor prevent_self_review")
    none_of(
        Finding(
            f"{SAYS[each, value]}; the estate declares {each}: {str(declared[each]).lower()}",
            _fix(each, github_environment, github_repository),
        )
        for each, value in observed.items()
        if value not in (None, declared[each])
    )
    for each in [each for each, value in observed.items() if value is None]:
        fix = "look at it in the environment's settings, and observe again"
        raise CouldNotObserveError(Unobserved(each, "GitHub", f"does not say {each}", fix))


def _fix(key, environment, repository):
    """Say what to do about a rule that the plan of a private repository may not have; else what the control says."""
    has_rules = environment.reviewers or environment.reviewers_gone or environment.wait_timer
    if not repository.private or has_rules:
        return ""
    return "protect environment {environment}{protection}: " + SETTINGS + "; " + ENTERPRISE.format(key=key)


def _reviewers(environment):
    gone = [f"{environment.reviewers_gone} that no longer exist"] if environment.reviewers_gone else []
    return _listed([*environment.reviewers, *gone])


def _branches(patterns):
    return _listed(
        {"@any": "every branch and tag", "@protected": "protected branches"}.get(each, each)
        for each in sorted(patterns)
    )


def _listed(names):
    return ", ".join(names) or "nobody"
