"""Texts that try to be more than texts, and what must hold of whatever is made of them."""

import re
import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser

from asbuilt.model import (
    App,
    AppState,
    Deployment,
    Dyno,
    Environment,
    Formation,
    Observation,
    Observed,
    ProbeResponse,
    Release,
    Repository,
    RepositoryState,
    Request,
    RunPage,
    Unobserved,
    Workflow,
    WorkflowRun,
)
from asbuilt.terms import Stretch

TEXTS = {
    "escape": "\x1b[31mred\x1b[2J",
    "osc-8": "\x1b]8;;http://127.0.0.1:9/\x07here\x1b]8;;\x07",
    "carriage-return": "all is well\rnot",
    "nul": "a\0b",
    "next-line": "a\x85::error::x",
    "line-separator": "a\u2028::error::x",
    "paragraph-separator": "a\u2029##[error]x",
    "bidi": "\u202egnp.exe \u2066x",
    "zero-width": "\u200b::error::x",
    "tags": "\U000e0001\U000e0041",
    "half": "\ud800 and \udcff",
    "no-character": "\uffff\U0010ffff",
    "filler": "\u3164\u115f",
    "command": "::error::x",
    "command-below": "x\n::add-mask::web\r\n\t::stop-commands::t",
    "command-behind-blanks": " \u00a0\u3000::error file=x::y",
    "command-behind-selector": "\ufe0f:\ufe0f:error::x",
    "command-in-the-middle": f"{'long ' * 30}::error::x",
    "old-command": "well ##[error]x",
    "old-command-with-selector": "#\ufe0f#[group]x",
    "cdata": "]]>",
    "script": "--><script>alert(1)</script>",
    "element": "\"'><img src=http://127.0.0.1:9/x onerror=alert(1)>",
    "cells": "a|b\\|c\\",
    "end-of-table": "</code></td></tr></table>\n\n# Heading",
    "backticks": "`x` ``y",
    "many-backticks": f"{'`' * 200}@org/team",
    "image": "![x](http://127.0.0.1:9/x) <img src=x>",
    "link": "[x](javascript:alert(1)) <javascript:alert(1)>",
    "mention": "@org/team #1 GH-1 org/name#1",
    "autolink": "www.example.com http://127.0.0.1:9/ a@example.com",
    "comment": "<!-- ",
    "entity": "&lt;b&gt; &#58;&#58;error",
    "format": "{0}{issue} %s {} {{",
    "yaml": "- a: [b\n# c",
    "properties": "\\u005cu0041 \\uzzzz = :",
    "long": "x" * 2**18,
    "long-and-empty": "\n" * 2**18,
}
_THEN, _NOW = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
_COMMAND = re.compile(r"^[\s\ufe0e\ufe0f]*:[\ufe0e\ufe0f]*:")
_CELL = re.compile(r"(?P<fence>`+)(?!`).*(?<!`)(?P=fence)")
_LINK = re.compile(r"[A-Z]+\d+(?: \[(?:#\d+|runbook)\]\(https://[\w./%-]+\))*")
_SPAN = re.compile(r"(?P<fence>`+)(?!`)(?:.*?[^`])?(?P=fence)(?!`)")
_PROSE = re.compile(r"""<br>|<https?://[^\s<>|]+>|[A-Za-z0-9.,;:'"()/%=?! -]+""")


def assert_seen(shown):
    """Every character can be seen, but for the ends of lines."""
    assert [each for each in set(shown) - {"\n"} if unicodedata.category(each) in _HIDDEN] == []


def assert_no_command(shown):
    """No line is a command of GitHub's runner, which trims it for the one kind and searches it for the other."""
    for line in shown.split("\n"):
        assert not _COMMAND.match(line), line[:80]
        assert not re.search("#[\ufe0e\ufe0f]*#[\ufe0e\ufe0f]*\\[", line), line[:80]


def assert_row(row, cells=6):
    """A row of a Markdown table has its columns; what is foreign is one code span, or prose."""
    # GitHub splits a row at each pipe that no backslash stands before, and only then looks for code.
    found = [each.strip(" ") for each in re.split(r"(?<!\\)\|", row)]
    assert found[0] == found[-1] == ""
    assert len(found) == cells + 2
    assert _LINK.fullmatch(found[2])
    assert_spans(found[4])
    for each in found[5].split("`<br>`"):
        assert_spans(f"`{each.strip('`')}`" if "`<br>`" in found[5] else each)
    assert_prose(found[6])


def assert_spans(cell):
    """A cell is one code span, or empty."""
    span = _CELL.fullmatch(cell)
    assert cell == "" or span, cell
    if span:
        fence = span["fence"]
        assert len(fence) <= 80  # more, GitHub's parser takes for backticks
        assert fence not in re.findall("`+", cell[len(fence) : -len(fence)])


def assert_prose(cell):
    """A cell is words that mean nothing in Markdown, addresses, and code spans."""
    at = 0
    while at < len(cell):
        found = _SPAN.match(cell, at) or _PROSE.match(cell, at)
        assert found, cell[at:]
        assert not re.search("www[.]|:[a-z]+:|GH-", found[0]) or found.re is _SPAN, cell
        at = found.end()


class Elements(HTMLParser):
    """The elements of a page, in their order."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data):
        self.found.append(("comment", data))


def elements(page):
    """Give the elements of a page."""
    parser = Elements()
    parser.feed(page)
    parser.close()
    return parser.found


def workflow(take):
    """Give a workflow file in which every name and every value is as strange as `take()` gives them."""
    deploy = "akhileshns/heroku-deploy@v3.13.15"
    shop = {"heroku_app_name": "shop", "heroku_api_key": "${{ secrets.HEROKU_API_KEY }}"}
    jobs = {
        "a": {
            "runs-on": take(),
            "needs": take(),
            "if": f"github.ref == '{take()}'",
            "environment": take(),
            "steps": [{"name": take(), "run": take(), "shell": take(), "with": {take(): take()}}],
        },
        take(): {"runs-on": "ubuntu-latest", "needs": ["a", take()], "steps": [{"uses": take()}, {"uses": take()}]},
        "deploy": {
            "runs-on": "ubuntu-latest",
            "environment": {"name": take(), "url": take()},
            "steps": [
                {"name": take(), "uses": deploy, "with": {**shop, take(): take()}},
                {"uses": deploy, "with": {"heroku_app_name": take(), "heroku_email": take()}},
                {"run": f"git push https://git.heroku.com/shop.git HEAD:main\n{take()}"},
                {"run": f"${{{{ {take()} }}}}"},
                {"if": take(), "run": f"curl --fail https://shop.example.com/{take()}"},
            ],
        },
        "call": {"uses": f"./.github/workflows/{take()}", "with": {take(): take()}},
    }
    on = {"push": {"branches": ["main", take()]}, "workflow_dispatch": {"inputs": {take(): {"default": take()}}}}
    return {"name": take(), "on": on, "concurrency": {"group": take()}, "env": {take(): take()}, "jobs": jobs}


def observation(take, port=9):
    """Give what a run could have observed of the apps and the repository of ESTATE, as strange as `take()` gives it."""
    url = f"http://127.0.0.1:{port}/"
    image = f"<img src={url}image onerror=document.title='ran'><script>document.title='ran'</script>"
    long = TEXTS["long"]
    releases = tuple(
        Release(2 - number, each, "failed", current=number == 1, code=None, created_at=_THEN)
        for number, each in enumerate((f"{image} {take()}", long))
    )
    runs = tuple(
        WorkflowRun(1, 1, take(), "completed", "failure", take(), take(), _THEN, _THEN, f"{url}{take()}") for _ in "ab"
    )
    app = AppState(
        Observed(App("shop", take(), _THEN, maintenance=False, slug_size=None, repo_size=None, generation=take())),
        Observed(releases),
        Observed(tuple(Formation(each, 1, take(), _THEN) for each in ("web", take(), take()))),
        Observed(tuple(Dyno(take(), "web", take(), 1, _THEN) for _ in "abcd")),
        {"/health": Observed(ProbeResponse(url, 302, f"{url}{long}", from_router=True))},
    )
    silent = AppState(
        *(Unobserved(take(), f"GET {url}{take()}", f"{image} {take()}", take()) for _ in "abcd"),
        {"/health": Unobserved(take(), f"GET {url}", long, take())},
    )
    environments = tuple(Environment(each, (take(),), 1, (take(),)) for each in (take(), take(), f"e{long}"))
    declared = Environment("production", (image, take()), 5, (take(), take()))
    paths = {f".github/workflows/{each}": Observed(runs) for each in ("deploy.yml", take(), take(), take())}
    repository = RepositoryState(
        Observed(Repository(take(), take(), archived=False, private=True)),
        Observed((declared, *environments)),
        Observed(tuple(Workflow(take(), path, take()) for path in paths)),
        paths,
        {"production": Observed((Deployment(take(), take(), _THEN),))},
        {Stretch("deploy.yml"): Observed(RunPage(runs, whole=True))},
    )
    asked = tuple(
        Request("GET", f"{url}{take()}", None, _THEN, 0.1, etag=take(), request_id=take(), error=take()) for _ in "abc"
    )
    apps = {"shop": app, "quiet": silent}
    return Observation(take(), _NOW, 0.1, apps, {"shop/shop": repository}, asked, (take(),))


ESTATE = {
    "estate": "shop | <b>@org/team</b> `x` ::error::y ##[z]",
    "links": {"issues": "https://tracker.example.com/{issue}"},
    "controls": {"HK003": {"issue": 7}},
    "apps": {
        "shop": {
            "repository": "shop/shop",
            "environment": "production",
            "formation": {"web": 1, "worker": 1},
            "probes": ["/health"],
        },
        "quiet": {"formation": {"web": 1}, "probes": ["/health"]},
    },
    "repositories": {
        "shop/shop": {
            "red_after": 1,
            "environments": {
                "production": {
                    "reviewers": ["ops|<b>`x`"],
                    "wait_timer": 0,
                    "deployment_branches": ["main", "$(x)|`y`##\\[z]"],
                }
            },
            "workflows": {"deploy.yml": {"deploys": [{"app": "shop", "trigger": "push", "branch": "$(x)|`y`##[z]"}]}},
        }
    },
    "waivers": [
        {
            "control": "WEB001",
            "subject": "shop",
            "until": "2099-12-31",
            "owner": "ops | ##[group]<b>@org/team",
            "issue": 7,
            "reason": "![x](http://127.0.0.1:9/x) ::error::y",
        }
    ],
}
