"""What a deploy touches belongs to the app that it deploys."""

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.judge.targets import mismatches
from asbuilt.workflows.yaml.fault import one_for_each_place


@control("WF029", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-2", "ISO27001 A.8.31"])
def test_environment_app_and_address_belong_together(app, estate, deploy_paths):
    """The environment of a deploy, the address that it shows and the one that it checks are those of its app.

    That a production app goes through its own environment is for WF003. An app that declares no environment needs
    none, and may not take that of another tier. A check that asks other apps too is right as long as it asks this one.

    Remedy: name the environment and the address of {app} in the job that deploys it.
    """
    apps = estate.apps.values()
    faults = (fault for path in deploy_paths for fault in mismatches(path, app, apps))
    none_of(finding(*fault) for fault in one_for_each_place(faults))
