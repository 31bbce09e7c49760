"""What an estate says of secrets, variables and workflows elsewhere: how it is written, and what is wrong with it."""

import pytest

from asbuilt.estate import load
from asbuilt.scope import descriptions_in, names_in
from asbuilt.workflows.said.described import described

START = (
    "estate: x\napps: {shop: {}}\nrepositories:\n  o/r:\n    environments: {production: {}, Staging: {}}\n    names:\n"
)


def named(*lines):
    return START + "".join(f"      {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("line", "environment", "expected"),
    [
        ("secrets.APP: shop", None, {"secrets": {"app": "shop"}, "vars": {}}),
        ("Vars.App: shop", "production", {"secrets": {}, "vars": {"app": "shop"}}),
        ("vars.APP: {PRODUCTION: shop, staging: next}", "production", {"secrets": {}, "vars": {"app": "shop"}}),
        ("vars.APP: {production: shop}", "staging", {"secrets": {}, "vars": {}}),
        ("vars.APP: {production: shop}", None, {"secrets": {}, "vars": {}}),
        ('vars.EMPTY: ""', None, {"secrets": {}, "vars": {"empty": ""}}),
    ],
)
def test_a_name_is_bound_everywhere_or_by_environment(written, line, environment, expected):
    assert names_in(load(written(named(line))))["o/r"].seen_in(environment) == expected


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["vars.APP: {nowhere: shop}"], '7:18: environment "nowhere" is not declared; allowed: Staging, production'),
        (["vars.APP: {producton: shop}"], 'environment "producton" is not declared; did you mean "production"?'),
        (["vars.APP: shop", "VARS.app: shop"], "case makes no difference"),
        (["vars.APP: {staging: a, STAGING: b}"], "STAGING"),
        (["secrets.KEY: HRKU-0123456789"], '"secrets.KEY" is bound to a key'),
        (["vars.KEY: {production: ghp_0123456789}"], '"vars.KEY" is bound to a key'),
        (["APP: shop"], 'key "APP" is invalid in repositories.o/r.names: expected secrets.NAME or vars.NAME'),
        (["env.APP: shop"], "expected secrets.NAME or vars.NAME"),
        (["secrets.GITHUB_TOKEN: shop"], "no name of GitHub's own"),
        (["vars.A-B: shop"], "expected secrets.NAME or vars.NAME"),
        (["vars.APP: 7"], "expected a text, or a text for each environment"),
        (["vars.APP: [shop]"], "a list is invalid"),
        (["vars.APP: {}"], "expected a text, or a text for each environment"),
        (["vars.APP:"], "expected a text, or a text for each environment"),
        (["vars.APP: {production: 7}"], "expected a text: write it in quotes"),
        (["vars.APP: {production: {x: y}}"], "expected a text"),
    ],
)
def test_a_name_that_is_bound_wrongly_has_its_place(wrong, lines, problem):
    (line,) = wrong(named(*lines))
    assert line.startswith(f"estate.yaml:{5 + 1 + len(lines)}:")
    assert problem in line
    assert "0123456789" not in line


CALLED = "acme/shared/.github/workflows/ship.yml"


def described_as(*lines):
    return "estate: x\napps: {shop: {}}\nworkflows:\n" + "".join(f"  {line}\n" for line in lines)


def test_of_a_called_workflow_the_version_that_is_called_counts_first(written):
    estate = load(written(described_as(f"{CALLED}: {{app: with.app}}", f"{CALLED}@v1: {{app: shop, gates: [check]}}")))
    known = descriptions_in(estate)
    assert described(f"Acme/Shared{CALLED[11:]}@v1", known).gates == ("check",)
    assert described(f"{CALLED}@v2", known).app == "with.app"
    assert described(CALLED.replace("ship", "SHIP"), known) is None  # files are told apart by case
    assert described("./.github/workflows/ship.yml", known) is None


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([f"{CALLED}@v1: {{app: shp}}"], 'app "shp" is not declared; did you mean "shop"?'),
        ([f"{CALLED}@v1: {{gates: [check]}}"], 'key "app" is missing'),
        ([f"{CALLED}@v1: {{app: shop, gate: check}}"], 'unknown key "gate"'),
        ([f"{CALLED}@v1: {{app: shop, checked: yes}}"], '"yes" is invalid for "checked"'),
        (["ship.yml: {app: shop}"], "a workflow as a call names it: OWNER/NAME/.github/workflows/FILE.yml@REF"),
        (["./.github/workflows/ship.yml: {app: shop}"], "a workflow as a call names it"),
        (["acme/shared/action@v1: {app: shop}"], "a workflow as a call names it"),
        ([f"{CALLED}@v1: {{app: shop}}", f"ACME/{CALLED[5:]}@v1: {{app: shop}}"], "case makes no difference"),
    ],
)
def test_a_workflow_that_is_described_wrongly_has_its_place(wrong, lines, problem):
    (line,) = wrong(described_as(*lines))
    assert line.startswith(f"estate.yaml:{3 + len(lines)}:")
    assert problem in line
