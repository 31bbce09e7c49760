"""A schedule starts its workflow when it is meant to."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import schedules, there


@control("WF019", severity="SEV-3", satisfies=["SOC2 CC7.1", "NIST CM-2"])
def test_schedules_fire_as_they_are_meant(workflow_file):
    """Every schedule is one that GitHub takes, that fires on some day, and that waits five minutes between two fires.

    A date that never comes (30 February) is no error to GitHub: the workflow just never runs. Day of month and day of
    week are joined by or; of a list, the shortest gap counts, across hours and midnight.

    Remedy: correct the cron; a workflow that is started by hand alone needs none.
    """
    none_of(schedules.schedule_problems(workflow_file), among=there.schedules(workflow_file), what="schedule")
