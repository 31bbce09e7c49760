"""A workflow file is what GitHub can read."""

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.problems import problems


@control("WF001", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_workflow_is_read_as_it_is_meant(workflow_file, checkout):
    """The workflow file is there, and GitHub reads it as its author meant it.

    Remedy: correct the line; GitHub shows the same under Actions, and runs nothing of a file that it cannot read.
    """
    document = workflow_file.document
    none_of(finding(document, problem.mark, problem.message) for problem in problems(workflow_file, checkout.sources))
