"""What a branch holds that an app does not run yet, though its workflow deploys it on push, and since when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asbuilt.model import Commit, Comparison, WorkflowRun
from asbuilt.workflows.files.workflow import Trigger
from asbuilt.workflows.triggers.refs import passes

_MOST_NAMED = 3
_WORDS = {
    "waiting": "waits for approval",
    "queued": "is queued",
    "pending": "is queued",
    "requested": "is queued",
    "in_progress": "is under way",
    "failure": "failed",
    "timed_out": "timed out",
    "startup_failure": "could not start",
    "cancelled": "was cancelled",
    "skipped": "was skipped",
    "action_required": "waits for approval",
}


@dataclass(frozen=True, slots=True)
class Lag:
    """What is not deployed: how many commits, which files the workflow's filter lets through, the runs for them.

    `since` is when the first of them was pushed, as far as a run tells it; else when it came to its branch.
    """

    commits: int
    files: tuple[str, ...]
    runs: tuple[WorkflowRun, ...]
    since: datetime

    @property
    def why(self) -> str:
        """Say what became of the newest run for what is not deployed."""
        if not self.runs:
            return "no run of the workflow came of it"
        newest = self.runs[0]
        state = newest.conclusion or newest.status
        return f"its run #{newest.number} {_WORDS.get(state, 'succeeded and left older code running')}: {newest.url}"


def lag_of(comparison: Comparison, runs: Iterable[WorkflowRun], branch: str, trigger: Trigger | None) -> Lag | None:
    """Give what of a branch is not deployed, None where nothing is that the workflow would deploy.

    `comparison` is of what is deployed with the branch, `runs` are the workflow's, newest first, and `trigger` is its
    `push` as its file has it, None where the file was not read. Raises LookupError where that cannot be told.
    """
    ahead = {each.sha for each in comparison.commits}
    own = [each for each in runs if each.event == "push" and each.branch == branch and each.sha in ahead]
    matched = tuple(name for name in comparison.files if trigger is None or _lets_through(trigger, name))
    if not comparison.commits or (not matched and comparison.whole and not own):
        return None
    filtered = trigger is None or trigger.paths is not None or trigger.paths_ignore is not None
    if filtered and not own and (trigger is None or not matched):
        raise LookupError("the filter of its push is not known" if trigger is None else "the list of files is cut")
    since = own[-1].created_at if own else min(each.committed_at for each in _first_parents(comparison))
    return Lag(len(comparison.commits), matched, tuple(own), since)


def _lets_through(trigger: Trigger, name: str) -> bool:
    return passes(name, trigger.paths, trigger.paths_ignore)


def _first_parents(comparison: Comparison) -> Iterator[Commit]:
    """Give the commits that were put on the branch itself, newest first: not those that were merged into it."""
    by_sha = {each.sha: each for each in comparison.commits}
    at = comparison.commits[-1].sha
    while at in by_sha:
        found = by_sha.pop(at)
        yield found
        at = found.parent


def named(files: tuple[str, ...]) -> str:
    """Give some names of files for a person, and how many others there are."""
    more = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
    return f"{', '.join(files[:_MOST_NAMED])}{more}"
