"""What the runs of a workflow say of it: event by event, past those that say nothing."""

from collections.abc import Collection, Iterable, Mapping

from asbuilt.model import Deployment, WorkflowRun
from asbuilt.terms import RUNS

FAILED = frozenset({"failure", "timed_out", "startup_failure"})
_SAYS_NOTHING = frozenset({"cancelled", "skipped", "neutral", "stale", "action_required", None})


def telling(runs: Iterable[WorkflowRun]) -> tuple[WorkflowRun, ...]:
    """Give the runs that passed or failed, in their order: a cancelled or skipped one says nothing."""
    return tuple(each for each in runs if each.conclusion not in _SAYS_NOTHING)


def has_run(run: WorkflowRun) -> bool:
    """Tell whether a run does what it is for, or came to an end with it: one that was cancelled or skipped did not.

    Nor has one that waits: for a runner, for an approval, for another run.
    """
    return run.status == "in_progress" or (run.status == "completed" and run.conclusion not in _SAYS_NOTHING)


def failures_running(runs: Iterable[WorkflowRun]) -> tuple[WorkflowRun, ...]:
    """Give the newest runs that failed one after the other; a run that says nothing does not interrupt them.

    Of one event, newest first.
    """
    found: list[WorkflowRun] = []
    for run in telling(runs):
        if run.conclusion not in FAILED:
            break
        found.append(run)
    return tuple(found)


def by_event(runs: Iterable[WorkflowRun]) -> dict[str, tuple[WorkflowRun, ...]]:
    """Give the runs of each event by itself, in their order: a green schedule says nothing of a red push."""
    found: dict[str, tuple[WorkflowRun, ...]] = {}
    for run in runs:
        found[run.event] = (*found.get(run.event, ()), run)
    return found


def decide(runs: Iterable[WorkflowRun], enough: int) -> bool:
    """Say whether runs of one event tell if `enough` of the newest failed one after the other, whatever came before."""
    runs = tuple(runs)
    red = len(failures_running(runs))
    return red >= enough or len(telling(runs)) > red


def long_red(runs: Iterable[WorkflowRun], enough: int) -> tuple[tuple[WorkflowRun, ...], ...]:
    """Give the failures of each event of which the newest `enough` or more followed one another, newest first."""
    red = map(failures_running, by_event(runs).values())
    return tuple(each for each in red if len(each) >= enough)


def undecided(runs: Iterable[WorkflowRun], cut: Iterable[str], enough: int) -> tuple[str, ...]:
    """Give the events of which older runs, that nobody read, could make `enough` failures; of those in `cut`."""
    known = by_event(runs)
    return tuple(event for event in cut if not decide(known.get(event, ()), enough))


def older_runs(cut: Mapping[str, tuple[str, ...]] | None, path: str, runs: tuple[WorkflowRun, ...]) -> tuple[str, ...]:
    """Give the events of a workflow of which there are older runs than those that were read.

    An older observation does not say: it has all runs where it has fewer than were asked for then.
    """
    if cut is not None:
        return cut.get(path, ())
    return tuple(by_event(runs)) if len(runs) >= RUNS else ()


def made_by(
    deployments: Iterable[Deployment],
    runs: Mapping[str, tuple[WorkflowRun, ...]],
    workflows: Collection[str],
    environments: Collection[str],
) -> dict[str, WorkflowRun | None]:
    """Give the environments, in lower case, that a run of some workflows deployed to, with the run.

    Its commit was deployed while it ran. None where a run of another workflow had that commit then too: nothing tells
    which it was. `runs` are by the path of their workflow.
    """
    found: dict[str, WorkflowRun | None] = {}
    for each in deployments:
        makers = [
            (path, run)
            for path, of_workflow in runs.items()
            for run in of_workflow
            if run.sha == each.sha and run.created_at <= each.created_at <= run.updated_at
        ]
        own = [run for path, run in makers if path in workflows]
        if own and each.environment.lower() in environments:
            found.setdefault(each.environment.lower(), own[0] if len(own) == len(makers) else None)
    return found
