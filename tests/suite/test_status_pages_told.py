"""What a status page reports stands beside a cause that began meanwhile, and never in its place."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from asbuilt import cli
from asbuilt.catalogue import PROJECT

TITLE = "Elevated error rates when starting dynos"
CRASHED = "healthy+dyno-crashed"
REPORTED = f"Heroku reports: {TITLE} (since 2026-05-08 04:00 UTC, https://status.heroku.com/incidents/"


@pytest.fixture
def estate(tmp_path):
    """Give an estate that has the pages read."""
    return declaring(tmp_path / "estate.yaml", "{status_pages: [heroku, github]}")


def declaring(path, providers):
    text = (PROJECT / "estate.yaml").read_text().replace("checkout: fixtures", f"checkout: {PROJECT / 'fixtures'}")
    path.write_text(f"{text}\nproviders: {providers}\n")
    return path


@pytest.fixture
def told(play, estate):
    """Give a function that runs over a world, and gives the run and its causes."""

    def run(world, *arguments):
        played = play("tests_live", "-m", "live", f"--estate={estate}", f"--sandbox={world}", *arguments)
        return played, json.loads((played.directory / "causes.json").read_text())["causes"]

    return run


def world(tmp_path, *, over=CRASHED, answers=(), **incidents):
    """Lay what pages say over a world, in a file of its own."""
    base, *faults = over.split("+")
    document = yaml.safe_load((PROJECT / "fixtures" / "scenarios" / f"{base}.yaml").read_text())
    for provider, found in incidents.items():
        document[provider]["incidents"] = found
    document["answers"] = [*(document.get("answers") or []), *answers]
    path = tmp_path / "world.yaml"
    path.write_text(yaml.safe_dump(document))
    return "+".join([str(path), *faults])


def test_what_heroku_reports_stands_beside_what_is_wrong_with_an_app(told):
    played, causes = told(f"{CRASHED}+heroku-reports-an-incident")
    (cause,) = causes
    assert cause["headline"].startswith("0 of 1 web up (web.1 crashed)")
    assert [each.partition("incidents/")[0] + "incidents/" for each in cause["reported"]] == [REPORTED]
    for text in (played.stdout, (played.directory / "summary.md").read_text()):
        assert text.count(REPORTED) == 1
    assert played.code == 1


def test_nothing_wrong_stays_so_whatever_is_reported(told):
    played, causes = told("healthy+heroku-reports-an-incident")
    assert (played.code, causes) == (0, [])
    assert TITLE not in played.stdout


# The dyno has been down for an hour; GitHub's incidents concern no app.
@pytest.mark.parametrize(
    ("incidents", "titles"),
    [
        ({"heroku": [{"title": "A", "since": "-2h"}]}, ["A"]),
        ({"heroku": [{"title": "told an hour late", "since": "-30m"}]}, ["told an hour late"]),
        ({"heroku": [{"title": "began after it", "since": "2026-05-08T06:30:00Z"}]}, []),
        ({"heroku": [{"title": "over", "since": "-2h", "resolved": True}]}, []),
        ({"github": [{"title": "B", "since": "-2h"}]}, []),
        ({"heroku": [{"title": str(each), "since": "-2h"} for each in range(5)]}, ["0", "1", "2"]),
    ],
)
def test_what_is_reported_is_of_that_provider_and_of_that_time(told, tmp_path, incidents, titles):
    _, causes = told(world(tmp_path, **incidents))
    assert [each.removeprefix("Heroku reports: ").partition(" (since")[0] for each in causes[0]["reported"]] == titles


def test_an_old_drift_is_not_put_down_to_an_incident_of_today(told):
    _, causes = told("incident-2026-04-30+heroku-reports-an-incident")
    of_the_app = next(each for each in causes if each["control"].startswith("HK"))
    assert of_the_app["since"].startswith("2026-04-22")
    assert of_the_app["reported"] == []


def test_what_github_reports_stands_beside_what_github_does_not_tell(told, tmp_path):
    answer = {"request": "GET https://api.github.com/repos/*/*/environments", "status": 500, "json": {}}
    failing = world(tmp_path, over="healthy", answers=[answer], github=[{"title": "API is degraded", "since": "-10m"}])
    played, causes = told(failing)
    unknown = [each for each in causes if each["outcome"] == "unknown"]
    assert unknown
    assert all("GitHub reports: API is degraded" in each["reported"][0] for each in unknown)
    assert "GitHub reports: API is degraded" in played.stdout


def test_a_page_that_cannot_be_read_makes_nothing_unknown_and_is_said(told, tmp_path):
    answers = [{"request": f"GET https://{host}/*", "status": 500, "json": {}} for host in
               ("status.heroku.com", "api.status.salesforce.com")]  # fmt: skip
    played, causes = told(world(tmp_path, over="healthy", answers=answers))
    assert (played.code, causes) == (0, [])
    said = (
        "whether Heroku reports an incident is not known: "
        "GET https://api.status.salesforce.com/v1/instances?products=Heroku answered 500"
    )
    assert said in played.stdout
    assert "whether Heroku reports an incident is not known" in (played.directory / "summary.md").read_text()


def test_heroku_is_asked_at_salesforce_where_its_own_page_fails(told, tmp_path):
    answers = [{"request": "GET https://status.heroku.com/*", "status": 404, "json": {}}]
    _, causes = told(world(tmp_path, answers=answers, heroku=[{"title": "not told there", "since": "-2h"}]))
    (reported,) = causes[0]["reported"]
    assert "of HerokuApps (since 2026-05-08 04:00 UTC, https://status.salesforce.com/incidents/" in reported


def test_a_title_is_somebody_elses_text(told, tmp_path):
    title = "<img src=x onerror=alert(1)> [x](https://evil.example)\n::error::x\x1b[31m"
    played, causes = told(world(tmp_path, heroku=[{"title": title, "since": "-2h"}]))
    (reported,) = causes[0]["reported"]
    assert "\x1b" not in reported
    assert "\n" not in reported
    assert "\x1b[31m" not in played.stdout
    page = (played.directory / "summary.md").read_text()
    row = next(each for each in page.splitlines() if "onerror" in each)
    assert "`Heroku reports: <img" in row  # code, which nobody renders


def test_what_was_observed_can_be_judged_and_served_again(told, play, estate, tmp_path):
    played, causes = told(f"{CRASHED}+heroku-reports-an-incident")
    again = play("tests_live", "-m", "live", f"--estate={estate}", f"--observed={played.directory}/observation.json")
    assert json.loads((again.directory / "causes.json").read_text())["causes"] == causes
    done = CliRunner().invoke(cli.app, ["sandbox", "--from", str(played.directory), "--write", f"{tmp_path}/own.yaml"])
    assert done.exit_code == 0, done.output
    _, served = told(f"{tmp_path}/own.yaml")
    assert [each["reported"] for each in served] == [each["reported"] for each in causes]


@pytest.mark.parametrize(
    ("providers", "said"),
    [
        ("{status_pages: [herokku]}", "status_pages"),
        ("{status_pages: true}", "status_pages"),
        (
            "{status_pages: [github], github: 'https://ghe.example/api/v3'}",
            "GitHub's page says nothing of https://ghe.example/api/v3; leave it out: [heroku]",
        ),
    ],
)
def test_pages_that_nobody_reads_are_refused(play, estate, providers, said):
    declaring(estate, providers)
    played = play("tests_live", "-m", "live", f"--estate={estate}", "--sandbox=healthy")
    assert played.code == 4
    assert said in played.out
