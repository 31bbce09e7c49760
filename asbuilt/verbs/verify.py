"""`asbuilt verify`: the record of a run, or of a day of a watch, checked."""

from pathlib import Path
from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.forms import Told
from asbuilt.verbs.telling import all_meant, fitting, stop


def verify(
    directory: Annotated[
        str, typer.Argument(metavar="[DIR]", help="the directory of a run, or of a day of a watch")
    ] = "reports/latest",
    *,
    rejudge: Annotated[bool, typer.Option("--rejudge", help="judge what it saved once more, and compare")] = False,
    max_age: Annotated[
        str | None, typer.Option(metavar="AGE", help="refuse a record that is older: 90s, 5m, 26h, 2d")
    ] = None,
    estate_name: Annotated[
        str | None, typer.Option("--estate", metavar="NAME", help="refuse a record that is not of all of this estate")
    ] = None,
    form: Annotated[Told, typer.Option("--format", help="for people, for programs")] = Told.LINES,
) -> None:
    """Check a run's record: digests, population, completeness, scope, world, age; exit 1 where any does not fit."""
    from asbuilt.record import verified
    from asbuilt.record.recorded import NoRunError
    from asbuilt.record.verify import Asked, verify
    from asbuilt.watch.day_read import is_day
    from asbuilt.watch.verify_day import verify_day

    try:
        all_meant(("DIR", [directory]), ("--max-age", [max_age]), ("--estate", [estate_name]))
        asked = Asked(estate_name or "", verified.age_of(max_age) if max_age else None, rejudge)
        path = Path(directory)
        found = verify_day(path, asked) if is_day(path) else verify(path, asked)
    except (OptionError, NoRunError) as error:
        stop(str(error))
    typer.echo(texts.as_json(found.as_plain()) if form is Told.JSON else fitting(verified.lines(found)))
    if not found.holds:
        raise typer.Exit(1)
