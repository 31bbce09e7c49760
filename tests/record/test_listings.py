"""Which lists a run read, and to which page, by the transcript alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from asbuilt.model import Observation, Request
from asbuilt.observe.provider_clock import began, latest
from asbuilt.record.listings import listings
from asbuilt.record.manifest import Listing

NOW = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
RELEASES = "https://api.heroku.com/apps/shop/releases"
FIRST, SECOND = "version ..; order=desc,max=200", "version 1..; order=desc,max=200"
JOBS = "https://api.github.com/repos/example/shop/actions/runs/7/jobs?per_page=100"
MORE = "https://api.github.com/repositories/9/actions/runs/7/jobs?per_page=100&page=2"
MOVED = "https://api.github.com/repositories/9/actions/runs/7/jobs?per_page=100"


def asked(url, status=200, page="", following=""):
    return Request("GET", url, status, NOW, 0.1, page=page, following=following)


TRANSCRIPTS = {
    "one page": ([asked(JOBS)], (JOBS, 1, True)),
    "two pages of GitHub's": ([asked(JOBS, following=MORE), asked(MORE)], (JOBS, 2, True)),
    "two pages of Heroku's": (
        [asked(RELEASES, page=FIRST, following=SECOND, status=206), asked(RELEASES, page=SECOND)],
        (RELEASES, 2, True),
    ),
    "more than was read": ([asked(JOBS, following=MORE)], (JOBS, 1, False)),
    "more than was read, and read again": (
        [asked(RELEASES, page=FIRST, following=SECOND), asked(RELEASES, page=FIRST, following=SECOND)],
        (RELEASES, 1, False),
    ),
    "whole when it was read again": (
        [asked(RELEASES, page=FIRST, following=SECOND), asked(RELEASES, page=FIRST)],
        (RELEASES, 1, True),
    ),
    "a second page that failed": ([asked(JOBS, following=MORE), asked(MORE, 403)], (JOBS, 1, False)),
    "a second page that came after a failure": (
        [asked(JOBS, following=MORE), asked(MORE, 502), asked(MORE)],
        (JOBS, 2, True),
    ),
    "no answer": ([asked(JOBS, None, following=None)], (JOBS, 0, False)),
    "an answer after none": ([asked(JOBS, None, following=None), asked(JOBS)], (JOBS, 1, True)),
    "not there": ([asked(JOBS, 404)], (JOBS, 0, False)),
    "redirected": ([asked(JOBS, 301, following=MOVED), asked(MOVED)], (JOBS, 1, True)),
    "between others": (
        [asked(JOBS, following=MORE), asked("https://api.github.com/repos/example/shop"), asked(MORE)],
        (JOBS, 2, True),
    ),
    "saved before it was told": ([asked(JOBS, following=None)], (JOBS, 1, False)),
}


def observation(transcript):
    return Observation("live", NOW, 1.0, {}, {}, tuple(transcript))


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_list_is_told_with_its_pages_and_whether_that_was_all(name):
    transcript, (url, pages, whole) = TRANSCRIPTS[name]
    assert listings(observation(transcript)) == (Listing(f"GET {url}", pages, whole),)


def test_what_is_no_list_is_not_told():
    others = ["https://api.heroku.com/apps/shop", "https://shop.example/releases", "https://api.heroku.com/apps/shop/x"]
    assert listings(observation(map(asked, others))) == ()


def test_lists_that_are_read_side_by_side_are_told_apart():
    transcript = [asked(RELEASES, page=FIRST, following=SECOND), asked(JOBS), asked(RELEASES, page=SECOND)]
    assert listings(observation(transcript)) == (Listing(f"GET {JOBS}", 1), Listing(f"GET {RELEASES}", 2))


def test_a_run_began_with_the_first_date_that_a_provider_sent():
    early, late = NOW.replace(hour=1), NOW.replace(hour=23)
    of_an_app = replace(asked("https://shop.example/health"), date=early)
    transcript = [of_an_app, replace(asked(JOBS), date=None), asked(JOBS), replace(asked(RELEASES), date=late)]
    assert (began(transcript), latest(transcript)) == (NOW, late)
    assert (began([of_an_app]), latest([of_an_app])) == (None, None)
