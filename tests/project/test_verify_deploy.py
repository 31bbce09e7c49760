"""What verify-deploy.yml asks asbuilt for, by what set off the workflow that calls it, and what it hands on."""

from pathlib import Path

import pytest
from fake_runner import Runner, plain

HOME = Path(__file__).resolve().parents[2]
WORKFLOW = plain(HOME / ".github" / "workflows" / "verify-deploy.yml")
HANDED = ("verdict", "counts", "last_good_release", "rollback")


@pytest.fixture
def runner(tmp_path):
    """Give a machine with an asbuilt that notes its arguments, where a checkout is a folder."""

    def check_out(given):
        folder = made.workspace / given["path"]
        folder.symlink_to(HOME) if given["path"] == ".asbuilt" else folder.mkdir()
        made.log += f"checked out {given}\n"
        return {}

    uses = {"actions/checkout": check_out, "actions/cache": lambda _: {}}
    made = Runner(tmp_path, HOME, uses={**uses, "actions/upload-artifact": lambda _: {"artifact-id": "7"}})
    made.has_a_noting_asbuilt()
    return made


def verify(runner, event, **inputs):
    runner.github |= {"token": "t", "sha": "a" * 40, **event}
    given = {"app": "shop", "estate": "estate.yaml", "settle": 300.0, "commit": "", "fail-on": "", **inputs}
    return runner.job(WORKFLOW["jobs"]["verify"], inputs=given, secrets={"heroku-api-key": "key"})


@pytest.mark.parametrize(
    ("event", "given", "commit"),
    [
        ({"event_name": "push"}, "", "a" * 40),
        ({"event_name": "release"}, "", "a" * 40),
        ({"event_name": "workflow_run", "event": {"workflow_run": {"head_sha": "b" * 40}}}, "", "b" * 40),
        ({"event_name": "workflow_dispatch"}, "", None),
        ({"event_name": "schedule"}, "", None),
        ({"event_name": "workflow_dispatch"}, "c" * 7, "c" * 7),
        ({"event_name": "push"}, "c" * 40, "c" * 40),
        ({"event_name": "push"}, "none", None),
    ],
)
def test_the_commit_is_that_of_what_set_it_off_or_the_one_that_is_handed_on(runner, event, given, commit):
    ran = verify(runner, event, commit=given)
    assert ran.outcome == "success", ran.log
    assert [each for each in runner.noted() if each.startswith("--commit")] == (
        [f"--commit={commit}"] if commit else []
    )
    assert {"live", "--app=shop", "--settle=300", "--estate=estate.yaml"} <= set(runner.noted())
    assert not [each for each in runner.noted() if each.startswith("-k")]
    assert runner.noted("stood") == [f"{runner.workspace}/repository"]
    assert {"HEROKU_API_KEY=key", "GITHUB_TOKEN=t"} <= set(runner.noted("env"))


def test_what_the_run_came_to_is_handed_on_with_its_evidence(runner):
    runner.environment["LEAVES"] = "verdict=drifted\\nlast_good_release=v9\\nrollback=heroku rollback v9 --app shop\\n"
    runner.environment["CODE"] = "1"
    ran = verify(runner, {"event_name": "push"})
    assert ran.outcome == "failure"
    assert ran.outputs == {
        "verdict": "drifted",
        "counts": '{"drifted": 1, "conforms": 4}',
        "last_good_release": "v9",
        "rollback": "heroku rollback v9 --app shop",
        "evidence": "7",
    }


def test_without_evidence_the_verdict_is_unknown(runner):
    runner.environment |= {"LEAVES": "", "CODE": "4"}
    assert verify(runner, {"event_name": "push"}).outputs["verdict"] == "unknown"


def test_the_workflow_hands_on_what_its_job_does():
    outputs = WORKFLOW["on"]["workflow_call"]["outputs"]
    assert {name: each["value"] for name, each in outputs.items()} == {
        name: f"${{{{ jobs.verify.outputs.{name} }}}}" for name in HANDED
    }
    assert set(WORKFLOW["jobs"]["verify"]["outputs"]) == {*outputs, "evidence"}
