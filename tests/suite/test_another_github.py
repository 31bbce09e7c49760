"""What is written and looked at before a run asks the GitHub that the run will ask."""

import json
from contextlib import ExitStack

import pytest
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.debts import owners
from asbuilt.doctor.examine import around
from asbuilt.estate import load
from asbuilt.github_server import VARIABLE, server_of
from asbuilt.initial.asking import asked

API, HOST = "https://git.acme.example/api/v3", "git.acme.example"
ESTATE = f"{{estate: own, providers: {{github: '{API}'}}, repositories: {{MooseQuest/TradeMasterAPI: {{}}}}}}"


@pytest.fixture
def estate(tmp_path, monkeypatch):
    """An estate of a server's, in a folder of its own, and an environment in which a token lies."""
    for name in (VARIABLE, "GH_HOST", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "HEROKU_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", "the-token")
    monkeypatch.setenv("PATH", str(tmp_path))  # no client is there that has another
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "estate.yaml"
    file.write_text(ESTATE)
    return file


@pytest.mark.usefixtures("estate")
def test_a_doctor_reaches_for_the_server_of_the_estate():
    done = CliRunner().invoke(app, ["doctor", "--sandbox=healthy", "--format=json"])
    lines = [each["fact"] for each in json.loads(done.stdout)["lines"]]
    assert [each.split()[0] for each in lines if " answers in " in each] == ["api.heroku.com", HOST], done.stdout
    assert not [each for each in lines if "no MooseQuest" in each], done.stdout


def test_a_doctor_takes_the_token_that_a_run_would(estate, monkeypatch):
    with ExitStack() as closing:
        assert around(None, closing, load(estate)).github is None
        monkeypatch.setenv(VARIABLE, API)
        held = around(None, closing, load(estate)).github
    assert held is not None
    assert held.source == "GITHUB_TOKEN"


def test_a_first_estate_names_the_server_that_it_was_read_of(estate, monkeypatch):
    monkeypatch.setenv(VARIABLE, API)
    done = CliRunner().invoke(app, ["init", "--sandbox=healthy", "--output=first.yaml"])
    assert done.exit_code == 0, done.output
    first = load(estate.with_name("first.yaml"))
    assert first.providers.github == API
    assert "reviewers: [Kristerpher]" in estate.with_name("first.yaml").read_text()
    again = CliRunner().invoke(app, ["init", "--diff", "--sandbox=healthy", "--estate=first.yaml"])
    assert again.exit_code == 0, again.output


@pytest.mark.usefixtures("estate")
def test_a_first_estate_of_a_server_is_asked_of_it_alone(monkeypatch):
    with ExitStack() as closing:
        assert not asked(None, closing, print, server_of(API)).github
        monkeypatch.setenv(VARIABLE, API)
        whom = asked(None, closing, print, server_of(API))
        assert (whom.github, whom.client.github) == (True, API)


@pytest.mark.usefixtures("estate")
def test_a_waiver_is_owned_by_a_user_of_the_server(monkeypatch):
    clients = []
    monkeypatch.setattr(owners, "login_of", lambda client: clients.append(client.github) or "operator")
    monkeypatch.setattr(owners, "_git_user", lambda: "")
    assert owners.owner_of(None, server_of(API)) == ""
    monkeypatch.setenv(VARIABLE, API)
    assert owners.owner_of(None, server_of(API)) == "operator"
    assert clients == [API]
