"""Another GitHub than github.com: which one is asked, with whose token, at which addresses; and nobody else is."""

import json

import pytest

from asbuilt.github_server import DOT_COM, GitHubServer, meant, server_of
from asbuilt.model import load
from asbuilt.observe.ask import Ask
from asbuilt.observe.credentials import NoTokenError, Tokens, tokens
from asbuilt.observe.endpoints import endpoint_of, is_of_a_provider
from asbuilt.observe.github_reading import listed
from asbuilt.observe.http import Client, NotObservedError
from asbuilt.observe.single_sign_on import signing_on
from asbuilt.sandbox.server import Sandbox

API, HOST = "https://git.acme.example/api/v3", "git.acme.example"
ACME = GitHubServer(API, HOST)
TENANT = server_of("https://api.acme.ghe.com")
HOSTILE = server_of("https://evil.example/api/v3")
EVERY = {"GITHUB_TOKEN": "t-github", "GH_TOKEN": "t-gh", "GH_ENTERPRISE_TOKEN": "t-ent", "PATH": "/nowhere"}


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://api.github.com", "github.com"),
        ("https://api.github.com/", "github.com"),
        ("https://API.acme.ghe.com", "acme.ghe.com"),
        ("https://git.acme.example/api/v3/", HOST),
        ("https://git.acme.example:8443/api/v3", "git.acme.example:8443"),
        ("https://github/api/v3", "github"),
        ("https://10.0.0.7/api/v3", "10.0.0.7"),
    ],
)
def test_an_address_of_the_api_tells_which_github_it_is(address, host):
    assert server_of(address).host == host
    assert server_of(address).web == f"https://{host}"


@pytest.mark.parametrize(
    "address",
    [
        "http://git.acme.example/api/v3",
        "https://me:secret@git.acme.example/api/v3",
        "https://git.acme.example",
        "https://git.acme.example/api/v3?x",
        "https://git.acme.example/api/v3#x",
        "https://git.acme.example/api/v3/../..",
        "https://git.acme.example:0/api/v3",
        "https://github.com/api/v3",
        "https://api.github.com/api/v3",
        "https://api.heroku.com/api/v3",
        "https://shop.herokuapp.com/api/v3",
        "https://acme.ghe.com/api/v3",
        "https://api.a.b.ghe.com",
        "https://api.github.com.evil.example",
        "https://-.example/api/v3",
        "https://git.acme.example\n/api/v3",
        "ftp://git.acme.example/api/v3",
        "",
    ],
)
def test_no_other_address_is_one(address):
    with pytest.raises(ValueError, match="https://HOST/api/v3"):
        server_of(address)


def test_the_estate_goes_before_the_environment():
    assert meant(None, {}) == DOT_COM
    assert meant(None, {"GITHUB_API_URL": API}) == ACME
    assert meant(API, {"GITHUB_API_URL": "https://api.github.com"}) == ACME
    with pytest.raises(ValueError, match="GITHUB_API_URL: expected"):
        meant(None, {"GITHUB_API_URL": "https://git.acme.example"})


@pytest.mark.parametrize(
    ("server", "more", "token"),
    [
        (DOT_COM, {}, "t-gh"),
        (DOT_COM, {"GH_TOKEN": ""}, "t-github"),
        (DOT_COM, {"GH_TOKEN": "", "GITHUB_API_URL": "https://api.github.com"}, "t-github"),
        (DOT_COM, {"GH_TOKEN": "", "GITHUB_API_URL": API}, None),
        (ACME, {"GITHUB_API_URL": API}, "t-ent"),
        (ACME, {"GITHUB_API_URL": API, "GH_ENTERPRISE_TOKEN": ""}, "t-github"),
        (ACME, {"GITHUB_API_URL": API, "GH_ENTERPRISE_TOKEN": "", "GITHUB_TOKEN": ""}, None),
        (ACME, {"GH_HOST": HOST}, "t-ent"),
        (ACME, {"GH_HOST": HOST, "GH_ENTERPRISE_TOKEN": ""}, None),
        (ACME, {}, None),
        (ACME, {"GITHUB_API_URL": "https://api.github.com"}, None),
        (HOSTILE, {"GITHUB_API_URL": API}, None),
        (HOSTILE, {"GH_HOST": HOST}, None),
        (TENANT, {}, None),
        (TENANT, {"GH_HOST": "acme.ghe.com"}, "t-gh"),
        (TENANT, {"GH_HOST": "acme.ghe.com", "GH_TOKEN": ""}, None),
        (TENANT, {"GITHUB_API_URL": TENANT.api, "GH_TOKEN": ""}, "t-github"),
    ],
)
def test_a_token_is_sent_to_its_own_host_and_to_none_that_an_estate_alone_names(server, more, token, tmp_path):
    environ = {**EVERY, **more}
    if token is None:
        with pytest.raises(NoTokenError, match=r"no (GitHub token|token of)"):
            tokens(environ, tmp_path, heroku=False, github=True, server=server)
    else:
        assert tokens(environ, tmp_path, heroku=False, github=True, server=server).github == token


def test_gh_is_asked_for_what_it_keeps_for_that_host_and_not_for_a_variable(tmp_path):
    script = tmp_path / "gh"
    script.write_text(
        '#!/bin/sh\nset -e\ntest "$*" = "auth token --hostname git.acme.example"\n'
        'test -z "$GH_TOKEN$GITHUB_TOKEN$GH_ENTERPRISE_TOKEN$GITHUB_ENTERPRISE_TOKEN"\necho t-kept\n'
    )
    script.chmod(0o755)
    environ = {**EVERY, "PATH": str(tmp_path)}
    assert tokens(environ, tmp_path, heroku=False, github=True, server=ACME).github == "t-kept"
    with pytest.raises(NoTokenError, match=r"no token of evil\.example: run `gh auth login --hostname evil\.example`"):
        tokens(environ, tmp_path, heroku=False, github=True, server=HOSTILE)


def test_the_client_sends_its_token_to_that_api_alone(client, replies):
    handler = replies(200)
    asked = client(handler, github=API)
    for url in (f"{API}/repos/o/n", "https://api.github.com/repos/o/n", "https://git.acme.example/api/v4/x"):
        asked.get(url)
    asked.probe(f"{API}/repos/o/n")
    assert ["authorization" in each.headers for each in handler.seen] == [True, False, False, False]
    assert asked.transcript[0].url == f"{API}/repos/o/n"


@pytest.mark.parametrize("there", ["https://api.github.com/repositories/1/x?page=2", "https://evil.example/api/v3/x"])
def test_a_list_goes_on_at_that_api_alone(there, client, replies):
    body = {"json": {"xs": [{}]}}
    link = {"headers": {"Link": f'<{there}>; rel="next"'}}
    asked = client(replies((200, {**body, **link})), github=API)
    with pytest.raises(ValueError, match="goes on elsewhere"):
        list(listed(Ask(asked), f"{API}/repos/o/n/x", "xs"))
    own = {"headers": {"Link": f'<{API}/repositories/1/x?page=2>; rel="next"'}}
    asked = client(replies((200, {**body, **own}), (200, body)), github=API)
    assert len(list(listed(Ask(asked), f"{API}/repos/o/n/x", "xs"))) == 2


def test_a_redirect_to_another_github_is_not_followed(client, replies):
    handler = replies((301, {"headers": {"Location": "https://api.github.com/repos/o/n"}}))
    with pytest.raises(NotObservedError, match="redirected to another origin"):
        client(handler, github=API).get(f"{API}/repos/o/n")


def test_documents_are_known_at_that_api_alone():
    for url in (f"{API}/repos/o/n", f"{API}/repositories/7/environments?page=2"):
        assert endpoint_of(url, API)
        assert endpoint_of(url) is None
        assert is_of_a_provider(url, API)
        assert not is_of_a_provider(url)
    assert endpoint_of("https://api.github.com/repos/o/n", API) is None
    assert endpoint_of("https://api.heroku.com/apps/shop", API)


def test_the_page_to_sign_on_at_is_that_githubs():
    there = "https://git.acme.example/orgs/acme/sso?authorization_request=A1"
    assert there in signing_on(f"required; url={there}", ACME).remedy
    assert "https://git.acme.example/settings/tokens" in signing_on("required; url=https://evil.example/", ACME).remedy
    assert "https://github.com/settings/tokens" in signing_on(f"required; url={there}").remedy


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (DOT_COM, "make it: https://github.com/o/n/settings; gh run list -R o/n --workflow x.yml"),
        (ACME, "make it: https://git.acme.example/o/n/settings; gh run list -R git.acme.example/o/n --workflow x.yml"),
    ],
)
def test_a_remedy_names_that_githubs_pages_and_its_host(server, said):
    remedy = "make it: https://github.com/{repository}/settings; gh run list -R {repository} --workflow x.yml"
    assert server.hosted(server.paged(remedy).replace("{repository}", "o/n")) == said


@pytest.mark.parametrize("server", [ACME, TENANT])
def test_the_sandbox_stands_for_it(server):
    with Sandbox.start("healthy", github=server) as sandbox:
        asked = Client(Tokens("sandbox", "sandbox"), github=server.api, route_to=sandbox.origin)
        answer = asked.get(
            f"{server.api}/repos/MooseQuest/TradeMasterAPI/actions/workflows/deploy-heroku.yml/runs?per_page=1"
        )
        run = answer.json()["workflow_runs"][0]
        assert run["html_url"].startswith(f"{server.web}/MooseQuest/")
        assert run["url"].startswith(f"{server.api}/repos/")
        assert f"<{server.api}/repositories/" in answer.headers["link"]
        assert "github.com/" not in answer.body.decode().replace("avatars.githubusercontent.com", "")
        with pytest.raises(NotObservedError, match="answered 401"):
            asked.get("https://api.github.com/repos/MooseQuest/TradeMasterAPI")
        asked.close()


def test_a_whole_run_asks_that_github_and_its_record_says_so(play_for_verdicts, tmp_path):
    estate = tmp_path / "estate.yaml"
    estate.write_text(
        f"estate: shop\nproviders: {{github: {API}/}}\n"
        "apps: {raxx-api-prod: {repository: MooseQuest/TradeMasterAPI, environment: production}}\n"
        "repositories: {MooseQuest/TradeMasterAPI: {environments: {production: {reviewers: [Kristerpher]}}}}\n"
    )
    run = play_for_verdicts("tests_live", "-m", "live", f"--estate={estate}", "--sandbox=incident-2026-04-30")
    assert run.code == 1, run.out
    assert f"https://{HOST}/MooseQuest/TradeMasterAPI/settings/environments/new" in run.out
    assert "https://github.com/" not in run.out
    observation = json.loads((run.directory / "observation.json").read_text())
    assert observation["github"] == API
    asked = [each["url"] for each in observation["transcript"]]
    assert any(each.startswith(f"{API}/repos/") for each in asked)
    assert not any("github.com" in each for each in asked)
    lists = json.loads((run.directory / "manifest.json").read_text())["lists"]
    assert any(each["request"].startswith(f"GET {API}/") and each["whole"] for each in lists)
    again = play_for_verdicts(
        "tests_live", "-m", "live", f"--estate={estate}", f"--observed={run.directory / 'observation.json'}"
    )
    assert again.subjects("drifted") == run.subjects("drifted")
    assert f"https://{HOST}/MooseQuest/TradeMasterAPI/settings/environments/new" in again.out


def test_a_saved_observation_names_no_github_that_can_be_none(live, tmp_path):
    saved = (live("healthy").directory / "observation.json").read_text()
    path = tmp_path / "observation.json"
    path.write_text(saved.replace('"github": "https://api.github.com"', '"github": "https://evil.example/"'))
    assert path.read_text() != saved
    with pytest.raises(ValueError, match="expected the address"):
        load(path.read_bytes())


@pytest.mark.parametrize(
    ("estate", "environ", "said"),
    [
        (API, {"GITHUB_TOKEN": "ghp_0123456789"}, f"no token of {HOST}: run `gh auth login --hostname {HOST}`"),
        ("https://git.acme.example", {}, 'estate.yaml:2:13: "https://git.acme.example" is invalid for "github"'),
        ("https://api.github.com", {"GITHUB_API_URL": "x"}, "GITHUB_API_URL: expected the address of GitHub's API"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_error(estate, environ, said, play, tmp_path):
    path = tmp_path / "estate.yaml"
    path.write_text(f"estate: shop\nproviders: {{github: {estate}}}\nrepositories: {{o/n: }}\n")
    run = play("tests_live", "-m", "live", f"--estate={path}", environ={"HEROKU_API_KEY": "HRKU-0123456789", **environ})
    assert (run.code, said in run.out) == (4, True), run.out
    assert "Traceback" not in run.out
