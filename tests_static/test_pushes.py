"""What a script pushes to Heroku is built there."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import heroku_pushes


@control("WF034", since="0.2", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_heroku_builds_what_is_pushed(workflow_file, checkout):
    """What a script pushes to Heroku by git has its whole history, and goes to main or master.

    Heroku refuses a shallow clone, and `actions/checkout` makes one unless it is told otherwise. It builds main and
    master alone: a push to another branch succeeds and deploys nothing. heroku-deploy sees to both itself.

    Remedy: set `fetch-depth: 0` at `actions/checkout`, and push `HEAD:refs/heads/main`.
    """
    found = heroku_pushes.pushing(workflow_file, checkout)
    idle = tuple(heroku_pushes.idle(workflow_file, checkout.sources))
    none_of((*heroku_pushes.unbuilt(found, checkout), *idle), among=found, what="script that pushes to Heroku by git")
