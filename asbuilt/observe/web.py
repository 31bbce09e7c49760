"""What an app answers at its own URL.

Asked as anybody would: without a token, a cookie, or a redirect that is followed.
"""

import json
import re

from asbuilt import estate as declared
from asbuilt.commits import is_commit
from asbuilt.model import Fact, Observed, ProbeResponse
from asbuilt.observe import body
from asbuilt.observe.ask import Ask, fact
from asbuilt.observe.http import CertificateError, Client, shown
from asbuilt.withholding import place

# Heroku's router shows its own error pages in a frame from this host:
# https://devcenter.heroku.com/articles/error-pages
_ROUTER_ERROR_PAGE = re.compile(
    rb"<iframe[^>]{0,200}\bsrc=[\"']?(?:https?:)?//[\w.]{0,20}herokucdn\.com/error-pages", re.IGNORECASE
)
_STARTS = 3


def probe(client: Client, url: str, wanted: declared.Probe | None = None) -> Fact[ProbeResponse]:
    """Observe one answer of an app: its status, whether the app or Heroku's router gave it, and what is asked of it.

    `url` is whole, path included. Of the body is kept what `wanted` declares of it, and the commit where it says where
    that is. Every answer is an observation, and so is a certificate that turns every visitor away; it is unobserved
    only where none came. The router is told by the page that it shows: https://devcenter.heroku.com/articles/error-pages
    """

    def read(ask: Ask) -> ProbeResponse:
        try:
            answer = ask.probe(url)
        except CertificateError as error:
            return ProbeResponse(shown(url), None, certificate=error.problem)
        # What stands before the host and behind the path may be a secret of a session.
        location = place(answer.headers.get("location", ""))
        from_router = _ROUTER_ERROR_PAGE.search(answer.body) is not None
        says = body.asked(answer.body, wanted) if wanted and not from_router else None
        place_of_commit = wanted.tells_commit_at if wanted else None
        commit = None if place_of_commit is None else _commit(answer.body, place_of_commit)
        return ProbeResponse(shown(url), answer.status, location, from_router, body=says, commit=commit)

    return fact(client, shown(url), read)


def probe_asleep(client: Client, url: str, wanted: declared.Probe) -> Fact[ProbeResponse]:
    """Observe an answer of an app that slept and was woken by an earlier request: asked again while it starts.

    A start may take a minute (https://devcenter.heroku.com/articles/limits#boot-timeout), and the router holds a
    request meanwhile; so each question waits as long as one may, and there are few.
    """
    found = probe(client, url, wanted)
    for _ in range(_STARTS - 1):
        if isinstance(found, Observed) and not found.value.from_router:
            break
        found = probe(client, url, wanted)
    return found


def _commit(content: bytes, pointer: str) -> str:
    """Give the commit that a body names; nothing else of it, whatever is there."""
    try:
        found = body.at(json.loads(content), pointer) if pointer else content.decode()
    except (ValueError, LookupError, RecursionError):
        return ""
    named = found.strip() if isinstance(found, str) else ""
    return named.lower() if is_commit(named) else ""
