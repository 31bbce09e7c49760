"""Calling into issues, with the state in one too: killed at any moment, or two at once, each cause is told once."""

import random
import re
from datetime import UTC, datetime

import pytest
import responses
from fake_github import API, REPOSITORY, TOKEN, FakeGitHub, answers
from told_runs import DAY, alerts, cause, run

from asbuilt.alert.calling import call
from asbuilt.alert.issues.github_issues import deliver_issue
from asbuilt.alert.issues.issue_marks import marks
from asbuilt.alert.issues.state_in_issue import LABEL, StateIssue
from asbuilt.alert.not_kept import NotKeptError

DOWN = cause("HK002 shop-prod", "WEB001 shop-prod", severity="SEV-1")
RED = cause("GH008 acme/shop", severity="SEV-3")
NIGHTS = [
    run(0 * DAY, DOWN, RED),
    run(1 * DAY, DOWN, RED),
    run(2 * DAY, RED, well="HK002 shop-prod, WEB001 shop-prod"),
    run(3 * DAY, well="HK002 shop-prod, WEB001 shop-prod, GH008 acme/shop"),
]
ROUTES = alerts(default=[f"github-issue:{REPOSITORY}"], remind=["1d", "3d", "7d"])


class Death(BaseException):
    """What nothing catches."""


class Dying:
    """Lets the whole process die at a request: before GitHub gets it, or before its answer comes."""

    def __init__(self, github, at=0, *, done=False):
        self.github, self.left, self.done, self.is_dead = github, at, done, False

    def __call__(self, request):
        self.left -= 1
        if self.is_dead or (self.left == 0 and not self.done):
            self.is_dead = True
            raise Death
        answer = answers(self.github)(request)
        if self.left == 0:
            self.is_dead = True
            raise Death
        return answer


def calling(told, pause=lambda _: None):
    def deliver(target, message):
        deliver_issue(target.partition(":")[2], message, TOKEN, API, pause=pause)

    return call(told, ROUTES, StateIssue(REPOSITORY, TOKEN, API, pause=pause), deliver, told.as_of)


def nights(dying):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PATCH"):
            mock.add_callback(method, re.compile(re.escape(API)), callback=dying)
        for each in NIGHTS:
            try:
                called = calling(each)
            except Death:
                dying.is_dead = False
                called = calling(each)
            assert called.done, (called.unkept, called.sent)
    return dying.github


def told_in(github):
    """Give what each issue tells of a cause, and how it stands."""
    kept, causes = [], []
    for each in github.issues:
        names = {one["name"] for one in each["labels"]}
        (kept if LABEL.name in names else causes).append(each)
    assert [each["state"] for each in kept] == ["closed"]
    return sorted(
        ([mark.kind for text in github.texts(each["number"]) for mark in marks(text)], each["state"]) for each in causes
    )


ONCE = [(["first", "reminder", "resolved"], "closed"), (["first", "resolved"], "closed")]  # SEV-3 is not reminded of


def test_each_cause_is_one_issue_from_its_first_night_to_its_end():
    assert told_in(nights(Dying(FakeGitHub()))) == ONCE


def moments():
    github = nights(Dying(FakeGitHub()))
    every = [(at, done) for at in range(1, len(github.log) + 1) for done in (False, True)]
    return random.Random(13).sample(every, 50)


def test_killed_at_fifty_moments_nothing_is_lost_and_nothing_told_twice():
    for at, done in moments():
        github = nights(Dying(FakeGitHub(), at, done=done))
        assert told_in(github) == ONCE, (at, done)
        assert not github.wrong


def test_with_the_state_lost_in_the_middle_each_open_cause_is_told_once_more():
    github = FakeGitHub()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PATCH"):
            mock.add_callback(method, re.compile(re.escape(API)), callback=answers(github))
        calling(NIGHTS[0])
        github.issues = [each for each in github.issues if LABEL.name not in {one["name"] for one in each["labels"]}]
        for each in NIGHTS[1:]:
            calling(each)
    assert told_in(github) == [(["first", "first", "resolved"], "closed")] * 2


@pytest.mark.parametrize("at", range(1, 13))
def test_of_two_at_once_one_tells_it(at):
    """The other one comes between any two requests of the first, and runs as far as it gets."""
    github, others = FakeGitHub(), []

    def other(*_):
        if len(github.log) == at:
            github.before.clear()
            for each in github.issues:
                each["updated_at"] = datetime.now(UTC).isoformat()
            try:
                others.append(calling(NIGHTS[0]))
            except NotKeptError as error:
                others.append(error)

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PATCH"):
            mock.add_callback(method, re.compile(re.escape(API)), callback=answers(github))
        github.before.append(other)
        try:
            calling(NIGHTS[0])
        except NotKeptError as error:
            others.append(error)
        assert len(others) >= 1
        kinds = [mark.kind for each in github.issues for text in github.texts(each["number"]) for mark in marks(text)]
    assert kinds == ["first", "first"]  # of two causes
