"""What somebody on call reads, in a terminal of any width, and what other programs read of it."""

from types import SimpleNamespace

import pytest

from asbuilt.estate import Links
from asbuilt.population import Population
from asbuilt.record.summary import markdown
from asbuilt.record.terminal import summary
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding

RUN = SimpleNamespace(
    found=SimpleNamespace(said=""),
    estate=SimpleNamespace(name="shop", links=Links(), waivers=()),
    observation=None,
    checkouts={},
    world="workflow files",
    directory=None,
    population=Population(),
    changes=None,
)
PLACE = ".github/workflows/deploy-heroku.yml:42:5"
FACT = 'job "deploy" deploys shop (push refs/heads/main) without smoke; what precedes it: nothing'
FIX = "gh workflow run deploy.yml --repo owner/name --field environment=production --field ref=main"


def printed(columns, *lines):
    verdict = Verdict("t::a", "WF004", "SEV-2", "shop", "It is.", Outcome.DRIFTED, lines, issue=7)
    return [each.text for each in summary(RUN, (verdict,), columns)]


@pytest.mark.parametrize("columns", [None, 200])
def test_a_finding_is_one_line_where_there_is_room_or_no_terminal(columns):
    out = printed(columns, Finding(FACT, FIX, PLACE, excerpt="needs: []"), Finding(FACT, FIX, subject="shop"))
    at = f"{PLACE}  WF004  SEV-2  {FACT}"
    assert at in out
    assert out[out.index(at) + 1 :][:2] == [f"{'':{len(PLACE)}}  > needs: []", f"{'':{len(PLACE)}}  fix: {FIX}   #7"]
    assert f"{'shop':{len(PLACE)}}  WF004  SEV-2  {FACT}" in out


def test_where_nothing_was_judged_all_is_not_well():
    (line,) = (each for each in summary(RUN, ()) if each.text == "nothing was judged")
    assert line.colour == "red"
    assert markdown(RUN, (), {}, well=False).startswith("## ❌")


def test_one_long_place_does_not_push_the_others_apart():
    long = f".github/workflows/{'x' * 80}.yml:1:1"
    out = printed(None, Finding(FACT, FIX, long), Finding(FACT, FIX, subject="shop"))
    assert f"{long}  WF004  SEV-2  {FACT}" in out
    assert f"{'shop':48}  WF004  SEV-2  {FACT}" in out


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_in_a_narrow_terminal_the_fact_stands_below_and_breaks_between_words(columns):
    out = printed(columns, Finding(FACT, FIX, PLACE, excerpt="needs: []"))
    begin = out.index(f"{PLACE}  WF004  SEV-2")
    end = out.index("    > needs: []")
    assert max(map(len, out[begin:end])) <= columns
    assert " ".join(each.strip() for each in out[begin + 1 : end]) == FACT
    assert f"    fix: {FIX}   #7" in out  # whole: somebody copies it


def both(verdict):
    """Give what the terminal and the page say of a verdict."""
    return [each.text for each in summary(RUN, (verdict,))], markdown(RUN, (verdict,), {}, well=False)


def test_what_is_waived_has_nothing_to_mend():
    waived = Verdict("t::a", "HK004", "SEV-2", "shop", "It is.", Outcome.WAIVED, (Finding(FACT),), "by ops (#1)", 690)
    lines, page = both(waived)
    at = lines.index(f"shop  HK004  SEV-2  WAIVED {FACT} (by ops (#1))")
    assert lines[at + 1] == ""
    assert "see the issue" not in page


def test_what_is_waived_is_tracked_by_the_issue_of_its_waiver():
    waiver = SimpleNamespace(control="HK004", subject="shop", issue=1)
    links = Links(issues="https://example.com/{issue}")
    run = SimpleNamespace(**vars(RUN) | {"estate": SimpleNamespace(name="shop", links=links, waivers=(waiver,))})
    reason = "waived until 2027-01-01 by ops (#1): soon"
    waived = Verdict("t::a", "HK004", "SEV-2", "shop", "It is.", Outcome.WAIVED, (Finding(FACT),), reason, 690)
    page = markdown(run, (waived,), {}, well=False)
    assert "HK004 [#1](https://example.com/1)" in page
    assert "690" not in page


def test_beside_what_is_suppressed_a_finding_has_its_own_fix_alone():
    accepted = Finding(FACT, "", PLACE, waived="suppressed until 2026-12-31", needs=("GH002",))
    lines = printed(None, Finding(FACT, FIX, subject="shop"), accepted)
    assert [each.strip() for each in lines if "fix:" in each or "see " in each] == [f"fix: {FIX}   #7"]
    open_one = Finding(FACT, FIX, subject="shop")
    page = both(Verdict("t::a", "WF004", "SEV-2", "shop", "It is.", Outcome.DRIFTED, (open_one, accepted), issue=7))[1]
    assert "see " not in page
    assert "2. " not in page
