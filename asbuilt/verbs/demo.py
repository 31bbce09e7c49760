"""`asbuilt demo`: the incident is caught, and its repair passes, on this machine alone."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    evidence: Annotated[str, typer.Option(metavar="DIR", help="where its runs are recorded")] = "reports",
) -> int:
    """Catch the incident of 2026-04-30 in a sandbox, and let its repair pass; exit 1 where either is not so."""
    from asbuilt.demo import played
    from asbuilt.option_values import OptionError, meant
    from asbuilt.verbs.colour import wanted
    from asbuilt.verbs.telling import stop

    try:
        reports = Path(meant("--evidence", evidence))
    except OptionError as error:
        stop(str(error))
    return played(reports, lambda text: print(text, flush=True), colour=wanted(sys.stdout, os.environ))  # noqa: T201 - a story
