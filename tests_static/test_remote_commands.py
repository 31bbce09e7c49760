"""What a deploy runs in a dyno is heard of, and what it shuts is opened again."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import maintenance, remote


@control("WF033", since="0.2", severity="SEV-3", satisfies=["SOC2 CC8.1", "SOC2 CC7.2", "NIST CM-3"])
def test_remote_command_passes_on_its_exit_code(workflow_file, checkout):
    """A command that a deploying job runs in a dyno fails the job where it fails.

    `heroku run` succeeds whatever its command came to, unless it has `--exit-code`; `run:detached` waits for nothing. A
    migration that failed so leaves a green run, and code that does not fit its database.

    Remedy: `heroku run --exit-code --app APP "COMMAND"`, and no `|| true` behind it.
    """
    commands = remote.remote_commands(workflow_file, checkout.sources)
    none_of(
        remote.unheard(workflow_file, checkout.sources),
        among=commands,
        what="command that a deploying job runs in a dyno",
    )


@control("WF036", since="0.2", severity="SEV-2", satisfies=["SOC2 A1.2", "NIST CP-10", "NIST SI-17"])
def test_maintenance_mode_is_turned_off(workflow_file, checkout):
    """Maintenance mode that a deploy turns on is turned off whatever happens behind it.

    A step that fails between the two leaves the app in maintenance: it answers 503 until somebody notices. So does a
    run that is cancelled, or a job that reaches its time limit, where it is turned off `if: ${{ !cancelled() }}`.

    Remedy: turn it off in a step, or a job, with `if: always()`: `heroku maintenance:off --app APP`.
    """
    steps = maintenance.turned_on(workflow_file, checkout)
    none_of(maintenance.left_on(workflow_file, checkout), among=steps, what="step that turns maintenance mode on")
