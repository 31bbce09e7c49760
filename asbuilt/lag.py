"""What a branch holds that an app does not run yet, though its workflow deploys it on push, and since when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asbuilt.model import Commit, Comparison, WorkflowRun
from asbuilt.workflows.triggers.refs import passes

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


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changed files set a workflow off; without patterns, any do."""

    paths: tuple[str, ...] | None = None
    paths_ignore: tuple[str, ...] | None = None

    @property
    def lets_all_through(self) -> bool:
        """Whether no file is too little to set it off."""
        return self.paths is None and self.paths_ignore is None

    def lets_through(self, name: str) -> bool:
        """Say whether a changed file sets it off."""
        return passes(name, self.paths, self.paths_ignore)


def lag_of(
    comparison: Comparison, runs: Iterable[WorkflowRun], branch: str, event: str, wanted: Filter | None
) -> Lag | None:
    """Give what of a branch is not deployed, None where nothing is that the workflow would deploy.

    `comparison` is of what is deployed with the branch, `runs` are the workflow's, newest first, `event` sets it off,
    and `wanted` is the filter on that, None where nobody knows it. Raises LookupError where that cannot be told.
    """
    if not comparison.commits:
        return None
    ahead = {each.sha for each in comparison.commits}
    own = [each for each in runs if (each.event, each.branch) == (event, branch) and each.sha in ahead]
    files = tuple(name for name in comparison.files if wanted is None or wanted.lets_through(name))
    if not own and (wanted is None or not wanted.lets_all_through):
        if wanted is None:
            raise LookupError("and the filter of its push is not known: read its files, --checkout DIR")
        if not files and not comparison.whole:
            raise LookupError("and the list of files that differ is cut")
        if not files:
            return None
    since = own[-1].created_at if own else min(each.committed_at for each in _first_parents(comparison))
    return Lag(len(comparison.commits), files, tuple(own), since)


def _first_parents(comparison: Comparison) -> Iterator[Commit]:
    """Give the commits that were put on the branch itself, newest first: not those that were merged into it."""
    by_sha = {each.sha: each for each in comparison.commits}
    at = comparison.commits[-1].sha
    while at in by_sha:
        found = by_sha.pop(at)
        yield found
        at = found.parent
