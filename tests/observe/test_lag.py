"""What a branch holds that an app does not run."""

from datetime import UTC, datetime, timedelta

import pytest

from asbuilt.lag import Filter, lag_of
from asbuilt.model import Commit, Comparison, WorkflowRun

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def hours(number):
    return NOW - timedelta(hours=number)


def ahead(*commits, files=("app.py",), whole=True):
    """Give a comparison with commits, oldest first, by how many hours ago each came to be."""
    found = tuple(Commit(f"c{at}", f"c{at - 1}" if at else "base", hours(each)) for at, each in enumerate(commits))
    return Comparison("ahead" if commits else "identical", found, files, whole)


def run(sha, hour, event="push", branch="main", conclusion="failure", status="completed"):
    url = "https://github.com/o/r/actions/runs/7"
    return WorkflowRun(7, 7, event, status, conclusion, branch, sha, hours(hour), hours(hour), url)


def test_nothing_new_is_no_lag():
    assert lag_of(ahead(), [run("x", 1)], "main", "push", Filter()) is None


def test_what_was_pushed_lags_since_its_first_run():
    lag = lag_of(ahead(90, 80), [run("c1", 2), run("c0", 5)], "main", "push", Filter())
    assert (lag.commits, lag.since) == (2, hours(5))
    assert lag.why == "its run #7 failed: https://github.com/o/r/actions/runs/7"


def test_without_a_run_it_lags_since_it_came_to_the_branch_itself():
    merged = (Commit("old", "x", hours(300)), Commit("c0", "base", hours(4)), Commit("c1", "c0", hours(3)))
    lag = lag_of(Comparison("ahead", merged, (), whole=True), [], "main", "push", Filter())
    assert lag.since == hours(4)
    assert lag.why == "no run of the workflow came of it"


@pytest.mark.parametrize("other", [run("c0", 5, event="schedule"), run("c0", 5, branch="x"), run("other", 5)])
def test_runs_of_something_else_tell_nothing(other):
    assert lag_of(ahead(9), [other], "main", "push", Filter()).runs == ()


@pytest.mark.parametrize(
    ("conclusion", "status", "word"),
    [
        ("cancelled", "completed", "was cancelled"),
        (None, "waiting", "waits for approval"),
        (None, "queued", "is queued"),
        ("skipped", "completed", "was skipped"),
        ("success", "completed", "succeeded and left older code running"),
    ],
)
def test_the_reason_is_named_where_a_run_tells_it(conclusion, status, word):
    lag = lag_of(ahead(9), [run("c0", 5, conclusion=conclusion, status=status)], "main", "push", Filter())
    assert word in lag.why


DOCS = Filter(paths_ignore=("docs/**",))


@pytest.mark.parametrize(
    ("wanted", "files", "whole", "lags"),
    [
        (DOCS, ("docs/a.md",), True, False),
        (DOCS, ("docs/a.md", "app.py"), True, True),
        (DOCS, ("app.py",), False, True),
        (Filter(paths=("src/**",)), ("docs/a.md",), True, False),
        (Filter(paths=("src/**", "!src/x")), ("src/x",), True, False),
        (Filter(), (), True, True),  # an empty commit deploys as well
    ],
)
def test_only_what_the_filter_lets_through_lags(wanted, files, whole, lags):
    assert (lag_of(ahead(9, files=files, whole=whole), [], "main", "push", wanted) is not None) is lags


def test_a_run_tells_what_the_filter_let_through_where_nobody_knows_it():
    assert lag_of(ahead(9), [run("c0", 5)], "main", "push", None) is not None


@pytest.mark.parametrize(("wanted", "files", "whole"), [(None, ("app.py",), True), (DOCS, ("docs/a.md",), False)])
def test_what_the_filter_may_have_let_through_cannot_be_told(wanted, files, whole):
    with pytest.raises(LookupError):
        lag_of(ahead(9, files=files, whole=whole), [], "main", "push", wanted)
