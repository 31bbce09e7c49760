"""Whatever a provider, an estate or a pull request says: a message calls nobody, and is no more than a text."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from apprise import Apprise, NotifyFormat
from apprise.conversion import convert_between
from events_of import CAUSE, event
from hostile_texts import TEXTS, assert_no_command, assert_seen

from asbuilt.alert.event import Kind
from asbuilt.alert.words import chat_texts
from asbuilt.alert.words.flood import flood_message
from asbuilt.alert.words.messages import LONGEST_TITLE, message_of
from asbuilt.record.kept_causes import KeptStep

CALLS = {
    "slack-everybody": "<!channel> and <!here|here> and <!subteam^S1>",
    "slack-user": "<@U024BE7LH> <@W1|bob>",
    "slack-link": "<https://evil.example|https://github.com> <mailto:a@example.com|b>",
    "discord": "@everyone @here <@80351110224678912> <@&165511591545143296> <#103735883630395392> foo@everyone",
    "mattermost": "@channel @all (@here) `@all`",
    "matrix": "@room @alice:example.com",
    "zulip": "@**all** @*group* @_**bob**",
    "teams": "<at>Everybody</at>",
    "google-chat": "<users/all>",
    "telegram": "@botfather /start",
    "github": "@org/team",
    "disguised": "[https://github.com](https://evil.example) ![x](https://evil.example/p.png) [a][b]",
    "instruction": "<?php x ?>",
    "split": "@eve\u200bryone <\u200b!channel>",
}
HOSTILE = {**TEXTS, **CALLS}
MEANT = re.compile(
    r"@(?:everyone|here|channel|all|room)\b|<!|<@|<#|<at>|<users/|<(?:https?|mailto):[^>]*\||\]\(|@\*\*",
    re.IGNORECASE,
)
TAGS = {"p", "br", "strong", "kbd", "code", "pre", "a"}


def strange(text, kind=Kind.FIRST):
    """Give the message of an event in which all is as strange as a text."""
    cause = replace(
        CAUSE,
        subject=text,
        control=text,
        headline=text,
        steps=(KeptStep(text), KeptStep(f"heroku config:set A='{text}' --app shop"), KeptStep(f"do {text}")),
        explains={text: {text: 2}},
        runbook=text,
        issues=(text,),
        expired=(text,),
        reported=(text,),
        tolerated=text,
    )
    changes = {"estate": text, "run": text, "evidence": text, "run_url": text, "why_gone": text, "world": text}
    if kind == "flood":
        return flood_message([event(cause=cause, **changes), event(cause=cause, **changes)])
    return message_of(event(kind, cause, severity_before=text, **changes))


@pytest.fixture(params=HOSTILE)
def text(request):
    return HOSTILE[request.param]


@pytest.fixture(params=[Kind.FIRST, Kind.RESOLVED, "flood"])
def message(text, request):
    return strange(text, request.param)


def test_all_of_it_is_seen_and_no_command_of_a_log(message):
    for each in (message.title, message.text):
        assert_seen(each)
        assert_no_command(each)
    assert_seen(message.markdown)


def test_a_title_is_one_line_and_all_is_bounded(message):
    assert "\n" not in message.title
    assert len(message.title) <= LONGEST_TITLE
    assert max(len(message.text), len(message.markdown)) < 32_000


def test_it_calls_nobody_and_disguises_no_link(message):
    for each in (message.title, message.text, message.markdown):
        assert MEANT.findall(each) == []
    prose = re.sub(r"(?s)^(`{3,})\n.*?\n\1$", "", message.markdown, flags=re.MULTILINE)
    assert re.findall(r"(?<![\w.+/-])@\w", prose) == []


def test_as_html_it_is_what_we_wrote_and_links_that_say_where_they_lead(message):
    found = Page()
    found.feed(convert_between(NotifyFormat.MARKDOWN, NotifyFormat.HTML, message.markdown))
    found.close()
    assert {tag for tag, _ in found.tags} <= TAGS
    assert found.comments == []
    for tag, attributes in found.tags:
        assert [name for name, _ in attributes] == (["href"] if tag == "a" else [])
    for address, shown in found.links:
        assert address == shown
        assert re.match(r"https?://", address)


def test_in_slack_s_markup_nothing_is_left_that_slack_obeys(message):
    slack = Apprise.instantiate("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general")
    shown = slack.dialect_convert(message.markdown, NotifyFormat.MARKDOWN)
    assert re.findall(r"<(?!https?://[^|>]*>|https?://([^|>]*)\|https?://\1>)[^>]*>", shown) == []


def test_a_command_stands_whole_in_a_fence_that_nothing_in_it_closes():
    command = "heroku config:set A='```' B='````' --app shop"
    markdown = message_of(event(cause=replace(CAUSE, steps=(KeptStep(command),)))).markdown
    assert f"\n`````\n{command}\n`````\n" in markdown


@pytest.mark.parametrize(
    "command",
    [
        "gh api -X PUT repos/o/r/actions/permissions -f enabled=true",
        "curl --data @body.json https://example.com/x",
        "git log akhileshns/heroku-deploy@v3.13.15 <file",
        "heroku config:set MAIL=ops@example.com --app shop",
    ],
)
def test_a_command_that_calls_nobody_is_shown_as_it_is(command):
    assert chat_texts.command(command) == command


@pytest.mark.parametrize("called", ["@everyone", "@Here", "<!channel>", "<@U1>", "<https://a|b>", "[a](b)", "@**all**"])
def test_a_command_that_would_call_somebody_is_not_shown_in_part(called):
    assert called not in chat_texts.command(f"heroku config:set A='{called}' --app shop")
    assert "heroku" not in chat_texts.command(f"heroku config:set A='{called}' --app shop")


@pytest.mark.parametrize("plain", ["ops@example.com", "heroku-deploy@v3.13.15", "a < b", "1 <2", "#12 & more"])
def test_what_calls_nobody_is_told_as_it_is(plain):
    assert chat_texts.unmentioned(plain) == plain


class Page(HTMLParser):
    """Tags, comments and links of a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.comments, self.links, self.within = [], [], [], None

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))
        if tag == "a":
            self.within = [dict(attrs)["href"], ""]

    def handle_endtag(self, tag):
        if tag == "a":
            self.links.append(tuple(self.within))
            self.within = None

    def handle_data(self, data):
        if self.within:
            self.within[1] += data

    def handle_comment(self, data):
        self.comments.append(data)
