import json
import shutil
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

import pytest
from judge import HOME

from asbuilt import estate as estates
from asbuilt.controls import Finding
from asbuilt.run import prepared
from asbuilt.scope import checkouts_of, scope_of
from asbuilt.suppressing import sort_out
from asbuilt.workflows.files.suppressions import suppressions
from asbuilt.workflows.yaml.document import Mark
from asbuilt.workflows.yaml.reader import read

AFTER = HOME / "fixtures" / "repositories" / "TradeMasterAPI" / "after"
FILE = ".github/workflows/deploy.yml"
PINNED = "uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
# Where deploy.yml uses it, and where a comment behind it begins.
LINE = next(number for number, line in enumerate((AFTER / FILE).read_text().splitlines(), 1) if PINNED in line)
BEHIND = len(f"      - {PINNED} #")
LOOSE = "uses: actions/checkout@v7"
TODAY = datetime.now(UTC).date()
NEXT_YEAR, LAST_YEAR = TODAY + timedelta(days=365), TODAY - timedelta(days=365)
UNPINNED = (
    "unpinned-uses (high): unpinned action reference: action is not pinned to a hash (required by blanket policy)"
)
SUBJECT = "MooseQuest/TradeMasterAPI deploy.yml"


def found(text):
    return suppressions(read(text, "ci.yml"))


def lines(text):
    return [(each.mark.line, each.line) for each in found(text)]


def test_a_suppression_is_read_whole():
    (each,) = found("a: 1 # asbuilt: ignore[WF010, WF022] the job ends by itself until 2026-09-30\n")
    assert each.controls == ("WF010", "WF022")
    assert each.reason == "the job ends by itself"
    assert each.until == date(2026, 9, 30)
    assert (each.mark, each.line) == (Mark(1, 6), 1)
    assert each.place == "ci.yml:1:6"
    assert each.problem == ""


def test_it_holds_to_the_end_of_its_last_day():
    (each,) = found("a: 1 # asbuilt: ignore[WF010] reason until 2026-09-30\n")
    assert each.holds(date(2026, 9, 30))
    assert not each.holds(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1 # asbuilt: ignore[X] r until 2026-01-01\n", [(1, 1)]),
        ("# asbuilt: ignore[X] r until 2026-01-01\na: 1\n", [(1, 2)]),
        (
            "# asbuilt: ignore[X] r until 2026-01-01\n# why\n  # asbuilt: ignore[Y] r until 2026-01-01\na: 1\n",
            [(1, 4), (3, 4)],
        ),
        ("# asbuilt: ignore[X] r until 2026-01-01\n\na: 1\n", [(1, 0)]),
        ("a: 1\n# asbuilt: ignore[X] r until 2026-01-01\n", [(2, 0)]),
        ("a: x@1 # v1.2 # asbuilt: ignore[X] r until 2026-01-01\n", [(1, 1)]),
        ("a: | # asbuilt: ignore[X] r until 2026-01-01\n  text\n", [(1, 1)]),
        ("a: |\n  text # asbuilt: ignore[X] r until 2026-01-01\n", []),
        ("a: >-\n  text\n\n  # asbuilt: ignore[X] r until 2026-01-01\nb: 1\n", []),
        ("a: |\n  text\n# asbuilt: ignore[X] r until 2026-01-01\nb: 1\n", [(3, 4)]),
        ("a: 'it # asbuilt: ignore[X] r until 2026-01-01'\n", []),
        ('a: "it\n  # asbuilt: ignore[X] r until 2026-01-01"\nb: 1\n', []),
        ("a: it#asbuilt: ignore\n", []),
        ("a: [1, # asbuilt: ignore[X] r until 2026-01-01\n  2]\n", [(1, 1)]),
        ("\ufeffa: 1 # asbuilt: ignore[X] r until 2026-01-01\n", [(1, 1)]),
        ("a: 1\r\nb: 2 # asbuilt: ignore[X] r until 2026-01-01\r\n", [(2, 2)]),
        ("a: [ # asbuilt: ignore[X] r until 2026-01-01\n", []),
        ("a: 1 # nothing of ours\n", []),
    ],
)
def test_only_a_comment_of_the_yaml_counts_and_covers_its_line_or_the_next(text, expected):
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("a: | # COMMENT\n  b\n  c\nd: 1\n", [1, 2, 3]),
        ("# COMMENT\na: >-\n  b\n\n  c\nd: 1\n", [2, 3, 4, 5]),
        ("# COMMENT\n- a: |\n    b\n", [2, 3]),
        ("a: 1 # COMMENT\nb: |\n  c\n", [1]),
        ('# COMMENT\n"a": 1\nb: 2\n', [2]),
        ("- 'a\n  b' # COMMENT\n- 2\n", [2]),
    ],
)
def test_a_block_of_text_is_covered_from_its_first_line(text, covered):
    (each,) = found(text.replace("COMMENT", "asbuilt: ignore[X] r until 2026-01-01"))
    assert [line for line in range(9) if each.covers("ci.yml", line)] == covered
    assert not each.covers("cd.yml", covered[0])


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("# asbuilt: ignore", "it is not of the form"),
        ("# asbuilt: skip[WF010] r until 2026-01-01", "it is not of the form"),
        ("# asbuilt:", "it is not of the form"),
        ("# asbuilt: ignore[] r until 2026-01-01", "it names no control"),
        ("# asbuilt: ignore[ , ] r until 2026-01-01", "it names no control"),
        ("# asbuilt: ignore[WF010]", "it has no date"),
        ("# asbuilt: ignore[WF010] for a while", "it has no date"),
        ("# asbuilt: ignore[WF010] until 2026-01-01", "it has no reason"),
        ("# asbuilt: ignore[WF010] r until 2026-02-30", '"2026-02-30" is no date: write YYYY-MM-DD'),
        ("# asbuilt: ignore[WF010] r until 20260301", '"20260301" is no date'),
        ("# asbuilt: ignore[WF010] r until 2026-01-01 or so", "it has no date"),
        ("# asbuilt: ignore[WF010] r until autumn", '"autumn" is no date'),
    ],
)
def test_what_is_wrong_is_said_and_holds_nothing(comment, problem):
    (each,) = found(f"a: 1 {comment}\n")
    assert each.problem.startswith(problem)
    assert not each.holds(date(2000, 1, 1))


def test_a_reason_may_speak_of_until():
    (each,) = found("a: 1 # asbuilt: ignore[X] waits until the release, until 2026-01-01\n")
    assert each.reason == "waits until the release,"
    assert each.until == date(2026, 1, 1)


# What judges a workflow file by itself: the controls that these tests suppress are there, all others are not.
OF_FILES = ("tests_static/test_syntax.py", "tests_static/test_tools.py")


@pytest.fixture
def judged(play, play_for_verdicts, play_apart, tmp_path):
    """Judge `after` with edits of deploy.yml; runs with workers are processes of their own."""

    def run(*edits, checks=("tests_static",), options=(), results=False, environ=None):
        root = shutil.copytree(AFTER, tmp_path / "checkout", dirs_exist_ok=True)
        text = (AFTER / FILE).read_text()
        for old, new in edits:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (root / FILE).write_text(text)
        if not any(each.startswith("--estate") for each in options):
            (tmp_path / "lint-all.yaml").write_text(f"{(HOME / 'estate.yaml').read_text()}\nlint: all\n")
            options = (*options, f"--estate={tmp_path / 'lint-all.yaml'}")
        run_suite = play_apart if "-n2" in options else play if results else play_for_verdicts
        return run_suite(*checks, f"--checkout={root}", *options, environ=environ)

    return run


def lines_of(played, control, subject=SUBJECT):
    (verdict,) = (
        each for each in played.verdicts if each["control"] == control and each["id"].endswith(f"[{subject}]")
    )
    return verdict["outcome"], [(each["place"].rpartition("/")[2], each["fact"]) for each in verdict["lines"]]


def test_a_suppressed_finding_is_waived_and_listed_everywhere(judged):
    edit = (PINNED, f"{LOOSE} # asbuilt: ignore[WF030] they release monthly until {NEXT_YEAR}")
    played = judged(edit, results=True)
    assert played.code == 0, played.out
    assert played.subjects("waived") == {"WF030": [SUBJECT]}
    assert played.subjects("drifted") == {}
    said = f"{UNPINNED} (suppressed until {NEXT_YEAR} on line {LINE}: they release monthly)"
    assert f"{FILE}:{LINE}:15  WF030  SEV-3  WAIVED {said}" in played.out
    assert (
        f"| ⏳ waived | WF030 | SEV-3 | `{FILE}:{LINE}:15` | `{said}` |"
        in (played.directory / "summary.md").read_text()
    )
    (result,) = (
        each
        for path in (played.directory / "allure-results").glob("*-result.json")
        if (each := json.loads(path.read_text()))["name"].startswith(
            f"WF030 SEV-3 {SUBJECT}: the workflow file is one in which zizmor"
        )
    )
    assert result["status"] == "skipped"
    assert result["statusDetails"]["message"].splitlines()[0] == f"waived: {FILE}:{LINE}:15 {said}"
    assert {"name": "tag", "value": "waived"} in result["labels"]


def test_what_is_found_in_a_script_is_suppressed_where_the_script_begins(judged):
    script = "run: |{}\n          true\n          echo ${{{{ github.ref_name }}}}"
    line = "run: python -m compileall -q backend_v2"
    comment = f" # asbuilt: ignore[WF030] nobody else may name a branch until {NEXT_YEAR}"
    assert judged((line, script.format(comment)), checks=OF_FILES).subjects("waived") == {"WF030": [SUBJECT]}
    assert judged((line, script.format("")), checks=OF_FILES).subjects("drifted") == {"WF030": [SUBJECT]}


def test_of_several_findings_the_others_stay_drift(judged):
    played = judged(
        (PINNED, f"{LOOSE} # asbuilt: ignore[WF030] they release monthly until {NEXT_YEAR}"),
        ("run: python -m compileall -q backend_v2", "run: echo ${{ github.ref_name }}"),
        checks=OF_FILES,
    )
    outcome, found = lines_of(played, "WF030")
    assert outcome == "drifted"
    assert [place for place, _ in found] == [f"deploy.yml:{LINE + 3}:23", f"deploy.yml:{LINE}:15"]
    said = f"{UNPINNED} (suppressed until {NEXT_YEAR} on line {LINE}: they release monthly)"
    assert f"WF030  SEV-3  WAIVED {said}" in played.out
    assert (
        f"| ⏳ waived | WF030 | SEV-3 | `{FILE}:{LINE}:15` | `{said}` |"
        in (played.directory / "summary.md").read_text()
    )
    assert "WF030  SEV-3  template-injection" in played.out
    assert played.code == 1


def test_after_its_day_it_is_void_and_said_so(judged):
    played = judged(
        (f"- {PINNED}", f"# asbuilt: ignore[WF030] they release monthly until {LAST_YEAR}\n      - {LOOSE}"),
        checks=OF_FILES,
    )
    fact = f"{UNPINNED} (the suppression on line {LINE} ended on {LAST_YEAR})"
    assert lines_of(played, "WF030") == ("drifted", [(f"deploy.yml:{LINE + 1}:15", fact)])
    assert played.code == 1


def test_one_that_nothing_needs_fails_the_run(judged):
    played = judged((PINNED, f"{PINNED} # asbuilt: ignore[WF030, WF001] no reason is left until {NEXT_YEAR}"))
    assert played.subjects("drifted") == {"WF001": [SUBJECT], "WF030": [SUBJECT]}, played.out
    fact = f"nothing needs this suppression of WF030: it finds nothing on line {LINE}"
    assert lines_of(played, "WF030") == ("drifted", [(f"deploy.yml:{LINE}:{BEHIND}", fact)])
    assert f"{FILE}:{LINE}:{BEHIND}  WF030  SEV-3  {fact}" in played.out
    assert f"# asbuilt: ignore[WF030, WF001] no reason is left until {NEXT_YEAR}\n" in played.out
    assert played.code == 1
    cases = ET.parse(played.directory / "junit.xml").getroot().iter("testcase")
    assert len([each for each in cases if each.find("failure") is not None]) == 2


def test_workers_come_to_what_one_process_does_and_lint_no_more_often(judged, actionlint, tmp_path):
    calls = actionlint()
    edits = (
        (PINNED, f"{LOOSE} # asbuilt: ignore[WF030] they release monthly until {NEXT_YEAR}"),
        (
            "runs-on: ubuntu-latest",
            f"runs-on: ubuntu-latest # asbuilt: ignore[WF001] no reason is left until {NEXT_YEAR}",
        ),
    )
    path = {"PATH": str(tmp_path / "bin")}
    alone = judged(*edits, results=True, environ=path)
    once = calls.read_text()
    shared = judged(*edits, options=("-n2",), environ=path)
    assert calls.read_text() == once * 2
    assert alone.subjects("waived") == {"WF030": [SUBJECT]}, alone.out
    assert alone.subjects("drifted") == {"WF001": [SUBJECT]}, alone.out
    assert [told(each) for each in (shared, alone)] == [told(alone)] * 2, shared.out


def told(played):
    """Give what a run came to, in every form, without what is another each time."""
    verdicts = sorted(json.dumps({**each, "seconds": 0}) for each in played.verdicts)
    findings = [line for line in played.out.splitlines() if line.startswith(FILE)]
    results = sorted(
        (each["name"], each["status"], each.get("statusDetails"))
        for path in (played.directory / "allure-results").glob("*-result.json")
        for each in [json.loads(path.read_text())]
    )
    cases = ET.parse(played.directory / "junit.xml").getroot().iter("testcase")
    failed = sorted(each.get("name") for each in cases if each.find("failure") is not None)
    table = [line for line in (played.directory / "summary.md").read_text().splitlines() if line.startswith("|")]
    return played.code, verdicts, findings, results, failed, table


def test_whether_it_is_needed_is_told_by_whole_runs_alone(judged):
    edit = (PINNED, f"{PINNED} # asbuilt: ignore[WF030] no reason is left until {NEXT_YEAR}")
    assert judged(edit, options=["-k", "zizmor"]).code == 0
    assert judged(edit, options=["--app", "raxx-api-staging"]).code == 0
    check = f"tests_static/test_tools.py::test_zizmor_finds_nothing[{SUBJECT}]"
    assert judged(edit, options=["--deselect", check]).code == 0


@pytest.mark.parametrize(
    ("comment", "control", "fact"),
    [
        ("ignore[WF030] they release monthly", "WF030", "this suppression holds nothing: it has no date"),
        ("ignore", "WF001", "this suppression holds nothing: it is not of the form"),
        (
            f"ignore[WF930] r until {NEXT_YEAR}",
            "WF001",
            'this suppression names "WF930", which is no control of workflow',
        ),
        (
            f"ignore[HK002] r until {NEXT_YEAR}",
            "WF001",
            'this suppression names "HK002", which is no control of workflow',
        ),
    ],
)
def test_one_that_is_wrong_fails_the_run(judged, comment, control, fact):
    played = judged(("runs-on: ubuntu-latest", f"runs-on: ubuntu-latest # asbuilt: {comment}"), checks=OF_FILES)
    assert played.subjects("drifted") == {control: [SUBJECT]}, played.out
    ((place, said),) = lines_of(played, control)[1]
    assert place.endswith(f":{len('    runs-on: ubuntu-latest #')}")
    assert said.startswith(fact)
    assert played.code == 1


def test_a_waiver_of_the_estate_beside_it_is_not_needed(judged, tmp_path):
    estate = tmp_path / "estate.yaml"
    waiver = f"{{control: WF030, subject: {SUBJECT}, until: {NEXT_YEAR}, owner: a, issue: 1, reason: r}}"
    estate.write_text(f"{(HOME / 'estate.yaml').read_text()}\nlint: all\nwaivers: [{waiver}]\n")
    edit = (PINNED, f"{LOOSE} # asbuilt: ignore[WF030] they release monthly until {NEXT_YEAR}")
    played = judged(edit, checks=OF_FILES, options=[f"--estate={estate}"])
    outcome, found = lines_of(played, "WF030")
    assert outcome == "drifted"
    assert [fact.partition(" until")[0] for _, fact in found] == ["conforms, and is waived", UNPINNED]
    played = judged((PINNED, LOOSE), checks=OF_FILES, options=[f"--estate={estate}"])
    assert lines_of(played, "WF030")[0] == "waived"
    assert played.code == 0


def test_nothing_is_said_of_one_where_no_linter_was_asked(judged):
    edit = (PINNED, f"{LOOSE} # asbuilt: ignore[WF030] they release monthly until {NEXT_YEAR}")
    played = judged(edit, options=(f"--estate={HOME / 'estate.yaml'}",))
    assert played.code == 0, played.out
    assert SUBJECT in played.subjects("not applicable")["WF030"]


def test_one_of_another_control_accepts_nothing(judged):
    played = judged(
        (PINNED, f"{LOOSE} # asbuilt: ignore[WF001] they release monthly until {NEXT_YEAR}"), checks=OF_FILES
    )
    assert played.subjects("drifted") == {"WF001": [SUBJECT], "WF030": [SUBJECT]}


@pytest.fixture
def two(tmp_path):
    """Two repositories whose files agree on path and line; the first one suppresses what the second does not."""
    text = f"on: push\npermissions: {{}}\n# COMMENT\njobs:\n  a:\n    runs-on: x\n    steps: [{{{LOOSE}}}]\n"
    comment = f"asbuilt: ignore[WF010] r until {NEXT_YEAR}"
    for name, content in (("one", text.replace("COMMENT", comment)), ("two", text)):
        folder = tmp_path / name / ".github" / "workflows"
        folder.mkdir(parents=True)
        (folder / "ci.yml").write_text(content)
    estate = tmp_path / "estate.yaml"
    repositories = "".join(f"  example/{name}: {{checkout: {name}}}\n" for name in ("one", "two"))
    apps = "".join(f"  shop-{name}: {{repository: example/{name}}}\n" for name in ("one", "two"))
    estate.write_text(f"estate: shop\napps:\n{apps}repositories:\n{repositories}")
    return estate


def test_a_finding_is_suppressed_in_its_own_repository_alone(two):
    declared = estates.load(two)
    checkouts = checkouts_of(declared, two, None, [])
    run = prepared(declared, scope_of(declared, [], []), checkouts)
    drift = Finding("no limit", path=".github/workflows/ci.yml", mark=Mark(4, 1), excerpt="jobs:")
    accepted = {
        name: sort_out(run, subject, "WF010", [drift], TODAY).drift == ()
        for name, subject in {**run.subjects("repository"), "shop-one": run.subjects("app")["shop-one"]}.items()
    }
    assert accepted == {"example/one": True, "example/two": False, "shop-one": False}
    elsewhere = Finding("no limit", path=".github/workflows/ci.yml", mark=Mark(4, 1), excerpt="jobs: {}")
    assert sort_out(run, None, "WF010", [elsewhere], TODAY).drift == (elsewhere,)


def test_an_app_that_was_not_judged_may_need_it(play_for_verdicts, two):
    narrowed = play_for_verdicts("tests_static", f"--estate={two}", "--repository", "example/one")
    whole = play_for_verdicts("tests_static", f"--estate={two}")
    said = "nothing needs this suppression of WF010"
    assert said not in narrowed.out
    assert said in whole.out


def test_comments_that_stand_below_each_other_are_about_the_line_below_them_all():
    comments = "# asbuilt: ignore[WF002] later until 2027-01-01\n" * 20_000
    found = suppressions(read(f"on: push\n{comments}jobs: {{}}\n".encode(), "w.yml"))
    assert {each.line for each in found} == {20_002}
