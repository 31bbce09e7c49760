"""Whatever an estate file holds, it comes to an estate that can be used, or to problems with their places."""

import re
import tempfile
from pathlib import Path

import pytest
from broken_yaml import NASTY, broken
from hypothesis import given, settings
from subject_kinds import KINDS

from asbuilt import catalogue
from asbuilt.estate import load
from asbuilt.estate_errors import LONGEST_LINE, MOST_PROBLEMS, EstateError
from asbuilt.option_values import OptionError
from asbuilt.run import prepared
from asbuilt.scope import scope_of
from asbuilt.subjects import tell, words
from asbuilt.texts import visible

WHOLE = """estate: shop
links:
  issues: https://example.com/o/r/issues/{issue}
  runbook: https://example.com/o/r/blob/main/docs/runbook.md
  decisions: {ADR-0020: "https://example.com/adr/0020?a=b#c"}
defaults:
  app: {repository: o/shop, formation: {web: 1}, probes: [/health], grace: 5m}
  repository: {red_after: 3}
apps:
  shop-prod:
    tier: production
    url: https://shop-prod-a60a19e5efbf.herokuapp.com
    environment: production
    gates: [freeze-check, smoke]
    probes: [/health, {path: /api/status, status: 200}]
  shop-staging: {tier: staging, formation: {web: {quantity: 1, size: Basic}}}
repositories:
  o/shop:
    default_branch: main
    checkout: .
    procfile: {web: app.py}
    names: {secrets.APP_NAME: shop-prod, vars.APP: {production: shop-prod}}
    required_checks: [test, lint / shell]
    environments:
      production:
        {reviewers: [Kris, "@ops"], wait_timer: 0, deployment_branches: [main], secrets: [KEY], decision: ADR-0020}
    workflows:
      deploy.yml:
        deploys:
          - {app: shop-staging, trigger: push, branch: main}
          - {app: shop-prod, trigger: workflow_dispatch, inputs: {environment: production, ref: main}}
      other.yml: {}
workflows:
  o/shared/.github/workflows/ship.yml@v1: {app: with.app, gates: [check], environment: with.to, checked: true}
  o/shared/.github/workflows/other.yml: {app: shop-prod, environment: production}
controls:
  HK002: {severity: SEV-1, issue: 692}
waivers:
  - {control: HK005, subject: shop-prod, until: 2026-06-30, owner: kris, issue: 693, reason: until the load test}
  - {control: GH002, subject: o/shop production, until: 2026-06-30, owner: kris, issue: 694, reason: "it is made"}
"""
CHECKS = catalogue.checks()
CONTROLS = frozenset(control.id for _, control in CHECKS)
_PLACED = re.compile(r"estate\.yaml:[1-9][0-9]*:[1-9][0-9]*: \S.*")


def come_of(raw):
    """Load an estate and use it; give what is wrong with it, in lines without the folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "estate.yaml")
        path.write_bytes(raw)
        try:
            use(load(path, CONTROLS))
        except (EstateError, OptionError) as error:
            return [line.removeprefix(f"{folder}/") for line in str(error).split("\n")]
    return []


def use(estate):
    run = prepared(estate, scope_of(estate, [], []), {}, CHECKS)
    for kind in KINDS:
        for subject in run.subjects(kind).values():
            told = words(subject, estate)
            tell("{app} {formation} {repository} {deploy} {environment} {workflow} {process} {x}", told)
            assert all(visible(each) == each for each in (subject.id, *told.values()))
    for link in (estate.links.issue_url(7), estate.links.runbook, *estate.links.decisions.values()):
        assert link is None or link.startswith(("https://", "http://"))


def hold(lines):
    assert len(lines) <= MOST_PROBLEMS + 1
    for line in lines:
        assert _PLACED.fullmatch(line) or (line == lines[-1] and re.fullmatch(r"\.\.\. and [0-9]+ more", line)), line
        assert len(line) <= LONGEST_LINE
        assert visible(line) == line


def test_the_whole_one_is_whole():
    assert come_of(WHOLE.encode()) == []


@pytest.mark.parametrize("name", NASTY)
def test_nasty_yaml_is_no_estate(name):
    lines = come_of(NASTY[name])
    assert lines
    hold(lines)


@pytest.mark.parametrize("name", NASTY)
def test_nasty_yaml_is_no_part_of_an_estate(name):
    lines = come_of(WHOLE.encode() + b"extra:\n" + b"".join(b"  " + each + b"\n" for each in NASTY[name].split(b"\n")))
    assert lines
    hold(lines)


def test_ten_thousand_apps_are_read(written):
    apps = "".join(f"  a{number}:\n" for number in range(10_000))
    assert len(load(written(f"estate: x\napps:\n{apps}")).apps) == 10_000


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(broken(WHOLE))
def test_a_broken_estate_comes_to_an_estate_or_to_problems_with_their_places(raw):
    hold(come_of(raw))
