"""What `asbuilt init` does with a folder: it writes where nothing stands, and says what next."""

from dataclasses import replace

import first_worlds as worlds
import pytest
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.initial import Drafted, Found, judged, reading
from asbuilt.initial.first_estate import FirstEstate
from asbuilt.option_values import OptionError

DEPLOY = worlds.workflow(worlds.pushed("shop-web"))
FINDINGS = judged.findings
WORLD = worlds.world([worlds.heroku_app("shop-web", {"web": 1})])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in the folder of a repository, without a token; what is read is not judged."""
    monkeypatch.chdir(tmp_path)
    for name in ("HEROKU_API_KEY", "GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(judged, "findings", lambda *_: ())
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/deploy.yml").write_text(DEPLOY)
    (tmp_path / "world.yaml").write_text(WORLD)
    return tmp_path


def init(*arguments):
    return CliRunner().invoke(app, ["init", *arguments])


def test_it_writes_the_estate_and_says_what_next(folder):
    done = init("--sandbox", "world.yaml")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "estate.yaml: 1 app, 1 # review: line",
        "next: asbuilt live --sandbox=declared",
        "then: asbuilt live --sandbox=world.yaml",
    ]
    text = (folder / "estate.yaml").read_text()
    assert text.startswith("# What is there, as of 2026-06-01 12:00 UTC")
    assert "checkout: ." in text


def test_the_schema_is_named_where_it_is_there(folder):
    (folder / "estate.schema.json").write_text("{}")
    assert init("--sandbox", "world.yaml", "--output", "-").stdout.startswith("# yaml-language-server: $schema=")


@pytest.mark.parametrize("kind", ["file", "link"])
def test_nothing_is_overwritten(folder, kind):
    there = folder / "estate.yaml"
    there.write_text("estate: mine\n") if kind == "file" else there.symlink_to(folder / "nowhere.yaml")
    done = init("--sandbox", "world.yaml")
    assert done.exit_code == 4
    assert "estate.yaml is there already" in done.stderr
    for way in ("--output FILE", "--output -", "--diff"):
        assert way in " ".join(done.stderr.split())
    assert not (folder / "nowhere.yaml").exists()
    assert kind == "link" or there.read_text() == "estate: mine\n"


def test_another_file_is_written_beside_it(folder):
    (folder / "estate.yaml").write_text("estate: mine\n")
    done = init("--sandbox", "world.yaml", "--output", "other.yaml")
    assert done.exit_code == 0, done.output
    assert "next: asbuilt live --estate other.yaml --sandbox=declared" in done.stdout
    assert (folder / "other.yaml").read_text().count("shop-web:") == 1


@pytest.mark.usefixtures("folder")
def test_without_tokens_the_files_alone_are_told():
    done = init("--repository", "example/shop", "--output", "-")
    assert done.exit_code == 0, done.output
    for provider in ("Heroku: no token", "GitHub: no token"):
        assert f"# left out: {provider}" in done.stdout
        assert f"left out: {provider}" in done.stderr
    assert "trigger: push" in done.stdout
    assert "formation:" not in done.stdout
    assert "url:" not in done.stdout


WRONG = {
    "a world that is none": (["--sandbox", "helthy"], 'did you mean "healthy"'),
    "a folder that is none": (["--sandbox", "world.yaml", "--checkout", "nowhere"], "no folder nowhere"),
    "an app that is not there": (["--sandbox", "world.yaml", "--app", "shop-wep"], 'did you mean "shop-web"'),
    "a repository that is none": (["--sandbox", "world.yaml", "--repository", "shop"], "write OWNER/NAME"),
    "a folder to write to that is none": (["--sandbox", "world.yaml", "--output", "a/b.yaml"], "cannot be written"),
    "nothing for a value": (["--sandbox", "world.yaml", "--app", ""], "--app"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_meant_is_refused(folder, name):
    arguments, told = WRONG[name]
    done = init(*arguments)
    assert done.exit_code == 4, done.output
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.output
    assert not (folder / "estate.yaml").exists()


def test_with_nobody_to_ask_and_nothing_to_read_it_says_what_to_do(folder):
    (folder / ".github/workflows/deploy.yml").unlink()
    (folder / ".github/workflows").rmdir()
    done = init()
    assert done.exit_code == 4
    for way in ("HEROKU_API_KEY", "GITHUB_TOKEN", "--checkout DIR", "--sandbox healthy"):
        assert way in " ".join(done.stderr.split())


def test_a_token_that_sees_no_app_is_told(folder):
    (folder / ".github/workflows/deploy.yml").unlink()
    (folder / ".github/workflows").rmdir()
    (folder / "empty.yaml").write_text("{summary: none, clock: now, heroku: {apps: {}}}")
    done = init("--sandbox", "empty.yaml")
    assert done.exit_code == 4
    told = "there is nothing to declare: Heroku: the token sees no app; workflow files: none"
    assert told in " ".join(done.stderr.split())


def test_more_apps_than_anybody_can_have_meant_are_refused(folder):
    (folder / ".github/workflows/deploy.yml").write_text(worlds.workflow('- run: "true"'))
    many = [worlds.heroku_app(f"app-{number:03}", {"web": 1}) for number in range(101)]
    (folder / "many.yaml").write_text(worlds.world(many))
    done = init("--sandbox", "many.yaml")
    assert done.exit_code == 4
    assert "the token sees 101 apps" in " ".join(done.stderr.split())
    assert "--app NAME" in done.stderr


def test_what_came_to_stand_there_meanwhile_is_not_overwritten(folder):
    made = FirstEstate(Found("live"), Drafted({}), "")
    (folder / "estate.yaml").write_text("estate: mine\n")
    with pytest.raises(OptionError, match="is there already"):
        made.write(folder / "estate.yaml", "estate: other\n")
    assert (folder / "estate.yaml").read_text() == "estate: mine\n"


# Which providers are asked, and what is judged then: the verbs, and the sections of the estate that they judge.
JUDGED = {
    ("heroku", "github"): [("live", {"apps", "repositories"}, True)],
    ("heroku",): [("live", {"apps"}, False), ("static", {"apps", "repositories"}, False)],
    ("github",): [("static", {"apps", "repositories"}, False)],
    (): [("static", {"apps", "repositories"}, False)],
}


@pytest.mark.parametrize("providers", JUDGED)
def test_what_was_not_asked_is_not_judged(folder, monkeypatch, providers):
    asked, runs = reading.asked, []
    with_some = {name: name in providers for name in ("heroku", "github")}
    monkeypatch.setattr(reading, "asked", lambda *given: replace(asked(*given), **with_some))
    monkeypatch.setattr(judged, "findings", FINDINGS)
    monkeypatch.setattr(judged, "_judged", lambda *given: runs.append(given) or ())
    done = init("--sandbox", "world.yaml", "--output", "-")
    assert done.exit_code == 0, done.output
    told = [
        (arguments[0], plain.keys() - {"estate"}, any(each.endswith("tests_static") for each in arguments))
        for plain, arguments in runs
    ]
    assert told == JUDGED[providers]
    worlds_named = {each for _, arguments in runs for each in arguments if each.startswith("--sandbox")}
    assert worlds_named <= {f"--sandbox={folder / 'world.yaml'}"}
