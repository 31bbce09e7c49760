"""`asbuilt history`: the runs of a folder over time."""

from pathlib import Path
from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.forms import Listed
from asbuilt.verbs.telling import all_meant, show, stop


def history(
    context: typer.Context,
    directories: Annotated[
        list[str] | None, typer.Argument(metavar="[DIR]...", help="folders with runs, or runs' own (default: reports)")
    ] = None,
    *,
    estate: Annotated[str | None, typer.Option(metavar="NAME", help="of this estate only")] = None,
    every: Annotated[str, typer.Option(metavar="TIME", help="how often a run was to come: 24h, 7d")] = "24h",
    form: Annotated[Listed, typer.Option("--format", help="for people, for programs")] = Listed.TABLE,
) -> None:
    """Tell the history of runs: nights that are there and missing, each drift from its begin to its end, waivers."""
    from asbuilt.record.asked_history import asked

    try:
        all_meant(("DIR", directories), ("--estate", [estate]), ("--every", [every]))
        told = asked([Path(each) for each in directories or ["reports"]], estate, every)
    except OptionError as error:
        stop(str(error))
    if form is Listed.JSON:
        typer.echo(texts.as_json(context.obj.hide_all(told.plain())))
    else:
        show(lambda _: told.table())
