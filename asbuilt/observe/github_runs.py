"""What GitHub's REST API says of a repository's newest workflow runs: how they ended, and which still wait.

All give a fact and raise nothing. Source: https://docs.github.com/rest/actions/workflow-runs
"""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from asbuilt.model import Fact, RecentRuns, RunPage, WaitingRun, WorkflowRun
from asbuilt.observe.ask import Ask, fact, instant
from asbuilt.observe.github_reading import listed, pages, run
from asbuilt.observe.http import Client
from asbuilt.run_results import by_event, decide, has_run

_PAGES_OF_AN_EVENT = 3
_SCHEDULED = 30  # on a page: a month of nights
# What sets most workflows off: one of these may have no run among a hundred of another.
_USUAL = ("push", "schedule")


def recent(
    client: Client, name: str, workflow: str, branch: str, *, enough: int, events: Collection[str] = ()
) -> Fact[RecentRuns]:
    """Observe the newest completed runs of a workflow file on a branch of the repository itself, newest first.

    `workflow` is the name of the file. A run of a fork's branch of that name is left out, and so is one whose fork is
    gone. One page of a hundred, as a rule. Where there are more, each event of it, and each of the usual and the given
    ones that is not on it, is asked for by itself until its runs tell whether the newest `enough` failed, for three
    pages at most. Absent where GitHub knows no such workflow.
    """
    url = f"{client.github}/repos/{quote(name)}/actions/workflows/{quote(workflow, safe='')}/runs"
    query = {"branch": branch, "status": "completed", "exclude_pull_requests": "true", "per_page": 100}

    def read(ask: Ask) -> RecentRuns:
        page, more = next(pages(ask, f"{url}?{urlencode(query)}", "workflow_runs"))
        found = _own(page)
        if not more:
            return RecentRuns(found)
        known, cut = by_event(found), set[str]()
        for event in dict.fromkeys((*known, *_USUAL, *events)):
            if decide(known.get(event, ()), enough):
                cut.add(event)
                continue
            known[event], more = _of_event(ask, f"{url}?{urlencode({**query, 'event': event})}", enough)
            cut |= {event} if more else set()
        newest_first = sorted((each for runs in known.values() for each in runs), key=_age, reverse=True)
        return RecentRuns(tuple(newest_first), tuple(sorted(cut)))

    return fact(client, f"runs of {workflow} on {branch}", read, can_be_absent=True)


def scheduled(client: Client, name: str, workflow: str) -> Fact[RunPage]:
    """Observe the newest runs of a workflow that its schedule set off, on whatever branch, newest first.

    As many pages as it takes to one that ran, three at most; those that wait, are under way, were cancelled or skipped
    are among them. One request, as a rule. Absent where GitHub knows no such workflow.
    """
    url = f"{client.github}/repos/{quote(name)}/actions/workflows/{quote(workflow, safe='')}/runs"
    query = urlencode({"event": "schedule", "exclude_pull_requests": "true", "per_page": _SCHEDULED})

    def read(ask: Ask) -> RunPage:
        found: tuple[WorkflowRun, ...] = ()
        more = False
        for page, more in islice(pages(ask, f"{url}?{query}", "workflow_runs"), _PAGES_OF_AN_EVENT):  # noqa: B007 - the last one counts
            found += _own(page)
            if any(map(has_run, found)):
                break
        return RunPage(tuple(sorted(found, key=_age, reverse=True)), whole=not more)

    return fact(client, f"runs of {workflow} by schedule", read, can_be_absent=True)


def waiting(client: Client, name: str) -> Fact[tuple[WaitingRun, ...]]:
    """Observe the runs that wait, all of them: for an approval, or for the timer of an environment.

    A list of completed runs has none of them. Source:
    https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
    """

    def read(ask: Ask) -> tuple[WaitingRun, ...]:
        url = f"{client.github}/repos/{quote(name)}/actions/runs?status=waiting&per_page=100"
        return tuple(_waiting(raw) for raw in listed(ask, url, "workflow_runs"))

    return fact(client, f"runs of {name} that wait", read)


def _of_event(ask: Ask, url: str, enough: int) -> tuple[tuple[WorkflowRun, ...], bool]:
    """Give an event's runs, as many pages as it takes, and whether there are more."""
    found: tuple[WorkflowRun, ...] = ()
    more = False
    for page, more in islice(pages(ask, url, "workflow_runs"), _PAGES_OF_AN_EVENT):  # noqa: B007 - the last one counts
        found += _own(page)
        if decide(found, enough):
            break
    return found, more


def _own(raws: Iterable[dict[str, Any]]) -> tuple[WorkflowRun, ...]:
    """Read the runs of the repository's own branches: `exclude_pull_requests` keeps those of forks in the list."""
    return tuple(run(raw) for raw in raws if (raw["head_repository"] or {}).get("id") == raw["repository"]["id"])


def _age(each: WorkflowRun) -> tuple[Any, int]:
    return each.created_at, each.id


def _waiting(raw: dict[str, Any]) -> WaitingRun:
    """Read a run that waits. Its path may name a ref too: `.github/workflows/deploy.yml@main`."""
    return WaitingRun(
        workflow=raw["path"].partition("@")[0],
        number=raw["run_number"],
        event=raw["event"],
        branch=raw["head_branch"],
        since=instant(raw.get("run_started_at") or raw["created_at"]),
        url=raw["html_url"],
    )
