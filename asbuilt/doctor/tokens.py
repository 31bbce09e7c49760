"""What can be known of the two tokens: where each was found, whose it is, what it may do, until when.

Of a token itself nothing is told but how it begins, as a kind. Sources:
https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github,
https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps and
https://devcenter.heroku.com/articles/oauth#scopes
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from asbuilt.doctor.asking import UNAUTHORIZED, Looked, Question
from asbuilt.doctor.said import Group, Line, Status, Token
from asbuilt.github_server import DOT_COM, GitHubServer
from asbuilt.observe.credentials import Held, how_to_have_one
from asbuilt.observe.http import GITHUB, HEROKU

QUESTIONS: Mapping[str, Question] = {
    "heroku account": Question(HEROKU, "/account"),
    "heroku authorizations": Question(HEROKU, "/oauth/authorizations"),
    "heroku rate": Question(HEROKU, "/account/rate-limits"),
    "github user": Question(GITHUB, "/user"),
    "github rate": Question(GITHUB, "/rate_limit"),
}
AHEAD = timedelta(days=14)
# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
LIMIT_OF_ACTIONS = 1000
CLASSIC, FINE, OAUTH, USER, APP, ACTIONS = (
    "classic personal access token",
    "fine-grained personal access token",
    "OAuth token, as `gh auth login` makes",
    "token of a user of a GitHub App",
    "installation token of a GitHub App",
    "Actions' own token of a run",
)
_BEGINS = {"ghp_": CLASSIC, "github_pat_": FINE, "gho_": OAUTH, "ghu_": USER, "ghs_": APP}
_MOST_SECONDS = 10**10
_OLD = re.compile(r"[0-9a-f]{40}")
_READS = frozenset({"user:email"})
_MAKE_HEROKU = (
    "make one that reads: heroku authorizations:create --scope read --description asbuilt, "
    "and set HEROKU_API_KEY (docs/permissions.md)"
)
_MAKE_GITHUB = "make a fine-grained one with Actions: read and Deployments: read (docs/permissions.md)"
_RENEW = {"Heroku": "make its successor now: heroku authorizations:create --scope read", "GitHub": "make its successor"}
_line = partial(Line, Group.TOKENS)


def of_heroku(held: Held | None, looked: Mapping[str, Looked], now: datetime) -> Token | None:
    """Say what is known of Heroku's token; None without one. The scope is said by every answer."""
    if held is None:
        return None
    account, authorizations = looked["heroku account"], looked["heroku authorizations"]
    told = next((each.headers["oauth-scope"] for each in looked.values() if "oauth-scope" in each.headers), None)
    scopes = tuple(told.replace(",", " ").split()) if told is not None else None
    if scopes is None and authorizations.is_seen:
        scopes = ("global",)  # no other may list them
    return Token(
        "Heroku",
        held.source,
        "OAuth token",
        str(account.get("email") or ""),
        scopes,
        None if scopes is None else bool({"global", "write", "write-protected"} & set(scopes)),
        _expiry_in(authorizations, held.token, now),
        is_valid=_is_valid(account),
    )


def of_github(held: Held | None, looked: Mapping[str, Looked]) -> Token | None:
    """Say what is known of GitHub's token; None without one."""
    if held is None:
        return None
    user = looked["github user"]
    answers = (user, looked["github rate"])
    kind = kind_of(held.token, looked["github rate"])
    told = next((each.headers["x-oauth-scopes"] for each in answers if "x-oauth-scopes" in each.headers), None)
    scopes = tuple(each for one in told.split(",") if (each := one.strip())) if told is not None else None
    can_write = None if scopes is None else any(not _reads(each) for each in scopes)
    expiry = (each.headers.get("github-authentication-token-expiration", "") for each in answers)
    found = expires_at(next(filter(None, expiry), ""))
    until = f"{found:%Y-%m-%dT%H:%M:%SZ}" if found else ""
    owner = str(user.get("login") or "")
    return Token(
        "GitHub", held.source, kind, owner, scopes, can_write, until, is_valid=_is_valid(looked["github rate"])
    )


def kind_of(token: str, rate: Looked) -> str:
    """Say of which kind a token of GitHub is, by how it begins; that of a run of Actions by its small budget."""
    found = next((kind for begin, kind in _BEGINS.items() if token.startswith(begin)), "")
    limit = rate.get("resources", "core", "limit")
    if found == APP and isinstance(limit, int) and limit <= LIMIT_OF_ACTIONS:
        return ACTIONS
    return found or (CLASSIC if _OLD.fullmatch(token) else "token of a kind that its beginning does not say")


def expires_at(text: str) -> datetime | None:
    """Read the header in which GitHub says until when a token is valid; None where it says nothing that is a date.

    Some have `UTC` at their end, some an offset:
    https://github.com/google/go-github/blob/master/github/github.go
    """
    for form in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            return datetime.strptime(text.strip().replace(" UTC", " +0000"), form).astimezone(UTC)
        except ValueError:
            continue
    return None


def lines(
    provider: str, token: Token | None, now: datetime, *, needed: bool, why: str = "", server: GitHubServer = DOT_COM
) -> Iterator[Line]:
    """Say of a token what is known; `needed` where the estate asks for its provider, `why` what answered no."""
    if token is None and needed and provider == "GitHub" and server != DOT_COM:
        lacking, _, how = how_to_have_one(server).partition(": ")
        yield _line(Status.WRONG, f"{provider}: {lacking}", how)
        return
    if token is None:
        make = _MAKE_HEROKU if provider == "Heroku" else f"{_MAKE_GITHUB}, and set GITHUB_TOKEN; or: gh auth login"
        if needed:
            looked = "HEROKU_API_KEY, ~/.netrc, `heroku`" if provider == "Heroku" else "GH_TOKEN, GITHUB_TOKEN, `gh`"
            yield _line(Status.WRONG, f"{provider}: no token in {looked}", make)
        else:
            yield _line(Status.NOTE, f"{provider}: no token, and the estate needs none")
        return
    where = f"{provider}: from {token.source}"
    if token.is_valid is False:
        fix = _MAKE_HEROKU if provider == "Heroku" else _MAKE_GITHUB
        yield _line(Status.WRONG, f"{where}: answered 401: it is not valid, or has expired", fix)
        return
    if token.is_valid is None:
        yield _line(Status.NOTE, f"{where}, {token.kind}; whose, and until when, is not known: {why}")
        return
    yield _line(Status.WELL, ", ".join(filter(None, (where, token.kind, _whose(token), _scopes(token)))))
    if token.can_write:
        fix = _MAKE_HEROKU if provider == "Heroku" else _MAKE_GITHUB
        yield _line(Status.WRONG, f"{provider}: the token can write: scope {', '.join(token.scopes or ())}", fix)
    elif token.scopes and "read-protected" in token.scopes:
        fact = "the token reads config vars (scope read-protected), which asbuilt never asks for: read is enough"
        yield _line(Status.NOTE, f"{provider}: {fact}")
    yield _until(token, now)


def _until(token: Token, now: datetime) -> Line:
    if not token.expires_at:
        if token.kind in {APP, ACTIONS}:
            return _line(Status.WELL, "GitHub: the token is made anew for each run, and lasts an hour at most")
        if token.provider == "GitHub":
            told = "GitHub: the token names no day on which it expires"
            return _line(Status.NOTE, f"{told}; one of a GitHub App need not be renewed (docs/permissions.md)")
        if "global" in (token.scopes or ()):
            return _line(Status.NOTE, "Heroku: the token does not expire, or its authorization is not listed")
        how = "`heroku authorizations` of its owner says it; without --expires-in it never expires"
        return _line(Status.NOTE, f"Heroku: until when the token is valid, its own scope does not say; {how}")
    at = datetime.fromisoformat(token.expires_at)
    day, left = f"{at:%Y-%m-%d}", at - now
    if token.kind in {APP, ACTIONS, USER}:
        return _line(Status.WELL, f"{token.provider}: the token expires at {at:%Y-%m-%d %H:%M} UTC, and is made anew")
    if left <= timedelta():
        return _line(Status.WRONG, f"{token.provider}: the token has expired on {day}", _RENEW[token.provider])
    days = round(left / timedelta(days=1))
    told = f"{token.provider}: the token expires on {day}, in {days} day{'' if days == 1 else 's'}"
    if left > AHEAD:
        return _line(Status.WELL, told)
    app = "; or take a GitHub App's, which does not expire at night" if token.provider == "GitHub" else ""
    return _line(Status.WRONG, told, f"{_RENEW[token.provider]}{app} (docs/permissions.md)")


def _whose(token: Token) -> str:
    if token.owner:
        return f"of {token.owner}"
    if token.kind in {APP, ACTIONS}:
        return "of no user"
    return "of somebody whom its scope does not name" if token.provider == "Heroku" else ""


def _scopes(token: Token) -> str:
    if token.scopes is None:
        return "permissions are found by asking" if token.provider == "GitHub" else "scope not told"
    return f"scope {', '.join(token.scopes)}" if token.scopes else "without any scope"


def _reads(scope: str) -> bool:
    return scope.startswith("read:") or scope in _READS


def _is_valid(looked: Looked) -> bool | None:
    return None if looked.status is None else looked.status != UNAUTHORIZED


def _expiry_in(authorizations: Looked, token: str, now: datetime) -> str:
    """Give until when a token is valid, by the authorization that has it: the client looks so too.

    https://github.com/heroku/cli/blob/main/src/commands/auth/token.ts
    """
    for each in authorizations.listed():
        access = each.get("access_token")
        left = access.get("expires_in") if isinstance(access, dict) and access.get("token") == token else None
        if isinstance(left, int) and left <= _MOST_SECONDS:
            return f"{now + timedelta(seconds=left):%Y-%m-%dT%H:%M:%SZ}"
    return ""
