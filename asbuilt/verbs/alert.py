"""`asbuilt alert`: whoever is to be called for what a run found."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.forms import Told
from asbuilt.verbs.telling import all_meant, fitting, say, stop

if TYPE_CHECKING:
    from asbuilt.alert.keeping import Keeper
    from asbuilt.alert.told import Told as ToldByRun
    from asbuilt.estate import Estate
    from asbuilt.estate_alerts import Alerts

_ISSUE = "github-issue:"
NO_ALERTS = """\
{where} declares no one to call: write, for example,
alerts:
  SEV-1: [env:PAGER_URL]
  default: [env:CHAT_URL]
where PAGER_URL and CHAT_URL are variables that hold a URL of Apprise each, and nothing else does"""


def alert(
    context: typer.Context,
    directory: Annotated[
        str, typer.Argument(metavar="[DIR]", help="the directory of a run, or of a day of a watch")
    ] = "reports/latest",
    *,
    state: Annotated[
        str,
        typer.Option(metavar="FILE", help="what was called before: a file, or github-issue:OWNER/NAME"),
    ],
    estate: Annotated[
        str | None, typer.Option(metavar="FILE", help="whose `alerts` say whom to call; else the run's own")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would be told; deliver and keep nothing")
    ] = False,
    form: Annotated[Told, typer.Option("--format", help="for people, for programs")] = Told.LINES,
) -> None:
    """Call, once for each cause, whom the estate names; observes nothing, and exits 1 where a target was not told."""
    from functools import partial

    from asbuilt.alert.calling import call, foreseen
    from asbuilt.alert.deliver import deliver
    from asbuilt.alert.lines import as_plain, lines, problems
    from asbuilt.alert.not_kept import NotKeptError
    from asbuilt.alert.state import UnknownFormError
    from asbuilt.verbs.alert_heard import heard

    now = datetime.now(UTC)
    try:
        all_meant(("DIR", [directory]), ("--state", [state]), ("--estate", [estate]))
        told, declares, routes = _asked(directory, estate, now)
        github = declares.providers.github
        keeper = keeper_of(state, github)
        if dry_run:
            called = foreseen(told, routes, keeper, now)
        else:
            with heard(told, context.obj.hide) as hears:
                called = call(told, routes, keeper, partial(deliver, environ=os.environ, github=github), now)
                hears(called)
    except OptionError as error:
        stop(str(error))
    except UnknownFormError as error:
        stop(f"{state} {error}: nobody was called; use that asbuilt, or another --state")
    except NotKeptError as error:
        say(str(error), "red")
        raise typer.Exit(1) from error
    for each in problems(called):
        say(each, "yellow")
    if form is Told.JSON:
        typer.echo(texts.as_json(context.obj.hide_all(as_plain(called))))
    else:
        for each in lines(called, foreseen=dry_run):
            typer.echo(fitting([context.obj.hide(each)]))
    if not called.done:
        raise typer.Exit(1)


def keeper_of(state: str, github: str | None) -> "Keeper":
    """Give what keeps the state that somebody names; `github` is the API that the estate declares.

    Raises OptionError.
    """
    if not state.startswith(_ISSUE):
        from asbuilt.alert.keeping import StateFile, misnamed

        if wrong := misnamed(Path(state)):
            raise OptionError(f"--state: {wrong}")
        return StateFile(Path(state))
    from asbuilt.alert.issues.issue_token import issue_access
    from asbuilt.alert.issues.state_in_issue import StateIssue
    from asbuilt.alert.not_delivered import NotDeliveredError
    from asbuilt.estate import is_repository

    repository = state.removeprefix(_ISSUE)
    if not is_repository(repository):
        raise OptionError(f'--state "{state}": name a repository: github-issue:OWNER/NAME')
    try:
        access = issue_access(github, os.environ)
    except NotDeliveredError as error:
        raise OptionError(f"--state {state}: {error}") from error
    return StateIssue(repository, access.token, access.api)


def _asked(directory: str, named: str | None, now: datetime) -> "tuple[ToldByRun, Estate, Alerts]":
    """Give what a run says, the estate whose routes count, and these. Raises OptionError."""
    from dataclasses import replace

    from asbuilt.alert.reading import JudgedAgainError, read
    from asbuilt.alert.when import every_target
    from asbuilt.record.recorded import NoRunError
    from asbuilt.watch.day_read import is_day
    from asbuilt.watch.says import read_by_day

    try:
        path = Path(directory)
        found = read_by_day(path, now) if is_day(path) else read(path, now)
    except (NoRunError, JudgedAgainError) as error:
        raise OptionError(str(error)) from error
    if named is None and found.estate is not None:
        declares, where = found.estate, f"the estate of {directory}"
    else:
        declares, where = _estate(named)
    told = found.told if found.told.estate else replace(found.told, estate=declares.name)
    if told.estate != declares.name:
        raise OptionError(
            f'{where} is the estate "{declares.name}", and {directory} is a run of "{told.estate}": name its own'
        )
    if declares.alerts is None or not every_target(declares.alerts):
        raise OptionError(NO_ALERTS.format(where=where))
    return told, declares, declares.alerts


def _estate(named: str | None) -> "tuple[Estate, str]":
    """Give an estate that somebody names, or that is found where they stand. Raises OptionError."""
    from asbuilt.discovery import find
    from asbuilt.estate import load, source_of
    from asbuilt.estate_errors import EstateError

    place = find(named, os.environ, Path.cwd())
    try:
        return load(place.path, source=source_of(place)), str(place.path)
    except EstateError as error:
        raise OptionError(str(error)) from error
