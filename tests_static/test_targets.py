"""What a deploy touches belongs to the app that it deploys."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import targets


@control("WF029", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-2", "ISO27001 A.8.31"], explained_by=["WF003"])
def test_environment_app_and_address_belong_together(app, estate, deploy_paths):
    """The environment of a deploy, the address that it shows and the one that it checks are those of its app.

    That a production app goes through its own environment is for WF003. An app that declares no environment needs
    none, and may not take that of another tier. A check that asks other apps too is right as long as it asks this one.

    Remedy: name the environment and the address of {app} in the job that deploys it.
    """
    none_of(targets.of_another_app(app, estate.apps.values(), deploy_paths))
