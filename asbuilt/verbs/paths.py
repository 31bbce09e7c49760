"""`asbuilt paths`: every way by which code reaches an app."""

from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.forms import Picture
from asbuilt.verbs.telling import all_meant, say, show, stop


def paths(
    context: typer.Context,
    *,
    checkout: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR",
            help="a repository's files (default: those of the estate); OWNER/NAME=DIR: of that one (repeatable)",
        ),
    ] = None,
    estate_file: Annotated[
        str | None,
        typer.Option(
            "--estate",
            metavar="FILE",
            help="what should be true (default: $ASBUILT_ESTATE, else estate.yaml or .github/estate.yaml here or in a "
            "folder above, up to the repository's; else none)",
        ),
    ] = None,
    repository: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/NAME", help="of this repository only (repeatable)")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--app", metavar="NAME", help="that lead to this app, or may lead there (repeatable)"),
    ] = None,
    form: Annotated[Picture, typer.Option("--format", help="for people, for programs, or drawn")] = Picture.TABLE,
) -> None:
    """Show every way by which code reaches an app: what sets it off, its gates, its environment."""
    from asbuilt.drawing.sources import drawing_of
    from asbuilt.workflows.bounds import DRAWN

    try:
        all_meant(("--checkout", checkout), ("--estate", [estate_file]), ("--repository", repository), ("--app", only))
        drawing = context.obj.hide_all(drawing_of(checkout or [], estate_file, repository or [], only or []))
    except OptionError as error:
        stop(str(error))
    for problem in drawing.unread:
        say(problem, "yellow")
    if form in {Picture.MERMAID, Picture.SVG} and drawing.jobs > DRAWN:
        stop(f"a picture of {drawing.jobs:,} jobs is not drawn; at most {DRAWN:,}: --app NAME, or --format table")
    match form:
        case Picture.JSON:
            typer.echo(texts.as_json(drawing.records()))
        case Picture.MERMAID:
            from asbuilt.drawing.mermaid import mermaid

            typer.echo(mermaid(drawing), nl=False)
        case Picture.SVG:
            from asbuilt.drawing.svg import svg

            typer.echo(svg(drawing), nl=False)
        case Picture.TABLE:
            from asbuilt.drawing.table import table

            show(lambda width: table(drawing, width))
