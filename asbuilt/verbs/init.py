"""`asbuilt init`: a first estate, of what is there."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.telling import all_meant, say, stop

_PRINTED = "-"


def init(
    context: typer.Context,
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--app", metavar="NAME", help="an app of the estate (repeatable; default: those that files deploy)"
        ),
    ] = None,
    repository: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME", help="the repository (default: the checkout's remote)")
    ] = None,
    checkout: Annotated[
        str | None, typer.Option(metavar="DIR", help="the repository's files (default: the current folder)")
    ] = None,
    sandbox: Annotated[
        str | None, typer.Option(metavar="WORLD", help="read a sandbox in place of Heroku and GitHub: healthy, FILE")
    ] = None,
    output: Annotated[
        str, typer.Option(metavar="FILE", help="where to write it; - prints it, and nothing is ever overwritten")
    ] = "estate.yaml",
) -> None:
    """Write an estate that what is there conforms to; what looks wrong in it is marked `review:`."""
    from asbuilt.initial.first_estate import FirstEstate, refuse_to_overwrite
    from asbuilt.initial.nouns import Wanted

    file = Path(output)
    folder = Path() if output == _PRINTED else file.parent
    try:
        all_meant(
            ("--app", only), ("--repository", [repository]), ("--checkout", [checkout]), ("--sandbox", [sandbox]),
            ("--output", [output]),
        )  # fmt: skip
        if output != _PRINTED:
            refuse_to_overwrite(file)
        wanted = Wanted(tuple(only or ()), repository or "", Path(checkout) if checkout else None, sandbox, folder)
        made = FirstEstate.of(wanted, _progress)
        written = context.obj.hide(made.text)
        if output == _PRINTED:
            typer.echo(written, nl=False)
        else:
            made.write(file, written)
    except OptionError as error:
        stop(str(error))
    for line in made.told(output, sandbox or ""):
        typer.echo(texts.line(line, texts.LONGEST_WHOLE), err=output == _PRINTED)


def _progress(message: str) -> None:
    if sys.stderr.isatty():
        say(message, "bright_black")
