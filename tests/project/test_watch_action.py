"""watch/action.yml and watch.yml: one look, the day that it goes on with, and the call after it."""

import os
from pathlib import Path

import pytest
from fake_runner import Runner, plain

HOME = Path(__file__).resolve().parents[2]
WATCH = plain(HOME / ".github" / "workflows" / "watch.yml")
ESTATE = "estate: shop\n\nalerts:\n  default: [env:PAGER_URL]\n\napps:\n  shop-web: { formation: { web: 1 } }\n"
TODAY, YESTERDAY, BEFORE = "watch-20261129-1a2b3c4d", "watch-20261128-1a2b3c4d", "watch-20261127-1a2b3c4d"
LONG_AGO = 1_700_000_000


@pytest.fixture
def asked():
    """Give what was asked of the cache and of the artifacts, in order."""
    return []


@pytest.fixture
def runner(tmp_path, asked):
    made = Runner(tmp_path, HOME, github={"token": "own"})

    def noted(name, outputs):
        return lambda given: asked.append((name, given)) or outputs

    def check_out(wanted):
        folder = made.workspace / wanted["path"]
        if wanted["path"] == ".asbuilt":
            folder.symlink_to(HOME)
        else:
            folder.mkdir()
            (folder / "estate.yaml").write_text(ESTATE)
        return {}

    made.uses = {
        "actions/checkout": check_out,
        "actions/cache": lambda _: {},
        "actions/cache/restore": noted("restore", {}),
        "actions/cache/save": noted("save", {}),
        "actions/upload-artifact": noted("upload", {"artifact-id": "7"}),
    }
    made.has_a_noting_asbuilt()
    made.environment["DAY"] = TODAY
    return made


def folder(runner):
    return runner.temp / "asbuilt" / "watch"


def earlier(runner, day, *names):
    """Put a day into what the cache kept."""
    for name in names:
        path = folder(runner) / day / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
        os.utime(path, (LONG_AGO, LONG_AGO))


def test_a_look_goes_on_with_the_day_that_was_kept_and_keeps_it(runner, asked):
    earlier(runner, TODAY, "now.json", "looks.jsonl")
    ran = runner.action("watch", app="a b\nc", options="--deadline 60")
    assert ran.outcome == "success", ran.log
    evidence = f"--evidence={folder(runner)}"
    assert runner.noted() == ["watch", "--once", evidence, "--app=a", "--app=b", "--app=c", "--deadline", "60"]
    assert ran.outputs == {"evidence": f"{folder(runner)}/{TODAY}", "folder": str(folder(runner)), "ended": ""}
    (first, taken), (then, kept) = asked
    assert (first, then) == ("restore", "save")
    assert taken["path"] == kept["path"] == str(folder(runner))
    assert kept["key"].startswith(taken["restore-keys"])


def test_a_day_that_ended_is_handed_on_once_and_then_let_go(runner):
    earlier(runner, BEFORE, "now.json")  # of a watch that stopped for a day, and never ended it
    earlier(runner, YESTERDAY, "now.json")
    runner.environment["ENDS"] = YESTERDAY
    ran = runner.action("watch")
    assert ran.outputs["ended"] == YESTERDAY
    assert ran.outputs["evidence"].endswith(TODAY)
    assert sorted(each.name for each in folder(runner).iterdir()) == [YESTERDAY, TODAY]
    for name in ("now.json", "day.json"):
        os.utime(folder(runner) / YESTERDAY / name, (LONG_AGO, LONG_AGO))
    runner.environment["ENDS"] = ""
    again = runner.action("watch")
    assert again.outputs["ended"] == ""
    assert [each.name for each in folder(runner).iterdir()] == [TODAY]


@pytest.mark.parametrize(
    ("code", "drift", "outcome"),
    [
        ("0", "pass", "success"),
        ("1", "fail", "failure"),
        ("1", "pass", "success"),
        ("2", "pass", "failure"),
        ("3", "pass", "failure"),
        ("4", "pass", "failure"),
        ("5", "pass", "failure"),
    ],
)
def test_only_what_drifted_may_fail_no_step(runner, asked, code, drift, outcome):
    runner.environment["CODE"] = code
    ran = runner.action("watch", drift=drift)
    assert ran.outcome == outcome
    assert [each for each, _ in asked] == ["restore", "save"]


@pytest.mark.parametrize("code", ["0", "1", "3"])
def test_a_look_that_left_nothing_is_no_success(runner, code):
    earlier(runner, TODAY, "now.json")  # of an earlier look
    runner.environment |= {"DAY": "", "CODE": code}
    ran = runner.action("watch", drift="pass")
    assert (ran.outcome, ran.outputs["evidence"]) == ("failure", "")
    assert "No evidence" in runner.summary.read_text()


def test_a_name_that_is_no_day_is_not_handed_on(runner):
    runner.environment["DAY"] = "watch-$(touch x)"
    ran = runner.action("watch")
    assert (ran.outcome, ran.outputs["evidence"]) == ("failure", "")


def look(runner, **secrets):
    given = {"heroku-api-key": "key", "alert-env": "PAGER_URL=json://host", **secrets}
    return runner.job(WATCH["jobs"]["look"], inputs={"estate": "estate.yaml", "state": "cache"}, secrets=given)


def environments(runner):
    """Give what the last command that was asked had in its environment."""
    return dict(line.split("=", 1) for line in runner.noted("env") if "=" in line)


def test_the_workflow_looks_keeps_and_calls(runner, asked):
    runner.environment["ENDS"] = YESTERDAY
    ran = look(runner)
    assert ran.outcome == "success", ran.log
    assert ran.outputs == {"ended": YESTERDAY, "evidence": "7"}
    assert [each for each, _ in asked] == ["restore", "save", "upload", "restore", "save"]
    state = f"--state={runner.temp}/asbuilt/alerts/alerts.json"
    assert runner.noted() == ["alert", f"{folder(runner)}/{TODAY}", state, "--estate=estate.yaml"]
    names = environments(runner)
    assert "key" not in names.values()
    assert (names["PAGER_URL"], names["GITHUB_TOKEN"]) == ("json://host", "own")


@pytest.mark.parametrize("code", ["1", "3"])
def test_the_workflow_calls_whatever_became_of_its_look(runner, code):
    """What drifted is no red run every half hour; a look that broke is one, and is called for."""
    _fails_once(runner, code)
    ran = look(runner)
    assert ran.steps["Look"] == ("success" if code == "1" else "failure")
    assert ran.steps["Call"] == "success", ran.log
    assert runner.noted()[0] == "alert"


def _fails_once(runner, code):
    for path in runner.temp.glob("asbuilt/*/bin/asbuilt"):
        path.write_text(path.read_text().replace('exit "${CODE:-0}"', f'[ "$1" != watch ] || exit {code}'))


def test_the_look_is_given_no_token_of_github_and_the_call_none_of_heroku():
    steps = {each["name"]: each for each in WATCH["jobs"]["look"]["steps"]}
    assert set(steps["Look"]["env"]) == {"HEROKU_API_KEY", "ASBUILT_HEARTBEAT_URL_WATCH"}
    assert "HEROKU_API_KEY" not in steps["Call"]["env"]
    assert steps["Call"]["if"] == "always()"


def test_a_copy_that_watches_nothing_is_not_red_twice_an_hour():
    """A schedule of the file itself has no inputs; a workflow that calls it has."""
    assert WATCH["jobs"]["look"]["if"] == "inputs.estate || vars.ASBUILT_WATCH == 'on'"
    assert WATCH["on"]["workflow_call"]["inputs"]["estate"]["default"] == "estate.yaml"
