"""Whose a waiver is where nobody says it: the user of the GitHub token, else git's."""

import os
import subprocess
from pathlib import Path

from asbuilt.github_server import DOT_COM, GitHubServer
from asbuilt.model import Observed
from asbuilt.observe.ask import Ask, fact
from asbuilt.observe.credentials import NoTokenError, tokens
from asbuilt.observe.github_reading import HEADERS
from asbuilt.observe.http import Client

_SECONDS = 10


def owner_of(sandbox: str | None, server: GitHubServer = DOT_COM) -> str:
    """Give the login of the token for a GitHub, else git's `user.name`; empty where neither is known.

    A sandbox has no user who could owe anything.
    """
    return (_own_login(server) if sandbox is None else "") or _git_user()


def _own_login(server: GitHubServer) -> str:
    try:
        found = tokens(os.environ, Path.home(), heroku=False, github=True, server=server)
    except NoTokenError:
        return ""
    client = Client(found, github=server.api, deadline=_SECONDS)
    try:
        return login_of(client)
    finally:
        client.close()


def login_of(client: Client) -> str:
    """Ask whose the GitHub token is; empty where GitHub does not say: one of an installation is nobody's.

    Source: https://docs.github.com/en/rest/users/users#get-the-authenticated-user
    """

    def read(ask: Ask) -> str:
        return str(ask.get(f"{client.github}/user", HEADERS).json()["login"])

    found = fact(client, "the user of the GitHub token", read)
    return found.value if isinstance(found, Observed) else ""


def _git_user() -> str:
    try:
        done = subprocess.run(
            ["git", "config", "user.name"],  # noqa: S607 - whichever git the user has
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
