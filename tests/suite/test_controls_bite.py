"""A fault trips the controls that it names, and nothing else; test_whole_controls.py says which control has none."""

import shutil
import sys
from pathlib import Path

import pytest
import yaml

from asbuilt import catalogue
from asbuilt.subjects import words_in

PROJECT = catalogue.PROJECT
sys.path.insert(0, str(PROJECT / "tests" / "workflows"))
from edits import apply  # noqa: E402 - the folder of the static tests is on no path by itself

FAULTS = {
    path.stem: yaml.load(path.read_text(), yaml.CSafeLoader)
    for path in sorted((PROJECT / "fixtures/faults").glob("*.yaml"))
}
REPOSITORY = PROJECT / "fixtures/repositories/TradeMasterAPI/after"


def _changed_estate(changes, folder):
    """Give the options for the example's estate with what a fault changes of it, and for the example's files."""
    shutil.copy(PROJECT / "estate.yaml", folder)
    apply(changes, folder)
    return f"--estate={folder / 'estate.yaml'}", f"--checkout={REPOSITORY}"


def _sorted(declared):
    return {control: sorted(subjects) for control, subjects in sorted((declared or {}).items())}


def _path_to(tool):
    """Let a run find a tool that is no dependency; without it, the fault that needs it shows nothing."""
    if tool is None:
        return {}
    if (found := shutil.which(tool)) is None:
        pytest.skip(f"{tool} is not on PATH")
    return {"PATH": str(Path(found).parent)}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_trips_exactly_its_controls(name, play_for_verdicts, tmp_path):
    fault = FAULTS[name]
    if "repository" in fault:
        checkout = tmp_path / "checkout"
        shutil.copytree(REPOSITORY, checkout)
        apply(fault["repository"], checkout)
        shutil.copy(PROJECT / "estate.yaml", tmp_path)
        apply(fault.get("estate", ()), tmp_path)
        estate = f"--estate={tmp_path / 'estate.yaml'}"
        played = play_for_verdicts(
            "tests_static", estate, f"--checkout={checkout}", environ=_path_to(fault.get("needs"))
        )
    else:
        hangs = any(each.get("hang") for each in fault.get("answers", ()))
        patience = ("--timeout=3",) if hangs else ()
        estate = _changed_estate(fault["estate"], tmp_path) if "estate" in fault else ()
        played = play_for_verdicts("tests_live", "-m", "live", f"--sandbox={fault['over']}+{name}", *patience, *estate)
    assert played.subjects("drifted") == _sorted(fault.get("trips")), played.out
    assert played.subjects("unknown") == _sorted(fault.get("unknown")), played.out
    assert played.code == bool(fault.get("trips") or fault.get("unknown")), played.out
    if "repository" not in fault:  # a file's own text may hold braces
        assert [line["fix"] for each in played.verdicts for line in each["lines"] if words_in(line["fix"])] == []
    assert "Traceback" not in played.out
    assert "INTERNALERROR" not in played.out


def test_a_control_keeps_one_requirement_and_severity():
    severities = {}
    for check, control in catalogue.checks():
        severities.setdefault(control.id, set()).add(control.severity)
        assert control.remedy, f"{check} says nothing of a remedy"
        assert control.severity in {"SEV-1", "SEV-2", "SEV-3", "SEV-4"}, check
    assert {identity for identity, found in severities.items() if len(found) > 1} == set()


def test_every_check_of_a_folder_is_marked_for_it():
    for path in (PROJECT / "tests_live").glob("test_*.py"):
        assert "pytestmark = pytest.mark.live" in path.read_text(), path


def test_nothing_of_the_first_user_stands_in_the_code():
    files = [*Path(PROJECT / "asbuilt").rglob("*.py"), *(PROJECT / "tests_live").glob("*.py")]
    files += [*(PROJECT / "tests_static").glob("*.py"), PROJECT / "conftest.py"]
    words = ("raxx", "moosequest", "trademaster", "kristerpher")
    assert [path for path in files if any(word in path.read_text().lower() for word in words)] == []
