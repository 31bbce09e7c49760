"""What GitHub takes is what GitHub publishes, and where it differs, the difference is one."""

import json

import pytest
from oracle.github_syntax import HOME, LICENSE, SOURCE, TABLES, described_no_more, tables

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.judge.github.published import PUBLISHED, WORKFLOW, differences, read
from asbuilt.workflows.judge.syntax import problems

STALE = "GitHub has published another syntax: run make tables"


def found(job):
    text = f"on: push\njobs: {{a: {{runs-on: x, {job}, steps: [{{run: y}}]}}}}"
    return [each.fact for each in problems(load(text, "w.yml"))]


def test_the_tables_are_of_the_version_that_is_locked():
    locked = json.loads((HOME / "package-lock.json").read_text())["packages"]["node_modules/@actions/workflow-parser"]
    assert PUBLISHED["source"] == f"@actions/workflow-parser {locked['version']}", STALE


def test_the_tables_are_what_github_publishes():
    if not SOURCE.is_dir():
        pytest.skip("GitHub's own schema of workflows is not installed: npm ci")
    assert TABLES.read_text() == tables(), STALE
    assert LICENSE.read_text() == (SOURCE / "LICENSE").read_text(), STALE


def test_what_github_reads_otherwise_it_has_not_published():
    published = read(PUBLISHED["workflow"])
    told = set(differences(PUBLISHED["workflow"]))
    assert [name for name in told & set(published) if published[name] == WORKFLOW[name]] == []


def test_a_key_that_is_called_description_is_no_description():
    definition = {
        "description": "A thing.",
        "mapping": {"properties": {"description": {"type": "string", "description": "Its own."}, "of": "string"}},
    }
    assert described_no_more(definition) == {"mapping": {"properties": {"description": "string", "of": "string"}}}


@pytest.mark.parametrize("key", ["outputs", "defaults"])
def test_what_holds_expressions_is_none_itself(key):
    assert found(f"{key}: '${{{{ fromJSON(vars.X) }}}}'") == [
        "`${{ fromJSON(vars.X) }}`: GitHub takes no expression here, only a fixed text"
    ]


def test_what_github_does_not_read_is_not_judged():
    (only,) = found("containr: {image: '${{ secrets.A }}', env: {A: '${{ nope( }}'}}")
    assert only == '"containr" is no key of a job; did you mean "container"?'


@pytest.mark.parametrize(
    "key", ["container: {image: }", "container: ''", "services: {db: {image: ''}}", "services: {db: }"]
)
def test_a_container_without_an_image_is_none(key):
    assert found(key) == []


def test_the_image_of_a_snapshot_is_named_as_a_runner_is():
    assert found("strategy: {matrix: {os: [a]}}, snapshot: '${{ matrix.os }}'") == []
    assert found("snapshot: {image-name: x, if: 'success() && env.A'}") == []
    (told,) = found("snapshot: {image-name: x, if: secrets.A}")
    assert told.startswith('`if: secrets.A`: "secrets" is not available here; what is: env, github,')


def test_one_type_of_a_dispatch_needs_no_list():
    text = "on: {repository_dispatch: {types: deploy}}\njobs: {a: {runs-on: x, steps: [{run: y}]}}"
    assert problems(load(text, "w.yml")) == ()
