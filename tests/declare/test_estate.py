import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.estate import load, schema, source_of
from asbuilt.estate_errors import EstateError
from asbuilt.texts import visible

MINIMAL = "estate: shop\napps:\n  shop-prod: {}\n"


def test_the_first_estate_says_what_the_incident_asks_for():
    estate = load(PROJECT / "estate.yaml")
    production, staging = estate.apps["raxx-api-prod"], estate.apps["raxx-api-staging"]
    assert production.url == "https://raxx-api-prod-a60a19e5efbf.herokuapp.com"
    assert production.gates == ("freeze-check", "smoke")
    assert [(probe.path, probe.status) for probe in production.probes] == [
        ("/health", 200),
        ("/api/system/status", 200),
    ]
    assert {app.formation["web"].quantity for app in (production, staging)} == {1}
    assert {app.grace for app in (production, staging)} == {timedelta(minutes=5)}
    environment = estate.repositories["MooseQuest/TradeMasterAPI"].environments["production"]
    assert environment.reviewers == ("Kristerpher",)
    assert (environment.wait_timer, environment.deployment_branches) == (0, ("main",))


def test_the_schema_for_editors_is_current():
    assert json.loads((PROJECT / "estate.schema.json").read_text()) == schema(), "asbuilt schema > estate.schema.json"


def test_defaults_lie_under_each_app_and_its_own_values_win(written):
    apps = "apps: {a: {}, b: {probes: []}, c: {tier: review}}"
    text = f"estate: x\ndefaults: {{app: {{tier: staging, probes: [/up]}}}}\n{apps}\n"
    apps = load(written(text)).apps
    assert [(app.tier, len(app.probes)) for app in apps.values()] == [("staging", 1), ("staging", 0), ("review", 1)]


def test_shorthands_mean_what_they_abbreviate(written):
    short = load(written("estate: x\napps: {a: {formation: {web: 2}, probes: [/up], grace: 90s}}\n")).apps["a"]
    text = "estate: x\napps: {a: {formation: {web: {quantity: 2}}, probes: [{path: /up, status: 200}], grace: 90s}}\n"
    assert short == load(written(text)).apps["a"]
    assert short.grace == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("written_as", "expected"),
    [("1", (1, 1)), ("0", (0, 0)), ("{quantity: 2, size: Eco}", (2, 2)), ("{min: 1, max: 3}", (1, 3))],
)
def test_a_process_has_a_quantity_or_a_range(written_as, expected, written):
    process = (
        load(written(f"estate: x\napps: {{a: {{formation: {{web: {written_as}}}}}}}\n")).apps["a"].formation["web"]
    )
    assert (process.least, process.most) == expected


@pytest.mark.parametrize(
    ("written_as", "expected"),
    [
        ("{size: Eco}", "expected quantity, or both min and max"),
        ("{min: 1}", "expected quantity, or both min and max"),
        ("{max: 1}", "expected quantity, or both min and max"),
        ("{quantity: 1, max: 3}", "expected quantity, or both min and max"),
        ("{min: 3, max: 1}", "min is 3 and max 1: no number is between them"),
        ("{quantiti: 1}", 'unknown key "quantiti" in apps.a.formation.web; did you mean "quantity"?'),
    ],
)
def test_a_process_without_a_number_is_told_how_to_give_one(written_as, expected, wrong):
    assert expected in wrong(f"estate: x\napps: {{a: {{formation: {{web: {written_as}}}}}}}\n")[0]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("json: {status: ok}", 'key "status" is invalid in apps.a.probes.0.json: expected a JSON pointer'),
        ("json: {/status: [ok]}", 'a list is invalid for "/status" in apps.a.probes.0.json: expected a text, a number'),
        ('contains: ""', 'an empty text is invalid for "contains" in apps.a.probes.0: expected a text on one line'),
        ('matches: "(a"', '"(a" is invalid for "matches" in apps.a.probes.0: unclosed group; expected a regular expr'),
        ('matches: "(?=a)"', "look-around, including look-ahead and look-behind, is not supported"),
        ("jsn: {/a: 1}", 'unknown key "jsn" in apps.a.probes.0; did you mean "json"?'),
        ("values: {/a: 1}", 'unknown key "values" in apps.a.probes.0'),
    ],
)
def test_what_cannot_be_asked_of_a_body_is_told_where_it_stands(declared, expected, wrong):
    assert expected in wrong(f"estate: x\napps: {{a: {{probes: [{{path: /up, {declared}}}]}}}}\n")[0]


def test_a_date_of_a_waiver_is_read(written):
    waiver = "{control: HK001, subject: shop-prod, until: 2026-05-01, owner: ops, issue: 7, reason: moved}"
    assert load(written(f"{MINIMAL}waivers: [{waiver}]\n")).waivers[0].until == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "estate.yaml:1:1: the file is empty"),
        ("- a\n", "estate.yaml:1:1: an estate is a mapping that begins `estate: NAME`"),
        ("estate: x\n  apps: 1\n", "estate.yaml:2:7: mapping values are not allowed in this context"),
        ("estate: x\nestate: y\n", 'estate.yaml:2:1: key "estate" is set twice: first on line 1'),
        ("apps: {a: {}}\n", 'estate.yaml:1:1: key "estate" is missing'),
        ("estate: x\napps: []\n", 'estate.yaml:2:1: a list is invalid for "apps": expected a mapping'),
        (
            "estate: x\napps:\n  a:\n    formations: {web: 1}\n",
            'estate.yaml:4:5: unknown key "formations" in apps.a; did you mean "formation"? allowed: environment, form',
        ),
        (
            "estate: x\napps:\n  a: {tier: prod}\n",
            'estate.yaml:3:7: "prod" is invalid for "tier" in apps.a; did you mean "production"? allowed: development,',
        ),
        (
            "estate: x\napps: {a: {grace: 5 minutes}}\n",
            'estate.yaml:2:12: "5 minutes" is invalid for "grace" in apps.a: a duration is a number and a unit: 90s',
        ),
        (
            "estate: x\napps: {a: {formation: {web: many}}}\n",
            'estate.yaml:2:24: "many" is invalid for "web" in apps.a.formation: expected a number of dynos, or {quan',
        ),
        (
            "estate: x\napps: {a: {formation: {web: true}}}\n",
            'estate.yaml:2:24: "true" is invalid for "web" in apps.a.formation: expected a number of dynos',
        ),
        (
            "estate: x\napps: {a: {probes: [health]}}\n",
            'estate.yaml:2:21: "health" is invalid for "path" in apps.a.probes.0: expected a path that begins with /',
        ),
        (
            "estate: x\napps: {a: {gates: smoke}}\n",
            'estate.yaml:2:12: "smoke" is invalid for "gates" in apps.a: expected a list',
        ),
        (
            "estate: x\napps: {a: {gates: [smoke, '']}}\n",
            "estate.yaml:2:27: an empty text is invalid as item 2 of apps.a.gates: expected a text that is not empty",
        ),
        (
            "estate: x\nrepositories: {o/r: {required_checks: [1.5]}}\n",
            'estate.yaml:2:40: "1.5" is invalid as item 1 of repositories.o/r.required_checks: expected a text: wri',
        ),
        (
            "estate: x\nrepositories: {o/r: {environments: {e: {secrets: [the-key]}}}}\n",
            (
                'estate.yaml:2:51: "the-key" is invalid as item 1 of repositories.o/r.environments.e.secrets: '
                "expected a name: letters, digits and _"
            ),
        ),
        (
            "estate: x\nrepositories: {o/r: {procfile: {web: }}}\n",
            'estate.yaml:2:33: nothing is invalid for "web" in repositories.o/r.procfile: expected a text',
        ),
        (
            "estate: x\nrepositories: {o/r: {workflows: {deploy: {}}}}\n",
            'estate.yaml:2:34: "deploy" is not a workflow file; name a file in .github/workflows, such as deploy.yml',
        ),
        (
            "estate: x\nrepositories: {o/r: {workflows: {.github/workflows/deploy.yml: {}}}}\n",
            'estate.yaml:2:34: ".github/workflows/deploy.yml" is not a workflow file; name a file in .github/workflows',
        ),
        (
            "estate: x\napps: {a: }\ncontrols: {wf003: {issue: 1}}\n",
            'estate.yaml:3:12: key "wf003" is invalid in controls: expected an id such as WF003',
        ),
        (
            "estate: x\napps: {a: {url: a.herokuapp.com}}\n",
            'estate.yaml:2:12: "a.herokuapp.com" is invalid for "url" in apps.a: expected an origin, such as https://',
        ),
        (
            f"{MINIMAL}waivers: [{{control: HK001, subject: shop-prod, until: soon, owner: o, issue: x, reason: r}}]\n",
            'estate.yaml:4:48: "soon" is invalid for "until" in waivers.0: expected a date: YYYY-MM-DD',
        ),
        ("estate: x\napps: {a: {name: b}}\n", 'estate.yaml:2:12: unknown key "name" in apps.a; allowed: environment'),
        (
            "estate: x\ndefaults: {app: {probs: [/a]}}\napps: {a: {}}\n",
            'estate.yaml:2:18: unknown key "probs" in defaults.app; did you mean "probes"?',
        ),
        (
            "estate: x\napps: {a: {repository: o-r}}\n",
            'estate.yaml:2:12: repository "o-r" is not declared; allowed: (none is declared)',
        ),
        (
            (
                "estate: x\nrepositories: {o/r: {workflows: {d.yml: {deploys: [{app: b, trigger: push}]}}}}\n"
                "apps: {a: {}}\n"
            ),
            'estate.yaml:2:53: app "b" is not declared; allowed: a',
        ),
        ("estate: x\nrepositories: {shop: {}}\n", 'estate.yaml:2:16: "shop" is not a repository; write OWNER/NAME'),
        (
            (
                "estate: x\napps: {a: {environment: prod, repository: o/r}}\n"
                "repositories: {o/r: {environments: {production: {}}}}\n"
            ),
            'estate.yaml:2:12: environment "prod" is not declared; did you mean "production"? allowed: production',
        ),
        (
            f"{MINIMAL}waivers: [{{control: HK001, subject: shop-prd}}]\n",
            'estate.yaml:4:11: key "until" is missing in wai',
        ),
    ],
)
def test_a_bad_estate_says_where_what_and_what_is_allowed(text, expected, wrong):
    lines = wrong(text)
    assert lines[0].startswith(expected), lines


def test_every_key_that_is_missing_is_said(wrong):
    lines = wrong(f"{MINIMAL}waivers: [{{control: HK001, subject: shop-prod}}]\n")
    assert [line.split('"')[1] for line in lines] == ["until", "owner", "issue", "reason"]


def test_every_problem_is_said_in_the_order_of_the_file(wrong):
    lines = wrong("estate: x\napps:\n  a: {tier: prod}\n  b: {grace: soon}\nrepositorys: {}\n")
    assert [line.split(":")[1] for line in lines] == ["3", "4", "5"]


def test_a_control_that_there_is_not_is_refused_with_the_nearest(wrong):
    text = f"{MINIMAL}controls: {{HK020: {{issue: 1}}}}\n"
    assert wrong(text, {"HK002", "WF001"}) == [
        'estate.yaml:4:12: there is no control "HK020"; did you mean "HK002"? allowed: HK002, WF001'
    ]


def test_a_waiver_of_something_undeclared_is_refused(wrong):
    waiver = "{control: HK001, subject: shop-prd web, until: 2026-05-01, owner: ops, issue: 7, reason: moved}"
    assert "app or repository" in wrong(f"{MINIMAL}waivers: [{waiver}]\n")[0]


def test_a_missing_file_says_how_to_name_one(tmp_path):
    with pytest.raises(EstateError, match="cannot be read: No such file or directory; name a file: --estate FILE"):
        load(tmp_path / "none.yaml")


def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_text("# " + "x" * 2**20)
    refused = {
        tmp_path / "pipe": "is a named pipe; only regular files are read",
        tmp_path: "is a folder; only regular files are read",
        tmp_path / "large": "is larger than 1 MiB; no more is read",
        Path("/dev/zero"): "is a device; only regular files are read",
        Path("/proc/self/mem"): "cannot be read: Input/output error",
        Path("a\0b"): "is no name of a file",
    }
    for path, reason in refused.items():
        with pytest.raises(EstateError) as error:
            load(path)
        assert str(error.value) == f"{visible(str(path))}: {reason}; name a file: --estate FILE"


def test_what_was_read_before_is_not_read_again(tmp_path):
    (tmp_path / "estate.yaml").write_text(MINIMAL)
    source = source_of(tmp_path / "estate.yaml")
    (tmp_path / "estate.yaml").unlink()
    assert load(tmp_path / "estate.yaml", source=source).name
