"""What an app answers at its own URL.

Asked as anybody would: without a token, a cookie, or a redirect that is followed.
"""

import json

from asbuilt.commits import is_commit
from asbuilt.model import Fact, ProbeResponse
from asbuilt.observe.ask import Ask, fact
from asbuilt.observe.http import Client, shown
from asbuilt.observe.pointer import at
from asbuilt.withholding import place

# Heroku's router shows its own error pages in a frame from this host:
# https://devcenter.heroku.com/articles/error-pages
_ROUTER_ERROR_PAGE = b"herokucdn.com/error-pages"


def probe(client: Client, url: str, commit: str | None = None) -> Fact[ProbeResponse]:
    """Observe one answer of an app: its status, and whether the app or Heroku's router gave it.

    `commit` says where in the answer the app names its own: a JSON pointer, empty where the body is nothing else.
    `url` is whole, path included. Every answer is an observation; it is unobserved only where none came. The router is
    told by the page that it shows: https://devcenter.heroku.com/articles/error-pages
    """

    def read(ask: Ask) -> ProbeResponse:
        answer = ask.probe(url)
        # What stands before the host and behind the path may be a secret of a session.
        location = place(answer.headers.get("location", ""))
        from_router = _ROUTER_ERROR_PAGE in answer.body
        told = None if commit is None else _commit(answer.body, commit)
        return ProbeResponse(shown(url), answer.status, location, from_router, told)

    return fact(client, shown(url), read)


def _commit(body: bytes, pointer: str) -> str:
    """Give the commit that a body names; nothing else of it, whatever is there."""
    try:
        found = at(json.loads(body), pointer) if pointer else body.decode()
    except (ValueError, LookupError, RecursionError):
        return ""
    named = found.strip() if isinstance(found, str) else ""
    return named.lower() if is_commit(named) else ""
