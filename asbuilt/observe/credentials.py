"""Tokens, from where the official clients keep them: the environment, else `~/.netrc` and `gh auth token`.

They are handed to the client, and to nothing else.
"""

import netrc
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_GH_SECONDS = 10


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


class NoTokenError(ValueError):
    """A provider that the run needs cannot be asked: the text says what to set.

    It has a line for each such provider, and one with what else can be judged.
    """


def tokens(environ: Mapping[str, str], home: Path, *, heroku: bool, github: bool) -> Tokens:
    """Find the tokens of the providers that the run needs.

    `home` is the folder with the `.netrc`; `heroku` and `github` say which are needed, and what is not needed is not
    looked for. HEROKU_API_KEY goes before `.netrc`; GH_TOKEN before GITHUB_TOKEN, and both before `gh`. A variable of
    blanks is none. Whether a token is valid is not asked.

    Raises NoTokenError with a line for each provider that has none.
    """
    found = Tokens(heroku=(_heroku(environ, home) if heroku else None), github=(_github(environ) if github else None))
    missing = []
    if heroku and not found.heroku:
        missing.append(
            "no Heroku token: set HEROKU_API_KEY (`heroku authorizations:create --scope read`), or run `heroku login`"
        )
    if github and not found.github:
        missing.append(
            "no GitHub token: set GITHUB_TOKEN or GH_TOKEN (fine-grained, read-only: docs/permissions.md), "
            "or run `gh auth login`"
        )
    if missing:
        choice = "or judge something else: --sandbox WORLD, --observed FILE"
        raise NoTokenError("\n".join(["`-m live` asks the real providers, and", *missing, choice]))
    return found


def _heroku(environ: Mapping[str, str], home: Path) -> str | None:
    """Give Heroku's token from the environment, or the password that `heroku login` leaves for api.heroku.com."""
    if key := environ.get("HEROKU_API_KEY", "").strip():
        return key
    try:
        # Not `authenticators`, which gives the password of the `default` entry for a host that has none.
        entry = netrc.netrc(str(home / ".netrc")).hosts.get("api.heroku.com")
    except (OSError, ValueError, netrc.NetrcParseError):
        return None
    return ((entry[2] or "").strip() or None) if entry else None


def _github(environ: Mapping[str, str]) -> str | None:
    """Give GitHub's token from the environment, or the one that `gh` has for github.com; None without it."""
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        if token := environ.get(name, "").strip():
            return token
    try:
        done = subprocess.run(
            ["gh", "auth", "token", "--hostname", "github.com"],  # noqa: S607 - gh is where PATH says
            capture_output=True,
            text=True,
            timeout=_GH_SECONDS,
            check=False,
            env=dict(environ),
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return (done.stdout.strip() or None) if done.returncode == 0 else None
