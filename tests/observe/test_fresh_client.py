"""A client of many looks: each with a record of its own, and what did not change is not sent again."""

import httpx
import pytest

from asbuilt.observe.http import HEROKU, NotObservedError

URL = f"{HEROKU}/apps/shop/dynos"
DYNOS = b'[{"name": "web.1"}]'


@pytest.fixture
def answering():
    """Give a handler that answers with a body and its ETag, and 304 where that is asked for."""

    def handler(request):
        handler.seen.append(request)
        headers = {"ETag": handler.etag, "RateLimit-Remaining": str(4500 - len(handler.seen))}
        if request.headers.get("if-none-match") == handler.etag:
            return httpx.Response(304, headers={**headers, "ETag": handler.named or handler.etag})
        return httpx.Response(
            200, content=handler.body, headers={**headers, "Next-Range": "id ]1..", "Content-Type": "a/json"}
        )

    handler.seen, handler.etag, handler.named, handler.body = [], 'W/"1"', "", DYNOS
    return handler


def test_what_did_not_change_is_the_same_answer_and_says_so_on_the_record(client, answering):
    base = client(answering)
    first, second = base.fresh(10), base.fresh(10)
    before, after = first.get(URL), second.get(URL)
    assert (after.status, after.body, after.headers["next-range"]) == (200, DYNOS, "id ]1..")
    assert before.body == after.body
    (one,), (two,) = first.transcript, second.transcript
    assert (one.status, two.status) == (200, 304)
    assert one.sha256 == two.sha256
    assert one.following == two.following == "id ]1.."
    assert second.bodies == first.bodies == {two.sha256: '[{"name":"web.1"}]'}


def test_what_changed_is_sent_and_then_known(client, answering):
    base = client(answering)
    base.fresh(10).get(URL)
    answering.etag, answering.body = 'W/"2"', b"[]"
    assert base.fresh(10).get(URL).body == b"[]"
    assert base.fresh(10).get(URL).body == b"[]"
    assert [each.headers.get("if-none-match") for each in answering.seen] == [None, 'W/"1"', 'W/"2"']


def test_pages_of_a_list_are_known_by_their_range(client, answering):
    base = client(answering)
    base.fresh(10).get(URL, {"Range": "version ..; max=1"})
    base.fresh(10).get(URL, {"Range": "version ]1..; max=1"})
    assert "if-none-match" not in answering.seen[-1].headers


def test_an_unchanged_that_is_of_something_else_is_no_answer_and_is_forgotten(client, answering):
    base = client(answering)
    base.fresh(10).get(URL)
    answering.named = 'W/"other"'
    with pytest.raises(NotObservedError, match="answered 304"):
        base.fresh(10).get(URL)
    assert base.fresh(10).get(URL).body == DYNOS
    assert "if-none-match" not in answering.seen[-1].headers


def test_an_unchanged_that_nobody_asked_for_is_no_answer(client, replies):
    with pytest.raises(NotObservedError, match="answered 304"):
        client(replies(304)).fresh(10).get(URL)


def test_a_run_asks_without_a_condition(client, answering):
    one = client(answering)
    one.get(URL)
    one.get(URL)
    assert [each.status for each in one.transcript] == [200, 200]
    assert "if-none-match" not in answering.seen[-1].headers


def test_a_probe_is_never_asked_with_a_condition(client, answering):
    base = client(answering)
    for _ in range(2):
        assert base.fresh(10).probe("https://shop.example/health").status == 200
    assert "if-none-match" not in answering.seen[-1].headers


def test_a_look_asks_an_api_once_and_a_probe_again(client, replies):
    failing = replies(503)
    with pytest.raises(NotObservedError, match="answered 503"):
        client(failing).fresh(10).get(URL)
    assert len(failing.seen) == 1
    refused = replies(httpx.ConnectError("refused"), 200)
    assert client(refused).fresh(10).probe("https://shop.example/").status == 200


def test_what_is_left_of_the_account_is_the_least_that_it_said(client, answering):
    base = client(answering)
    one = base.fresh(10)
    assert one.remaining is None
    one.get(URL)
    one.get(f"{HEROKU}/apps/shop/releases")
    one.probe("https://shop.example/")
    assert one.remaining == 4498
    assert base.fresh(10).remaining is None


def test_many_looks_leave_nothing_behind(client, answering):
    base = client(answering)
    for number in range(500):
        answering.etag, answering.body = f'W/"{number}"', b'[{"name": "web.%d"}]' % number
        look = base.fresh(10)
        look.get(URL)
        look.probe("https://shop.example/")
        assert len(look.transcript) == 2
    assert len(base.transcript) == len(base.bodies) == 0
    assert len(base._known) == 1  # noqa: SLF001 - it is what would grow
