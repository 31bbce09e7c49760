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
    max_age: Annotated[
        str | None, typer.Option(metavar="AGE", help="exit 1 where the newest night is older: 26h, 2d")
    ] = None,
    form: Annotated[Listed, typer.Option("--format", help="for people, for programs")] = Listed.TABLE,
) -> None:
    """Tell the history of runs: nights that are there and missing, each drift from its begin to its end, waivers."""
    from asbuilt.record.asked_history import asked

    try:
        all_meant(("DIR", directories), ("--estate", [estate]), ("--every", [every]), ("--max-age", [max_age]))
        allowed = None
        if max_age is not None:
            from asbuilt.record.verified import age_of

            allowed = age_of(max_age)
        told = asked([Path(each) for each in directories or ["reports"]], estate, every, allowed)
    except OptionError as error:
        stop(str(error))
    if form is Listed.JSON:
        typer.echo(texts.as_json(context.obj.hide_all(told.plain())))
    else:
        show(lambda _: told.table())
    if told.late:
        raise typer.Exit(1)
