"""The tokens that a world gives: whose they are, what they may do, until when; and what the providers tell of them.

Sources: https://devcenter.heroku.com/articles/oauth#scopes,
https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github and
https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from asbuilt.sandbox.reading import Reader

# How the token of each kind begins, of which an account is told, and of which scopes are.
PREFIXES: Mapping[str, str] = {
    "fine-grained": "github_pat_",
    "classic": "ghp_",
    "oauth": "gho_",
    "app": "ghs_",
    "actions": "ghs_",
    "user-of-app": "ghu_",
}
_OF_NOBODY = ("app", "actions")
_WITH_SCOPES = ("classic", "oauth")
HEROKU_SCOPES = ("global", "identity", "read", "write", "read-protected", "write-protected")
_LIMIT, _LIMIT_OF_ACTIONS = 5000, 1000


@dataclass(frozen=True, slots=True)
class HerokuToken:
    """A token of Heroku; without an instant it never expires. `is_given` is false for whoever has none."""

    is_given: bool = True
    scope: tuple[str, ...] = ("identity", "read")
    expires_at: datetime | None = None

    @property
    def tells_account(self) -> bool:
        """Whether it may read whose it is."""
        return bool({"global", "identity"} & set(self.scope))


@dataclass(frozen=True, slots=True)
class GitHubToken:
    """A token of GitHub, of one kind; without an instant it never expires. `is_given` is false for whoever has none."""

    is_given: bool = True
    kind: str = "fine-grained"
    scopes: tuple[str, ...] = ()
    login: str = "operator"
    expires_at: datetime | None = None

    @property
    def has_user(self) -> bool:
        """Whether it is a user's: one of an App's installation is nobody's."""
        return self.kind not in _OF_NOBODY

    @property
    def limit(self) -> int:
        """How many requests an hour it is given."""
        return _LIMIT_OF_ACTIONS if self.kind == "actions" else _LIMIT


@dataclass(frozen=True, slots=True)
class Given:
    """The tokens that a world gives."""

    heroku: HerokuToken = HerokuToken()
    github: GitHubToken = GitHubToken()

    def values(self) -> tuple[str | None, str | None]:
        """Give a token for Heroku and one for GitHub that look like those of their kinds; None for one not given."""
        heroku = "HRKU-sandbox" if self.heroku.is_given else None
        return heroku, f"{PREFIXES[self.github.kind]}sandbox" if self.github.is_given else None


def given(root: Reader) -> Given:
    """Read the tokens of a scenario; without any they are those of somebody who may read, for ever."""
    at = root.below("tokens").only("heroku", "github")
    heroku = at.below("heroku").only("given", "scope", "expires_at")
    github = at.below("github").only("given", "kind", "scopes", "login", "expires_at")
    if wrong := [each for each in heroku.texts("scope") if each not in HEROKU_SCOPES]:
        raise heroku.error(f'"{wrong[0]}" is not valid; allowed: {", ".join(HEROKU_SCOPES)}', "scope")
    return Given(
        HerokuToken(
            is_given=heroku.flag("given", default=True),
            scope=heroku.texts("scope") or HerokuToken().scope,
            expires_at=heroku.instant("expires_at") if "expires_at" in heroku.value else None,
        ),
        GitHubToken(
            is_given=github.flag("given", default=True),
            kind=github.text("kind", "fine-grained", among=tuple(PREFIXES)),
            scopes=github.texts("scopes"),
            login=github.text("login", "operator"),
            expires_at=github.instant("expires_at") if "expires_at" in github.value else None,
        ),
    )


def headers_of_heroku(token: HerokuToken) -> dict[str, str]:
    """Return what each answer says of the token that asked, as real ones do.

    Source: https://github.com/interagent/http-api-design, where it says of scopes what it says of Request-Id.
    """
    return {"Oauth-Scope": " ".join(token.scope)}


def headers_of_github(token: GitHubToken) -> dict[str, str]:
    """Return what each answer says of the token that asked.

    Sources: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps and
    https://github.blog/changelog/2021-07-26-expiration-options-for-personal-access-tokens/
    """
    head = {"X-OAuth-Scopes": ", ".join(token.scopes)} if token.kind in _WITH_SCOPES else {}
    if token.expires_at:
        head["GitHub-Authentication-Token-Expiration"] = f"{token.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return head
