import json

import httpx
import pytest

from asbuilt.bodies import departures, open_questions
from asbuilt.estate import Probe
from asbuilt.model import Body
from asbuilt.observe import body, web
from asbuilt.observe.body import NowhereError, asked, at

DOCUMENT = {"status": "ok", "a/b": {"~": [1, {"up": True}]}, "": "empty", "none": None, "one": 1.0}
PAGE = b"<html>Something went wrong</html>"


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", DOCUMENT),
        ("/status", "ok"),
        ("/a~1b/~0/0", 1),
        ("/a~1b/~0/1/up", True),
        ("/", "empty"),
        ("/none", None),
    ],
)
def test_a_pointer_leads_to_a_value(pointer, expected):
    assert at(DOCUMENT, pointer) == expected


@pytest.mark.parametrize("pointer", ["/nothing", "/status/0", "/a~1b/~0/2", "/a~1b/~0/-1", "/a~1b/~0/01", "/none/x"])
def test_a_pointer_that_leads_nowhere_says_so(pointer):
    with pytest.raises(NowhereError):
        at(DOCUMENT, pointer)


def probe(**declared):
    return Probe.model_validate({"path": "/health", **declared})


@pytest.mark.parametrize(
    ("declared", "content", "expected"),
    [
        ({"json": {"/status": "ok"}}, b'{"status": "ok"}', []),
        ({"json": {"/n": 1}}, b'{"n": 1.0}', []),
        ({"json": {"/n": None}}, b'{"n": null}', []),
        ({"json": {"/n": True}}, b'{"n": 1}', ["its body has 1 at /n, declared true"]),
        ({"json": {"/n": 1}}, b'{"n": true}', ["its body has true at /n, declared 1"]),
        ({"json": {"/n": "1"}}, b'{"n": 1}', ['its body has 1 at /n, declared "1"']),
        ({"json": {"/status": "ok"}}, b'{"status": "down"}', ['its body has "down" at /status, declared "ok"']),
        ({"json": {"/status": "ok"}}, b"{}", ['its body has nothing at /status, declared "ok"']),
        ({"json": {"/status": "ok"}}, PAGE, ['its body is no JSON (33 bytes), declared "ok" at /status']),
        ({"json": {"/status": "ok"}}, b"", ['its body is no JSON (0 bytes), declared "ok" at /status']),
        ({"json": {"/a": 1}}, b"[" * 100_000, ["its body is no JSON (100000 bytes), declared 1 at /a"]),
        ({"contains": "Willkommen"}, "… Willkommen …".encode(), []),
        ({"contains": "Willkommen"}, PAGE, ['its body does not contain "Willkommen"']),
        ({"matches": r'"version":\s*"\d+\.\d+"'}, b'{"version": "1.20"}', []),
        ({"matches": r"^ok$"}, b"not ok", ["its body does not match ^ok$"]),
        ({"contains": "x", "matches": "x"}, b"x", []),
    ],
)
def test_a_body_is_held_against_what_is_declared(declared, content, expected):
    says = asked(content, probe(**declared))
    assert list(open_questions(says, probe(**declared))) == []
    assert list(departures(says, probe(**declared))) == expected


def test_of_a_body_nothing_is_kept_that_was_not_asked(client):
    secret = {"status": "ok", "session": "s3cr3t-0f-s0mebody"}
    answer = client(lambda _: httpx.Response(200, json=secret))
    wanted = probe(json={"/status": "ok"}, contains="status", matches="s.atus")
    found = web.probe(answer, "https://shop.example/health", wanted).value
    assert found.body == Body({"/status": '"ok"'}, {"status": True}, {"s.atus": True})
    assert "s3cr3t" not in repr(found)
    assert web.probe(answer, "https://shop.example/health", probe()).value.body is None


def test_what_a_long_body_hides_is_open():
    wanted = probe(contains="end", matches="end", json={"/status": "ok"})
    says = asked(b"x" * (body.MOST_OF_A_PROBE + 1), wanted)
    assert (says.contains, says.matches) == ({"end": None}, {"end": None})
    assert len(list(open_questions(says, wanted))) == 3


def test_a_long_value_is_no_other_one_and_is_cut():
    wanted = probe(json={"/a": "b"})
    says = asked(json.dumps({"a": "x" * 100_000}).encode(), wanted)
    assert len(says.values["/a"]) == body.LONGEST_VALUE
    assert len(list(departures(says, wanted))) == 1


def test_what_was_declared_after_the_observation_is_open():
    says = asked(b'{"status": "ok"}', probe(json={"/status": "ok"}))
    for now in (probe(json={"/other": 1}), probe(contains="x"), probe(matches="x")):
        assert list(open_questions(says, now)) == ["was not asked for what is declared now"]


@pytest.mark.parametrize("pattern", ["(a|a)*b", "(a*)*b", ".*.*.*.*=", "(x+x+)+y"])
def test_no_pattern_takes_more_time_than_the_text_is_long(pattern):
    says = asked(b"a" * 60_000 + b"x" * 5_000, probe(matches=pattern))
    assert says.matches == {pattern: False}


def test_a_sleeping_app_is_asked_again_while_it_starts(client, replies):
    page = httpx.Response(503, text='<iframe src="https://www.herokucdn.com/error-pages/application-error.html">')
    handler = replies(page, (200, {"json": {"status": "ok"}}))
    found = web.probe_asleep(client(handler), "https://shop.example/health", probe(json={"/status": "ok"})).value
    assert (found.status, found.body.values) == (200, {"/status": '"ok"'})
    assert len(handler.seen) == 2
