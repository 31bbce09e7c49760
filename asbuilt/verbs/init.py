"""`asbuilt init`: a first estate, of what is there."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.telling import all_meant, say, stop

_PRINTED = "-"
_DEFAULT = "estate.yaml"


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
    ] = _DEFAULT,
    diff: Annotated[
        bool, typer.Option("--diff", help="print how the estate that is there differs from what is, as a patch")
    ] = False,
    baseline: Annotated[
        str | None, typer.Option(metavar="30d", help="waive every finding of today for as long; needs --issue")
    ] = None,
    owner: Annotated[
        str | None, typer.Option(metavar="LOGIN", help="who owns these waivers (default: the token's, else git's user)")
    ] = None,
    issue: Annotated[int | None, typer.Option(metavar="N", help="the issue in which they are worked off")] = None,
    estate_file: Annotated[
        str | None,
        typer.Option("--estate", metavar="FILE", help="the one that --diff and --baseline are about (estate.yaml)"),
    ] = None,
) -> None:
    """Write an estate that what is there conforms to; what looks wrong in it is marked `review:`."""
    from asbuilt.discovery import find
    from asbuilt.initial.first_estate import FirstEstate, refuse_to_overwrite
    from asbuilt.initial.nouns import Wanted
    from asbuilt.verbs import debts

    file = Path(output)
    folder = Path() if output == _PRINTED else file.parent
    try:
        all_meant(
            ("--app", only), ("--repository", [repository]), ("--checkout", [checkout]), ("--sandbox", [sandbox]),
            ("--output", [output]), ("--baseline", [baseline]), ("--owner", [owner]), ("--estate", [estate_file]),
        )  # fmt: skip
        there = find(estate_file, os.environ, Path.cwd())
        asked = debts.Asked(there, sandbox, checkout, _progress, context.obj.hide)
        waived = debts.waived(asked, baseline, owner, issue, diff=diff)
        if diff or estate_file or (waived and output == _DEFAULT and there.is_there):
            debts.refuse_for_a_patch(app=bool(only), repository=bool(repository), output=output != _DEFAULT)
            debts.show(asked, waived, diff=diff)
        if output != _PRINTED:
            refuse_to_overwrite(there.path if output == _DEFAULT and there.is_there else file)
        wanted = Wanted(tuple(only or ()), repository or "", Path(checkout) if checkout else None, sandbox, folder)
        made = FirstEstate.of(wanted, _progress)
        if waived:
            made = debts.with_baseline(asked, made, waived)
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
