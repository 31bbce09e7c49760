"""`asbuilt record`: a run's evidence as one page, or its findings in a form for others."""

from pathlib import Path
from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError, meant
from asbuilt.verbs.telling import stop


def record(
    context: typer.Context,
    directory: Annotated[str, typer.Argument(metavar="[DIR]", help="a run's directory")] = "reports/latest",
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORM", help="its findings: text, json, github (annotations) or sarif"),
    ] = None,
    file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="where to, else standard output")
    ] = None,
) -> None:
    """Render a run's evidence as one HTML file, or what it found in another form; opens nothing."""
    try:
        if form is None and file is None:
            _page(context, directory)
        else:
            _findings(context, directory, form, file)
    except OptionError as error:
        stop(str(error))


def _page(context: typer.Context, directory: str) -> None:
    from asbuilt.record.report import NoReportError, render

    try:
        report = render(Path(meant("DIR", directory)), context.obj)
    except NoReportError as error:
        stop(str(error))
    typer.echo(f"report: {texts.line(str(report))}")


def _findings(context: typer.Context, directory: str, form: str | None, file: str | None) -> None:
    from asbuilt import output, passing_on
    from asbuilt.record.formats.rendering import Form, rendered
    from asbuilt.record.recorded import NoRunError

    asked = output.output(form, file)
    try:
        text = rendered(Path(meant("DIR", directory)), Form(asked.form or "text"), context.obj)
    except NoRunError as error:
        stop(str(error))
    if asked.file:
        passing_on.write(asked.file, text, context.obj)
    else:
        passing_on.put(text)
