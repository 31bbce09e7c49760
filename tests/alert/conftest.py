"""What the tests of alerts share."""

import re

import pytest
import responses
from fake_github import API, FakeGitHub, answers


@pytest.fixture
def github():
    """Give a GitHub that takes issues, and holds what is sent against what it would take."""
    fake = FakeGitHub()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PATCH"):
            mock.add_callback(method, re.compile(re.escape(API)), callback=answers(fake))
        yield fake
    assert not fake.wrong
