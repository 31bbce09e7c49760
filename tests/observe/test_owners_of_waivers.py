"""Whose a waiver is, where nobody says it."""

import shutil

import pytest

from asbuilt.debts.owners import login_of, owner_of
from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client
from asbuilt.sandbox.server import Sandbox


@pytest.fixture
def client():
    with Sandbox.start("healthy") as sandbox:
        client = Client(Tokens("sandbox", "sandbox"), route_to=sandbox.origin)
        yield client
        client.close()


def test_the_user_of_the_token_owns_it(client):
    assert login_of(client) == "operator"


def test_without_a_token_gits_user_owns_it(tmp_path, monkeypatch):
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\nname = octocat\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("PATH", _with_git_alone(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert owner_of(None) == owner_of("healthy") == "octocat"


def _with_git_alone(folder):
    """A PATH on which `gh` is not, which may have a token of somebody's."""
    (folder / "git").symlink_to(shutil.which("git"))
    return str(folder)
