"""Where issues are written, and with which token: the alert step's own, from its environment alone."""

from collections.abc import Mapping
from typing import NamedTuple

from asbuilt.alert.not_delivered import NotDeliveredError
from asbuilt.github_server import DOT_COM, meant
from asbuilt.observe.credentials import of_environment


class IssueAccess(NamedTuple):
    """A token that may write issues, and the address of the API that it is for."""

    token: str
    api: str

    def __repr__(self) -> str:
        """Say nothing of the token."""
        return f"IssueAccess(..., {self.api!r})"


def issue_access(declared: str | None, environ: Mapping[str, str]) -> IssueAccess:
    """Give the access to the GitHub that an estate declares, or the environment means.

    The token is that of the environment, where the environment means that GitHub (docs/adr/0032). What `gh` keeps is a
    person's, and may do more: nobody is called in their name. Raises NotDeliveredError where there is none.
    """
    try:
        server = meant(declared, environ)
    except ValueError as error:
        raise NotDeliveredError(str(error)) from None
    if held := of_environment(environ, server):
        return IssueAccess(held.token, server.api)
    name = "GH_ENTERPRISE_TOKEN" if server.is_server else "GITHUB_TOKEN"
    which = "" if server == DOT_COM else f", and GITHUB_API_URL to {server.api}"
    raise NotDeliveredError(
        f"no token of {server.host} that may write issues: set {name}{which} for this step alone (Issues: write)"
    )
