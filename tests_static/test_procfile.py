"""What the Procfile starts is there."""

import pytest

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.images import brings_image
from asbuilt.workflows.procfile import MISSING, process_problem


@control("WF017", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_procfile_starts_the_declared_file(checkout, procfile_process):
    """The Procfile has each declared process, and the file that it starts is the declared one and is there.

    It concerns what Heroku builds: an image says itself what it starts.

    Remedy: correct the process in the Procfile of {repository}, or the declaration.
    """
    if checkout.deploy_paths and all(map(brings_image, checkout.deploy_paths)):
        pytest.skip("every deploy brings an image: Heroku reads no Procfile")
    procfile = checkout.procfile or MISSING
    problem = process_problem(procfile, procfile_process.process, procfile_process.file, checkout.files)
    none_of([finding(procfile.document, problem.mark, problem.message)] if problem else ())
