"""What the Procfile starts is there."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import procfile, release_phase


@control("WF017", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_procfile_starts_the_declared_file(checkout, procfile_process):
    """The Procfile has each declared process, and the file that it starts is the declared one and is there.

    It concerns what Heroku builds: an image says itself what it starts, and so does a heroku.yml. Where a deploy sends
    one folder alone, that folder's Procfile counts.

    Remedy: correct the process in the Procfile of {repository}, or the declaration.
    """
    if reason := procfile.needs_no_procfile(checkout):
        pytest.skip(reason)
    none_of(procfile.wrong_start(checkout, procfile_process.process, procfile_process.file))


@control("WF017", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_release_phase_is_run(app, own_checkout, deploy_paths):
    """The release phase that the Procfile declares is one that the app's deploys run.

    Heroku reads no Procfile of an image from its registry: the image that is pushed as `release` runs its own command.
    A heroku.yml has a `release` of its own.

    Remedy: release an image whose command is the one of {app}'s release phase, or take the line out.
    """
    line = release_phase.release_line(own_checkout)
    if line is None:
        pytest.skip(f"the Procfile of {app.repository} declares no release phase")
    none_of(release_phase.dead(app, line, deploy_paths), among=deploy_paths, what=f"way to {app.name}")
