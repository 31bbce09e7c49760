"""Names of any kind stay what they are: in ids, in remedies, in requests, in an editor."""

import jsonschema_rs
import pytest
import subject_kinds
import yaml

from asbuilt.estate import load, schema
from asbuilt.observe import github, heroku
from asbuilt.subjects import KINDS, WORDS, kind_of, subjects, tell, words, words_in
from asbuilt.workflows.paths import checkout

ESTATE = """estate: x
apps: {shop: {formation: {web: 1, worker: 2}}}
repositories:
  o/r:
    environments: {"prod {app} EU": }
    workflows:
      "ship $it.yml":
        deploys:
          - {app: shop, trigger: push, branch: main}
          - {app: shop, trigger: push, tag: v*}
          - {app: shop, trigger: workflow_dispatch, inputs: {to: "{app} {0} {"}}
"""


def _told(estate, kind, text):
    return [tell(text, words(each, estate)) for each in subjects(estate, {}, kind).values()]


def test_a_remedy_has_the_whole_name_as_one_argument(written):
    estate = load(written(ESTATE))
    assert _told(estate, "environment", "{environment} of {repository}") == ["'prod {app} EU' of o/r"]
    assert _told(estate, "process", "{process} of {app}: {formation}")[1] == "worker of shop: web=1 worker=2"


def test_a_name_in_a_command_is_one_argument(written):
    estate = load(written(ESTATE))
    assert _told(estate, "workflow", "gh workflow enable {workflow}") == ["gh workflow enable 'ship $it.yml'"]
    deploys = _told(estate, "deploy", "{deploy}")
    assert deploys[-1] == "gh workflow run 'ship $it.yml' -R o/r -f 'to={app} {0} {'"


def test_each_declared_deploy_is_a_subject_of_its_own(written):
    assert list(subjects(load(written(ESTATE)), {}, "deploy")) == [
        "shop ship $it.yml push main",
        "shop ship $it.yml push v*",
        "shop ship $it.yml workflow_dispatch",
    ]


WHOLE = """estate: x
apps: {shop: {formation: {web: 1}, probes: [/up]}}
repositories:
  o/r:
    environments: {prod: }
    procfile: {web: app.py}
    workflows: {deploy.yml: {deploys: [{app: shop, trigger: push}]}}
"""
SUBJECTS = {
    "process": ["shop web"],
    "probe": ["shop /up"],
    "deploy": ["shop deploy.yml push"],
    "environment": ["o/r lab", "o/r prod"],
    "workflow": ["o/r deploy.yml"],
    "workflow_file": ["o/r ci.yml", "o/r deploy.yml", "o/r nightly.yml"],
    "scheduled_workflow": ["o/r nightly.yml"],
    "procfile_process": ["o/r web"],
    "app": ["shop"],
    "repository": ["o/r"],
}


@pytest.fixture
def found(written, tmp_path):
    """Give a function that gives the subjects of a kind, with the estate that declares them."""
    workflows = tmp_path / "r" / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "ci.yml").write_text("on: push\njobs: {a: {runs-on: x, environment: lab, steps: [{run: a}]}}\n")
    nightly = "on: {schedule: [{cron: 0 3 * * *}]}\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n"
    (workflows / "nightly.yml").write_text(nightly)
    estate, files = load(written(WHOLE)), {"o/r": checkout.read(tmp_path / "r", "o/r")}
    return lambda kind: (estate, subjects(estate, files, kind))


def test_there_is_no_kind_of_subject_but_those_that_the_tests_know():
    assert list(KINDS) == list(subject_kinds.KINDS)
    assert SUBJECTS.keys() == subject_kinds.KINDS.keys()
    wider = list(KINDS)
    for kind in KINDS:
        assert kind_of(wider) == kind
        wider.remove(kind)
    assert kind_of(wider) is None


@pytest.mark.parametrize("kind", subject_kinds.KINDS)
def test_each_declared_thing_is_a_subject_of_its_kind_with_its_own_words(kind, found):
    estate, subjects_of_kind = found(kind)
    assert list(subjects_of_kind) == SUBJECTS[kind]
    for each in subjects_of_kind.values():
        assert each.kind == kind
        told = words(each, estate)
        assert told.keys() == subject_kinds.KINDS[kind] == KINDS[kind].words
        assert all(told.values())
        assert told.get("app", "shop") == "shop"
        assert told.get("repository", "o/r") == "o/r"
        assert told.keys() <= WORDS.keys()


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("{reviewers: [kris, '@ops'], wait_timer: 5, deployment_branches: [main]}",
         " (reviewers kris, @ops, wait timer 5 min, from main only)"),
        ("{reviewers: [kris], wait_timer: 0, deployment_branches: ['@protected']}",
         " (reviewers kris, from protected branches only)"),
        ("{deployment_branches: ['@any']}", " (from every branch)"),
        ("{}", " (the estate declares no protection of it)"),
    ],
)  # fmt: skip
def test_a_remedy_can_say_how_an_environment_is_declared_to_be_protected(tmp_path, declared, told):
    path = tmp_path / "estate.yaml"
    path.write_text(f"estate: e\nrepositories: {{o/r: {{environments: {{prod: {declared}}}}}}}\n")
    estate = load(path)
    (subject,) = subjects(estate, {}, "environment").values()
    assert words(subject, estate)["protection"] == told


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("heroku ps --app {app}; {ap} {my_app} { App } {x-1}", ["app", "ap", "my_app", "App", "x-1"]),
        ("${{ app }} ${APP} @{upstream} {} {0} {a,b} {{app}} awk '{print $1}' {", []),
    ],
)
def test_a_word_is_what_stands_alone_in_braces_that_are_nobody_elses(text, meant):
    assert words_in(text) == meant


class Asked:
    github = "https://api.github.com"

    def __init__(self):
        self.urls = []

    def get(self, url, *_):
        self.urls.append(url)
        raise ValueError("no answer")


@pytest.mark.parametrize("name", ["../account", "a/../b", "a?b", "a#b", "a b", "a%2fb", "a\nb", "//evil.com"])
def test_an_apps_name_is_one_part_of_a_requests_path(name):
    asked = Asked()
    for question in (heroku.app, heroku.releases, heroku.formation, heroku.dynos):
        question(asked, name)
    for url in asked.urls:
        path = url.removeprefix("https://api.heroku.com/apps/")
        assert path.count("/") == (not url.endswith(asked.urls[0]))
        assert not set("?# \n") & set(path)
        assert path.startswith(asked.urls[0].removeprefix("https://api.heroku.com/apps/"))


def test_a_repositorys_name_does_not_end_a_requests_path():
    asked = Asked()
    github.repository(asked, "o/r?a#b c")
    assert asked.urls == ["https://api.github.com/repos/o/r%3Fa%23b%20c"]


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (ESTATE, True),
        ("estate: ' '\napps: {a: }\n", False),
        ("estate: x\napps: {a: {url: 'https://me:pw@a.com'}}\n", False),
        ("estate: x\napps: {a: {url: 'https://a.com'}}\n", True),
        ("estate: x\napps: {a: {probes: ['/a?b']}}\n", False),
        ("estate: x\napps: {a: {probes: [/a, {path: /b, status: 600}]}}\n", False),
        ("estate: x\napps: {a: {formation: {web: 1, x: {quantity: 10001}}}}\n", False),
        ("estate: x\napps: {a: {grace: 5 m}}\n", False),
        ("estate: x\nlinks: {issues: 'https://a.com/{0}{issue}'}\n", False),
        ("estate: x\nlinks: {issues: 'https://a.com/{issue}', runbook: 'https://a.com/x'}\n", True),
        ("estate: x\nlinks: {runbook: 'javascript:x'}\n", False),
        ("estate: x\nrepositories: {o/r: {red_after: 21}}\n", False),
    ],
)
def test_an_editor_sees_the_same(text, valid):
    raw = yaml.safe_load(text)
    for section in ("apps", "repositories"):
        raw[section] = {name: each or {} for name, each in raw.get(section, {}).items()}
    for each in raw["repositories"].values():
        each["environments"] = {name: {} for name in each.get("environments", {})}
    assert jsonschema_rs.validator_for(schema()).is_valid(raw) == valid
