"""Where the sandbox's GitHub stands: at github.com's addresses, or at those of a server that an estate names."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from asbuilt.github_server import API, DOT_COM
from asbuilt.sandbox.github import HOST

if TYPE_CHECKING:
    from asbuilt.github_server import GitHubServer
    from asbuilt.sandbox.exchange import Reply

BELOW = "/api/v3"


@dataclass(frozen=True, slots=True)
class Mount:
    """Takes what is asked of one GitHub to where the documents are made, and what they say back to its addresses."""

    server: GitHubServer

    def inside(self, host: str, path: str) -> tuple[str, str]:
        """Return host and path as the API of github.com has them; of another host than the server's, as they are."""
        address = urlsplit(self.server.api)
        if self.server == DOT_COM or host != address.hostname or not path.startswith(f"{address.path}/"):
            return host, path
        return HOST, path.removeprefix(address.path)

    def outside(self, reply: Reply) -> Reply:
        """Return an answer whose addresses are the server's: of its API, and of its pages."""
        if self.server == DOT_COM:
            return reply
        headers = {name: self._moved(value) for name, value in reply.headers.items()}
        document = json.loads(self._moved(json.dumps(reply.document)))
        text = self._moved(reply.text) if reply.text is not None else None
        return replace(reply, document=document, text=text, headers=headers)

    def _moved(self, text: str) -> str:
        return text.replace(f"{API}/", f"{self.server.api}/").replace(f"{DOT_COM.web}/", f"{self.server.web}/")
