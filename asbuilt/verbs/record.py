"""`asbuilt record`: a run's evidence as one page."""

from pathlib import Path
from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError, meant
from asbuilt.verbs.telling import stop


def record(
    context: typer.Context,
    directory: Annotated[str, typer.Argument(metavar="[DIR]", help="a run's directory")] = "reports/latest",
) -> None:
    """Render a run's evidence as one HTML file; opens nothing."""
    from asbuilt.record.report import NoReportError, render

    try:
        report = render(Path(meant("DIR", directory)), context.obj)
        typer.echo(f"report: {texts.line(str(report))}")
    except (NoReportError, OptionError) as error:
        stop(str(error))
