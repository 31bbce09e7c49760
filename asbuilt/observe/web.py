"""What an app answers at its own URL."""

import re

from asbuilt.model import Absent, Observed, ProbeResponse, Unobserved
from asbuilt.observe.ask import Ask, fact
from asbuilt.observe.http import Client

# Heroku's router shows its own error pages in a frame from this host:
# https://devcenter.heroku.com/articles/error-pages
_ROUTER_ERROR_PAGE = b"herokucdn.com/error-pages"
_AFTER_PATH = re.compile(r"[?#].*", re.DOTALL)


def probe(client: Client, url: str) -> Observed[ProbeResponse] | Absent | Unobserved:
    """Observe one answer of an app: its status, and whether the app or Heroku's router gave it."""

    def read(ask: Ask) -> ProbeResponse:
        answer = ask.probe(url)
        # What follows the path may be a session's secret.
        location = _AFTER_PATH.sub("", answer.headers.get("location", ""))
        return ProbeResponse(url, answer.status, location, _ROUTER_ERROR_PAGE in answer.body)

    return fact(client, url, read)
