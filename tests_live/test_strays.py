"""No environment stands there by mistake."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.mistyped import mistaken_for
from asbuilt.workflows.yaml.finding import Finding

pytestmark = pytest.mark.live


@control("GH021", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-7"])
def test_no_open_environment_has_nearly_a_declared_name(repository, environments, named_environments):
    """No unprotected environment has the name of a declared one but for one or two characters.

    GitHub makes an environment of any name that a run comes with, without protection: a run that mistypes `production`
    deploys past its reviewers. One that the estate declares, or that a workflow file names, is no mistake, and neither
    is one that counts (`staging2`).

    Remedy: see who used it, then delete it: https://github.com/{repository}/settings/environments
    """
    if not repository.environments:
        pytest.skip("the estate declares no environments")
    strays = {
        each.name: mistaken_for(each.name, repository.environments)
        for name, each in environments.items()
        if each.is_open and name not in named_environments
    }
    none_of(
        Finding(
            f'environment "{name}" is unprotected, nobody declares it, and it is nearly "{meant}": a run that names it '
            "deploys past what protects that one",
            "see which run used it (https://github.com/{repository}/deployments), then delete it: "
            "https://github.com/{repository}/settings/environments",
        )
        for name, meant in strays.items()
        if meant
    )
