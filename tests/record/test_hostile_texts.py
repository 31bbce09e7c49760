"""Whatever a text of somebody else's is, what a reader gets of it is text, in every medium."""

import html
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
import yaml
from hostile_texts import TEXTS, assert_no_command, assert_row, assert_seen, elements, observation

from asbuilt import texts
from asbuilt.compared import MOST, sides
from asbuilt.controls import Control
from asbuilt.estate import Links
from asbuilt.estate_errors import EstateError, Problem
from asbuilt.model import dump, load
from asbuilt.nearest import quoted, suggestion
from asbuilt.population import LeftOut, Population
from asbuilt.record import evidence
from asbuilt.record.allure_results import results_of
from asbuilt.record.junit import junit
from asbuilt.record.summary import markdown
from asbuilt.record.telling import told
from asbuilt.record.terminal import summary
from asbuilt.record.values import page as page_of
from asbuilt.subjects import Subject
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.withholding import Secrets
from asbuilt.workflows.yaml.finding import Finding

ISSUES = Links(issues="https://tracker.example.com/{issue}")
BAD = (Outcome.DRIFTED, Outcome.UNKNOWN, Outcome.WAIVED)


@pytest.fixture(params=TEXTS)
def text(request):
    return TEXTS[request.param]


def run_of(name="shop", links=ISSUES, world="sandbox"):
    estate = SimpleNamespace(name=name, links=links, waivers=())
    at = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
    observation = SimpleNamespace(as_of=at, transcript=(), seconds=0.1, status_pages={})
    rest = {
        "checkouts": {},
        "directory": None,
        "secrets": Secrets(),
        "population": Population(),
        "checks": (),
        "subjects": lambda _: {},
        "changes": None,
    }
    return SimpleNamespace(
        found=SimpleNamespace(said=name), estate=estate, observation=observation, world=world, **rest
    )


def verdicts_of(text, outcomes=BAD):
    line = Finding(text, text, text, excerpt=text)
    plain = [
        Verdict(f"t.py::t[{text}{each}]", "WF001", "SEV-2", text, "It is.", each, (line,), text, issue=7)
        for each in outcomes
    ]
    return (*plain, Verdict(f"t.py::t[{text}]", "WF001", "SEV-2", text, "It is.", Outcome.NOT_APPLICABLE, (), text))


def test_a_line_is_one_line_that_can_be_seen_and_is_short(text):
    shown = texts.line(text)
    assert "\n" not in shown
    assert len(shown) <= texts.LONGEST + 1  # a guard against a command may stand before it
    assert_seen(shown)
    assert_no_command(shown)
    assert texts.line(shown) == shown or len(shown) > texts.LONGEST


def test_what_was_cut_says_so_also_where_little_of_it_can_be_seen():
    assert texts.line("a" + "\n" * 700 + "b") == "a …"


@pytest.mark.parametrize("columns", [None, 40, 80, 200])
def test_on_a_terminal(text, columns):
    run = run_of(text, world=text)
    printed = "\n".join(each.text for each in summary(run, verdicts_of(text), columns))
    assert_seen(printed)
    assert_no_command(printed)


def test_in_the_summary(text):
    page = markdown(run_of(text, world=text), verdicts_of(text), {"zizmor": text}, well=False)
    assert_seen(page)
    assert_no_command(page)
    rows = [each for each in page.split("\n") if each.startswith("| ")]
    assert len(rows) == 1 + len(BAD)
    for row in rows[1:]:
        assert_row(row)
    heading = page.split("\n")[0]
    assert heading.startswith("## ❌ asbuilt: ")
    if texts.code(text):
        assert f"asbuilt: {texts.code(text)} in {texts.code(text)}, as of" in heading
        assert page.endswith(f"zizmor {texts.code(text)}  ")


def test_in_junit(text):
    run = run_of(world=text)
    run.population = Population(errors=(LeftOut(f"t.py::{text}", text),))
    xml = junit(run, verdicts_of(text))
    assert_seen(xml)
    suite = ET.fromstring(xml)[0]
    assert {each.tag for each in suite.iter()} <= {
        "testsuite", "properties", "property", "testcase", "failure", "error", "skipped",
    }  # fmt: skip
    assert suite.find(".//failure").get("message") == texts.line(text)
    waived = suite.find(".//skipped[@type='pytest.xfail']").get("message")
    assert waived == texts.line(f"{text} ({text})")
    assert suite.find(".//error[@message='collection failure']").text == texts.line(text)
    for each in suite.iter():
        assert_no_command(each.text or "")


def test_in_a_result_of_allure(text):
    for verdict, result in zip(verdicts_of(text), results_of(verdicts_of(text), run_of(text)), strict=True):
        assert result["statusDetails"]["message"].removeprefix("waived: ") == told(verdict)
        shown = [each["value"] for each in result["labels"]]
        assert texts.line(text) in shown
        for each in (result["name"], result["fullName"], result["statusDetails"]["message"], *shown):
            assert_seen(each)
            assert_no_command(each)


def test_in_the_page_of_a_check(text):
    harmless = page_of("a", {"a": "b"}, {"a": ["b", "b"]}, ["c"])
    page = page_of(text, {text: text}, {"a": [text, text]}, [text])
    assert_seen(page)
    assert elements(page) == elements(harmless)
    assert len(page) < 6000


def test_in_what_a_verdict_rests_on(text):
    control = Control("HK001", "SEV-1", (), "It is.", (), "mend", asks=("fact",))
    _, deep = sides(control, None, {"fact": {str(number): [text] * 10 for number in range(10)}})
    declared, observed = sides(control, Subject(text, "app", text), {"fact": [text] * 3_000})
    assert declared["repository"] in {text, f"{text[: texts.LONGEST - 1]}…"}
    assert observed["fact"][-1].endswith(" more")
    for side in (declared, observed, deep):
        assert len(json.dumps(side)) < 10 * MOST
        assert_no_command(texts.as_json(side, None))


def test_in_what_the_report_says_of_the_run(text, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_RUN_ID", "1")
    monkeypatch.setenv("GITHUB_SERVER_URL", "javascript:alert(1)//")
    if "\0" not in text and text != TEXTS["half"] and len(text) < 2**17:
        monkeypatch.setenv("GITHUB_WORKFLOW", text)
    run = run_of(text, world=text)
    evidence.write_context(tmp_path, run, {"zizmor": text})
    properties = (tmp_path / "environment.properties").read_text()
    assert_seen(properties)
    assert len(properties.splitlines()) == 8
    assert not any(each.replace("\\\\", "").count("\\") for each in properties.splitlines())  # no escape begins
    executor = json.loads((tmp_path / "executor.json").read_text())
    assert executor["buildUrl"] == ""
    assert_seen(executor["buildName"])


def test_in_json_on_a_terminal(text):
    shown = texts.as_json([{text: text}])
    assert shown.isascii()
    assert_seen(shown)
    assert_no_command(shown)
    assert texts.without_commands(shown) == shown  # the guard of the stream leaves it JSON
    assert json.loads(shown) == [{texts.kept(text): texts.kept(text)}]


def test_in_an_observation(text):
    seen = observation(lambda: texts.kept(text))
    written = dump(seen)
    assert written.isascii()
    assert_seen(written.decode())
    assert_no_command(written.decode())
    assert load(written) == seen


def fail(text):
    raise AssertionError(text)


@pytest.mark.parametrize("style", ["long", "short", "native", "line"])
def test_in_a_traceback(text, style):
    with pytest.raises(AssertionError) as raised:
        fail(text)
    shown = texts.shown_in(raised.getrepr(showlocals=True, style=style))
    for printed in (str(shown), shown.reprcrash.message):
        assert_seen(printed)
        assert_no_command(printed)
        assert len(printed) < 10**5


def test_in_why_a_check_was_skipped(text):
    path, number, reason = texts.shown_in(("a.py", 7, text))
    assert (path, number) == ("a.py", 7)
    assert_seen(reason)
    assert_no_command(reason)


def test_in_an_error_of_an_estate(text):
    error = EstateError("estate.yaml", [Problem(None, f"{quoted(text)} is invalid{suggestion(text, [text, 'b'])}")] * 2)
    assert len(str(error).split("\n")) == 2
    assert max(map(len, str(error).split("\n"))) <= 1100
    assert len(quoted(text)) <= 110
    assert_seen(str(error))
    assert_no_command(str(error))


def test_what_somebody_may_copy_is_whole_or_not_there():
    command = f"gh workflow run deploy.yml {'-f a=b ' * 100}"
    assert texts.whole(command) == command
    longer = f"{command}{'-f c=d ' * 100}"
    assert "-f" not in texts.whole(longer)
    assert f"{len(longer)} characters" in texts.whole(longer)
    assert_no_command(texts.whole("::error::x"))
    assert "-f" not in "".join(
        each.text for each in summary(run_of(), (*verdicts_of("a", ()), _with_fix(longer)))
    )  # fmt: skip


def _with_fix(fix):
    return Verdict("t", "HK001", "SEV-1", "a", "It is.", Outcome.DRIFTED, (Finding("it is not", fix, subject="a"),))


def test_what_is_kept_can_be_written_and_is_bounded(text):
    @dataclass(frozen=True)
    class Noun:
        text: str
        more: tuple

    kept = texts.kept_in(Noun(text, ({text: [text]}, 1, None, Outcome.DRIFTED)))
    assert kept.text == kept.more[0][kept.text][0]
    assert len(kept.text) <= texts.LONGEST_KEPT
    assert kept.text.encode()
    assert kept.more[1:] == (1, None, Outcome.DRIFTED)
    assert isinstance(kept.more[3], Outcome)
    if len(text) < texts.LONGEST_KEPT and text != TEXTS["half"]:
        assert kept.text == text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("HTTP://example.com/", "HTTP://example.com/"),
        ("https://example.com/a) [x](y", "https://example.com/a%29%20%5Bx%5D%28y"),
        ('https://example.com/"><b>|`\n', "https://example.com/%22%3E%3Cb%3E%7C%60%0A"),
        ("https://example.com/%20", "https://example.com/%20"),
        ("javascript:alert(1)", ""),
        (" https://example.com", ""),
        ("data:text/html,x", ""),
        ("//example.com", ""),
        ("https:", ""),
        (f"https://example.com/{'x' * 3000}", ""),
    ],
)
def test_only_an_address_of_the_web_is_a_link(url, expected):
    assert texts.link(url) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("repair it, or disable it", "repair it, or disable it"),
        ("set them: https://e.com/a(b)?c=d#e.", "set them: <https://e.com/a%28b%29?c=d#e>."),
        ("ask @org/team, see #1 or GH-1", "ask `@org/team,` see `#1` or `GH-1`"),
        ("www.e.com a@e.com :tada: *b* _c_", "`www.e.com a@e.com :tada: *b* _c_`"),
        ("needs: [test] | <b>", "needs: `[test] \\| <b>`"),
        ("add: { group: a, cancel: false } to it", "add: `{ group: a, cancel: false }` to it"),
        ("give the token `Metadata: read` soon", "give the token `` `Metadata: read` `` soon"),
        ("a { b https://e.com c", "a `{` b <https://e.com> c"),
    ],
)
def test_prose_is_prose_and_what_could_be_more_is_code(text, shown):
    assert texts.prose(text) == shown


@pytest.mark.parametrize("issues", ["javascript:alert({issue})", "https://e.com/{0}{issue}", "https://e.com/{", None])
def test_no_address_of_issues_breaks_the_summary(issues):
    page = markdown(run_of(links=Links.model_construct(issues=issues)), verdicts_of("a"), {}, well=False)
    assert "](javascript" not in page
    rows = [each for each in page.split("\n") if each.startswith("| ")][1:]
    assert len(rows) == len(BAD)
    if issues == "https://e.com/{0}{issue}":
        assert "[#7](https://e.com/%7B0%7D7)" in rows[0]


def test_a_summary_stays_below_what_github_takes_and_says_what_it_left_out():
    long = TEXTS["long"]
    urgent = Verdict(
        "a", "HK001", "SEV-1", "shop", "It is.", Outcome.DRIFTED, (Finding("the worst", "mend", subject="shop"),)
    )
    waived = Verdict(
        "b", "HK001", "SEV-1", "shop", "It is.", Outcome.WAIVED, (Finding("the least", subject="shop"),), "known"
    )
    found = [
        tuple(Finding(f"名{number} {long}", long, f"{n} {number} {long}", excerpt=long) for number in range(20))
        for n in range(500)
    ]
    others = [
        Verdict(f"c{n}", "WF001", "SEV-2", "shop", "It is.", Outcome.DRIFTED, lines) for n, lines in enumerate(found)
    ]
    page = markdown(run_of(), (waived, *others, urgent), {"zizmor": "1.0"}, well=False)
    assert len(page.encode()) < 2**20
    rows = [each for each in page.split("\n") if each.startswith("| ")][1:]
    assert "the worst" in rows[0]
    assert "the least" not in page
    assert f"**{10_002 - len(rows)} more findings** are left out here; `verdicts.json` has them all." in page
    assert page.endswith("zizmor `1.0`  ")


def test_what_was_interrupted_stands_in_the_summary():
    cut = Verdict("a", "HK001", "SEV-1", "shop", "It is.", Outcome.UNKNOWN, (), "interrupted")
    (row,) = [each for each in markdown(run_of(), (cut,), {}, well=False).split("\n") if each.startswith("| ❔")]
    assert "`shop` | `interrupted`" in row


def test_of_many_requests_a_page_has_the_first_and_their_number():
    page = page_of("a", {}, {}, [f"item-{number}" for number in range(500)])
    assert "item-4" in page
    assert "item-5" not in page
    assert "and 495 more" in page


def test_a_page_reads_as_yaml_does():
    page = page_of("It is.", {"name": "名前", "on": [1, None]}, "x", [])
    cell = page.partition("white-space:pre-wrap>")[2].partition("</pre>")[0]
    assert yaml.safe_load(html.unescape(cell)) == {"name": "名前", "on": [1, None]}
