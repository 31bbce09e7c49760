"""What is kept of the answers' bodies: no more than our readers use, and enough to come to the same facts again."""

import json
from collections import defaultdict, deque
from email.utils import format_datetime
from hashlib import sha256

import documented
import httpx
import pytest
import recorded

from asbuilt.model import Observed
from asbuilt.observe.endpoints import ENDPOINTS, GITHUB, HEROKU, WITHHELD, endpoint_of
from asbuilt.observe.http import shown
from asbuilt.observe.kept_bodies import MOST_OF_A_BODY, kept

APP = f"{HEROKU}/apps/shop"
REPOSITORY = f"{GITHUB}/repos/example/shop"
WORLDS = (
    "healthy",
    "incident-2026-04-30",
    "healthy+app-deleted",
    "healthy+container-app",
    "healthy+deploy-lags",
    "healthy+deploy-under-way",
    "healthy+dynos-forbidden",
    "healthy+environment-made-by-a-run",
    "healthy+every-branch-deploys",
    "healthy+red-push-hidden-by-a-schedule",
    "healthy+reviewer-deleted",
    "healthy+pushed-by-hand",
    "healthy+deploy-waits-for-approval",
)


@pytest.fixture(scope="module", params=WORLDS)
def world(request):
    made = recorded.Recorded(request.param)
    yield made
    made.close()


class Replay:
    """Answers what the APIs answered, by a transcript and the bodies beside it; of an app's own nothing is kept."""

    def __init__(self, world, seen):
        self._world, self._bodies, self._left = world, seen.bodies, defaultdict(deque)
        for each in seen.observation.transcript:
            self._left[each.url, each.page].append(each)

    def __call__(self, request):
        url = shown(str(request.url))
        if not url.startswith((HEROKU, GITHUB)):
            return self._world.answer(request)
        said = self._left[url, request.headers.get("Range", "")].popleft()
        if said.status is None:
            raise httpx.ReadTimeout(said.error)
        following = said.following or ""
        names = ("link", f'<{following}>; rel="next"') if following.startswith("https:") else ("next-range", following)
        headers = dict([names] if following else []) | {"Date": format_datetime(said.date, usegmt=True)}
        return httpx.Response(said.status, headers=headers, content=self._bodies.get(said.sha256, ""))


def told(observation):
    """Give what an observation says, without the numbers of its requests, by which fact."""
    return {
        name: (fact.kind, getattr(fact, "value", None), getattr(fact, "request", None), getattr(fact, "reason", None))
        for name, fact in recorded.facts(observation)
    }


def test_the_kept_bodies_tell_the_same_facts_again(world):
    first = world.seen(world.answer)
    again = world.seen(Replay(world, first))
    assert told(again.observation) == told(first.observation)
    assert any(isinstance(fact, Observed) for _, fact in recorded.facts(again.observation))
    assert again.bodies == first.bodies
    assert again.observation.as_of == first.observation.as_of


def test_every_body_is_one_of_an_answer_and_every_answer_of_an_api_has_its_body(world):
    seen = world.seen(world.answer)
    named = {each.sha256 for each in seen.observation.transcript if each.sha256}
    assert named == seen.bodies.keys() == {sha256(each.encode()).hexdigest() for each in seen.bodies.values()}
    of_apis = [each for each in seen.observation.transcript if each.url.startswith((HEROKU, GITHUB))]
    assert [each.url for each in of_apis if each.status == 200 and not each.sha256] == []


class Document(dict):
    """An object of a document that notes which of its fields are read."""

    noted = frozenset()

    def __getitem__(self, key):
        self.noted.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.noted.add(key)
        return super().get(key, default)


def names(shape):
    """Give every field of a shape."""
    if isinstance(shape, dict):
        return set(shape).union(*map(names, shape.values()))
    return names(shape[0]) if isinstance(shape, list) else set()


# By no world here: rows of PRUNED have all their fields. The others are what `asbuilt init` asks for.
OF_INIT = {
    "/apps",
    "/pipeline-couplings",
    "/repos/{}/{}/branches/{}",
    "/repos/{}/{}/rules/branches/{}",
    "/repos/{}/{}/actions/variables",
    "/repos/{}/{}/actions/organization-variables",
    "/repos/{}/{}/environments/{}/variables",
}
UNASKED = {"/apps/{}/oci-images/{}", "/repos/{}/{}/branches"} | OF_INIT
# What is read in place of a field that lacks, or of what no world here has: of a team, of a job that failed.
RESERVED = {
    "/apps/{}/formation": {"dyno_size", "name"},
    "/repos/{}/{}/actions/runs": {"created_at"},
    "/repos/{}/{}/actions/runs/{}/jobs": {"steps"},
    "/repos/{}/{}/deployments/{}/statuses": {"target_url"},
    "/repos/{}/{}/environments": {"slug", "wait_timer"},
}


def test_the_fields_that_are_kept_are_those_that_are_read(monkeypatch):
    read = {each.path: set() for each in ENDPOINTS}

    def document(answer):
        endpoint = endpoint_of(answer.url)
        noting = type("Document", (Document,), {"noted": read[endpoint.path]})
        return json.loads(answer.body, object_hook=noting)

    monkeypatch.setattr("asbuilt.observe.http.Answer.json", document)
    for name in (*WORLDS, "healthy+environments-forbidden"):
        recorded.Recorded(name).close()
    asked = [each for each in ENDPOINTS if read[each.path]]
    assert {each.path for each in ENDPOINTS} - {each.path for each in asked} == UNASKED
    wrong = {each.path: names(each.shape) ^ (read[each.path] - {"message"}) for each in asked}
    assert {path: fields for path, fields in wrong.items() if fields} == RESERVED


def test_every_documented_document_is_known_and_every_known_one_is_documented():
    urls = [f"{origin}{path}" for path in documented.paths() for origin in (HEROKU, GITHUB)]
    known = [each for url in urls if (each := endpoint_of(url))]
    assert sorted(each.path for each in known) == sorted(each.path for each in ENDPOINTS)


def test_every_document_that_a_run_asks_for_is_known(world):
    asked = [each for each in world.urls if each.startswith((HEROKU, GITHUB))]
    assert asked
    assert [each for each in asked if endpoint_of(each) is None] == []


@pytest.mark.parametrize(
    "url",
    [
        f"{APP}/config-vars",
        f"{APP}/log-drains",
        f"{HEROKU}/account",
        f"{REPOSITORY}/actions/secrets",
        f"{REPOSITORY}/commits/main",
        "https://shop.example/apps/shop",
        "https://api.heroku.com.shop.example/apps/shop",
        "http://api.heroku.com/apps/shop",
        "https://[shop/apps/shop",
    ],
)
def test_of_a_document_that_is_not_known_nothing_is_kept(url):
    assert kept(url, 200, b'{"name": "shop"}') == ""
    assert kept(url, 403, b'{"message": "no"}') == ""


STATUSES = f"{REPOSITORY}/deployments/7/statuses"
PRUNED = {
    "a field": (APP, 200, {"name": "shop", "owner": {"email": "me@example.com"}}, {"name": "shop"}),
    "numbers": (APP, 200, {"slug_size": 5, "repo_size": None, "maintenance": True}, ...),
    "an object in place of a text": (APP, 200, {"name": {"secret": "s3cret"}}, {"name": {}}),
    "a list in place of a text": (APP, 200, {"name": ["s3cret"]}, {"name": []}),
    "a text in place of an object": (APP, 200, {"stack": "s3cret"}, {"stack": ""}),
    "a list in place of an object": (APP, 200, [{"name": "shop"}], []),
    "an object in place of a list": (f"{APP}/dynos", 200, {"message": "s3cret"}, {}),
    "nothing in a list": (f"{APP}/dynos", 200, [None, {"name": "web.1", "command": "x"}], [None, {"name": "web.1"}]),
    "a text alone": (APP, 200, "s3cret", ""),
    "a repository by its id": (f"{GITHUB}/repositories/7/branches", 200, [{"name": "a", "x": 1}], [{"name": "a"}]),
    "all of an image": (f"{APP}/oci-images/7", 200, {"id": "7", "commit": "0a1b"}, ...),
    "all of a branch": (
        f"{REPOSITORY}/branches?protected=true",
        200,
        [{"name": "main", "protected": True, "protection": {"enabled": False}}],
        ...,
    ),
    "of a variable its name": (
        f"{REPOSITORY}/actions/variables",
        200,
        {"total_count": 1, "variables": [{"name": "APP", "value": "s3cret"}]},
        {"total_count": 1, "variables": [{"name": "APP"}]},
    ),
    "of a rule the checks that it requires": (
        f"{REPOSITORY}/rules/branches/main",
        200,
        [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "a", "x": 1}]}}],
        [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "a"}]}}],
    ),
    "how many steps": (
        f"{REPOSITORY}/actions/runs/7/jobs",
        200,
        {"total_count": 1, "jobs": [{"steps": [{"name": "s3cret"}, {}]}]},
        {"total_count": 1, "jobs": [{"steps": [{}, {}]}]},
    ),
    "which run a log is of": (
        STATUSES,
        200,
        [{"log_url": "https://github.com/example/shop/actions/runs/1/job/2?token=s3cret", "target_url": ""}],
        [{"log_url": "/actions/runs/1/job/2", "target_url": ""}],
    ),
    "a log elsewhere": (STATUSES, 200, [{"log_url": "https://ci.example/s3cret"}], [{"log_url": WITHHELD}]),
    "what is refused": (
        APP,
        403,
        {"id": "forbidden", "message": "see https://x.example/?key=s3cret"},
        {"message": f"see https://x.example/?{WITHHELD}"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PRUNED)
def test_of_a_document_the_fields_that_are_read_are_kept(name):
    url, status, document, left = PRUNED[name]
    assert json.loads(kept(url, status, json.dumps(document).encode())) == (document if left is ... else left)


@pytest.mark.parametrize("status", [301, 304, 401, 404, 429, 500, 503])
def test_of_an_answer_whose_status_says_all_nothing_is_kept(status):
    assert kept(APP, status, b'{"message": "no", "name": "shop"}') == ""


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b'{"name": "sh', b"[" * 99_999], ids=str)
def test_of_what_is_no_json_nothing_is_kept(body):
    assert kept(APP, 200, body) == ""


def test_a_text_is_bounded_and_so_is_all_that_is_kept_of_an_answer():
    long = json.dumps({"name": "x" * 2**17}).encode()
    assert len(kept(APP, 200, long)) < len(long)
    many = json.dumps([{"name": "x" * 1000}] * 1100).encode()
    assert len(many) > MOST_OF_A_BODY
    assert kept(f"{APP}/dynos", 200, many) == ""


def test_what_is_kept_reads_the_same_on_every_machine():
    assert kept(APP, 200, '{"stack": {"name": "é\u2028"}, "name": "shop"}'.encode()) == (
        '{"name":"shop","stack":{"name":"\\u00e9\\u2028"}}'
    )
