"""`asbuilt doctor`: what can be known before a run."""

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.forms import Told
from asbuilt.verbs.telling import all_meant, stop

_WIDTH = 120  # where nobody's terminal says another


def doctor(
    context: typer.Context,
    *,
    estate_file: Annotated[
        str | None,
        typer.Option("--estate", metavar="FILE", help="what should be true (default: estate.yaml here or above)"),
    ] = None,
    sandbox: Annotated[
        str | None, typer.Option(metavar="WORLD", help="ask a sandbox in place of the real providers")
    ] = None,
    form: Annotated[Told, typer.Option("--format")] = Told.LINES,
) -> None:
    """Say what can be known before a run: tokens, controls, names, budget; exit 1 where anything is not well."""
    from asbuilt.catalogue import BrokenChecksError, checks
    from asbuilt.discovery import find
    from asbuilt.doctor import telling
    from asbuilt.doctor.examine import around, examined
    from asbuilt.estate import load, source_of
    from asbuilt.estate_errors import EstateError
    from asbuilt.withholding import Secret, Secrets

    try:
        all_meant(("--estate", [estate_file]), ("--sandbox", [sandbox]))
        found = find(estate_file, os.environ, Path.cwd())
        known = {control.id: control.since for _, control in checks()}
        estate = load(found.path, known, source_of(found)) if found.is_named or found.is_there else None
        with ExitStack() as closing:
            here = around(sandbox, closing, estate, found.path)
            context.obj = Secrets.of((Secret(*each) for each in here.secrets.items()), os.environ)
            report = context.obj.hide_all(examined(here, estate, str(found.path), found.path.parent))
    except (OptionError, EstateError, BrokenChecksError) as error:
        stop(str(error))
    if form is Told.JSON:
        typer.echo(texts.as_json(telling.plain(report)))
    else:
        width = shutil.get_terminal_size((_WIDTH, 24)).columns if sys.stdout.isatty() else _WIDTH
        typer.echo("\n".join(telling.text(report, width)))
    if not report.is_well:
        raise typer.Exit(1)
