"""The state in an issue: kept whole, never lost without a word, and nobody else's overwritten."""

import base64
import hashlib
import json
import lzma
import os
import re
from datetime import UTC, datetime, timedelta

import pytest
from fake_github import API, BOT, MEMBER, REPOSITORY, TOKEN, Failure, FakeGitHub, serving

from asbuilt.alert.issues.state_in_issue import LABEL, LONGEST_BODY, TITLE, StateIssue
from asbuilt.alert.not_kept import NotKeptError

ONE = json.dumps(
    {"form": "asbuilt alert state 1", "open": [{"headline": "raxx-api-prod was never deployed <!-- -->"}]}
).encode()
TWO = ONE.replace(b"never", b"once")


def keeper(api=API):
    return StateIssue(REPOSITORY, TOKEN, api, pause=lambda _: None)


def kept():
    with keeper().held() as held:
        return held.load()


def keep(*contents):
    with keeper().held() as held:
        held.load()
        for each in contents:
            held.save(each)


def refusal(held, content=TWO):
    with pytest.raises(NotKeptError) as error:
        held.save(content)
    said = str(error.value)
    assert said.startswith(f"github-issue:{REPOSITORY}: ")
    assert TOKEN not in said
    return said


def test_there_is_none_at_first_and_looking_makes_none(github):
    assert kept() is None
    assert not github.written


@pytest.mark.parametrize("content", [ONE, b"", b"\0\xff-->", os.urandom(30_000)], ids=["json", "empty", "odd", "large"])
def test_what_is_saved_is_loaded_by_the_next_run(github, content):
    keep(ONE, content)
    assert kept() == content
    keep(TWO)
    assert kept() == TWO
    assert len(github.issues) == 1


def test_the_issue_is_closed_and_says_what_it_is(github):
    keep(ONE, TWO)
    (issue,) = github.issues
    assert (issue["title"], issue["state"]) == (TITLE, "closed")
    assert [each["name"] for each in issue["labels"]] == [LABEL.name]
    shown, _, hidden = issue["body"].partition("<!--")
    assert "nothing to do" in shown
    assert hidden.count("-->") == 2
    assert hidden.endswith("-->\n")
    assert not github.comments


@pytest.mark.usefixtures("github")
def test_another_run_that_wrote_meanwhile_is_found_out_and_its_state_stays():
    keep(ONE)
    with keeper().held() as held:
        assert held.load() == ONE
        keep(TWO)
        said = refusal(held, ONE + b" ")
    assert "another run has changed #1 since this one read it (state 2)" in said
    assert "`concurrency`" in said
    assert kept() == TWO


def test_another_run_that_kept_the_first_state_meanwhile_is_found_out(github):
    with keeper().held() as held:
        assert held.load() is None
        keep(TWO)
        assert "another run has changed #1" in refusal(held, ONE)
    assert kept() == TWO
    assert len(github.issues) == 1


def test_of_two_that_write_in_the_same_moment_the_other_is_found_out_at_its_next_save(github):
    keep(ONE)
    with keeper().held() as held, keeper().held() as other:
        held.load()
        other.load()
        github.before.append(lambda method, _: (github.before.clear(), other.save(TWO)) if method == "PATCH" else None)
        held.save(ONE + b" ")  # the other one's save falls between our look and our write
        refusal(other, TWO + b" ")
    assert kept() == ONE + b" "


def test_of_two_that_open_the_first_issue_in_the_same_moment_the_older_one_goes_on(github):
    with keeper().held() as held, keeper().held() as other:
        assert held.load() is other.load() is None
        github.before.append(
            lambda method, path: (
                (github.before.clear(), other.save(TWO)) if (method, path[-7:]) == ("POST", "/issues") else None
            )
        )
        assert "another run has changed #1" in refusal(held, ONE)
        assert held.load() == TWO
    assert len(github.issues) == 2
    assert kept() == TWO


@pytest.mark.usefixtures("github")
def test_of_two_runs_that_keep_the_same_in_the_same_moment_one_goes_on():
    keep(ONE)
    with keeper().held() as held, keeper().held() as other:
        assert held.load() == other.load() == ONE
        held.save(TWO)
        refusal(other, TWO)
    assert kept() == TWO


def test_a_run_whose_first_save_was_written_over_goes_no_further(github):
    keep(ONE)
    theirs = []

    def pause(seconds):
        if seconds == 2.0:
            github.issue(1)["body"] = re.sub("held by [0-9a-f]{32}", f"held by {'f' * 32}", github.texts(1)[0])
            theirs.append(github.texts(1)[0])

    with StateIssue(REPOSITORY, TOKEN, API, pause=pause).held() as held:
        held.load()
        refusal(held)
    assert [github.texts(1)[0]] == theirs


def test_a_run_that_has_the_state_is_waited_for(github):
    keep(ONE)
    waited = []

    def pause(seconds):
        waited.append(seconds)
        first.__exit__(None, None, None)

    first = keeper().held()
    held = first.__enter__()
    held.load()
    held.save(TWO)
    github.issue(1)["updated_at"] = datetime.now(UTC).isoformat()
    with StateIssue(REPOSITORY, TOKEN, API, pause=pause).held() as second:
        assert second.load() == TWO
    assert waited == [5.0]


def test_a_run_that_keeps_the_state_for_long_is_not_waited_for_without_end(github):
    keep(ONE)
    with keeper().held() as first:
        first.load()
        first.save(TWO)
        github.issue(1)["updated_at"] = datetime.now(UTC).isoformat()
        with (
            keeper().held() as second,
            pytest.raises(NotKeptError, match="another run has had the state in #1 for 60 s"),
        ):
            second.load()
        first.save(ONE)
    assert kept() == ONE


@pytest.mark.parametrize("off", [timedelta(minutes=-4), timedelta(minutes=4), timedelta(days=9)])
def test_a_run_that_died_or_a_clock_that_is_wrong_keeps_nobody_from_the_state(github, off):
    keep(ONE)
    with keeper().held() as dead:
        dead.load()
        dead.save(TWO)
        github.issue(1)["updated_at"] = (datetime.now(UTC) - off).isoformat()
        with keeper().held() as held:
            assert held.load() == TWO
            held.save(ONE)
        refusal(dead)
    assert kept() == ONE


def test_a_run_lets_go_of_its_own_state_alone(github):
    keep(ONE)
    assert "held by nobody" in github.texts(1)[0]
    with keeper().held() as late:
        late.load()
        late.save(TWO)
        github.issue(1)["updated_at"] = "2026-04-30T00:00:00Z"
        other = keeper().held()
        held = other.__enter__()
        held.load()
        held.save(ONE)
    assert kept() == ONE
    other.__exit__(None, None, None)


@pytest.mark.usefixtures("github")
def test_a_state_that_is_too_large_is_said_and_the_old_one_stays():
    keep(ONE)
    with keeper().held() as held:
        held.load()
        said = refusal(held, os.urandom(60_000))
    assert re.search(r"takes 8\d,\d{3} characters, and an issue holds 65,536: keep it in a file, --state FILE", said)
    assert kept() == ONE


def test_what_github_does_not_take_without_a_word_is_found_out(github):
    keep(ONE)
    github.longest = 20
    with keeper().held() as held:
        held.load()
        assert "GitHub did not take the state into #1" in refusal(held)
    assert kept() == ONE


def test_a_thousand_causes_fit(github):
    causes = [
        {
            "fingerprint": os.urandom(16).hex(),
            "headline": f"app-{each} was never deployed",
            "since": f"2026-04-{each % 30}",
        }
        for each in range(1000)
    ]
    content = json.dumps(causes).encode()
    keep(content)
    assert kept() == content
    assert len(github.texts(1)[0]) < LONGEST_BODY


@pytest.mark.parametrize("skip", range(6))
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("before", [(), (ONE,)], ids=["the first", "a later one"])
def test_whatever_request_fails_once_the_state_is_kept_once(github, before, skip, done):
    if before:
        keep(*before)
    github.failures.append(Failure(503, "-", done=done, skip=skip))
    keep(TWO)
    assert kept() == TWO
    assert [each["state"] for each in github.issues] == ["closed"]


def test_an_issue_that_stayed_open_since_its_run_died_is_closed(github):
    keep(ONE)
    github.issue(1)["state"] = "open"
    keep(TWO)
    assert github.issue(1)["state"] == "closed"


@pytest.mark.parametrize(
    "broken",
    [
        lambda body: body.replace("==", "").replace("A", "B", 3),
        lambda body: body[: len(body) // 2],
        lambda body: re.sub(r"<!--.*", "", body),
        lambda _: "",
        lambda _: None,
    ],
    ids=["changed", "cut", "taken out", "emptied", "null"],
)
def test_what_was_broken_is_no_lost_state_and_is_set_aside(github, broken):
    keep(ONE)
    old = github.issue(1)["body"] = broken(github.issue(1)["body"])
    with keeper().held() as held:
        found = held.load()
        assert found == (old or "").encode()
        where = held.set_aside("it is no JSON: @everyone")
        assert where == f"a comment on {REPOSITORY}#1, https://github.com/{REPOSITORY}/issues/1#issuecomment-1"
        held.save(TWO)
    assert kept() == TWO
    comment = github.texts(1)[1]
    assert (old or "") in comment
    assert "`it is no JSON: @everyone`" in comment
    assert len(comment) < LONGEST_BODY


def test_what_was_packed_to_burst_is_broken(github):
    keep(ONE)
    bomb = bytes(64 * 2**20)
    packed = base64.b64encode(lzma.compress(bomb)).decode()
    body = github.issue(1)["body"] = f"<!-- asbuilt state 1 {hashlib.sha256(bomb).hexdigest()} {packed} -->"
    assert kept() == body.encode()


def test_nobody_else_has_a_say(github):
    forged = "<!-- asbuilt state 9 0 -->"
    github.opened(TITLE, forged)
    github.opened(TITLE, forged, labels=[LABEL.name], by=MEMBER, pull=True)
    another = github.opened("a member's own, by mistake", "text", labels=[LABEL.name], by=MEMBER)
    assert kept() is None
    keep(ONE)
    assert kept() == ONE
    assert another["body"] == "text"
    assert len(github.issues) == 4


def test_of_several_the_oldest_counts(github):
    keep(ONE)
    twin = github.opened(TITLE, github.texts(1)[0], labels=[LABEL.name], by=BOT)
    before = twin["body"]
    keep(TWO)
    assert kept() == TWO
    assert twin["body"] == before


def test_an_issue_that_was_deleted_is_a_lost_state(github):
    keep(ONE)
    github.issues.clear()
    assert kept() is None
    keep(TWO)
    assert kept() == TWO


def test_one_that_is_deleted_meanwhile_is_said(github):
    keep(ONE)
    with keeper().held() as held:
        held.load()
        github.issues.clear()
        assert "answered 404" in refusal(held)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"token": "ghs_other"}, "answered 401"),
        ({"may_write": False}, "answered 403: Resource not accessible by integration: give the token issues=write"),
        ({"has_issues": False}, "answered 410"),
        ({"may_label": False}, 'dropped the label "asbuilt-state" from #1'),
    ],
)
def test_a_refusal_is_told_with_what_to_do(github, change, words):
    with keeper().held() as held:
        held.load()
        vars(github).update(change)
        assert words in refusal(held)


def test_a_token_is_in_no_text_of_it():
    assert TOKEN not in repr(keeper()) + str(vars(type(keeper())))


def test_a_whole_round_over_http():
    with serving(FakeGitHub()) as github:
        with keeper(github.api).held() as held:
            assert held.load() is None
            held.save(ONE)
            held.save(TWO)
        with keeper(github.api).held() as held:
            assert held.load() == TWO
    assert not github.wrong
