import pytest

from asbuilt.observe import credentials
from asbuilt.observe.credentials import NoTokenError, tokens

NETRC = "machine api.heroku.com login me@example.com password HRKU-netrc\n"


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def gh(tmp_path):
    """Give a function that puts a `gh` of the given script on a PATH."""
    return _client(tmp_path, "gh")


@pytest.fixture
def cli(tmp_path):
    """Give a function that puts a `heroku` of the given script on a PATH."""
    return _client(tmp_path, "heroku")


def _client(tmp_path, name):
    def install(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return {"PATH": str(folder)}

    return install


def heroku(environ, home):
    return tokens({"PATH": "/nowhere", **environ}, home, heroku=True, github=False).heroku


def github(environ, home):
    return tokens({"PATH": "/nowhere", **environ}, home, heroku=False, github=True).github


def test_the_environment_comes_before_netrc(home):
    (home / ".netrc").write_text(NETRC)
    assert heroku({"HEROKU_API_KEY": " HRKU-environment\n"}, home) == "HRKU-environment"
    assert heroku({}, home) == "HRKU-netrc"


@pytest.mark.parametrize("nothing", ["", "  ", "\n\t"])
def test_a_variable_without_a_value_counts_as_none(home, gh, nothing):
    (home / ".netrc").write_text(NETRC)
    assert heroku({"HEROKU_API_KEY": nothing}, home) == "HRKU-netrc"
    assert github({**gh("echo gho_gh"), "GH_TOKEN": nothing, "GITHUB_TOKEN": nothing}, home) == "gho_gh"


@pytest.mark.parametrize(
    "text",
    [
        "machine api.heroku.com login",
        "machine api.heroku.com password",
        "garbage",
        "machine git.heroku.com login me password HRKU-git\n",
        "default login anonymous password guess\n",
        'machine api.heroku.com login me password "  "\n',
        b"\xff\xfe machine",
        "",
    ],
)
def test_a_netrc_without_a_heroku_token_gives_none(home, text):
    (home / ".netrc").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(NoTokenError, match="no Heroku token"):
        heroku({}, home)


def test_a_netrc_that_cannot_be_read_gives_none(home):
    (home / ".netrc").mkdir()
    with pytest.raises(NoTokenError, match="no Heroku token"):
        heroku({}, home)


@pytest.mark.parametrize("text", ["machine git.heroku.com login me password HRKU-git\n", "garbage", NETRC[:40], None])
def test_without_both_the_client_is_asked_which_has_it_in_a_keychain(home, cli, text):
    if text is not None:
        (home / ".netrc").write_text(text)
    path = cli('test "$*" = auth:token && echo HRKU-keychain')
    assert heroku(path, home) == "HRKU-keychain"


def test_the_environment_and_netrc_come_before_the_client(home, cli):
    path = cli("echo HRKU-keychain")
    assert heroku({**path, "HEROKU_API_KEY": "HRKU-environment"}, home) == "HRKU-environment"
    (home / ".netrc").write_text(NETRC)
    assert heroku(path, home) == "HRKU-netrc"


def test_a_client_is_not_asked_for_what_is_another_hosts_or_blank(home, cli):
    path = cli('test -z "$HEROKU_HOST" && test -z "${HEROKU_API_KEY+set}" && echo HRKU-keychain')
    assert heroku({**path, "HEROKU_HOST": "heroku.example", "HEROKU_API_KEY": " "}, home) == "HRKU-keychain"


def test_the_warnings_of_a_client_are_not_part_of_its_token(home, cli):
    warning = "Warning: token will expire in a year. To generate a long-lived token, use heroku authorizations:create"
    assert heroku(cli(f"echo '{warning}' >&2; echo HRKU-keychain"), home) == "HRKU-keychain"


def test_a_client_has_nobody_to_ask(home, cli):
    path = cli("if read answer || (: < /dev/tty) 2> /dev/null; then echo HRKU-asked; else echo HRKU-keychain; fi")
    assert heroku(path, home) == "HRKU-keychain"


@pytest.mark.parametrize(
    "script",
    [
        "echo ' >   Error: not logged in' >&2; exit 100",
        "echo HRKU-of-a-failure; exit 1",
        "echo; echo '  '",
        "echo ' >   Warning: update available'; echo HRKU-keychain",
        r"printf '\377'",
        "kill $$",
        "printf %01001d 7",
    ],
)
def test_a_client_that_knows_no_token_gives_none(home, cli, script):
    with pytest.raises(NoTokenError, match="no Heroku token"):
        heroku(cli(script), home)


def test_a_client_that_does_not_answer_is_given_up(home, cli, monkeypatch):
    monkeypatch.setattr(credentials, "_CLIENT_SECONDS", 0.1)
    with pytest.raises(NoTokenError, match="no Heroku token"):
        heroku(cli("exec /bin/sleep 60"), home)


def test_gh_token_comes_before_github_token_and_both_before_gh(home, gh):
    path = gh("echo gho_gh")
    assert github({**path, "GH_TOKEN": "ghp_1", "GITHUB_TOKEN": "ghp_2"}, home) == "ghp_1"
    assert github({**path, "GITHUB_TOKEN": "ghp_2"}, home) == "ghp_2"
    assert github(path, home) == "gho_gh"


def test_gh_is_asked_for_the_token_of_github_itself(home, gh):
    path = gh('test "$*" = "auth token --hostname github.com" && echo gho_gh')
    assert github(path, home) == "gho_gh"


@pytest.mark.parametrize(
    "script",
    ["exit 1", "echo 'No version is set for command gh'; exit 126", "echo; echo '  '", r"printf '\377'", "kill $$"],
)
def test_a_gh_that_knows_no_token_gives_none(home, gh, script):
    with pytest.raises(NoTokenError, match="no GitHub token"):
        github(gh(script), home)


def test_a_gh_that_does_not_answer_is_given_up(home, gh, monkeypatch):
    monkeypatch.setattr(credentials, "_CLIENT_SECONDS", 0.1)
    with pytest.raises(NoTokenError, match="no GitHub token"):
        github(gh("exec /bin/sleep 60"), home)


@pytest.mark.parametrize(
    ("needs", "environ", "named"),
    [
        ({"heroku": True, "github": True}, {}, {"HEROKU_API_KEY", "GITHUB_TOKEN"}),
        ({"heroku": True, "github": False}, {}, {"HEROKU_API_KEY"}),
        ({"heroku": False, "github": True}, {}, {"GITHUB_TOKEN"}),
        ({"heroku": True, "github": True}, {"GH_TOKEN": "ghp_secret"}, {"HEROKU_API_KEY"}),
        ({"heroku": True, "github": True}, {"HEROKU_API_KEY": "HRKU-secret"}, {"GITHUB_TOKEN"}),
    ],
)
def test_only_what_the_run_needs_and_lacks_is_asked_for(home, needs, environ, named):
    with pytest.raises(NoTokenError) as caught:
        tokens({"PATH": "/nowhere", **environ}, home, **needs)
    text = str(caught.value)
    assert {name for name in ("HEROKU_API_KEY", "GITHUB_TOKEN") if name in text} == named
    assert "--sandbox WORLD" in text
    assert "secret" not in text


def test_a_token_that_the_run_does_not_need_is_not_taken(home):
    environ = {"HEROKU_API_KEY": "HRKU-1", "GH_TOKEN": "ghp_1"}
    found = tokens(environ, home, heroku=False, github=False)
    assert (found.heroku, found.github) == (None, None)
    assert repr(tokens(environ, home, heroku=True, github=True)) == "Tokens(...)"


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({"HEROKU_API_KEY": "HRKU-1"}, "HEROKU_API_KEY"),
        ({}, "~/.netrc"),
        ({"GH_TOKEN": "ghp_1", "GITHUB_TOKEN": "ghp_2"}, "GH_TOKEN"),
        ({"GITHUB_TOKEN": "ghp_2"}, "GITHUB_TOKEN"),
    ],
)
def test_a_token_is_held_with_where_it_was_found_and_not_shown(environ, source, home):
    (home / ".netrc").write_text(NETRC)
    environ = {"PATH": "/nowhere", **environ}
    found = credentials.held_heroku(environ, home) if not source.startswith("G") else credentials.held_github(environ)
    assert found.source == source
    assert found.token not in repr(found)


def test_a_client_that_gives_the_token_is_named(gh):
    assert credentials.held_github(gh("echo gho_gh")).source == "`gh auth token`"
