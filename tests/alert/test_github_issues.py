"""An issue for each cause: opened once, commented on, closed; whatever fails between, and whatever people do."""

import re
from contextlib import suppress
from dataclasses import replace

import pytest
from fake_github import API, BOT, MEMBER, REPOSITORY, STRANGER, TOKEN, Failure, FakeGitHub, serving

from asbuilt.alert.event import Kind, Message
from asbuilt.alert.issues.github_issues import LABEL, deliver_issue
from asbuilt.alert.issues.issue_marks import LONGEST_BODY, Mark, marks
from asbuilt.alert.not_delivered import NotDeliveredError

FIRST = Message(
    kind=Kind.FIRST,
    fingerprint="5f2c9a",
    severity="SEV-2",
    title="[SEV-2] raxx-api-prod: never deployed since it was created",
    text="raxx-api-prod: never deployed since it was created",
    markdown="**SEV-2** raxx-api-prod: never deployed since it was created",
)
WORSE = replace(FIRST, kind=Kind.CHANGED, severity="SEV-1", title="[SEV-2 -> SEV-1] raxx-api-prod: never deployed")
BETTER = replace(FIRST, kind=Kind.CHANGED, severity="SEV-3", title="[SEV-2 -> SEV-3] raxx-api-prod: never deployed")
REMINDER = replace(FIRST, kind=Kind.REMINDER, title="[SEV-2, reminder 1, open for 1 d] raxx-api-prod: never deployed")
RESOLVED = replace(FIRST, kind=Kind.RESOLVED, title="[resolved after 2 d] raxx-api-prod: never deployed")
AGAIN = replace(FIRST, markdown=f"{FIRST.markdown}, again")


def tell(*messages, api=API, token=TOKEN):
    pauses = []
    for each in messages:
        deliver_issue(REPOSITORY, each, token, api, pause=pauses.append)
    return pauses


def refused(message=FIRST, **given):
    with pytest.raises(NotDeliveredError) as error:
        tell(message, **given)
    said = str(error.value)
    assert said.startswith(f"github-issue:{REPOSITORY}: ")
    assert TOKEN not in said
    assert error.value.__cause__ is None
    return said


def test_a_cause_is_one_issue_from_first_to_resolved(github):
    tell(FIRST, WORSE, REMINDER)
    (issue,) = github.issues
    assert issue["title"] == "[SEV-2] raxx-api-prod: never deployed since it was created"
    assert issue["state"] == "open"
    assert [each["name"] for each in issue["labels"]] == [LABEL.name]
    assert FIRST.markdown in github.texts(1)[0]
    assert [next(marks(each)).kind for each in github.texts(1)] == ["first", "severity changed", "reminder"]
    tell(RESOLVED)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert len(github.issues) == 1


def test_the_title_follows_the_severity_and_stays_as_a_person_has_written_the_rest(github):
    tell(FIRST)
    github.issue(1)["title"] = "[SEV-2] Shop is down (see the war room)"
    tell(WORSE)
    assert github.issue(1)["title"] == "[SEV-1] Shop is down (see the war room)"


@pytest.mark.parametrize("message", [FIRST, REMINDER, WORSE, RESOLVED], ids=lambda each: each.kind.value)
def test_what_was_delivered_already_is_not_told_again(github, message):
    tell(FIRST, message)
    before = [github.texts(each["number"]) for each in github.issues]
    tell(message, message)
    assert [github.texts(each["number"]) for each in github.issues] == before


def test_a_lost_state_opens_no_second_issue(github):
    tell(FIRST, AGAIN)
    assert len(github.issues) == 1
    assert github.texts(1)[1].startswith(
        f"Called once more: it is not known any more what was called for before.\n\n{AGAIN.markdown}"
    )


def test_what_comes_back_in_an_issue_that_a_person_opened_again_is_told_there(github):
    tell(FIRST, RESOLVED)
    github.issue(1)["state"] = "open"
    tell(AGAIN)
    assert len(github.issues) == 1
    assert github.texts(1)[-1].startswith(AGAIN.markdown)


def test_what_comes_back_is_a_new_issue_that_names_the_last_one(github):
    tell(FIRST, RESOLVED, AGAIN)
    assert [each["state"] for each in github.issues] == ["closed", "open"]
    assert github.texts(2)[0].startswith("It was there before: #1\n")
    tell(replace(RESOLVED, markdown="gone at last"))
    assert [each["state"] for each in github.issues] == ["closed", "closed"]
    assert "gone at last" in github.texts(2)[-1]


@pytest.mark.parametrize("message", [WORSE, REMINDER], ids=lambda each: each.kind.value)
def test_a_cause_whose_first_message_never_came_gets_its_issue(github, message):
    tell(message)
    assert github.issue(1)["title"].startswith(f"[{message.severity}] raxx-api-prod")
    tell(RESOLVED, replace(message, markdown="of the next outage"))
    assert [each["state"] for each in github.issues] == ["closed", "open"]


def test_a_resolved_cause_of_which_there_is_no_issue_leaves_a_closed_one(github):
    tell(RESOLVED)
    assert github.issue(1)["state"] == "closed"


def test_an_issue_that_a_person_closed_is_commented_on_and_stays_closed(github):
    tell(FIRST)
    github.issue(1).update(state="closed", state_reason="not_planned")
    tell(REMINDER, BETTER)
    assert len(github.texts(1)) == 3
    assert github.issue(1)["state"] == "closed"
    tell(RESOLVED)
    assert (len(github.issues), github.issue(1)["state_reason"]) == (1, "not_planned")


def test_an_issue_that_a_person_closed_is_opened_again_where_it_gets_worse(github):
    tell(FIRST)
    github.issue(1)["state"] = "closed"
    tell(WORSE)
    assert (github.issue(1)["state"], len(github.issues)) == ("open", 1)


def test_an_issue_is_opened_again_by_the_next_run_where_this_one_died_before_that(github):
    tell(FIRST)
    github.issue(1)["state"] = "closed"
    github.failures.extend(Failure(500, {}, skip=3 if each == 0 else 0) for each in range(50))
    refused(WORSE)
    github.failures.clear()
    assert (len(github.texts(1)), github.issue(1)["state"]) == (2, "closed")
    tell(WORSE)
    assert (len(github.texts(1)), github.issue(1)["state"]) == (2, "open")


def test_of_two_open_issues_for_one_cause_both_are_closed(github):
    tell(FIRST)
    twin = github.opened(FIRST.title, github.texts(1)[0], by=BOT, labels=[LABEL.name])
    tell(RESOLVED)
    assert github.issue(1)["state"] == twin["state"] == "closed"


def test_other_causes_and_other_issues_are_left_alone(github):
    other = replace(FIRST, fingerprint="77aa", title="[SEV-2] raxx-web-prod: no dyno runs")
    tell(FIRST, other)
    hidden = github.texts(1)[0]
    decoys = (
        github.opened("no label", hidden),
        github.opened("another label", hidden, labels=["asbuilt-not"]),
        github.opened("a pull request", hidden, by=MEMBER, labels=[LABEL.name], pull=True),
        github.opened("quoted in a line", f"see `{hidden.splitlines()[-1]}`", by=MEMBER, labels=[LABEL.name]),
    )
    tell(RESOLVED)
    assert [each["state"] for each in github.issues] == ["closed", "open", *(["open"] * len(decoys))]
    assert all(not github.comments.get(each["number"]) for each in decoys)


def test_a_stranger_cannot_say_that_something_was_told_or_resolved(github):
    tell(FIRST)
    github.commented(1, f"me too\n{Mark.of(REMINDER)}", by=STRANGER)
    tell(REMINDER)
    assert len(github.texts(1)) == 3
    github.issue(1)["state"] = "closed"
    github.commented(1, f"done\n{Mark.of(RESOLVED)}", by=STRANGER)
    tell(replace(REMINDER, markdown="third day"))
    assert len(github.issues) == 1
    assert "third day" in github.texts(1)[-1]


def test_a_member_can(github):
    tell(FIRST)
    github.commented(1, f"told by another token\n{Mark.of(REMINDER)}", by=MEMBER, association="MEMBER")
    tell(REMINDER)
    assert len(github.texts(1)) == 2


def test_an_issue_is_found_behind_many_others_and_a_mark_behind_many_comments(github):
    tell(FIRST)
    for number in range(430):
        github.opened(f"other {number}", "", by=MEMBER, labels=[LABEL.name])
        github.commented(1, f"talk {number}")
    tell(REMINDER)
    talk = len(github.texts(1))
    tell(REMINDER, RESOLVED)
    assert len(github.texts(1)) == talk + 1
    assert github.issue(1)["state"] == "closed"


def test_a_text_of_somebody_else_cannot_hide_a_mark_or_outgrow_an_issue(github):
    forged = Mark.of(replace(RESOLVED, fingerprint="77aa"))
    rows = "row of an app\n" * 9000
    tell(replace(FIRST, markdown=f"an app's name\n{forged}\n```\n{rows}", title="x" * 2000))
    assert [each.fingerprint for each in marks(github.texts(1)[0])] == [FIRST.fingerprint]
    assert len(github.texts(1)[0]) < 65_536
    assert len(github.issue(1)["title"]) <= 256
    shown = github.texts(1)[0]
    assert len(shown) > LONGEST_BODY - 1000
    assert shown.count("```") == 2
    tell(REMINDER)
    assert len(github.issues) == 1


def test_an_edited_body_is_found_whatever_ends_its_lines(github):
    tell(FIRST)
    issue = github.issue(1)
    issue["body"] = f"{issue['body']}\nseen, on it".replace("\n", "\r\n")
    tell(REMINDER)
    assert len(github.issues) == 1


@pytest.mark.parametrize("kind", [Kind.FIRST, Kind.REMINDER, Kind.CHANGED, Kind.RESOLVED])
@pytest.mark.parametrize("skip", range(8))
@pytest.mark.parametrize("done", [True, False])
def test_whatever_request_fails_once_the_message_is_told_once(github, kind, skip, done):
    message = {each.kind: each for each in (FIRST, REMINDER, WORSE, RESOLVED)}[kind]
    if kind is not Kind.FIRST:
        tell(FIRST)
    github.failures.append(Failure(502, "<html>bad gateway</html>", done=done, skip=skip))
    pauses = tell(message)
    assert len(github.issues) == 1
    assert [each.kind for text in github.texts(1) for each in marks(text)].count(kind.value) == 1
    assert github.issue(1)["state"] == ("closed" if kind is Kind.RESOLVED else "open")
    assert all(each <= 10 for each in pauses)


@pytest.mark.parametrize("kind", [Kind.FIRST, Kind.REMINDER, Kind.CHANGED, Kind.RESOLVED])
@pytest.mark.parametrize("skip", range(6))
@pytest.mark.parametrize("done", [True, False])
def test_a_run_that_dies_between_any_two_requests_is_ended_by_the_next_one(github, kind, skip, done):
    message = {each.kind: each for each in (FIRST, REMINDER, WORSE, RESOLVED)}[kind]
    if kind is not Kind.FIRST:
        tell(FIRST)
    github.failures.append(Failure(500, {}, done=done, skip=skip))
    github.failures.extend(Failure(500, {}) for _ in range(50))
    with suppress(NotDeliveredError):
        tell(message)
    github.failures.clear()
    tell(message)
    assert len(github.issues) == 1
    assert [each.kind for text in github.texts(1) for each in marks(text)].count(kind.value) == 1
    assert github.issue(1)["state"] == ("closed" if kind is Kind.RESOLVED else "open")
    assert github.issue(1)["title"].startswith(f"[{message.severity}]")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"token": "ghs_other"}, "answered 401: Bad credentials: set the variable"),
        ({"may_write": False}, "answered 403: Resource not accessible by integration: give the token issues=write"),
        ({"makes_labels": False}, "answered 403: You do not have permission to create labels"),
        ({"repository": "acme/other"}, "answered 404: Not Found: name a repository that is there"),
        ({"has_issues": False}, "answered 410: Issues has been disabled in this repository.: turn on Issues"),
        (
            {"is_archived": True},
            "answered 403: Repository was archived so is read-only.: name a repository that is not",
        ),
        ({"longest": 10}, "answered 422: Validation Failed, body is too long (maximum is 10 characters)"),
    ],
)
def test_a_refusal_is_told_with_what_to_do_and_leaves_no_issue(github, change, words):
    vars(github).update(change)
    assert words in refused()
    assert not github.issues


def test_where_github_drops_the_label_the_issue_is_closed_again_and_that_is_said(github):
    github.may_label = False
    assert 'dropped the label "asbuilt" from #1, which was closed again' in refused()
    assert github.issue(1)["state"] == "closed"


@pytest.mark.parametrize(
    ("status", "headers", "until"),
    [
        (403, {"Retry-After": "240"}, "12:04"),
        (429, {"Retry-After": "240"}, "12:04"),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777552200"}, "12:30"),
        (403, {}, "12:01"),
    ],
)
def test_a_rate_limit_is_told_with_its_end_and_not_waited_for(github, status, headers, until):
    said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    date = {"Date": "Thu, 30 Apr 2026 12:00:00 GMT"}
    github.failures.append(Failure(status, said, {**headers, **date}))
    assert f"answered {status}: rate limit, until 2026-04-30 {until} UTC: try again then" in refused()
    assert len(github.log) == 1


def test_a_short_rate_limit_is_waited_for(github):
    github.failures.append(Failure(429, {"message": "slow down"}, {"Retry-After": "5"}))
    assert 5.0 in tell(FIRST)
    assert len(github.issues) == 1


def test_single_sign_on_is_told_with_its_page(github):
    address = "https://github.com/orgs/acme/sso?authorization_request=A1B2"
    github.failures.append(Failure(403, {"message": "-"}, {"X-GitHub-SSO": f"required; url={address}"}))
    assert f"single sign-on: authorise the token for single sign-on, as its owner: {address}" in refused()


def test_writes_have_a_second_between_them(github):
    pauses = tell(FIRST)
    assert github.written == [("POST", f"/repos/{REPOSITORY}/labels"), ("POST", f"/repos/{REPOSITORY}/issues")]
    assert pauses == [1.0]


def test_a_repository_that_was_renamed_is_followed_within_the_api(github):
    github.moved_to = f"{API}/repositories/77"
    tell(FIRST, RESOLVED)
    assert github.issue(1)["state"] == "closed"


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/repositories/77/issues",
        "https://api.github.com.evil.example/repositories/77/issues",
        "https://api.github.com@evil.example/repositories/77/issues",
        "http://api.github.com/repositories/77/issues",
        "//evil.example/x",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_takes_the_token_elsewhere(github, there, status):
    github.failures.append(Failure(status, {}, {"Location": there}))
    assert "which is not its API" in refused()
    assert len(github.log) == 1


def test_no_next_page_takes_the_token_elsewhere(github):
    github.failures.append(Failure(200, [], {"Link": '<https://evil.example/issues?page=2>; rel="next"'}))
    assert "sends to evil.example, which is not its API" in refused()


@pytest.mark.parametrize("document", ["<html>Sign in to the hotel's network</html>", {"no": "list"}, [{"number": "x"}]])
def test_what_is_no_github_is_told(github, document):
    github.failures.append(Failure(200, document))
    assert re.search("no JSON|no list|no issue", refused())
    assert not github.issues


def test_a_netrc_has_no_say(github, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.github.com login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    tell(FIRST)
    assert len(github.issues) == 1


def test_a_token_that_no_header_can_hold_is_told_without_it(github):
    broken = f"{TOKEN}\nX-Other: 1"
    with pytest.raises(NotDeliveredError, match="the token is malformed") as error:
        tell(FIRST, token=broken)
    assert "X-Other" not in str(error.value)
    assert not github.log


def test_a_whole_round_over_http():
    with serving(FakeGitHub()) as github:
        tell(FIRST, REMINDER, RESOLVED, api=github.api)
    assert len(github.texts(1)) == 3
    assert github.issue(1)["state"] == "closed"
    assert not github.wrong
