"""What somebody may paste into a shell does what it says, also for names that an estate refuses today."""

import shlex

import pytest

from asbuilt.estate import App, Deploy, Estate, Ownership, Process, Repository, Workflow
from asbuilt.judging import CouldNotObserveError, Seen
from asbuilt.lint.scan import Scan
from asbuilt.subjects import Subject, tell, words

STRANGE = ["$(touch x)", "a; rm -rf /", "`id`", "' || id '", "a b", "-f", "a\nb", "a>b", "é"]


@pytest.mark.parametrize("name", STRANGE)
def test_a_dispatch_is_quoted_where_it_needs_that(name):
    repository = Repository(**{"<name>": "o/r"})
    workflow = Workflow.model_construct(name=f"{name}.yml")
    deploy = Deploy.model_construct(app="shop", trigger="workflow_dispatch", inputs={name: name, "ref": "main"})
    command = Ownership(repository, workflow, deploy).command
    assert shlex.split(command) == [
        *("gh", "workflow", "run", f"{name}.yml", "-R", "o/r", "-f", f"{name}={name}", "-f", "ref=main"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_the_words_of_a_remedy_are_quoted_where_they_need_that(name):
    app = App.model_construct(name=name, formation={name: Process(quantity=1), "web": Process(quantity=2)})
    estate = Estate.model_construct(estate="e", apps={name: app})
    told = words(Subject(name, "app", app, app), estate)
    command = tell("heroku ps:scale {formation} --app {app}", told)
    assert shlex.split(command) == ["heroku", "ps:scale", f"{name}=1", "web=2", "--app", name]
    repository = Repository(**{"<name>": "o/r"})
    subject = Subject(f"o/r {name}", "environment", name, None, repository)
    assert shlex.split(tell("gh x {environment} -R {repository}", words(subject, estate))) == [
        *("gh", "x", name, "-R", "o/r"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_file_that_a_linter_could_not_read_is_quoted_where_it_needs_that(name):
    scan = Scan("zizmor", "1.0", unscanned={name: "failed"})
    with pytest.raises(CouldNotObserveError) as caught:
        Seen().findings(scan, name)
    command = caught.value.fact.remedy.partition(": ")[2]
    assert shlex.split(command) == ["zizmor", name]


def test_plain_names_are_not_quoted():
    repository = Repository(**{"<name>": "o/r"})
    deploy = Deploy(app="shop", trigger="workflow_dispatch", inputs={"environment": "production", "ref": "main"})
    command = Ownership(repository, Workflow(**{"<name>": "deploy.yml"}), deploy).command
    assert command == "gh workflow run deploy.yml -R o/r -f environment=production -f ref=main"
