"""Which run made which release: one rule, a function of what was observed.

A release is made by the run whose deploying job ran when the release came to be: from two minutes before to two minutes
after it, and up to fifteen after it where the commits agree. The deploying job is the one that files say deploys the
app; where no files are read, the job of the app's environment, by the log that its deployment names; else the run
itself. Time decides and the commit confirms: of several, the one whose commit agrees.

What is not known yet is asked for: `Asks` names the questions. So the same function says what to observe next, and,
when all is observed, what it comes to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asbuilt.commits import agree
from asbuilt.deploy_spans import (
    AFTER,
    EITHER_SIDE,
    Asks,
    Maker,
    Span,
    Untold,
    covers,
    named,
    spans_of,
    together,
    went_through,
)
from asbuilt.model import Absent, Fact, Observed, Release, RepositoryState, RunPage, Unobserved, WorkflowRun
from asbuilt.terms import Stretch

_LONGEST_WAIT = timedelta(days=35)  # https://docs.github.com/en/actions/reference/limits: a run lasts 35 days at most
_LONGEST_JOB = timedelta(days=1)
_MOST_PAGES = 3
_MOST_RUNS = 12


@dataclass(frozen=True, slots=True)
class Made:
    """A run made it, in the job of that name; empty where the run itself stands for the job.

    `requests` are those of what tells it: runs, jobs, deployments, comparisons.
    """

    run: WorkflowRun
    job: str
    requests: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class NotMade:
    """No run made it, by all that there is. `near` are runs that were under way, and why each did not.

    `requests` are those of all that there is.
    """

    near: tuple[str, ...] = ()
    requests: tuple[int, ...] = field(default=(), compare=False)


Answer = Made | NotMade | Untold | Asks


def made_by(release: Release, commit: str | None, maker: Maker, state: RepositoryState, now: datetime) -> Answer:
    """Say which run of a workflow made a release that brought code.

    `commit` is the one that it brought, where that is known; `state` is of the workflow's repository, `now` the
    providers' clock.
    """
    at, oldest = release.created_at, None
    near: tuple[str, ...] = ()
    for number in range(_MOST_PAGES + 1):
        stretch = _stretch(maker, at, oldest, number)
        fact = state.histories.get(stretch)
        page = _page(stretch, fact)
        if not isinstance(page, RunPage):
            return page
        of_event = [each for each in page.runs if maker.event in ("", each.event)]
        candidates = [each for each in of_event if _under_way(each, at)]
        found = _among(candidates, release, commit, maker, state, now)
        if not isinstance(found, NotMade):
            return found
        near = (*near, *found.near)
        reach = _LONGEST_WAIT if maker.waits else _LONGEST_JOB
        first = min((each.created_at for each in page.runs), default=None)
        if page.whole or first is None or first < at - reach:
            return NotMade(tuple(dict.fromkeys(near)))
        if first < at + EITHER_SIDE:
            oldest = first
    told = f"lists no run that made {release} among the {_MOST_PAGES * 100} that were created before it"
    return Untold(
        Unobserved(f"the run that made {release}", f"GET runs of {maker.workflow}", told, "look it up in Actions")
    )


def _stretch(maker: Maker, at: datetime, oldest: datetime | None, number: int) -> Stretch:
    """Give what to look in: the newest runs of all, then those up to the release, then page by page before it."""
    if number == 0:
        return Stretch(maker.workflow)
    return Stretch.to(maker.workflow, oldest or at + EITHER_SIDE, maker.event)


def _page(stretch: Stretch, fact: Fact[RunPage] | None) -> RunPage | Answer:
    match fact:
        case None:
            return Asks(histories=(stretch,))
        case Observed(value=page):
            return page
        case Absent():
            return NotMade((f"GitHub knows no workflow {stretch.workflow}",))
        case _:
            return Untold(fact)


def _under_way(run: WorkflowRun, at: datetime) -> bool:
    """Say whether a run may have been under way at an instant: one that has not ended is still."""
    return run.created_at - EITHER_SIDE <= at and (run.conclusion is None or at <= run.updated_at + AFTER)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A run whose deploying job ran when a release came to be; whether the commits agree, or cannot be one."""

    made: Made
    agrees: bool
    differs: bool


def _among(
    runs: list[WorkflowRun], release: Release, commit: str | None, maker: Maker, state: RepositoryState, now: datetime
) -> Answer:
    """Say which of some runs made a release."""
    if len(runs) > _MOST_RUNS:
        return _untold(release, maker, f"has {len(runs)} runs that were under way then")
    spans = {run: spans_of(run, maker, state, now) for run in runs}
    if asks := [found for found in spans.values() if isinstance(found, Asks)]:
        return together(asks)
    for found in spans.values():
        if isinstance(found, Untold):
            return found
    told = {run: found for run, found in spans.items() if isinstance(found, tuple)}
    hits = [hit for run, found in told.items() for hit in _hits(run, found, release, commit)]
    chosen = [each.made for each in hits if each.agrees] or [each.made for each in hits if not each.differs]
    if len(chosen) > 1:
        chosen = [each for each in chosen if went_through(each.run, maker, state, now) is not False] or chosen
    if len(chosen) > 1:
        return _untold(release, maker, f"has {' and '.join(named(each.run) for each in chosen)}, which deployed then")
    if chosen:
        return chosen[0]
    ran = {each.made.run for each in hits}
    near = tuple(_passed_by(run, found) for run, found in told.items() if run not in ran)
    if hits and commit is not None:
        return _other_commit(hits[0].made.run, release, commit, state, near)
    return NotMade(near)


def _hits(run: WorkflowRun, spans: tuple[Span, ...], release: Release, commit: str | None) -> Iterator[_Hit]:
    """Give the first job of a run that deployed when a release came to be."""
    agrees = commit is not None and agree(commit, run.sha)
    for span in spans:
        if covers(span, release.created_at, agrees=agrees):
            yield _Hit(Made(run, span.job), agrees, commit is not None and span.own_commit and not agrees)
            return


def _passed_by(run: WorkflowRun, spans: tuple[Span, ...]) -> str:
    return f"{named(run)} {'deployed at another time' if spans else 'deployed nothing there'}"


def _untold(release: Release, maker: Maker, told: str) -> Untold:
    fact = f"{told}, and nothing tells which of them made it"
    remedy = "declare the app's environment, or read its files: --checkout DIR"
    return Untold(Unobserved(f"the run that made {release}", maker.workflow, fact, remedy))


def _other_commit(
    run: WorkflowRun, release: Release, commit: str, state: RepositoryState, near: tuple[str, ...]
) -> Answer:
    """Say what a run comes to that deployed at the time, but another commit: none of it where GitHub has both."""
    fact = state.comparisons.get(f"{commit}...{run.sha}")
    match fact:
        case None:
            return Asks(comparisons=((commit, run.sha),))
        case Observed():
            return NotMade((*near, f"{named(run)} deployed {run.sha[:8]} at that time, and {release} is {commit[:8]}"))
        case Absent():
            told = f"does not know commit {commit[:8]} of {release}: {named(run)}, which deployed then, ran on another"
            remedy = "deploy the commit of the run, or let the app tell its commit: probes: [{path, commit}]"
            return Untold(Unobserved(f"the run that made {release}", "GitHub", told, remedy, fact.requests))
        case _:
            return Untold(fact)
