"""alert/action.yml, and the alert of nightly.yml: who is given what, what is passed on, and what is kept."""

import re
from pathlib import Path

import pytest
from fake_runner import Runner, plain

HOME = Path(__file__).resolve().parents[2]
NIGHTLY = plain(HOME / ".github" / "workflows" / "nightly.yml")
ALERTS = "estate: shop\n\nalerts:\n  default: [env:PAGER_URL]\n\napps:\n  shop-web: { formation: { web: 1 } }\n"
RUN = "20261129T042300Z-1a2b3c4d"


class Cache:
    """The cache of GitHub Actions, as far as it counts here: what was asked of it, in order."""

    def __init__(self):
        self.asked = []

    def restore(self, given):
        self.asked.append(("restore", given))
        return {}

    def save(self, given):
        self.asked.append(("save", given))
        return {}


@pytest.fixture
def cache():
    return Cache()


@pytest.fixture
def runner(tmp_path, cache):
    made = Runner(tmp_path, HOME, github={"token": "own"})
    made.uses = {
        "actions/cache": lambda _: {},
        "actions/cache/restore": cache.restore,
        "actions/cache/save": cache.save,
    }
    (made.workspace / "estate.yaml").write_text(ALERTS)
    (made.workspace / "reports" / RUN).mkdir(parents=True)
    (made.workspace / "reports" / RUN / "manifest.json").write_text("{}")
    made.has_a_noting_asbuilt()
    return made


def given(runner):
    return dict(line.split("=", 1) for line in runner.noted("env") if "=" in line)


def test_it_calls_for_a_run_and_keeps_its_state_in_the_cache(runner, cache):
    runner.environment["TOLD"] = "called env:PAGER_URL: SEV-1 shop-web: ```down\\n"
    ran = runner.action("alert", directory=f"reports/{RUN}")
    assert ran.outcome == "success", ran.log
    folder = runner.temp / "asbuilt" / "alerts"
    assert runner.noted() == ["alert", f"{runner.workspace}/reports/{RUN}", f"--state={folder}/alerts.json"]
    assert runner.noted("found") == ["manifest.json"]
    (asked, taken), (then, kept) = cache.asked
    assert (asked, then) == ("restore", "save")
    assert taken["path"] == kept["path"] == str(folder)
    assert taken["key"] == kept["key"]
    assert kept["key"].startswith(taken["restore-keys"])
    # What is told is shown as it is: no line of it can end what it stands in.
    assert "#### Called\n\n    called env:PAGER_URL: SEV-1 shop-web: ```down\n" in runner.summary.read_text()


def test_that_nothing_is_new_is_said_too(runner):
    runner.environment["TOLD"] = "\\n"
    runner.action("alert", directory=f"reports/{RUN}")
    assert "#### Called\n\nNobody: nothing is new.\n" in runner.summary.read_text()


def test_each_run_keeps_a_state_of_its_own_and_takes_the_newest_of_its_estate(runner, cache):
    """An entry of the cache cannot be written a second time, not even by the same run."""
    for estate in ("estate.yaml", "estate.yaml", "a,b.yaml"):
        runner.action("alert", directory=f"reports/{RUN}", estate=estate)
    first, second, other = (kept for asked, kept in cache.asked if asked == "save")
    assert first["key"] != second["key"]
    taken = [each["restore-keys"] for asked, each in cache.asked if asked == "restore"]
    assert taken[0] == taken[1] != taken[2]
    assert not any("," in each["key"] for each in (first, second, other))


def test_a_state_that_is_issues_is_passed_on_and_no_cache_is_asked(runner, cache):
    runner.action("alert", directory=f"reports/{RUN}", state="github-issue:o/r", estate="a b.yaml")
    assert runner.noted()[2:] == ["--state=github-issue:o/r", "--estate=a b.yaml"]
    assert cache.asked == []


@pytest.mark.parametrize("code", ["1", "4"])
def test_what_was_not_delivered_fails_the_job_and_the_state_is_kept(runner, cache, code):
    runner.environment |= {"CODE": code, "TOLD": "not delivered to env:PAGER_URL: refused\\n"}
    ran = runner.action("alert", directory=f"reports/{RUN}")
    assert ran.outcome == "failure"
    assert [asked for asked, _ in cache.asked] == ["restore", "save"]
    assert "    not delivered to env:PAGER_URL: refused\n" in runner.summary.read_text()


@pytest.mark.parametrize("directory", ["reports", f"reports/{RUN}", "reports/latest"])
def test_the_run_is_found_in_the_folder_that_it_is_in_also_where_it_died(runner, directory):
    """Of several the newest; what is in a run is none."""
    reports = runner.workspace / "reports"
    (reports / "20261128T042300Z-ffffffff").mkdir()
    (reports / RUN / "20261201T000000Z-ffffffff").mkdir()
    (reports / RUN / "manifest.json").unlink()
    (reports / "latest").symlink_to(RUN)
    runner.action("alert", directory=directory)
    assert runner.noted()[1] == str(reports / RUN)


@pytest.mark.parametrize("directory", ["", "reports/nowhere", "others"])
def test_a_run_that_left_nothing_is_called_for(runner, directory):
    (runner.workspace / "others" / "$(touch x)").mkdir(parents=True)
    ran = runner.action("alert", directory=directory)
    assert ran.outcome == "success", ran.log
    asked, told, *_ = runner.noted()
    assert asked == "alert"
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", Path(told).name)
    assert runner.noted("found") == []


def test_a_target_comes_by_the_variables_of_the_step_or_by_lines_and_each_is_masked(runner):
    runner.environment |= {
        "CHAT_URL": "slack://a/b/c",
        "ASBUILT_ALERT_ENV": "# on call\r\nPAGER_URL=json://host/$(touch x)%0a?a=b\r\n\nMAIL_URL=mailto://`touch y`",
    }
    ran = runner.action("alert", directory=f"reports/{RUN}")
    assert ran.outcome == "success", ran.log
    names = given(runner)
    assert names["PAGER_URL"] == "json://host/$(touch x)%0a?a=b"
    assert names["MAIL_URL"] == "mailto://`touch y`"
    assert names["CHAT_URL"] == "slack://a/b/c"
    assert "ASBUILT_ALERT_ENV" not in names
    assert "::add-mask::json://host/$(touch x)%250a?a=b\n" in ran.log  # a % is written so in a command of the runner
    assert "::add-mask::mailto://`touch y`\n" in ran.log
    assert not {"x", "y"} & {each.name for each in runner.workspace.iterdir()}


@pytest.mark.parametrize(
    "line",
    [
        "json://host/secret", "=secret", "PAGER_URL=", "PAGER URL=secret", "PATH=secret", "LD_PRELOAD=secret",
        "GITHUB_TOKEN=secret", "PYTHONPATH=secret", "BASH_ENV=secret", "a;touch x=secret", "a[$(touch x)]=secret",
        "RUNNER_TEMP=secret",
    ],
)  # fmt: skip
def test_a_line_that_is_no_target_is_refused_by_its_number_and_shown_nowhere(runner, line):
    runner.environment["ASBUILT_ALERT_ENV"] = f"PAGER_URL=json://host\n{line}\n"
    ran = runner.action("alert", directory=f"reports/{RUN}")
    assert ran.outcome == "failure"
    assert "line 2 of the secret `alert-env`" in ran.log
    assert "Nobody was called: line 2" in runner.summary.read_text()
    assert "secret" not in (ran.log + runner.summary.read_text()).replace("the secret `alert-env`", "")
    assert not (runner.root / "arguments").exists()
    assert not (runner.workspace / "x").exists()


def test_nothing_that_observes_is_there(runner):
    runner.environment |= {"HEROKU_API_KEY": "key", "GITHUB_TOKEN": "writes", "PYTHONPATH": "lent"}
    runner.action("alert", directory=f"reports/{RUN}")
    names = given(runner)
    assert not {"HEROKU_API_KEY", "PYTHONPATH"} & set(names)
    assert names["GITHUB_TOKEN"] == "writes"


@pytest.mark.parametrize(
    ("text", "undeclared", "called"),
    [
        (ALERTS, "pass", True),
        ("estate: shop\napps:\n  shop-web: { formation: { web: 1 } }\n", "pass", False),
        ("estate: shop\napps:\n  shop-web: { formation: { web: 1 } }\n", "fail", True),  # asbuilt says what to write
        ("alerts: [\n", "pass", True),  # nobody can tell: asbuilt says what is wrong
        (None, "pass", True),
    ],
)
def test_only_an_estate_that_declares_no_alerts_may_pass_without_a_call(runner, text, undeclared, called):
    path = runner.workspace / "estate.yaml"
    path.unlink() if text is None else path.write_text(text)
    ran = runner.action("alert", directory=f"reports/{RUN}", undeclared=undeclared)
    assert ran.outcome == "success", ran.log
    assert (runner.root / "arguments").exists() is called
    said = "Nobody is called: the estate declares no `alerts`."
    assert (said in runner.summary.read_text()) is not called


def test_a_checkout_that_is_not_there_is_one_line(runner):
    ran = runner.action("alert", directory=f"reports/{RUN}", checkout="nowhere")
    assert ran.outcome == "failure"
    assert "names no folder of the workspace" in ran.log


def night(runner, *, evidence="7", left=(RUN,), secrets=None, **inputs):
    """Run the alert of nightly.yml after a job that left some directories in its evidence."""

    def check_out(wanted):
        folder = runner.workspace / wanted["path"]
        if wanted["path"] == ".asbuilt":
            folder.symlink_to(HOME)
        else:
            folder.mkdir()
            (folder / "estate.yaml").write_text(ALERTS)
        return {}

    def download(wanted):
        assert wanted == {"artifact-ids": "7", "path": "reports"}
        for name in left:
            (runner.workspace / "reports" / name).mkdir(parents=True, exist_ok=True)
        return {}

    for each in (runner.workspace / "reports").iterdir():
        (each / "manifest.json").unlink()
        each.rmdir()
    (runner.workspace / "reports").rmdir()
    runner.uses |= {"actions/checkout": check_out, "actions/download-artifact": download}
    whole = {"estate": "estate.yaml", "state": "cache", **inputs}
    needs = {"estate": {"outputs": {"evidence": evidence}, "result": "failure"}}
    return runner.job(NIGHTLY["jobs"]["alert"], inputs=whole, secrets=secrets, needs=needs)


def test_a_night_calls_with_what_it_is_given_and_nothing_of_heroku(runner):
    secrets = {"alert-env": "PAGER_URL=json://host", "heroku-api-key": "key", "alert-heartbeat-url": "https://hc"}
    ran = night(runner, secrets=secrets, state="github-issue:o/r")
    assert ran.outcome == "success", ran.log
    assert runner.noted() == [
        "alert", f"{runner.workspace}/reports/{RUN}", "--state=github-issue:o/r", "--estate=estate.yaml",
    ]  # fmt: skip
    assert runner.noted("stood") == [f"{runner.workspace}/repository"]
    names = given(runner)
    assert (names["PAGER_URL"], names["GITHUB_TOKEN"]) == ("json://host", "own")
    assert names["ASBUILT_HEARTBEAT_URL_ALERT"] == "https://hc"
    assert "key" not in names.values()


@pytest.mark.parametrize(("evidence", "left"), [("", ()), ("7", ()), ("7", ("$(touch x)",))])
def test_a_night_that_died_is_called_for_too(runner, evidence, left):
    assert NIGHTLY["jobs"]["alert"]["if"] == "always()"
    ran = night(runner, evidence=evidence, left=left)
    assert ran.outcome == "success", ran.log
    assert runner.noted()[1].endswith("Z-00000000")
    assert runner.noted("found") == []


def test_of_two_alerts_of_an_estate_none_is_dropped_and_none_runs_beside_the_other():
    watch = plain(HOME / ".github" / "workflows" / "watch.yml")
    nightly, look = NIGHTLY["jobs"]["alert"]["concurrency"], watch["jobs"]["look"]["concurrency"]
    assert nightly == look
    assert (nightly["cancel-in-progress"], nightly["queue"]) == (False, "max")
