"""What a run asks, keeps and computes of an app does not grow with the number of apps. Counts hold that, no clock."""

import hashlib
import importlib.util
import json
import shutil

import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.record.directory import MANIFEST, STATEMENT
from asbuilt.record.manifest import restored
from asbuilt.record.statement import write_statement
from asbuilt.withholding import Secrets

FEW, MANY = 20, 60


@pytest.fixture(scope="module")
def lay_out():
    path = PROJECT / "tests" / "bench" / "large_estates.py"
    specification = importlib.util.spec_from_file_location("large_estates", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.lay_out


class Fixtures:
    """Counts the fixtures of one check each that pytest itself has set up."""

    def __init__(self):
        self.names = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef):
        self.names += [fixturedef.argname] if fixturedef.scope == "function" else []


def test_an_app_takes_as_much_in_a_large_estate_as_in_a_small_one(lay_out, play, tmp_path):
    few, many = (of_an_app(apps, lay_out, play, tmp_path) for apps in (FEW, MANY))
    assert few.keys() == many.keys()
    for name, each in few.items():
        assert many[name] <= 1.1 * each, (name, few, many)


def of_an_app(apps, lay_out, play, folder):
    """Give the checks, requests and bytes of evidence of an app, by file."""
    laid, fixtures = lay_out(apps, folder), Fixtures()
    played = play("tests_live", "-m", "live", f"--estate={laid.estate}", f"--sandbox={laid.world}", plugins=[fixtures])
    assert played.subjects("drifted") == played.subjects("unknown") == {}, played.out
    assert fixtures.names == [], "the vocabulary's facts are computed without pytest's fixtures"
    requests = len(json.loads((played.directory / "sandbox-log.json").read_text()))
    sizes = {
        path.name: sum(file.stat().st_size for file in (path, *path.glob("*")) if file.is_file())
        for path in played.directory.iterdir()
    }
    return {
        name: count / apps for name, count in {"checks": len(played.verdicts), "requests": requests, **sizes}.items()
    }


def test_a_statement_is_made_of_a_manifest_of_any_size(live, tmp_path):
    directory = shutil.copytree(live("healthy").directory, tmp_path / "run")
    content = (directory / MANIFEST).read_bytes() + b"\n" * 2**20
    (directory / MANIFEST).write_bytes(content)
    write_statement(directory, restored(content), Secrets())
    (subject,) = json.loads((directory / STATEMENT).read_text())["subject"]
    assert subject["digest"] == {"sha256": hashlib.sha256(content).hexdigest()}
