"""Whom a first estate is asked of: the providers with the tokens that there are, or a sandbox of them."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from asbuilt.github_server import DOT_COM, GitHubServer
from asbuilt.observe.credentials import NoTokenError, Tokens, tokens
from asbuilt.observe.http import Client
from asbuilt.option_values import OptionError
from asbuilt.sandbox.scenario import ScenarioError
from asbuilt.sandbox.server import Sandbox

_DEADLINE = 300.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A client of what stands for reality, which tokens there are, and the repositories of a sandbox."""

    name: str
    client: Client
    heroku: bool
    github: bool
    repositories: tuple[str, ...] = ()
    server: GitHubServer = DOT_COM


def asked(sandbox: str | None, closing: ExitStack, say: Callable[[str], None], server: GitHubServer) -> Asked:
    """Give whom to ask, until `closing` is closed. Raises OptionError for a sandbox that is none."""
    if sandbox:
        try:
            served = closing.enter_context(Sandbox.start(sandbox, github=server))
        except ScenarioError as error:
            raise OptionError(str(error)) from error
        client = _client(Tokens("sandbox", "sandbox"), closing, say, server, served.origin)
        names = tuple(each.full_name for each in served.scenario.world(0).repositories)
        return Asked(f"sandbox {sandbox}", client, heroku=True, github=True, repositories=names, server=server)
    found = Tokens(_found(server, heroku=True).heroku, _found(server, heroku=False).github)
    client = _client(found, closing, say, server)
    return Asked("live", client, heroku=bool(found.heroku), github=bool(found.github), server=server)


def _found(server: GitHubServer, *, heroku: bool) -> Tokens:
    try:
        return tokens(os.environ, Path.home(), heroku=heroku, github=not heroku, server=server)
    except NoTokenError:
        return Tokens()


def _client(
    found: Tokens, closing: ExitStack, say: Callable[[str], None], server: GitHubServer, route_to: str | None = None
) -> Client:
    def told(count: int) -> None:
        if count % 50 == 0:
            say(f"{count} requests so far")

    client = Client(found, github=server.api, route_to=route_to, deadline=_DEADLINE, progress=told)
    closing.callback(client.close)
    return client
