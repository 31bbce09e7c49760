"""docs/permissions.md has every request that a run makes, with the permission that GitHub publishes for it."""

import json
import os
from pathlib import Path

import documented
import pytest
import recorded

from asbuilt.catalogue import PROJECT
from asbuilt.observe.http import GITHUB, HEROKU

CONTRACTS = Path(os.environ.get("ASBUILT_CONTRACTS") or PROJECT / "../shared/contracts")


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


@pytest.mark.parametrize("origin", [HEROKU, GITHUB])
def test_every_request_is_documented_once(asked, origin):
    assert [path for path in sorted(asked[origin]) if len(documented.permissions(path)) != 1] == []


def test_the_permission_is_the_one_that_github_publishes(asked):
    file = CONTRACTS / "github-permissions.json"
    if not file.exists():
        pytest.skip(f"no published permissions at {file}: set ASBUILT_CONTRACTS")
    published = json.loads(file.read_text())["permissions"]
    wrong = []
    for path in sorted(asked[GITHUB]):
        told = {each.strip().lower().replace(": ", ":") for each in documented.permissions(path)}
        true = {
            name for name, paths in published.items() if any(documented.pattern(each).fullmatch(path) for each in paths)
        }
        if not true & told:
            wrong.append(f"{path} needs {true or 'what is not published'}, documented {told}")
    assert wrong == []
