"""`asbuilt watch`: look again and again, and call for what is found."""

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from asbuilt.option_values import OptionError
from asbuilt.verbs.forms import Told
from asbuilt.verbs.telling import all_meant, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asbuilt.alert.told import Told as ToldByLook
    from asbuilt.watch.about import About
    from asbuilt.watch.loop import Reached


def watch(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="look once: for cron, Heroku Scheduler, a job of CI")] = False,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="look at even times until it is ended: 5m; with --once how often it is begun"
        ),
    ] = None,
    estate_file: Annotated[
        str | None,
        typer.Option("--estate", metavar="FILE", help="what should be true (default: estate.yaml here or above)"),
    ] = None,
    app: Annotated[list[str] | None, typer.Option(metavar="NAME", help="watch this app only (repeatable)")] = None,
    sandbox: Annotated[
        str | None, typer.Option(metavar="WORLD", help="look at a sandbox in place of the real providers")
    ] = None,
    evidence: Annotated[str, typer.Option(metavar="DIR", help="where each day has its folder")] = "reports",
    state: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="call for what is found, and remember that; or github-issue:OWNER/NAME"),
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, max=60, metavar="SECONDS", help="for one answer")] = 10,
    deadline: Annotated[
        float, typer.Option(min=1, max=3600, metavar="SECONDS", help="for all answers of one look")
    ] = 60,
    quiet: Annotated[bool, typer.Option("-q", help="findings alone")] = False,
    verbose: Annotated[bool, typer.Option("-v", help="each look")] = False,
    form: Annotated[Told, typer.Option("--format", help="for people, for programs")] = Told.LINES,
) -> int:
    """Look at the apps again and again: do they run, do they answer; what changes is told, kept, and called for."""
    from functools import partial

    from asbuilt.catalogue import BrokenChecksError
    from asbuilt.estate_errors import EstateError
    from asbuilt.watch.beginning import Asked, begins, interval_of, ready
    from asbuilt.watch.pace import Pace
    from asbuilt.watch.telling import QUIET, VERBOSE, Telling

    loud = QUIET if quiet else VERBOSE if verbose else 0
    telling = Telling(typer.echo, loud=loud, as_json=form is Told.JSON, once=once)
    with ExitStack() as closing:
        try:
            all_meant(("--estate", [estate_file]), ("--app", app), ("--sandbox", [sandbox]), ("--state", [state]))
            all_meant(("--evidence", [evidence]), ("--every", [every]))
            asked = Asked(
                estate_file,
                tuple(app or ()),
                sandbox,
                evidence,
                once,
                interval_of(every, once=once),
                timeout,
                deadline,
            )
            made = ready(asked, closing, telling, os.environ, partial(_reach, state) if state else None)
        except (OptionError, EstateError, BrokenChecksError) as error:
            stop(str(error))
        context.obj = made.secrets
        for each in _unreachable(made.about) if state else ():
            telling.say(f"nobody can be called at {each}")
        if asked.once:
            for each in made.plan.said if made.plan.planned < made.plan.wanted else ():
                telling.say(each)
            code = made.watch.once()
            telling.ends(str(made.watch.days.directory))
            return code
        told = begins(made, asked)
        telling.begins({"estate": made.watch.head.estate, "every": asked.every}, told)
        pace = Pace(asked.every)
        with pace.heeding():
            made.watch.on(pace)
        return pace.code


def _reach(state: str, about: "About") -> "Callable[[ToldByLook], Reached]":
    """Give what calls whom the estate names. Raises OptionError where it names nobody, or the state cannot be kept."""
    from asbuilt.alert.when import every_target
    from asbuilt.verbs.alert import NO_ALERTS, keeper_of
    from asbuilt.watch.reaching import reaching

    alerts = about.run.estate.alerts
    if alerts is None or not every_target(alerts):
        raise OptionError(NO_ALERTS.format(where=about.path))
    github = about.run.estate.providers.github
    return reaching(alerts, keeper_of(state, github), os.environ, github)


def _unreachable(about: "About") -> "Iterator[str]":
    """Say which targets of the estate cannot be reached as things stand, before somebody has to be called."""
    from asbuilt.alert.deliver import unreachable
    from asbuilt.alert.when import every_target

    estate = about.run.estate
    if estate.alerts is not None:
        yield from filter(
            None, (unreachable(each, os.environ, estate.providers.github) for each in every_target(estate.alerts))
        )
