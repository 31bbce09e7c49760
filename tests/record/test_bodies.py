"""The file of the bodies: each by its digest, without a secret, the same for the same; and whether it fits."""

import gzip
import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from asbuilt.model import Observation, Request, dump
from asbuilt.record.bodies import NoBodiesError, digest, inflated, misfits, packed, unpacked, without_secrets
from asbuilt.record.directory import BODIES, CHECKOUTS, MANIFEST, OBSERVATION, scan
from asbuilt.record.verifying.answers import answers
from asbuilt.record.verifying.evidence import evidence
from asbuilt.withholding import Secret, Secrets

BODY, OTHER = '{"name":"shop"}', '[{"description":"Set s3cr3t-w0rd-0f-4-k1nd config vars"}]'
SECRETS = Secrets.of([Secret("TOKEN", "s3cr3t-w0rd-0f-4-k1nd")], {})


def request(body):
    return Request("GET", "https://api.heroku.com/apps/shop", 200, None, 0.1, sha256=digest(body) if body else "")


def observation(*bodies):
    at = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
    return Observation("live", at, 1.0, {}, {}, tuple(map(request, bodies)))


def by_digest(*bodies):
    return {digest(each): each for each in bodies}


def test_bodies_come_back_as_they_were_and_anybody_can_hold_them_to_their_digests():
    content = packed("live", by_digest(BODY, OTHER))
    assert unpacked(content) == ("live", by_digest(BODY, OTHER))
    for name, body in json.loads(gzip.decompress(content))["bodies"].items():
        assert sha256(body.encode()).hexdigest() == name


def test_the_same_bodies_give_the_same_file_in_whatever_order_they_came():
    assert packed("live", by_digest(BODY, OTHER)) == packed("live", by_digest(OTHER, BODY))
    assert packed("live", by_digest(BODY))[4:8] == bytes(4)  # where gzip has the time
    assert packed("live", by_digest(BODY)) != packed("sandbox healthy", by_digest(BODY))


def test_of_bodies_with_a_secret_the_digests_are_of_what_is_kept():
    kept, bodies = without_secrets(observation(BODY, OTHER, ""), by_digest(BODY, OTHER), SECRETS)
    assert json.loads(bodies[kept.transcript[1].sha256]) == [{"description": "Set [withheld] config vars"}]
    assert (kept.transcript[0].sha256, kept.transcript[2].sha256) == (digest(BODY), "")
    assert misfits(kept, "live", bodies) == ""
    assert "s3cr3t" not in str(bodies)


def test_bodies_without_a_secret_stay_as_they_are():
    before = observation(BODY)
    assert without_secrets(before, by_digest(BODY), SECRETS) == (before, by_digest(BODY))


@pytest.mark.parametrize(("bodies", "holds"), [(("", ""), True), ((BODY, ""), False)])
def test_a_run_that_nobody_answered_keeps_no_bodies_and_one_that_was_answered_does(tmp_path, bodies, holds):
    (tmp_path / OBSERVATION).write_bytes(dump(observation(*bodies)))
    (tmp_path / MANIFEST).write_text("{}")
    checked = answers(evidence(tmp_path))
    assert checked.fits is holds
    assert ("nobody answered" in checked.said) is holds


MISFITS = {
    "another world": (observation(BODY), "sandbox healthy", by_digest(BODY), "is of the world sandbox healthy"),
    "a body changed": (observation(BODY), "live", {digest(BODY): BODY + " "}, "holds a body that was changed"),
    "a body missing": (observation(BODY, OTHER), "live", by_digest(BODY), "lacks the body of GET https://api.heroku"),
    "a body too many": (observation(BODY), "live", by_digest(BODY, OTHER), "that no request of the observation"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_said(name):
    seen, world, bodies, said = MISFITS[name]
    assert said in misfits(seen, world, bodies)
    assert misfits(seen, "live", by_digest(*filter(None, (BODY, OTHER)[: len(seen.transcript)]))) == ""


WRONG = {
    "empty": b"",
    "no gzip": b'{"form": "asbuilt bodies 1"}',
    "cut": packed("live", by_digest(BODY))[:-3],
    "more behind it": packed("live", {}) + b"x",
    "no JSON": gzip.compress(b"{"),
    "another form": gzip.compress(b'{"form": "asbuilt bodies 9", "world": "live", "bodies": {}}'),
    "no bodies": gzip.compress(b'{"form": "asbuilt bodies 1", "world": "live", "bodies": []}'),
    "no texts": gzip.compress(b'{"form": "asbuilt bodies 1", "world": "live", "bodies": {"0": {}}}'),
    "a list": gzip.compress(b"[]"),
    "deep": gzip.compress(b"[" * 99_999),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_holds_no_bodies_is_refused(name):
    with pytest.raises(NoBodiesError):
        unpacked(WRONG[name])


def test_no_more_is_unpacked_than_an_observation_may_hold(monkeypatch):
    monkeypatch.setattr("asbuilt.record.bodies.MOST_OF_AN_OBSERVATION", 1000)
    assert inflated(gzip.compress(b"x" * 999)) == b"x" * 999
    with pytest.raises(ValueError, match="holds too much"):
        inflated(gzip.compress(b"x" * 100_000))


@pytest.mark.parametrize("name", [BODIES, CHECKOUTS])
def test_a_secret_that_stands_in_a_packed_file_all_the_same_is_caught(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(packed("live", by_digest(OTHER)))
    assert scan(tmp_path, SECRETS)[1] == (f"{name} held TOKEN",)
    assert b"s3cr3t" not in gzip.decompress(path.read_bytes())
    assert scan(tmp_path, SECRETS)[1] == ()


def test_a_file_of_that_name_that_is_none_is_searched_as_it_is(tmp_path):
    (tmp_path / BODIES).write_bytes(b"s3cr3t-w0rd-0f-4-k1nd")
    assert scan(tmp_path, SECRETS)[1] == (f"{BODIES} held TOKEN",)
