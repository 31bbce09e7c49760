"""An error inside asbuilt costs one line and exit 3: no traceback that nobody asked for, and no finding is lost."""

import errno

import pytest

from asbuilt.faults import told

PLUGINS = {
    # A hook of ours fails in the middle of a run.
    "verdict": """
from asbuilt import judging
real = judging.verdict_of
def broken(item, run, call, report):
    if "HK006" in str(judging.catalogued(item)):
        raise TypeError("no\\n::error::verdict")
    return real(item, run, call, report)
def pytest_configure():
    judging.verdict_of = broken
def pytest_unconfigure():
    judging.verdict_of = real
""",
    # What is written at the end cannot be written.
    "finish": """
from asbuilt import ending
real = ending.finish
def broken(*_, **__):
    raise OSError(28, "No space left on device", "/full/verdicts.json")
def pytest_configure():
    ending.finish = broken
def pytest_unconfigure():
    ending.finish = real
""",
    # A plugin beside us stops checks, or turns them round.
    "stopping": """
import pytest
@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    if "HK001" in str(item.get_closest_marker("control")):
        pytest.fail("Timeout (>1.0s) from pytest-timeout.")
    return (yield)
""",
    "turning": """
def pytest_collection_modifyitems(items):
    items.reverse()
""",
}


@pytest.fixture
def beside(tmp_path, play, play_apart):
    """Give a function that judges the incident with a plugin beside the suite."""

    def run(plugin, *arguments):
        (tmp_path / f"{plugin}_beside.py").write_text(PLUGINS[plugin])
        environ = {"PYTHONPATH": str(tmp_path)}
        world = ("tests_live", "-m", "live", "--sandbox=incident-2026-04-30")
        run_it = play_apart if "-n" in arguments else play
        return run_it(*world, "-p", f"{plugin}_beside", *arguments, environ=environ)

    return run


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_a_hook_that_fails_ends_the_run_and_loses_no_finding(arguments, beside):
    played = beside("verdict", "--app=raxx-api-prod", *arguments)
    assert played.code == 3, played.out
    line = next(each for each in played.out.splitlines() if "internal error" in each)
    assert "internal error at asbuilt/" in line
    assert "TypeError: no \\::error::verdict; that is a fault of asbuilt, not of the estate" in line
    assert "Traceback" not in played.out
    assert "INTERNALERROR" not in played.out
    assert not [each for each in played.out.splitlines() if each.lstrip().startswith("::")]
    assert "the run broke off: what is told here is not all that was to be judged" in played.out
    assert "in sandbox incident-2026-04-30" in played.out
    assert "INCOMPLETE" in played.out
    assert (played.directory / "summary.md").exists()


def test_the_traceback_of_an_error_is_there_for_the_asking(beside):
    assert "Traceback (most recent call last)" in beside("verdict", "--full-trace", "--app=raxx-api-prod").out


def test_what_cannot_be_written_at_the_end_costs_no_finding(beside, live):
    played = beside("finish")
    assert played.code == 3
    assert f"\n{live('incident-2026-04-30').tally}; " in played.out
    assert "never deployed since it was created" in played.out
    assert "asbuilt: cannot go on: No space left on device: /full/verdicts.json" in played.out
    assert "Traceback" not in played.out


def test_a_check_that_is_stopped_is_unknown(beside):
    played = beside("stopping")
    assert played.subjects("unknown") == {"HK001": ["raxx-api-prod", "raxx-api-staging"]}
    assert "Timeout (>1.0s)" in played.out


def test_the_order_of_the_checks_changes_nothing(beside, live):
    turned, straight = beside("turning"), live("incident-2026-04-30")
    assert [each["id"] for each in turned.verdicts] == [each["id"] for each in reversed(straight.verdicts)]
    assert sorted((each["id"], each["outcome"]) for each in turned.verdicts) == sorted(
        (each["id"], each["outcome"]) for each in straight.verdicts
    )


def test_an_error_of_the_machine_is_not_called_a_fault_of_asbuilt():
    error = OSError(errno.EACCES, "Permission denied", "a\nb")
    assert told(error) == "cannot go on: Permission denied: a b"
