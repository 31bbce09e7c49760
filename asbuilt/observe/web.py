"""What an app answers at its own URL.

Asked as anybody would: without a token, a cookie, or a redirect that is followed.
"""

from asbuilt.model import Fact, ProbeResponse
from asbuilt.observe.ask import Ask, fact
from asbuilt.observe.http import CertificateError, Client, shown
from asbuilt.withholding import place

# Heroku's router shows its own error pages in a frame from this host:
# https://devcenter.heroku.com/articles/error-pages
_ROUTER_ERROR_PAGE = b"herokucdn.com/error-pages"


def probe(client: Client, url: str) -> Fact[ProbeResponse]:
    """Observe one answer of an app: its status, and whether the app or Heroku's router gave it.

    `url` is whole, path included. Every answer is an observation, and so is a certificate that turns every visitor
    away; it is unobserved only where none came. The router is told by the page that it shows: https://devcenter.heroku.com/articles/error-pages
    """

    def read(ask: Ask) -> ProbeResponse:
        try:
            answer = ask.probe(url)
        except CertificateError as error:
            return ProbeResponse(shown(url), None, certificate=error.problem)
        # What stands before the host and behind the path may be a secret of a session.
        location = place(answer.headers.get("location", ""))
        return ProbeResponse(shown(url), answer.status, location, _ROUTER_ERROR_PAGE in answer.body)

    return fact(client, shown(url), read)
