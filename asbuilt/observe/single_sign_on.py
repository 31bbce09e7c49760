"""What GitHub says where an organization has single sign-on and the token is not authorised for it.

It says so in a header, `X-GitHub-SSO`, beside a 403, and beside a list that lacks what the token may not see:
https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#personal-access-tokens-and-saml-sso
"""

import re
from typing import NamedTuple

from asbuilt.github_server import DOT_COM, GitHubServer

# The address opens for the signed-in owner of the token alone, and for one hour: it is no secret. Of any other nothing
# is shown.
_ADDRESS = re.compile(r"/(?:orgs|enterprises)/[\w.-]{1,100}/sso(?:\?authorization_request=[\w%-]{1,150})?", re.ASCII)
_TOKENS = "/settings/tokens (Configure SSO)"
_MOST_ORGANIZATIONS = 10


class Refused(NamedTuple):
    """Why an answer is not the whole one, and what to do about it."""

    reason: str
    remedy: str


def signing_on(header: str, server: GitHubServer = DOT_COM) -> Refused | None:
    """Read the header of a GitHub. None where it asks for nothing.

    required; url=https://github.com/orgs/example/sso?authorization_request=A1B2
    partial-results; organizations=21955855,20582480
    """
    kind, _, rest = (part.strip() for part in header.partition(";"))
    name, _, value = (part.strip() for part in rest.partition("="))
    if kind == "required":
        page = value.removeprefix(server.web) if name == "url" and value.startswith(f"{server.web}/") else ""
        address = value if _ADDRESS.fullmatch(page) else f"{server.web}{_TOKENS}"
        remedy = f"authorise the token for single sign-on, as its owner: {address}"
        return Refused("the token is not authorised for the organization's single sign-on", remedy)
    if kind == "partial-results":
        organizations = re.findall(r"\d{1,20}", value)[:_MOST_ORGANIZATIONS] if name == "organizations" else []
        of = f" of the organizations {', '.join(organizations)}" if organizations else ""
        remedy = f"authorise the token for single sign-on{of}, as its owner: {server.web}{_TOKENS}"
        return Refused("it is not whole: the token is not authorised for single sign-on", remedy)
    return None
