"""Which run made which release: a table of what can be seen of the runs around a release."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from asbuilt.deploy_spans import Asks, Maker, Untold
from asbuilt.deploying_jobs import DeployingJob
from asbuilt.made_by import Made, NotMade, made_by
from asbuilt.model import (
    Absent,
    Comparison,
    Deployment,
    DeploymentStatus,
    Job,
    Observed,
    Release,
    Repository,
    RepositoryState,
    RunPage,
    Unobserved,
    WorkflowRun,
)
from asbuilt.terms import Stretch

AT = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
NOW = AT + timedelta(days=2)
RELEASE = Release(12, "Deploy aaaaaaaa", "succeeded", current=True, code="c", created_at=AT)
FORBIDDEN = Unobserved("x", "GET x", "answered 403", "give the token: actions=read")
DEPLOY = DeployingJob("Deploy", "deploy", own_commit=True, environment=False)
FREE_REF = replace(DEPLOY, own_commit=False)
TO_PRODUCTION = replace(DEPLOY, environment=True)


def minutes(number):
    return AT + timedelta(minutes=number)


def run(number, begins, ends, sha="a" * 40, event="push", conclusion="success"):
    """Give a run; `begins` and `ends` are minutes from the release."""
    status = "completed" if conclusion else "in_progress"
    url = f"https://github.com/o/r/actions/runs/{number}"
    return WorkflowRun(number, number, event, status, conclusion, "main", sha, minutes(begins), minutes(ends), url)


def job(begins, ends, name="Deploy", conclusion="success", number=1):
    started, completed = (None if each is None else minutes(each) for each in (begins, ends))
    return Job(number, name, conclusion not in {"skipped", "waiting"}, started, completed)


def state(*runs, jobs=None, deployments=None, statuses=None, whole=True, comparisons=None, **histories):
    pages = {Stretch("deploy.yml"): Observed(RunPage(runs, whole))}
    return RepositoryState(
        Observed(Repository("o/r", "main", archived=False, private=True)),
        Observed(()),
        Observed(()),
        histories={**pages, **histories.get("histories", {})},
        jobs={number: Observed(found) if isinstance(found, tuple) else found for number, found in (jobs or {}).items()},
        deployments={} if deployments is None else {"production": Observed(deployments)},
        statuses={number: Observed(found) for number, found in (statuses or {}).items()},
        comparisons=comparisons or {},
    )


def told(seen, *, jobs=None, environment=None, commit="a" * 8, event="", waits=False):
    maker = Maker("deploy.yml", event, jobs, environment, waits)
    return made_by(RELEASE, commit, maker, seen, NOW)


# The run itself stands for the job where nothing is known of its jobs.


@pytest.mark.parametrize(
    ("begins", "ends", "sha", "made"),
    [
        (-5, 5, "a", True),
        (-5, -1, "b", True),  # two minutes either side
        (-5, -3, "b", False),
        (1, 5, "b", True),
        (3, 5, "b", False),
        (-20, -14, "a", True),  # fifteen after it, where the commits agree
        (-20, -14, "b", False),
        (-30, -16, "a", False),
    ],
)
def test_a_run_made_what_came_to_be_while_it_ran(begins, ends, sha, made):
    found = told(state(run(7, begins, ends, sha * 40)))
    assert isinstance(found, Made if made else NotMade), found


def test_of_several_the_one_whose_commit_agrees_made_it():
    found = told(state(run(8, -4, 4, "b" * 40), run(7, -5, 5)))
    assert found.run.number == 7


def test_of_several_that_nothing_tells_apart_nobody_knows():
    found = told(state(run(8, -4, 4), run(7, -5, 5)), commit=None)
    assert isinstance(found, Untold)
    assert "#8 (push) and #7 (push)" in found.fact.reason


def test_a_run_that_has_not_ended_is_under_way_still():
    assert told(state(run(7, -5, -4, conclusion=None)), commit=None).run.number == 7


# The job that files name.


@pytest.mark.parametrize(
    ("found", "made"),
    [
        ((job(-1, 1),), True),
        ((job(-60, -50), job(-1, 1)), True),  # two attempts
        ((job(-60, -50),), False),  # the run went on, and its deploy had long ended
        ((job(30, 40),), False),  # it waited for approval, and somebody else deployed meanwhile
        ((job(None, 0, conclusion="skipped"),), False),
        ((job(-1, None, conclusion="waiting"),), False),
        ((job(-1, None, conclusion=None),), True),
        ((job(-1, 1, conclusion="failure"),), True),  # its health check failed, the release stands
        ((job(-1, 1, name="test"), job(-60, -50)), False),
        ((job(-1, 1, name="deploy"),), True),  # by its id, where no name is known
    ],
)
def test_the_deploying_job_decides_not_the_run(found, made):
    seen = state(run(7, -70, 70), jobs={7: found})
    answer = told(seen, jobs={"push": (DEPLOY,)})
    assert isinstance(answer, Made if made else NotMade), answer


@pytest.mark.parametrize(
    ("pattern", "name", "kind"),
    [
        ("Deploy.*(?: \\(.*\\))?", "Deploy to eu (eu, 3)", Made),
        ("release / Deploy", "release / Deploy", Made),
        ("release / Deploy", "Deploy", Untold),  # renamed since: any of its jobs may have deployed
    ],
)
def test_names_are_those_that_github_shows(pattern, name, kind):
    seen = state(run(7, -70, 70), jobs={7: (job(-1, 1, name=name), job(-60, -50, name="x"))})
    known = (replace(DEPLOY, shown=pattern, by_id="nothing"),)
    assert isinstance(told(seen, jobs={"push": known}), kind)


def test_a_run_of_one_job_stands_for_it_whatever_it_is_called():
    seen = state(run(7, -5, 5), jobs={7: (job(-1, 1, name="run"),)})
    assert told(seen, jobs={"push": (DEPLOY,)}).run.number == 7


def test_the_jobs_are_asked_for_where_they_are_not_known():
    assert told(state(run(7, -5, 5)), jobs={"push": (DEPLOY,)}) == Asks(jobs=(7,))


def test_what_cannot_be_seen_of_the_jobs_leaves_it_open():
    answer = told(state(run(7, -5, 5), jobs={7: FORBIDDEN}), jobs={"push": (DEPLOY,)})
    assert answer == Untold(FORBIDDEN)


def test_an_event_by_which_the_file_deploys_nothing_made_nothing():
    seen = state(run(7, -5, 5, event="pull_request"), jobs={7: (job(-1, 1, name="test"),)})
    assert isinstance(told(seen, jobs={"push": (DEPLOY,)}), NotMade)


# The commit.


@pytest.mark.parametrize(
    ("comparison", "kind"),
    [
        (Observed(Comparison("ahead", (), (), whole=True)), NotMade),  # GitHub has both: it is another one's
        (Absent("aaaaaaaa in b"), Untold),  # made in the run, or a part of its commit
        (FORBIDDEN, Untold),
        (None, Asks),
    ],
)
def test_a_run_on_another_commit_at_the_time_made_nothing_only_where_github_has_both(comparison, kind):
    other = "b" * 40
    seen = state(
        run(7, -5, 5, other),
        jobs={7: (job(-1, 1),)},
        comparisons={f"aaaaaaaa...{other}": comparison} if comparison else {},
    )
    assert isinstance(told(seen, jobs={"push": (DEPLOY,)}), kind)


def test_where_a_job_deploys_a_ref_of_its_own_choice_time_alone_decides():
    seen = state(run(7, -5, 5, "b" * 40), jobs={7: (job(-1, 1),)})
    assert told(seen, jobs={"push": (FREE_REF,)}).run.number == 7


# The environment.


def status(name, minute, number=7):
    return DeploymentStatus(name, minutes(minute), number, 1)


@pytest.mark.parametrize(
    ("statuses", "made"),
    [
        ((status("success", 1), status("in_progress", -1)), True),
        ((status("inactive", 300), status("success", 1), status("in_progress", -1)), True),
        ((status("success", 41), status("in_progress", 30), status("waiting", -3)), False),
        ((status("waiting", -3),), False),
        ((status("success", 1, 99), status("in_progress", -1, 99)), False),  # of another run
    ],
)
def test_without_files_the_deployment_to_the_environment_is_the_job(statuses, made):
    seen = state(
        run(7, -5, 60),
        deployments=(Deployment("production", "a" * 40, minutes(-3), 9),),
        statuses={9: statuses},
    )
    answer = told(seen, environment="production")
    assert isinstance(answer, Made if made else NotMade), answer


def test_statuses_of_deployments_are_asked_for():
    seen = state(run(7, -5, 60), deployments=(Deployment("production", "a" * 40, minutes(-3), 9),))
    assert told(seen, environment="production") == Asks(statuses=(9,))


@pytest.mark.parametrize("jobs", [None, {"push": (TO_PRODUCTION,)}])
def test_what_went_elsewhere_made_nothing_here(jobs):
    seen = state(run(7, -5, 5), jobs={7: (job(-1, 1),)}, deployments=())
    assert isinstance(told(seen, jobs=jobs, environment="production"), NotMade)


@pytest.mark.parametrize(("listed", "kind"), [(100, Untold), (99, NotMade)])
def test_a_list_of_deployments_that_is_cut_before_the_run_leaves_it_open(listed, kind):
    newer = tuple(Deployment("production", "b" * 40, minutes(500 - each), each) for each in range(listed))
    assert isinstance(told(state(run(7, -5, 5), deployments=newer), environment="production"), kind)


def test_a_job_that_leaves_no_deployment_is_not_missed_among_them():
    seen = state(run(7, -5, 5), jobs={7: (job(-1, 1),)}, deployments=())
    assert told(seen, jobs={"push": (DEPLOY,)}, environment="production").run.number == 7


# How far the runs are known.


def crowd(first, count=100, event="push"):
    """Give a full page of short runs that ended long after, or before, the release."""
    return tuple(run(number, first - number, first - number + 0.5, "b" * 40, event) for number in range(count))


def test_later_runs_hide_nothing_as_the_list_is_asked_for_up_to_the_release():
    seen = state(*crowd(5_000), whole=False)
    wanted = Stretch.to("deploy.yml", minutes(2))
    assert told(seen) == Asks(histories=(wanted,))
    page = Observed(RunPage((run(7, -5, 5),), whole=True))
    assert told(replace(seen, histories={**seen.histories, wanted: page})).run.number == 7


@pytest.mark.parametrize(("waits", "kind"), [(True, Asks), (False, NotMade)])
def test_a_run_that_waited_for_approval_may_have_begun_long_before(waits, kind):
    spread = tuple(replace(each, created_at=each.created_at - timedelta(hours=each.number)) for each in crowd(-20))
    assert isinstance(told(state(*spread, whole=False), waits=waits), kind)


def test_a_list_that_does_not_end_leaves_it_open_at_its_bound():
    seen = state(*crowd(5_000), whole=False)
    until = minutes(2)
    for _ in range(4):
        page = tuple(replace(each, event="push") for each in crowd((until - AT).total_seconds() / 60 - 10))
        asks = told(seen, waits=True)
        if not isinstance(asks, Asks):
            break
        seen = replace(seen, histories={**seen.histories, asks.histories[0]: Observed(RunPage(page, whole=False))})
        until = page[-1].created_at
    assert isinstance(told(seen, waits=True), Untold)


@pytest.mark.parametrize(("fact", "kind"), [(FORBIDDEN, Untold), (Absent("runs"), NotMade), (None, Asks)])
def test_without_the_list_of_runs_nothing_is_told(fact, kind):
    histories = {Stretch("deploy.yml"): fact} if fact else {}
    assert isinstance(told(replace(state(), histories=histories)), kind)
