"""Tokens, from where the official clients keep them: the environment, else `~/.netrc`, or what the clients say.

They are handed to the client, and to nothing else.
"""

import netrc
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from asbuilt.github_server import DOT_COM, GitHubServer, named_by

_CLIENT_SECONDS = 10
_OF_ACTIONS = ("GH_TOKEN", "GITHUB_TOKEN")
_OF_SERVERS = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_ONE_WORD = re.compile(r"\S{1,1000}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the providers ask for. None where the run does not need that provider.

    Their values are in no text that is made of this.
    """

    heroku: str | None = None
    github: str | None = None

    def __repr__(self) -> str:
        """Say nothing of their values."""
        return "Tokens(...)"


@dataclass(frozen=True, slots=True)
class Held:
    """A token, and where it was found, as a person calls that: GH_TOKEN, ~/.netrc, `gh auth token`."""

    token: str
    source: str

    def __repr__(self) -> str:
        """Say nothing of its value."""
        return f"Held(..., {self.source!r})"


class NoTokenError(ValueError):
    """A provider that the run needs cannot be asked: the text says what to set.

    It has a line for each such provider, and one with what else can be judged.
    """


def tokens(
    environ: Mapping[str, str], home: Path, *, heroku: bool, github: bool, server: GitHubServer = DOT_COM
) -> Tokens:
    """Find the tokens of the providers that the run needs.

    `home` is the folder with the `.netrc`; `heroku` and `github` say which are needed, and what is not needed is not
    looked for. HEROKU_API_KEY goes before `.netrc`, both before `heroku`; GH_TOKEN before GITHUB_TOKEN, and both before
    `gh`. A variable of blanks is none. Whether a token is valid is not asked. `server` is the GitHub that is asked: one
    that an estate alone names has no token but what `gh` keeps for its host.

    Raises NoTokenError with a line for each provider that has none.
    """
    held = (held_heroku(environ, home) if heroku else None, held_github(environ, server) if github else None)
    found = Tokens(*(each.token if each else None for each in held))
    missing = []
    if heroku and not found.heroku:
        missing.append(
            "no Heroku token: set HEROKU_API_KEY (`heroku authorizations:create --scope read`), or run `heroku login`"
        )
    if github and not found.github:
        missing.append(how_to_have_one(server))
    if missing:
        choice = "or judge something else: --sandbox WORLD" + (", --observed FILE" if github else "")
        raise NoTokenError("\n".join(["the real providers are asked, and", *missing, choice]))
    return found


def held_heroku(environ: Mapping[str, str], home: Path) -> Held | None:
    """Give Heroku's token from the environment, `.netrc`, or the one that `heroku` has for api.heroku.com.

    Where the machine has a keychain, `heroku login` keeps the token there alone, and the client gives it:
    https://github.com/heroku/heroku-cli-command/tree/main/src/credential-manager-core
    """
    if key := environ.get("HEROKU_API_KEY", "").strip():
        return Held(key, "HEROKU_API_KEY")
    try:
        # Not `authenticators`, which gives the password of the `default` entry for a host that has none.
        entry = netrc.netrc(str(home / ".netrc")).hosts.get("api.heroku.com")
    except (OSError, ValueError, netrc.NetrcParseError):
        entry = None
    if entry and (password := (entry[2] or "").strip()):
        return Held(password, "~/.netrc")
    # With these the client would give what it has for another host, or what was found to be blank above.
    own = {name: value for name, value in environ.items() if name not in {"HEROKU_HOST", "HEROKU_API_KEY"}}
    return _said(own, "heroku", "auth:token")


def how_to_have_one(server: GitHubServer) -> str:
    """Say that there is no token of a GitHub, and what to do."""
    kind = "fine-grained, read-only: docs/permissions.md"
    if server == DOT_COM:
        return f"no GitHub token: set GITHUB_TOKEN or GH_TOKEN ({kind}), or run `gh auth login`"
    name = "GH_ENTERPRISE_TOKEN" if server.is_server else "GH_TOKEN"
    return (
        f"no token of {server.host}: run `gh auth login --hostname {server.host}`, or set {name} ({kind}) and "
        f"GH_HOST={server.host}; GITHUB_TOKEN is sent there where GITHUB_API_URL is {server.api}"
    )


def held_github(environ: Mapping[str, str], server: GitHubServer = DOT_COM) -> Held | None:
    """Give a GitHub's token from the environment, or the one that `gh` has for its host; None without it."""
    if held := of_environment(environ, server):
        return held
    # With these the client would give one that is for another host.
    own = {name: value for name, value in environ.items() if name not in {*_OF_ACTIONS, *_OF_SERVERS}}
    return _said(own, "gh", "auth", "token", "--hostname", server.host)


def of_environment(environ: Mapping[str, str], server: GitHubServer = DOT_COM) -> Held | None:
    """Give a GitHub's token from the environment; None without one that is for it."""
    for name in _variables(environ, server):
        if token := environ.get(name, "").strip():
            return Held(token, name)
    return None


def _variables(environ: Mapping[str, str], server: GitHubServer) -> Iterator[str]:
    """Give the variables that hold a token of a GitHub, as https://cli.github.com/manual/gh_help_environment has them.

    GITHUB_TOKEN is of the GitHub that GITHUB_API_URL names. The others are sent to another host than github.com where
    GITHUB_API_URL or GH_HOST names that host: an estate alone, which may be a stranger's, sends no token anywhere.
    """
    named = named_by(environ)
    is_named = named == server or environ.get("GH_HOST", "").strip().lower() == server.host
    if server.is_server:
        yield from _OF_SERVERS if is_named else ()
    elif server == DOT_COM or is_named:
        yield "GH_TOKEN"
    if (named or DOT_COM) == server:
        yield "GITHUB_TOKEN"


def _said(environ: Mapping[str, str], *command: str) -> Held | None:
    """Give the token that a client prints; None where it prints none, or nothing in time.

    It has nobody to ask: neither an input nor a terminal. Its warnings, which stand beside a token, are not read.
    """
    try:
        done = subprocess.run(  # noqa: S603 - of our own words alone
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=_CLIENT_SECONDS,
            check=False,
            env=dict(environ),
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    said = done.stdout.strip()
    known = done.returncode == 0 and _ONE_WORD.fullmatch(said)
    return Held(said, f"`{' '.join(command[:3])}`") if known else None
