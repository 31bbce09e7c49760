"""The project's own workflow files hold to what it asks of others'."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fake_runner import Runner
from fake_runner import plain as plain_of

from asbuilt import estate
from asbuilt.record.statement import PREDICATE_TYPE
from asbuilt.workflows.expressions.evaluate import Whole
from asbuilt.workflows.files import modelling
from asbuilt.workflows.judge.syntax import problems
from asbuilt.workflows.yaml import document

HOME = Path(__file__).resolve().parents[2]
FOLDER = HOME / ".github" / "workflows"
FILES = sorted(path.name for path in FOLDER.glob("*.y*ml"))
JUDGING = ("nightly.yml", "verify-deploy.yml", "workflows-check.yml")
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.fixture(params=FILES)
def path(request):
    return FOLDER / request.param


@pytest.fixture
def workflow_file(path):
    return modelling.load(path.read_bytes(), f".github/workflows/{path.name}")


@pytest.fixture
def plain(workflow_file):
    return document.plain(workflow_file.document.root)


def test_the_files_are_there():
    assert set(FILES) == {"ci.yml", "release.yml", "watch.yml", *JUDGING}


def test_file_is_read_as_it_is_meant(workflow_file):
    assert problems(workflow_file) == ()


def test_every_action_is_pinned_to_a_commit_and_names_its_version(path):
    used = [line.strip() for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.search(line) and not line.startswith("uses: ./.asbuilt")] == []


def test_every_job_ends_in_time(plain):
    assert [name for name, job in plain["jobs"].items() if not 0 < job.get("timeout-minutes", 0) <= 30] == []


WRITES = {"sign", "publish", "tell"}  # the jobs that sign, and those that make a release of what others have built
CALLS = {"contents": "read", "issues": "write"}  # of the jobs that call somebody


def test_nothing_is_permitted_but_what_a_job_names(plain):
    assert plain["permissions"] == {}
    for name, job in plain["jobs"].items():
        if any(each.get("uses") == "./.asbuilt/alert" for each in job["steps"]):
            assert job["permissions"] == CALLS
        else:
            assert set(job["permissions"].values()) == {"write" if name in WRITES else "read"}


def test_what_observes_is_not_given_what_writes_and_what_writes_observes_nothing(plain):
    """By step: the look of the watch and its alert are steps of one job."""
    for job in plain["jobs"].values():
        for step in job["steps"]:
            given = " ".join(str(each) for each in step.get("env", {}).values())
            if step.get("uses") == "./.asbuilt/alert":
                assert "heroku" not in given.lower()
            else:
                assert "alert" not in given.lower()
            if step.get("uses") == "./.asbuilt/watch":
                assert "github" not in given.lower()


def test_what_signs_does_nothing_else(plain):
    """Whoever may sign in a workflow's name installs nothing, and runs nothing of a checkout. So does who publishes."""
    for name, job in plain["jobs"].items():
        uses = [each["uses"].partition("@")[0] for each in job["steps"] if "uses" in each]
        if name == "publish":
            assert job["permissions"] == {"id-token": "write"}
            assert job["environment"]["name"] == "pypi"
            assert uses == ["actions/download-artifact", "pypa/gh-action-pypi-publish"]
        elif name == "tell":
            assert job["permissions"] == {"contents": "write"}
            assert uses == ["actions/download-artifact"]
        elif "id-token" in job["permissions"]:
            assert job["permissions"] == {"id-token": "write", "attestations": "write"}
            assert uses == ["actions/download-artifact", "actions/attest"]
            scripts = "".join(each.get("run", "") for each in job["steps"])
            assert not re.search("asbuilt|pip|npm", scripts)
        else:
            assert "actions/attest" not in uses


def test_evidence_is_kept_for_a_while_that_is_said(plain):
    kept = [
        step["with"]
        for job in plain["jobs"].values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    assert kept
    assert [each for each in kept if not 0 < each["retention-days"] <= 400] == []


@pytest.mark.parametrize("name", JUDGING)
def test_record_is_verified_before_it_is_kept_and_signed_after(name):
    jobs = document.plain(modelling.load((FOLDER / name).read_bytes(), name).document.root)["jobs"]
    judging, *_, sign = jobs.values()
    used = [each.get("uses", "").partition("@")[0] for each in judging["steps"]]  # the action verifies
    assert used.index("./.asbuilt") < used.index("actions/upload-artifact")
    assert judging["outputs"]["evidence"] == "${{ steps.kept.outputs.artifact-id }}"
    assert next(each for each in judging["steps"] if each["name"] == "Keep the evidence")["id"] == "kept"
    signed = next(each for each in sign["steps"] if each.get("uses", "").startswith("actions/attest@"))
    assert signed["continue-on-error"]
    assert signed["with"]["predicate-type"] == PREDICATE_TYPE


@pytest.mark.parametrize(
    ("name", "world", "environ", "signed"),
    [
        ("nightly.yml", "live", {}, True),
        ("verify-deploy.yml", "live", {}, True),
        ("workflows-check.yml", "workflow files", {}, True),
        ("workflows-check.yml", "workflow files", {"FORK": "true"}, False),
        ("nightly.yml", "sandbox healthy", {}, False),
        ("nightly.yml", "live, judged again", {}, False),
        ("workflows-check.yml", "workflow files, judged again", {}, False),
        ("nightly.yml", "live\nlive", {}, False),
        ("nightly.yml", None, {}, False),
    ],
)
def test_only_reality_is_signed_and_all_else_says_why(name, world, environ, signed, tmp_path):
    if not (shutil.which("jq") and shutil.which("bash")):
        pytest.skip("jq or bash is not installed; GitHub's machines have both")
    root = document.plain(modelling.load((FOLDER / name).read_bytes(), name).document.root)
    script = next(each["run"] for each in root["jobs"]["sign"]["steps"] if each.get("id") == "found")
    run = tmp_path / "reports" / "20261128T042300Z-1a2b"
    run.mkdir(parents=True)
    if world is not None:
        (run / "manifest.json").write_text(json.dumps({"world": world}))
    (tmp_path / "reports" / "$(touch x)").mkdir()
    (tmp_path / "reports" / "$(touch x)" / "manifest.json").write_text("{}")
    output, summary = tmp_path / "output", tmp_path / "summary"
    output.touch()
    summary.touch()
    files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    subprocess.run(command, cwd=tmp_path, env={"PATH": os.environ["PATH"], **files, **environ}, check=True)
    assert output.read_text() == ("directory=reports/20261128T042300Z-1a2b\n" if signed else "")
    assert summary.read_text().startswith("" if signed else "Not signed: ")
    assert bool(summary.read_text()) is not signed


def test_no_checkout_leaves_its_token_behind(workflow_file):
    steps = [step for job in workflow_file.jobs for step in job.steps if step.action == "actions/checkout"]
    assert steps
    assert {document.text_of(step.input("persist-credentials")) for step in steps} == {"false"}


def test_no_value_is_pasted_into_a_script(workflow_file):
    scripts = [step.run.text for job in workflow_file.jobs for step in job.steps if step.run]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_what_judges_is_the_action_of_the_commit_that_was_called():
    for name in JUDGING:
        (job, *_) = plain_of(FOLDER / name)["jobs"].values()
        steps = {
            each.get("uses", "").partition("@")[0]: each
            for each in job["steps"]
            if each["name"] != "Check out the calling repository"
        }
        assert steps["actions/checkout"]["with"] == {
            "repository": "${{ job.workflow_repository }}",
            "ref": "${{ job.workflow_sha }}",
            "token": steps["actions/checkout"]["with"]["token"],
            "path": ".asbuilt",
            "persist-credentials": False,
        }
        assert steps["./.asbuilt"]["with"]["checkout"] == "repository"


def test_a_private_copy_is_read_with_the_token_that_is_given():
    root = plain_of(FOLDER / "workflows-check.yml")
    assert root["on"]["workflow_call"]["secrets"]["token"]["required"] is False
    (step,) = [each for each in root["jobs"]["judge"]["steps"] if each.get("with", {}).get("path") == ".asbuilt"]
    assert step["with"]["token"] == "${{ secrets.token || github.token }}"


def test_required_check_reports_on_every_pull_request():
    source = (FOLDER / "workflows-check.yml").read_bytes()
    triggers = {each.event: each for each in modelling.load(source, "workflows-check.yml").triggers}
    assert set(triggers) == {"pull_request", "merge_group", "workflow_call"}
    for event in ("pull_request", "merge_group"):
        trigger = triggers[event]
        assert (trigger.paths, trigger.paths_ignore, trigger.branches, trigger.branches_ignore) == (None,) * 4


def test_own_pull_requests_are_judged_with_the_estate_beside_this_file(play):
    played = play("tests_static", "--estate=tests/project/estate.yaml", "--checkout=.")
    assert played.code == 0, played.out
    assert ", 0 drifted, 0 unknown" in played.stdout


def blocks():
    texts = [(HOME / "docs" / name).read_text("utf-8") for name in ("adopting.md", "github-actions.md", "watch.md")]
    return re.findall(r"```yaml\n(.*?)```", "\n".join(texts), re.DOTALL)


@pytest.mark.parametrize("text", [each for each in blocks() if "\nestate: " in each])
def test_estate_in_the_guide_loads(text, tmp_path):
    (tmp_path / "estate.yaml").write_text(text, "utf-8")
    assert estate.load(tmp_path / "estate.yaml").name == "shop"


@pytest.mark.parametrize("text", [each for each in blocks() if "/asbuilt/.github/" in each])
def test_workflow_in_the_guide_calls_as_it_must(text):
    whole = text if "\njobs:" in text else f"on: push\njobs:\n  deploy: {{uses: ./deploy.yml}}\n{text}"
    caller = modelling.load(whole, "caller.yml")
    assert problems(caller) == ()
    job = document.plain(caller.jobs[-1].node)
    called = modelling.load((FOLDER / job["uses"].rpartition("/")[2].partition("@")[0]).read_bytes(), "called.yml")
    root = document.plain(called.document.root)
    wanted = root["on"]["workflow_call"]
    assert job.get("with", {}).keys() <= wanted["inputs"].keys()
    assert job.get("secrets", {}).keys() <= wanted.get("secrets", {}).keys()
    assert {name for name, each in wanted.get("secrets", {}).items() if each["required"]} <= job.get(
        "secrets", {}
    ).keys()
    assert {name for name, each in wanted["inputs"].items() if each.get("required")} <= job.get("with", {}).keys()
    permitted = [each["permissions"].items() for each in root["jobs"].values()]
    assert job["permissions"] == {name: each for one in permitted for name, each in one}


@pytest.mark.parametrize("text", [each for each in blocks() if "uses: OWNER/asbuilt@SHA" in each])
def test_step_in_the_guide_uses_the_action_as_it_must(text):
    caller = modelling.load(text, "caller.yml")
    assert problems(caller) == ()
    steps = [each for job in plain_of_text(text)["jobs"].values() for each in job["steps"] if "OWNER" in each["uses"]]
    assert steps
    for step in steps:
        name = step["uses"].partition("@")[0].removeprefix("OWNER/asbuilt").strip("/")
        inputs = plain_of(HOME / name / "action.yml")["inputs"]
        assert step["with"].keys() <= inputs.keys()
        assert {each for each, told in inputs.items() if told.get("required")} <= step["with"].keys()
        assert ("HEROKU_API_KEY" in step.get("env", {})) is (step["with"].get("suite") == "live")


def test_the_guide_names_each_input_and_output_of_the_action_and_no_other():
    guide = (HOME / "docs" / "github-actions.md").read_text("utf-8")
    action = plain_of(HOME / "action.yml")
    _, inputs, outputs, *_ = re.split(r"^\| (?:input|output) \| \|$", guide, flags=re.MULTILINE)
    for table, names in ((inputs, action["inputs"]), (outputs, action["outputs"])):
        rows = re.findall(r"^\| (`.*?) \|", table.split("\n\n")[0], re.MULTILINE)
        assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == set(names)


def plain_of_text(text):
    return document.plain(modelling.load(text, "text.yml").document.root)


BEFORE = {
    ".github/workflows/deploy.yml": "on: push\n",
    "Procfile": "web: gunicorn app:app\n",
    "app.py": "app = None\n",
    "estate.yaml": "estate: example\n",
    "README.md": "Read me.\n",
}


@pytest.mark.parametrize(
    ("change", "judged"),
    [
        pytest.param({"README.md": "Read me too.\n", "lib.py": ""}, "false", id="nothing-that-deploys"),
        pytest.param({".github/workflows/deploy.yml": "on: [push]\n"}, "true", id="workflow"),
        pytest.param({".github/workflows/deploy.yml": None, "old.yml": "on: push\n"}, "true", id="workflow-renamed"),
        pytest.param({".github/actions/notify/run.sh": "true\n"}, "true", id="action"),
        pytest.param({"tools/deploy/action.yml": "name: deploy\n"}, "true", id="action-elsewhere"),
        pytest.param({"Procfile": "web: gunicorn main:app\n"}, "true", id="procfile"),
        pytest.param({"backend/Procfile": "web: gunicorn main:app\n"}, "true", id="procfile-of-a-folder"),
        pytest.param({"Makefile": "deploy:\n"}, "true", id="makefile"),
        pytest.param({"tools/makefile": "deploy:\n"}, "true", id="makefile-in-small-letters"),
        pytest.param({"package.json": "{}\n"}, "true", id="package"),
        pytest.param({"deploy.sh": "true\n"}, "true", id="script"),
        pytest.param({"bin/deploy": "true\n"}, "true", id="script-without-a-suffix"),
        pytest.param({"app.py": None}, "true", id="file-removed"),
        pytest.param({"estate.yaml": "estate: another\n"}, "true", id="estate"),
    ],
)
def test_required_check_judges_what_can_change_a_deploy(change, judged, repository):
    base = repository.commit(BEFORE)
    repository.commit(change)
    assert repository.changed(base) == (0, f"judge={judged}\n")


def test_required_check_judges_without_a_base(repository):
    repository.commit(BEFORE)
    assert repository.changed("") == (0, "judge=true\n")


def test_required_check_fails_where_it_cannot_compare(repository):
    repository.commit(BEFORE)
    status, output = repository.changed("1" * 40)
    assert status
    assert not output


@pytest.mark.parametrize(
    ("given", "event", "passed_on"),
    [
        ({}, {}, []),
        ({"options": "--app a\n"}, {}, ["--app", "a"]),
        ({"options": "--repository o/r\n--app a\n--app b\n"}, {}, ["--repository", "o/r", "--app", "a", "--app", "b"]),
        ({"only-added": True}, {"pull_request": {"base": {"sha": ""}}}, ["--base=HEAD^1"]),
        ({"only-added": True}, {"merge_group": {"base_sha": ""}}, []),
        ({"fail-on": "SEV-2"}, {}, ["--fail-on=SEV-2"]),
    ],
)
@pytest.mark.parametrize(("calling", "known"), [("o/asbuilt", []), ("o/shop", ["--checkout=o/asbuilt=../.asbuilt"])])
def test_required_check_passes_on_every_line_of_its_options(given, event, passed_on, calling, known, tmp_path):
    root = plain_of(FOLDER / "workflows-check.yml")
    runner = Runner(tmp_path, HOME, github={"event": event, "repository": calling})
    runner.has_a_noting_asbuilt()

    def check_out(wanted):
        folder = runner.workspace / wanted["path"]
        folder.symlink_to(HOME) if wanted["path"] == ".asbuilt" else folder.mkdir()
        return {}

    kept = {"actions/upload-artifact": lambda _: {"artifact-id": "7"}, "actions/cache": lambda _: {}}
    runner.uses = {"actions/checkout": check_out, **kept}
    inputs = {"estate": "e", "options": "", "only-added": False, "fail-on": "", **given}
    ran = runner.job(root["jobs"]["judge"], inputs=inputs, job=Whole({"workflow_repository": "o/asbuilt"}))
    assert ran.outputs == {"verdict": "conforms", "counts": '{"drifted": 1, "conforms": 4}', "evidence": "7"}, ran.log
    asked = ["static", f"--evidence={runner.workspace}/reports", "--estate=e"]
    assert [each for each in runner.noted() if each not in asked] == [
        *[each for each in passed_on if each.startswith(("--base", "--fail-on"))],
        "--checkout=.",
        *known,
        *[each for each in passed_on if not each.startswith(("--base", "--fail-on"))],
    ]


class Repository:
    """A repository in which the `changed` step of workflows-check runs as GitHub runs it."""

    def __init__(self, root):
        self.root = root
        self.git("init", "--quiet")

    def git(self, *arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *who, *arguments], cwd=self.root, capture_output=True, text=True, check=True
        ).stdout

    def commit(self, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True) if text is None else path.write_text(text, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")
        return self.git("rev-parse", "HEAD").strip()

    def changed(self, base):
        parsed = modelling.load((FOLDER / "workflows-check.yml").read_bytes(), "workflows-check.yml")
        script = next(step.run.text for step in parsed.jobs[0].steps if step.id == "changed")
        output, summary = self.root / ".git" / "output", self.root / ".git" / "summary"
        output.touch()
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.root,
            env={
                "PATH": f"{Path(shutil.which('git')).parent}:/usr/bin:/bin",
                "BASE": base,
                "ESTATE": "estate.yaml",
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
            },
            capture_output=True,
            check=False,
        )
        return done.returncode, output.read_text("utf-8")


@pytest.fixture
def repository(tmp_path):
    if not (shutil.which("git") and shutil.which("bash")):
        pytest.skip("git or bash is not installed")
    return Repository(tmp_path)
