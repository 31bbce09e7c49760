"""The documents that a run asks the providers for: what of each is kept as evidence, and which of them are lists.

It is an allow-list: of a document that does not stand here nothing is kept, and of one that does, no field but those
that its reader uses. A shape is read so: of an object the named fields, of a list the same of each item, and a
function gives what of a text is kept. An object or a list in place of a text is kept without what is in it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from asbuilt.github_server import API
from asbuilt.texts import kept as text
from asbuilt.withholding import WITHHELD, foreign

HEROKU = "https://api.heroku.com"
GITHUB = API
LOG = re.compile(r"/actions/runs/([0-9]{1,18})(?:/jobs?/([0-9]{1,18}))?")  # which run and job a log is of
Shape = Mapping[str, Any] | list[Any] | Callable[[str], str]
_MOST_OF_A_MESSAGE = 1000
_BY_ID = re.compile(r"/repositories/[^/]+")  # how GitHub names the next page, and a repository that was renamed
_BY_NAME = "/repos/-/-"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A document of a provider, by its path: `{}` is one part of it. `is_list` where it may take several pages."""

    origin: str
    path: str
    shape: Shape
    is_list: bool = False


def endpoint_of(url: str, github: str = GITHUB) -> Endpoint | None:
    """Give the document that a URL is of; None for one that is not known, and for an app's own.

    `github` is where the API of the GitHub is that was asked.
    """
    if not is_of_a_provider(url, github):
        return None
    origin, path = _split(f"{GITHUB}/{url.removeprefix(f'{github}/')}" if url.startswith(f"{github}/") else url)
    found = (each for each in ENDPOINTS if each.origin == origin and _pattern(each.path).fullmatch(path))
    return next(found, None)


def is_of_a_provider(url: str, github: str = GITHUB) -> bool:
    """Say whether a URL is a provider's own, not an app's."""
    return url.startswith((f"{HEROKU}/", f"{github}/"))


def message(said: str) -> str:
    """Give what a provider says of a request that it refuses, as much of it as is kept."""
    return text(foreign(said), _MOST_OF_A_MESSAGE)


def _log(address: str) -> str:
    """Give of the address of a log which run and job it is of: whoever made the deployment chose the rest of it."""
    named = LOG.search(address)
    return named[0] if named else WITHHELD if address else ""


def _fields(*names: str, **nested: Shape) -> dict[str, Shape]:
    return {**dict.fromkeys(names, text), **nested}


def _page(key: str, item: Shape) -> dict[str, Shape]:
    return {"total_count": text, key: [item]}


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return f"{parts.scheme}://{parts.netloc}", _BY_ID.sub(_BY_NAME, parts.path, count=1)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, path.split("{}"))))


_NAMED = _fields("name")
_OF_ID = _fields("id")
_RUN = _fields(
    "id", "run_number", "event", "status", "conclusion", "head_branch", "head_sha", "created_at", "updated_at",
    "html_url", head_repository=_OF_ID, repository=_OF_ID,
)  # fmt: skip
_WAITING_RUN = _fields("path", "run_number", "event", "head_branch", "run_started_at", "created_at", "html_url")
_RELEASE = _fields(
    "version", "description", "status", "current", "created_at", "id", slug=_OF_ID, artifacts=[_fields("id", "type")],
    user=_fields("email"),
)  # fmt: skip
_RULE = _fields(
    "type", "wait_timer", "prevent_self_review", reviewers=[_fields("type", reviewer=_fields("login", "slug"))]
)
_ENVIRONMENT = _fields(
    "name", "can_admins_bypass", deployment_branch_policy=_fields("protected_branches"), protection_rules=[_RULE]
)
# Of the steps of a job only how many there are: one that was refused while it waited has none.
_JOB = _fields("id", "name", "status", "conclusion", "started_at", "completed_at", steps=[{}])
# Of a commit neither what it says nor who made it.
_COMMIT = _fields("sha", parents=[_fields("sha")], commit={"committer": _fields("date")})
_APP = _fields(
    "name", "web_url", "created_at", "maintenance", "slug_size", "repo_size", generation=_NAMED, stack=_NAMED,
    build_stack=_NAMED,
)  # fmt: skip

# Of a variable the name alone is kept: its value may be what nobody wrote it for.
_VARIABLES = _page("variables", _NAMED)

ENDPOINTS = (
    Endpoint(HEROKU, "/apps", [_fields("id", "name")], is_list=True),
    Endpoint(HEROKU, "/pipeline-couplings", [_fields("stage", app=_OF_ID, pipeline=_OF_ID)], is_list=True),
    Endpoint(HEROKU, "/apps/{}", _APP),
    Endpoint(HEROKU, "/apps/{}/releases", [_RELEASE], is_list=True),
    Endpoint(
        HEROKU,
        "/apps/{}/formation",
        [_fields("type", "quantity", "size", "updated_at", dyno_size=_NAMED)],
        is_list=True,
    ),
    Endpoint(
        HEROKU,
        "/apps/{}/dynos",
        [_fields("name", "type", "state", "updated_at", "size", release=_fields("version"))],
        is_list=True,
    ),
    Endpoint(
        HEROKU,
        "/apps/{}/builds",
        [_fields("created_at", release=_OF_ID, slug=_OF_ID, source_blob=_fields("version"))],
        is_list=True,
    ),
    Endpoint(HEROKU, "/apps/{}/slugs/{}", _fields("id", "commit")),
    Endpoint(HEROKU, "/apps/{}/oci-images/{}", _fields("id", "commit")),
    Endpoint(GITHUB, "/repos/{}/{}", _fields("full_name", "default_branch", "archived", "private", "disabled")),
    Endpoint(GITHUB, "/repos/{}/{}/environments", _page("environments", _ENVIRONMENT), is_list=True),
    Endpoint(
        GITHUB,
        "/repos/{}/{}/environments/{}/deployment-branch-policies",
        _page("branch_policies", _fields("name", "type")),
        is_list=True,
    ),
    Endpoint(
        GITHUB,
        "/repos/{}/{}/actions/workflows",
        _page("workflows", _fields("name", "path", "state", "created_at")),
        is_list=True,
    ),
    Endpoint(GITHUB, "/repos/{}/{}/actions/workflows/{}/runs", _page("workflow_runs", _RUN), is_list=True),
    Endpoint(GITHUB, "/repos/{}/{}/actions/runs", _page("workflow_runs", _WAITING_RUN), is_list=True),
    Endpoint(GITHUB, "/repos/{}/{}/actions/runs/{}/jobs", _page("jobs", _JOB), is_list=True),
    Endpoint(GITHUB, "/repos/{}/{}/deployments", [_fields("environment", "sha", "created_at", "id")], is_list=True),
    Endpoint(
        GITHUB,
        "/repos/{}/{}/deployments/{}/statuses",
        [_fields("state", "created_at", log_url=_log, target_url=_log)],
        is_list=True,
    ),
    Endpoint(
        GITHUB,
        "/repos/{}/{}/compare/{}",
        _fields("status", "total_commits", files=[_fields("filename", "previous_filename")], commits=[_COMMIT]),
        is_list=True,
    ),
    Endpoint(
        GITHUB,
        "/repos/{}/{}/branches/{}",
        _fields("protected", protection=_fields(required_status_checks=_fields(contexts=[text]))),
    ),
    Endpoint(
        GITHUB,
        "/repos/{}/{}/rules/branches/{}",
        [_fields("type", parameters=_fields(required_status_checks=[_fields("context")]))],
        is_list=True,
    ),
    Endpoint(GITHUB, "/repos/{}/{}/actions/variables", _VARIABLES, is_list=True),
    Endpoint(GITHUB, "/repos/{}/{}/actions/organization-variables", _VARIABLES, is_list=True),
    Endpoint(GITHUB, "/repos/{}/{}/environments/{}/variables", _VARIABLES, is_list=True),
    Endpoint(
        GITHUB, "/repos/{}/{}/branches", [_fields("name", "protected", protection=_fields("enabled"))], is_list=True
    ),
)
