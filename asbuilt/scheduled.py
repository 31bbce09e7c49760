"""Which workflows are to run by a schedule, how often, and whether they do.

A schedule that stops says nothing: GitHub drops runs when it is busy, disables the schedules of a public repository
after 60 days without activity, and starts none of an actor whose account is gone. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from asbuilt import texts
from asbuilt.estate import Estate, Repository
from asbuilt.model import RunPage, Workflow, WorkflowRun, ago
from asbuilt.run_results import has_run
from asbuilt.workflows.judge.schedules import interval_of
from asbuilt.workflows.judge.there import schedules
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.yaml.finding import Finding

ACTIVE, BY_HAND = "active", "disabled_manually"
FILES = ".github/workflows/"
LATEST = timedelta(hours=6)  # how late a schedule may come, whatever its interval
_INACTIVE = "disabled_inactivity"
_START = (
    "gh workflow run {workflow} -R {repository}   (then see why its schedule stopped: is its `cron` on the default "
    "branch, and is the account there of whoever changed it last? A change of it by another starts it again)"
)
_NEVER = (
    "see whether its `cron` is on the default branch, where alone schedules run   (was it added within its interval, "
    "its first run ends this; by hand: gh workflow run {workflow} -R {repository})"
)


@dataclass(frozen=True, slots=True)
class ScheduledWorkflow:
    """A workflow file that is to run by a schedule.

    `every` is the longest time between two of its starts, as the estate declares it, else as its file says; None where
    neither does. `is_declared` says whether the estate names the workflow.
    """

    name: str
    every: timedelta | None
    is_declared: bool

    @property
    def path(self) -> str:
        """The file's path in its repository."""
        return f"{FILES}{self.name}"

    @property
    def allowed(self) -> timedelta | None:
        """How long ago its last run may be: its interval, and that once more for its delay, or six hours."""
        return None if self.every is None else self.every + max(self.every, LATEST)


def scheduled_workflows(repository: Repository, checkout: Checkout | None) -> Iterator[ScheduledWorkflow]:
    """Give the workflows of a repository that are to run by a schedule: as the estate declares, or their files say."""
    files = {each.file_name: each for each in checkout.workflow_files} if checkout else {}
    for name in sorted({*repository.workflows, *files}):
        declared, file = repository.workflows.get(name), files.get(name)
        by_file = file is not None and next(schedules(file), None) is not None
        by_estate = declared is not None and (
            declared.every is not None or any(each.trigger == "schedule" for each in declared.deploys)
        )
        if by_file or by_estate:
            every = declared.every if declared and declared.every else interval_of(file) if file else None
            yield ScheduledWorkflow(name, every, declared is not None)


def all_scheduled(estate: Estate, checkouts: Mapping[str, Checkout]) -> dict[str, tuple[ScheduledWorkflow, ...]]:
    """Give the workflows that are to run by a schedule, by repository; those without any are not there."""
    found = {name: tuple(scheduled_workflows(each, checkouts.get(name))) for name, each in estate.repositories.items()}
    return {name: each for name, each in found.items() if each}


def last_run(runs: Iterable[WorkflowRun]) -> WorkflowRun | None:
    """Give the newest run that ran; None where none did."""
    return max(filter(has_run, runs), key=_order, default=None)


def is_young(scheduled: ScheduledWorkflow, workflow: Workflow, now: datetime) -> bool:
    """Tell whether GitHub knows a workflow for no longer than its first run may take to come."""
    born = workflow.created_at
    return born is not None and scheduled.allowed is not None and now - born <= scheduled.allowed


def silence(scheduled: ScheduledWorkflow, workflow: Workflow, page: RunPage, now: datetime) -> Iterator[Finding]:
    """Give that a workflow does not run as it is to: it is disabled, or its last run is too long ago.

    `page` has the newest runs that its schedule set off. Where none of them ran, whoever asks has seen that they go
    back far enough, or that the workflow is not young.
    """
    runs = page.runs
    last = last_run(runs)
    since = last.created_at if last else workflow.created_at if page.whole else runs[-1].created_at
    if workflow.state != ACTIVE:
        why = ", as GitHub does after 60 days without activity" if workflow.state == _INACTIVE else ""
        yield Finding(f"{scheduled.path} is {workflow.state}{why}: it {_told_last(page, now)}", since=since)
        return
    every, allowed = scheduled.every, scheduled.allowed
    if every is None or allowed is None or (last and now - last.created_at <= allowed):
        return
    asked = f"it is to run every {ago(now - every, now)}, and {ago(now - allowed, now)} are allowed"
    brief = _told_last(page, now).partition(" (")[0]
    fact = f"{scheduled.path} {_told_last(page, now)}; {asked}{_told_others(runs, last)}"
    yield Finding(fact, _START if last else _NEVER, since=since, brief=f"{scheduled.name} {brief}")


def _told_last(page: RunPage, now: datetime) -> str:
    last = last_run(page.runs)
    if last is None and not page.whole:
        return f"has not run by its schedule for {_ago(page.runs[-1], now)} at least"
    if last is None:
        return "has never run by its schedule"
    return f"last ran by its schedule {_ago(last, now)} ago (#{last.number} {last.url})"


def _told_others(runs: tuple[WorkflowRun, ...], last: WorkflowRun | None) -> str:
    """Say what became of the runs since the last one that ran."""
    others = [each for each in runs if last is None or _order(each) > _order(last)]
    if not others:
        return ""
    ends = Counter(each.conclusion or each.status for each in others)
    told = ", ".join(f"{count} {texts.line(end)}" for end, count in sorted(ends.items()))
    return f"; since then {told} (newest #{others[0].number} {others[0].url})"


def _ago(run: WorkflowRun, now: datetime) -> str:
    return ago(run.created_at, now)


def _order(run: WorkflowRun) -> tuple[datetime, int]:
    return run.created_at, run.id
