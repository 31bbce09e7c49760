"""No environment stands there by mistake."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.mistyped import mistaken_for
from asbuilt.workflows.yaml.finding import Finding

pytestmark = pytest.mark.live


@control(
    "GH021",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "NIST CM-7"],
    with_app=True,
    declared=["repository.environments"],
)
def test_no_unprotected_environment_stands_there_by_mistake(repository, strays, used_strays):
    """No unprotected environment has nearly the name of a declared one, or was deployed to without being declared.

    GitHub makes an environment of any name that a run comes with, without protection: a run that mistypes `production`
    deploys past its reviewers. Nearly is but for one or two characters. One that the estate declares or a workflow file
    names is no mistake, and neither is one that counts (`staging2`). Of deployments the newest hundred are known, and
    of runs those on the default branch.

    Remedy: see which run used it, then delete or declare it: https://github.com/{repository}/settings/environments
    """
    if not repository.environments:
        pytest.skip("the estate declares no environments")
    nearly = {name: mistaken_for(each.name, repository.environments) for name, each in strays.items()}
    none_of(
        Finding(
            f'environment "{each.name}" is unprotected, and neither the estate nor a workflow file names it'
            f"{_meant(nearly[name])}{_used(used_strays.get(name))}",
        )
        for name, each in strays.items()
        if nearly[name] or name in used_strays
    )


def _meant(name):
    return f'; it is nearly "{name}", and what names it deploys past what protects that one' if name else ""


def _used(run):
    return f"; a run of a declared deploy deployed to it: {run.url}" if run else ""
