"""Which GitHub is meant: github.com, GitHub Enterprise Cloud with data residency, or a GitHub Enterprise Server.

They have one API at different addresses, and their pages beside it:

- https://api.github.com, https://github.com
- https://api.SUBDOMAIN.ghe.com, https://SUBDOMAIN.ghe.com:
  https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom
- https://HOST/api/v3, https://HOST: https://docs.github.com/en/enterprise-server@latest/rest/quickstart
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "GITHUB_API_URL"  # https://docs.github.com/en/actions/reference/workflows-and-actions/variables
API = "https://api.github.com"
ALLOWED = f"{API}, https://api.SUBDOMAIN.ghe.com or https://HOST/api/v3"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_OF_A_TENANT = re.compile(rf"https://api\.({_LABEL}\.ghe\.com)")
_OF_A_SERVER = re.compile(rf"https://((?:{_LABEL}\.){{0,10}}{_LABEL}(?::[1-9][0-9]{{0,4}})?)/api/v3")
# Nobody's own server: what looks so is a slip, or somebody who wants the token elsewhere.
_OF_OTHERS = re.compile(r"(?:.*\.)?(?:github\.com|ghe\.com|heroku\.com|herokuapp\.com)(?::[0-9]+)?")
_REPOSITORY_IN_GH = re.compile(r"(?<= -R )(?=[\w.-]+/[\w.-]+(?:[\s;)]|$))")


@dataclass(frozen=True, slots=True)
class GitHubServer:
    """A GitHub: where its API is, without a slash at the end, and the host that its pages and its remotes have."""

    api: str = API
    host: str = "github.com"

    @property
    def web(self) -> str:
        """Where its pages are."""
        return f"https://{self.host}"

    @property
    def is_server(self) -> bool:
        """Whether it is a GitHub Enterprise Server, which somebody runs on their own."""
        return self.api.endswith("/api/v3")

    def paged(self, remedy: str) -> str:
        """Give a remedy, whose words are not put in yet, with the pages of this GitHub."""
        return remedy.replace("https://github.com/{repository}", f"{self.web}/{{repository}}")

    def hosted(self, remedy: str) -> str:
        """Give a remedy with this GitHub's host before each repository that `gh` is told: `-R HOST/OWNER/NAME`."""
        return remedy if self == DOT_COM else _REPOSITORY_IN_GH.sub(f"{self.host}/", remedy)


DOT_COM = GitHubServer()


def address_of(api: str) -> str:
    """Give the address of an API as it is asked. Raises ValueError as `server_of` does."""
    return server_of(api).api


def server_of(api: str) -> GitHubServer:
    """Give the GitHub whose API is at an address. Raises ValueError for one that can be none."""
    address = api.strip().rstrip("/").lower()
    if address == API:
        return DOT_COM
    if tenant := _OF_A_TENANT.fullmatch(address):
        return GitHubServer(address, tenant[1])
    server = _OF_A_SERVER.fullmatch(address)
    if server is None or _OF_OTHERS.fullmatch(server[1]):
        raise ValueError(f"expected the address of GitHub's API: {ALLOWED}")
    return GitHubServer(address, server[1])


def named_by(environ: Mapping[str, str]) -> GitHubServer | None:
    """Give the GitHub that GitHub Actions, or a person, names in the environment; None where nobody does.

    Raises ValueError with the variable's name for an address that can be none.
    """
    address = environ.get(VARIABLE, "").strip()
    try:
        return server_of(address) if address else None
    except ValueError as error:
        raise ValueError(f"{VARIABLE}: {error}") from None


def meant(declared: str | None, environ: Mapping[str, str]) -> GitHubServer:
    """Give the GitHub that is meant: what the estate declares goes before the environment. Raises ValueError."""
    return server_of(declared) if declared else named_by(environ) or DOT_COM
