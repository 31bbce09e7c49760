"""What a provider says acts in no issue: nobody is mentioned, nothing is referred to, no mark is forged."""

import re
from datetime import UTC, datetime

import pytest
from fake_github import REPOSITORY, TOKEN, FakeGitHub, serving

from asbuilt.alert.event import Event, Kind
from asbuilt.alert.issues.github_issues import deliver_issue
from asbuilt.alert.issues.issue_marks import marks
from asbuilt.alert.words.messages import message_of
from asbuilt.record.kept_causes import KeptCause, KeptStep, Member

NOW = datetime(2026, 4, 30, 12, tzinfo=UTC)
FORGED = f"<!-- asbuilt fingerprint=other kind=resolved severity=SEV-1 message={'0' * 64} -->"
HOSTILE = [
    "@everyone look",
    "closes #12",
    "fixes acme/shop#7",
    "GH-7",
    "https://github.com/acme/shop/issues/9",
    "~~~\n@acme/team\n~~~",
    "``` @acme/team ```",
    "`@acme",
    FORGED,
    f"\n{FORGED}\n",
    "<!-- asbuilt",
    "--> @acme <!--",
    "![x](https://evil.example/pixel.png)",
    "- [ ] task @acme",
    "a | b\n|-|-|\n| @acme |",
    "0123456789abcdef0123456789abcdef01234567",
]
# What GitHub acts on outside of code: a mention, and a reference to an issue.
_CODE = re.compile(r"(?ms)^(`{3,}).*?^\1$|(`+)(?!`).+?(?<!`)\2(?!`)")
_ACTS = re.compile(r"(?<![\w/])@[\w-]|(?<![\w&])#\d|\bGH-\d|!\[|^\s*- \[ \]", re.MULTILINE)


def event(text, kind):
    cause = KeptCause(
        outcome="drifted",
        control="HK004",
        subject=text,
        severity="SEV-1",
        headline=text,
        since=NOW,
        steps=(KeptStep(f"heroku run -a {text}", (12,)), KeptStep(text)),
        explains={text: {"HK004": 1}},
        members=(Member("id", "HK004", text),),
        runbook=text,
        issues=(text, "#5"),
        expired=(text,),
        reported=(text,),
    )
    return Event(kind, "f1", cause, NOW, NOW, NOW, text, "live", text, text, text, "SEV-2", why_gone=text)


@pytest.fixture
def github():
    with serving(FakeGitHub()) as fake:
        yield fake


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_somebody_else_acts(github, text, kind):
    deliver_issue(REPOSITORY, message_of(event(text, kind)), TOKEN, github.api, pause=lambda _: None)
    body = github.texts(1)[0]
    shown, _, _ = body.rpartition("<!-- asbuilt fingerprint=f1")
    assert [each.fingerprint for each in marks(body)] == ["f1"]
    assert not _ACTS.search(_CODE.sub("", shown)), shown


def test_what_acts_is_told_from_what_does_not():
    assert _ACTS.search(_CODE.sub("", "see `#1` and @acme"))
    assert _ACTS.search(_CODE.sub("", "see #12"))
    assert not _ACTS.search(_CODE.sub("", "see `#1` and ``@acme ` b``\n```\n@x\n```"))
