"""A job that calls Heroku has what it needs for it, or fails before."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import authentication, there


@control("WF021", severity="SEV-2", satisfies=["SOC2 CC6.1", "NIST IA-5", "NIST SC-24"])
def test_authentication_fails_closed(workflow_file, checkout):
    """Each job that calls the Heroku CLI or heroku-deploy has HEROKU_API_KEY from secrets, and fails when it is empty.

    A run in an environment that GitHub has just created has no secrets. With an empty key, the CLI asks a terminal to
    log in, and crashes, as there is none. A key that an earlier step writes to GITHUB_ENV cannot be told before the
    run: it is no finding. heroku-deploy that is handed a key by `heroku_api_key` fails by itself where it is empty. A
    called workflow has no secret but those that its caller hands over, by the same name.

    Remedy: set `HEROKU_API_KEY: ${{ secrets.HEROKU_API_KEY }}` in the job's `env`, and begin the job with the step
    `run: test -n "$HEROKU_API_KEY"`; hand the secret to a called workflow, or set `secrets: inherit`.
    """
    calls = there.calls_with_a_key(workflow_file, checkout.sources)
    none_of(authentication.gaps(workflow_file, checkout.sources), among=calls, what="call that needs Heroku's key")


@control("WF027", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_heroku_cli_is_installed(workflow_file, checkout):
    """The Heroku CLI is installed in each job that calls it on a runner that does not bring it.

    GitHub's images have not had it since Ubuntu 24.04, which `ubuntu-latest` is. heroku-deploy and most actions like it
    call it too. Runners of other kinds, and jobs in a container, are not judged.

    Remedy: add a step before the call: `curl --fail https://cli-assets.heroku.com/install.sh | sh`.
    """
    calls = there.calls_of_the_cli(workflow_file, checkout.sources)
    none_of(
        authentication.calls_without_cli(workflow_file, checkout.sources), among=calls, what="call of the Heroku CLI"
    )
