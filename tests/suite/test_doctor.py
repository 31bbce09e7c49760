"""`asbuilt doctor`: each fact that it tells, seen from a world that has it."""

import json
import os
from functools import partial

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from asbuilt.catalogue import PROJECT, checks
from asbuilt.cli import app
from asbuilt.doctor import controls, examine, versions
from asbuilt.doctor.documents import DOCUMENTS
from asbuilt.doctor.said import Group, Line, Status
from asbuilt.estate import load
from asbuilt.observe.http import Client

ESTATE = PROJECT / "estate.yaml"
HEALTHY = PROJECT / "fixtures" / "scenarios" / "healthy.yaml"
REPOSITORY = "MooseQuest/TradeMasterAPI"
CANARY = "github_pat_11CANARY0a1b2c3d4e5f6g7h8i9j"
HEROKU_CANARY = "HRKU-AACANARY9z8y7x6w5v4u3t2s1r0q"


@pytest.fixture(autouse=True)
def all_programs(monkeypatch):
    """This machine has all programs, whichever it has: what is not there is told by a test of its own."""
    monkeypatch.setattr(versions, "_version", lambda _: "1.2.3")


@pytest.fixture
def world(tmp_path):
    """Give a function that writes the healthy world with more in it, and gives its path."""

    def write(**more):
        file = tmp_path / "world.yaml"
        file.write_text(HEALTHY.read_text() + yaml.safe_dump(more))
        return str(file)

    return write


def doctor(*arguments):
    return CliRunner().invoke(app, ["doctor", *arguments])


def asked(sandbox, estate=ESTATE):
    """What it says for programs, of the project's own estate."""
    done = doctor("--estate", str(estate), "--sandbox", sandbox, "--format", "json")
    assert done.exit_code in {0, 1}, done.output
    return json.loads(done.stdout)


def told(report, status, group=None):
    """The facts of a status, with what to do, as one text."""
    of = [each for each in report["lines"] if each["status"] == status and group in {None, each["group"]}]
    return "\n".join(f"{each['fact']} -> {each['fix']}" for each in of)


def test_all_is_well_in_a_healthy_world():
    done = doctor("--estate", str(ESTATE), "--sandbox", "healthy")
    assert done.exit_code == 0, done.output
    assert "!!" not in done.output
    assert done.output.rstrip().splitlines()[-1].startswith("all is well: all ")
    report = asked("healthy")
    assert report["well"]
    assert report["unknowable"] == []
    assert report["helps_most"] is None
    assert [each["provider"] for each in report["tokens"]] == ["Heroku", "GitHub"]


def test_the_lines_fit_a_terminal():
    for each in doctor("--estate", str(ESTATE), "--sandbox", "healthy+environments-forbidden").output.splitlines():
        assert len(each) <= 120


TOKENS = {
    "github expires soon": (
        {"github": {"kind": "classic", "scopes": ["read:org"], "expires_at": "+9d"}},
        1,
        ["classic personal access token", "in 9 days ->", "successor"],
    ),
    "github expires later": ({"github": {"kind": "fine-grained", "expires_at": "+15d1h"}}, 0, ["in 15 days"]),
    "github expires tomorrow": ({"github": {"expires_at": "+1d1h"}}, 1, ["in 1 day ->"]),
    "github has expired": ({"github": {"expires_at": "-1d"}}, 1, ["the token has expired on 2026-05-07"]),
    "a classic one that writes": (
        {"github": {"kind": "classic", "scopes": ["repo", "read:org"]}},
        1,
        ["the token can write: scope repo, read:org", "make a fine-grained one"],
    ),
    "a classic one without scopes": ({"github": {"kind": "classic"}}, 0, ["without any scope"]),
    "that of gh": ({"github": {"kind": "oauth", "scopes": ["gist", "repo"]}}, 1, ["OAuth token", "can write"]),
    "an App's": ({"github": {"kind": "app"}}, 0, ["installation token of a GitHub App, of no user", "made anew"]),
    "that of a run": ({"github": {"kind": "actions"}}, 0, ["Actions' own token of a run, of no user", "of 1,000"]),
    "a user's of an App": (
        {"github": {"kind": "user-of-app", "login": "kim", "expires_at": "+8h"}},
        0,
        ["token of a user of a GitHub App, of kim", "is made anew"],
    ),
    "heroku reads": ({"heroku": {"scope": ["read"]}}, 0, ["whom its scope does not name, scope read", "--expires-in"]),
    "heroku may do all": (
        {"heroku": {"scope": ["global"], "expires_at": "+9d1m"}},
        1,
        ["the token can write: scope global ->", "--scope read", "Heroku: the token expires on 2026-05-17, in 9 days"],
    ),
    "heroku may do all for ever": ({"heroku": {"scope": ["global"]}}, 1, ["does not expire"]),
    "heroku writes": ({"heroku": {"scope": ["identity", "write"]}}, 1, ["can write: scope identity, write"]),
    "heroku sees config vars": ({"heroku": {"scope": ["read-protected"]}}, 0, ["reads config vars"]),
    "no heroku token": ({"heroku": {"given": False}}, 1, ["Heroku: no token in HEROKU_API_KEY", "--scope read"]),
    "no github token": ({"github": {"given": False}}, 1, ["GitHub: no token in GH_TOKEN", "gh auth login"]),
}


@pytest.mark.parametrize("name", TOKENS)
def test_what_a_token_is_is_told(name, world):
    given, code, expected = TOKENS[name]
    file = world(tokens=given)
    report = asked(file)
    every = "\n".join(told(report, status) for status in ("well", "note", "wrong"))
    assert [each for each in expected if each not in every] == []
    assert doctor("--estate", str(ESTATE), "--sandbox", file).exit_code == code


def test_without_a_token_what_rests_on_it_is_not_knowable_and_the_rest_is(world):
    report = asked(world(tokens={"github": {"given": False}}))
    assert {"HK001", "HK006"} <= {each["control"] for each in report["controls"] if each["is_known"]}
    assert {"GH001", "GH003", "GH008"} <= set(report["unknowable"])
    assert report["helps_most"]["change"] == "give a GitHub token that is valid"


def refusing(document):
    """The answer of a provider that refuses a document of one subject."""
    path = document.path.partition("?")[0].format(REPOSITORY if "github" in document.origin else "raxx-api-staging")
    headers = {"X-Accepted-GitHub-Permissions": "of=read"} if "github" in document.origin else {}
    refused = {"request": f"GET {document.origin}{path}", "status": 403, "headers": headers}
    return [{**refused, "json": {"id": "forbidden", "message": "no"}}]


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if not each.is_optional], ids=lambda each: each.name)
def test_what_is_not_knowable_is_what_a_run_does_not_know(document, world, play_for_verdicts):
    file = world(answers=refusing(document))
    unknown = set(play_for_verdicts("tests_live", "-m", "live", f"--sandbox={file}").subjects("unknown"))
    report = asked(file)
    assert unknown
    assert unknown <= set(report["unknowable"])
    assert report["helps_most"]["change"]


@pytest.mark.parametrize("name", ["dynos-forbidden", "environments-forbidden", "environments-not-found"])
def test_a_fault_that_hides_something_makes_that_unknowable(name):
    declared = yaml.safe_load((PROJECT / "fixtures" / "faults" / f"{name}.yaml").read_text())["unknown"]
    assert set(declared) <= set(asked(f"healthy+{name}")["unknowable"])


def test_every_live_control_rests_on_what_is_asked():
    live, _ = controls.judged_of(load(ESTATE))
    assert [each.id for each in live if not each.needs] == ["WEB001", "WEB002"]
    assert {each.id for each in live} <= {control.id for test, control in checks() if test.startswith("tests_live")}


CHANGES = {
    "fine-grained": "give the GitHub token Actions: read",
    "app": "give the GitHub App Actions: read, and accept that where it is installed",
    "actions": "give the job that asks permissions: { actions: read }",
    "classic": "make a fine-grained GitHub token with Actions: read: this one would need the scope repo",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_change_that_helps_most_is_one_that_this_kind_of_token_can_have(kind, world):
    environments = next(each for each in DOCUMENTS if each.name == "environments")
    report = asked(world(tokens={"github": {"kind": kind}}, answers=refusing(environments)))
    assert report["helps_most"]["change"] == CHANGES[kind]
    assert "GH003" in report["helps_most"]["controls"]


def test_what_is_optional_is_told_and_fails_nothing(world):
    branches = next(each for each in DOCUMENTS if each.name == "branches")
    file = world(answers=refusing(branches))
    assert "optional" in told(asked(file), "note", "controls")
    assert doctor("--estate", str(ESTATE), "--sandbox", file).exit_code == 0


def estate_with(tmp_path, *changes):
    text = ESTATE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "estate.yaml"
    file.write_text(text.replace("fixtures/repositories", str(PROJECT / "fixtures/repositories")))
    return file


NAMES = {
    "an app": (
        [("raxx-api-staging", "raxx-api-stagin")],
        'Heroku has no app raxx-api-stagin for this token; did you mean "raxx-api-staging"?',
    ),
    "an environment": (
        [("      production:\n", "      prodution:\n"), ("environment: production\n", "environment: prodution\n")],
        f'{REPOSITORY} has no environment prodution; did you mean "production"?',
    ),
    "a workflow": (
        [("deploy.yml: {}", "deploi.yml: {}")],
        f'{REPOSITORY} has no workflow deploi.yml; did you mean "deploy.yml"?',
    ),
    "a reviewer": (
        [("[Kristerpher]", "[Kristopher]")],
        'GitHub has no user Kristopher, whom the estate has for a reviewer; did you mean "kristerpher"?',
    ),
    "a repository": (
        [(REPOSITORY, "MooseQuest/TradeMaster")],
        "GitHub has no MooseQuest/TradeMaster that this token may see",
    ),
}


@pytest.mark.parametrize("what", NAMES)
def test_a_name_that_is_not_there_is_told_with_the_nearest(what, tmp_path):
    changes, expected = NAMES[what]
    report = asked("healthy", estate_with(tmp_path, *changes))
    assert expected in told(report, "wrong", "names")
    assert not report["well"]


def test_a_repository_is_held_against_those_that_the_token_sees(tmp_path, world):
    listed = {"request": "GET https://api.github.com/user/repos", "json": [{"full_name": REPOSITORY}]}
    file = estate_with(tmp_path, (REPOSITORY, REPOSITORY[:-1]))
    assert f'did you mean "{REPOSITORY}"?' in told(asked(world(answers=[listed]), file), "wrong", "names")


def test_a_team_that_cannot_be_looked_up_is_no_finding(tmp_path):
    report = asked("healthy", estate_with(tmp_path, ("[Kristerpher]", '["@ops"]')))
    assert "reviewer @ops: whether MooseQuest has that team cannot be told" in told(report, "note", "names")
    assert report["well"]


def test_a_checkout_that_is_not_there_is_told(tmp_path):
    report = asked("healthy", estate_with(tmp_path, ("checkout: fixtures/", "checkout: nowhere/")))
    assert "nowhere/" in told(report, "wrong", "controls")


@pytest.mark.parametrize("name", ["healthy", "incident-2026-04-30"])
def test_the_budget_is_what_a_run_asks_for(name, live):
    played = live(name)
    asked_for = json.loads((played.directory / "observation.json").read_text())["transcript"]
    for each in asked(name)["budgets"]:
        count = sum(f"api.{each['provider'].lower()}.com" in request["url"] for request in asked_for)
        assert count <= each["run"] <= count + 4, each["provider"]


def test_a_budget_that_is_spent_is_told(world):
    spent = {"request": "GET https://api.heroku.com/account/rate-limits", "json": {"remaining": 3}}
    assert "Heroku: 3 of 4,500 an hour left; a run of this estate needs about 12" in told(
        asked(world(answers=[spent])), "wrong", "budget"
    )


def test_a_provider_that_fails_is_a_line_and_is_not_asked_again(world):
    answers = [{"request": "GET https://api.github.com/*", "status": 503, "json": {"message": "down"}}]
    report = asked(world(answers=answers))
    assert "answered 503" in told(report, "wrong", "controls")
    assert set(report["unknowable"]) > {"GH001"}
    assert "ask again" in report["helps_most"]["change"]


@pytest.mark.parametrize("document", [[1], {"workflows": None}, {}, "x", None])
def test_an_answer_of_another_form_shows_nothing(document, world):
    answers = [{"request": f"GET https://api.github.com/repos/{REPOSITORY}/actions/workflows", "json": document}]
    report = asked(world(answers=answers))
    assert "answered something that its API does not promise" in told(report, "wrong", "controls")
    assert "GH007" in report["unknowable"]
    assert "workflow" not in told(report, "wrong", "names")


def test_what_a_provider_says_is_shown_and_not_obeyed(world):
    says = "::error::x \x1b[31mred\u202e\n::set-output name=a::b"
    answers = [{"request": "GET https://api.github.com/repos/*", "status": 403, "json": {"message": says}}]
    out = doctor("--estate", str(ESTATE), "--sandbox", world(answers=answers)).output
    assert "red" in out
    assert "\x1b" not in out
    assert not [each for each in out.splitlines() if each.lstrip().startswith("::")]


def test_a_token_that_is_not_valid_is_told_once(world):
    answers = [{"request": "GET https://api.github.com/*", "status": 401, "json": {"message": "Bad credentials"}}]
    report = asked(world(answers=answers))
    assert "GitHub: from the sandbox: answered 401" in told(report, "wrong", "tokens")
    assert report["helps_most"]["change"] == "give a GitHub token that is valid"


def test_without_an_estate_it_tells_the_rest(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    done = doctor("--sandbox", "healthy")
    assert done.exit_code == 1
    assert "there is no estate.yaml" in done.output
    assert "of operator@example.com" in done.output
    assert "api.github.com answers" in done.output
    assert "Python" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sandbox", "helthy"], 'did you mean "healthy"?'),
        (["--estate", "nowhere.yaml"], "nowhere.yaml"),
        (["--sandbox", " "], "--sandbox: its value is empty"),
        (["--format", "yaml"], '"yaml"'),
        (["--app", "x"], "--app"),
    ],
)
def test_a_mistake_is_exit_4(arguments, said):
    done = doctor(*arguments)
    assert done.exit_code == 4
    assert said in done.output + done.stderr


def test_an_estate_that_is_wrong_is_exit_4_with_its_place(tmp_path):
    file = tmp_path / "estate.yaml"
    file.write_text("estate: x\nappz: {}\n")
    done = doctor("--estate", str(file), "--sandbox", "healthy")
    assert done.exit_code == 4
    assert "estate.yaml:2" in done.stderr


@pytest.fixture
def echoing(monkeypatch, tmp_path):
    """Providers that say the token that they were sent wherever they can, and the canaries as the tokens at hand.

    They are where the clients keep them: what stands in the environment is withheld by every verb.
    """

    def handler(request):
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        headers = {
            "X-OAuth-Scopes": sent, "Oauth-Scope": sent, "X-Accepted-GitHub-Permissions": sent,
            "Date": "Fri, 08 May 2026 06:00:00 GMT",
        }  # fmt: skip
        says = {"login": sent, "email": sent, "message": f"no {sent}", "full_name": sent}
        refused = request.url.path.startswith(("/apps/", "/repos/"))
        return httpx.Response(403 if refused else 200, headers=headers, json=says)

    for name in ("HEROKU_API_KEY", "GH_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".netrc").write_text(f"machine api.heroku.com login me@example.com password {HEROKU_CANARY}\n")
    gh = tmp_path / "gh"
    gh.write_text(f"#!/bin/sh\necho {CANARY}\n")
    gh.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(examine, "Client", partial(Client, transport=httpx.MockTransport(handler)))


@pytest.mark.parametrize("form", ["lines", "json"])
def test_no_token_is_in_what_it_tells(form, echoing):  # noqa: ARG001 - it stands for the providers
    done = doctor("--estate", str(ESTATE), "--format", form)
    assert done.exit_code == 1
    assert "from ~/.netrc" in done.output
    assert "from `gh auth token`" in done.output
    assert "CANARY" not in done.output + done.stderr
    assert "[withheld]" in done.output


def test_the_clock_of_a_provider_that_is_far_off_is_told(echoing):  # noqa: ARG001 - as above
    assert "set the clock of this machine" in doctor("--estate", str(ESTATE)).output


def test_a_proxy_is_told_without_what_logs_in_at_it(echoing, monkeypatch):  # noqa: ARG001 - as above
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret-word@proxy.example:3128")
    out = doctor("--estate", str(ESTATE)).output
    assert "HTTPS_PROXY is set: proxy.example:3128" in out
    assert "secret-word" not in out


def test_a_linter_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(versions, "_version", lambda _: None)
    found = list(versions.lines(lints=True))
    assert [each.fact for each in found if each.status is Status.WRONG] == [
        "zizmor is not there: WF030 of workflow files will be unknown",
        "actionlint is not there: WF031 of workflow files will be unknown",
    ]
    assert all(each.status is not Status.WRONG for each in versions.lines(lints=False))


def test_the_shape_for_programs_is_the_documented_one():
    report = asked("healthy")
    assert list(report) == [
        *("doctor", "asbuilt", "estate", "world", "well", "tokens", "controls", "unknowable", "helps_most"),
        *("budgets", "lines"),
    ]
    assert Line(Group.NAMES, Status.WELL, "x").fix == ""
