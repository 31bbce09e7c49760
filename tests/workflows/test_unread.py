from dataclasses import replace

import pytest
from making import deploying, sources_of

from asbuilt.judging import CouldNotObserveError, Seen
from asbuilt.workflows.files.modelling import missing, model
from asbuilt.workflows.files.sources import Sources, unread_action
from asbuilt.workflows.judge.syntax import problems
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.yaml.document import Document
from asbuilt.workflows.yaml.finding import Finding, Mark

PAST = Finding("nests deeper than is read", "split it", mark=Mark(7, 3))
CALLS = "on: push\njobs: {a: {uses: ./.github/workflows/called.yml}}\n"
USES = "on: push\njobs: {a: {runs-on: x, steps: [{uses: ./.github/actions/x}]}}\n"
FOLLOWS = "on: {workflow_run: {workflows: [Unseen]}}\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n"


def unread(path):
    return Document(path, "", None, (), replace(PAST, path=path))


def with_unread(file="called", **files):
    known = sources_of(**files)
    return Sources(
        (*known.workflow_files, model(unread(f".github/workflows/{file}.yml"))),
        {".github/actions/x": unread_action(unread(".github/actions/x/action.yml"))},
    )


def test_a_check_that_finds_nothing_in_what_was_not_read_is_unknown():
    seen = Seen()
    seen.rest_on([missing("a.yml").document, unread("b.yml")])
    with pytest.raises(CouldNotObserveError) as error:
        seen.conform()
    assert (str(error.value.fact), error.value.fact.remedy) == ("b.yml:7:3 nests deeper than is read", "split it")


def test_a_check_of_a_file_that_nobody_reads_is_not_applicable():
    seen = Seen()
    seen.rest_on_file(missing("a.yml").document)
    with pytest.raises(pytest.skip.Exception, match=r"a\.yml: WF001 judges that"):
        seen.conform()


def test_a_check_of_what_was_read_conforms():
    seen = Seen()
    document = sources_of(a=deploying()).workflow_files[0].document
    seen.rest_on_file(document)
    seen.rest_on([document])
    seen.conform()


@pytest.mark.parametrize(
    ("text", "path"), [(CALLS, ".github/workflows/called.yml"), (USES, ".github/actions/x/action.yml")]
)
def test_a_file_rests_on_what_it_calls_and_uses(text, path):
    sources = with_unread(a=text, b=deploying())
    files = {each.file_name: [at.path for at in sources.documents_of(each)] for each in sources.workflow_files}
    assert files["a.yml"] == [".github/workflows/a.yml", path]
    assert files["b.yml"] == [".github/workflows/b.yml"]


def test_what_rests_on_all_files_rests_on_no_action_that_nobody_uses(tmp_path):
    used, unused = (Checkout(tmp_path, with_unread("z", a=text)).unread for text in (USES, deploying()))
    assert [each.path for each in used] == [".github/actions/x/action.yml", ".github/workflows/z.yml"]
    assert [each.path for each in unused] == [".github/workflows/z.yml"]


@pytest.mark.parametrize("text", [CALLS, FOLLOWS])
def test_nothing_false_is_said_of_a_workflow_that_was_not_read(text):
    known = sources_of(a=text, called=deploying())
    file, called = known.workflow_files
    assert problems(file, known) != ()
    part = replace(called, document=replace(called.document, unread=PAST))
    assert problems(file, Sources((file, part))) == ()
