"""A workflow file is what GitHub can read."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import syntax


@control("WF001", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_workflow_is_read_as_it_is_meant(workflow_file, checkout):
    """The workflow file is there, and GitHub reads it, and the actions beside it that it uses, as their author meant.

    Remedy: correct the line; GitHub shows the same under Actions, and runs nothing of a file that it cannot read.
    """
    sources = checkout.sources
    none_of((*syntax.problems(workflow_file, sources), *syntax.action_problems(workflow_file, sources)))


@control("WF001", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_checkout_is_read_to_its_end(refused):
    """Everything else in the checkout that may say how it deploys can be read: folders, Procfiles, actions.

    Nothing outside a checkout is read, whatever a link in it leads to. GitHub follows no link to a workflow file.

    Remedy: put a regular file in its place.
    """
    none_of(problem for document in refused for problem in document.problems)
