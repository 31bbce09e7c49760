"""Clients of a running sandbox that speak as real ones do."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx

WORLDS = Path(__file__).parent / "worlds"
HEROKU = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": "Bearer x"}
SDK = {**HEROKU, "Accept": "application/vnd.heroku+json; version=3.sdk"}
GITHUB = {"Accept": "application/vnd.github+json", "Authorization": "Bearer x"}

# Whom a client trusts that speaks to a sandbox alone: to read whom all trust takes longer than most tests here.
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Caller:
    """Ask a running sandbox as the three kinds of client do."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self._client = httpx.Client(base_url=sandbox.origin, timeout=5, verify=NOBODY)

    def ask(self, host, path, method="GET", **headers):
        return self._client.request(method, path, headers={"Host": host, **headers})

    def heroku(self, path, **headers):
        return self.ask("api.heroku.com", path, **HEROKU, **headers)

    def sdk(self, path):
        return self.ask("api.heroku.com", path, **SDK)

    def github(self, path, **headers):
        return self.ask("api.github.com", path, **GITHUB, **headers)

    def close(self):
        self._client.close()
