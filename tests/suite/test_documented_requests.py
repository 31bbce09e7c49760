"""docs/permissions.md has every request that a run makes, with the permission that GitHub publishes for it."""

import json
import os
import re
from pathlib import Path

import pytest
import recorded

from asbuilt.catalogue import PROJECT
from asbuilt.observe.http import GITHUB, HEROKU

CONTRACTS = Path(os.environ.get("ASBUILT_CONTRACTS") or PROJECT / "../shared/contracts")
_ROW = re.compile(r"^\| `GET (?P<path>/[^`]+)` \|.*\| `?(?P<permission>[^|`]+)`? \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def asked():
    """What a healthy run asks for, by provider: the paths without their queries."""
    world = recorded.Recorded("healthy")
    world.close()
    paths = {origin: set() for origin in (HEROKU, GITHUB)}
    for url in world.urls:
        for origin, found in paths.items():
            if url.startswith(f"{origin}/"):
                found.add(url.removeprefix(origin).partition("?")[0])
    assert all(paths.values())
    return paths


@pytest.fixture(scope="module")
def documented():
    """The permission of each request in the tables, by the path as a pattern."""
    rows = _ROW.finditer((PROJECT / "docs/permissions.md").read_text())
    return {_pattern(re.sub(r"(?<=[/.])[A-Z]+(?=[/.]|$)", "{}", row["path"])): row["permission"] for row in rows}


def _pattern(template):
    """Give a template, whose braces stand for one part of a path, as a pattern."""
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", template))))


def _permissions(documented, path):
    return [permission for pattern, permission in documented.items() if pattern.fullmatch(path)]


@pytest.mark.parametrize("origin", [HEROKU, GITHUB])
def test_every_request_is_documented_once(asked, documented, origin):
    assert [path for path in sorted(asked[origin]) if len(_permissions(documented, path)) != 1] == []


def test_the_permission_is_the_one_that_github_publishes(asked, documented):
    file = CONTRACTS / "github-permissions.json"
    if not file.exists():
        pytest.skip(f"no published permissions at {file}: set ASBUILT_CONTRACTS")
    published = json.loads(file.read_text())["permissions"]
    wrong = []
    for path in sorted(asked[GITHUB]):
        told = {each.strip().lower().replace(": ", ":") for each in _permissions(documented, path)}
        true = {name for name, paths in published.items() if any(_pattern(each).fullmatch(path) for each in paths)}
        if not true & told:
            wrong.append(f"{path} needs {true or 'what is not published'}, documented {told}")
    assert wrong == []
