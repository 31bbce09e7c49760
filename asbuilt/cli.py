"""The `asbuilt` command: thin, one function a verb, each of which imports what it alone needs."""

import os
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from asbuilt import __version__, start, texts
from asbuilt.option_values import OptionError, meant

if TYPE_CHECKING:
    from rich.console import RenderableType

_TYPER_INTERRUPTED = 130


class Command(TyperGroup):
    """Ends as all of asbuilt does: a mistake is exit 4, an interruption 2, an error of our own 3, each in one line."""

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run the command; Typer's own way of ending it has other exit codes."""
        for stream in (sys.stdout, sys.stderr):
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone is shown escapes
        alone = extra.pop("standalone_mode", True)
        code = self._ended(*arguments, **extra)
        if alone:
            sys.exit(code)
        return code

    def get_help_option(self, *context: Any) -> Any:
        """Say of `--help` that it is not asked for: of a value that is None, Typer would ask pydantic."""
        if option := super().get_help_option(*context):
            option.default = False
        return option

    def _ended(self, *arguments: Any, **extra: Any) -> int:
        try:
            code = super().main(*arguments, **{**extra, "standalone_mode": False})
        except typer.TyperException as error:
            if error.message:  # without any argument Typer has shown the help, and has nothing to say
                say(f"{error.format_message()} (see asbuilt --help)", "red")
            return start.USAGE
        except (KeyboardInterrupt, typer.Abort):
            return start.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - one line, and not a traceback
            return _broken(error)
        return start.INTERRUPTED if code == _TYPER_INTERRUPTED else code or 0


class Texts(TyperCommand):
    """A verb whose options are texts, and are taken as they are typed.

    Typer would have pydantic look at each, and to import that takes a third of a start.
    """

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        """Read the arguments; whatever is to be refused, or asks for help, is Typer's to answer."""
        given, left, _ = self.make_parser(context).parse_args(args=list(arguments))
        declared: dict[str, Any] = {each.name: each for each in self.params}
        values = {name: given.get(name, each.default) for name, each in declared.items()}
        choices = {name: each.type_descriptor.choices or (values[name],) for name, each in declared.items()}
        if left or given.keys() - declared.keys() or any(values[name] not in choices[name] for name in declared):
            return super().parse_args(context, arguments)
        context.params.update(values)
        return left


app = typer.Typer(cls=Command, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class Format(StrEnum):
    """How the controls are printed: for people, for programs, as docs/controls.md."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class Listed(StrEnum):
    """How a list is printed: for people, for programs."""

    TABLE = "table"
    JSON = "json"


class Picture(StrEnum):
    """How deploy paths are shown: for people, for programs, in Markdown, as a picture."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


class Told(StrEnum):
    """How what was checked is told: for people, for programs."""

    LINES = "lines"
    JSON = "json"


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - Typer hands over the option's value by position
    if wanted:
        typer.echo(f"asbuilt {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="show the version and exit")
    ] = False,
) -> None:
    """Hold the real state of a Heroku and GitHub estate against the declared one."""
    if context.invoked_subcommand in start.SUITES:
        return  # what pytest prints is guarded by the plugin
    if wrong := start.folder_problem():
        _stop(wrong)
    from asbuilt.record.stream import guarded
    from asbuilt.withholding import Secrets

    context.obj = Secrets.of((), os.environ)
    context.with_resource(guarded(lambda: context.obj))


@app.command(context_settings=_PASS_ON)
def live(context: typer.Context) -> int:
    """Hold the real state against the estate: `pytest -m live`, with pytest's options."""
    return _suite(context)


@app.command(context_settings=_PASS_ON)
def static(context: typer.Context) -> int:
    """Judge the workflow files of a checkout: `pytest tests_static`, with pytest's options."""
    return _suite(context)


@app.command()
def controls(
    identity: Annotated[str | None, typer.Argument(metavar="[ID]", help="one control, such as HK002")] = None,
    *,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List the controls: what each requires, and what to do when it is not so."""
    from rich.text import Text

    from asbuilt import handbook

    found = handbook.controls()
    if identity is not None and identity.upper() not in found:
        _stop(f'no control is called "{identity}"; there are {", ".join(found)}')
    chosen = [found[identity.upper()]] if identity else list(found.values())
    match form:
        case Format.JSON:
            typer.echo(texts.as_json(handbook.records(chosen)))
        case Format.MARKDOWN:
            typer.echo(handbook.markdown(chosen), nl=False)
        case Format.TABLE:
            _show(lambda _: Text(handbook.explanation(chosen[0])) if identity else handbook.listing(chosen))


@app.command(cls=Texts)
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
        typer.Option("--estate", metavar="FILE", help="what should be true (default: estate.yaml, if there is one)"),
    ] = None,
    repository: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/NAME", help="of this repository only (repeatable)")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--app", metavar="NAME", help="that lead to this app, or may lead there (repeatable)"),
    ] = None,
    form: Annotated[Picture, typer.Option("--format")] = Picture.TABLE,
) -> None:
    """Show every way by which code reaches an app: what sets it off, its gates, its environment."""
    from asbuilt.drawing.sources import drawing_of
    from asbuilt.workflows.bounds import DRAWN

    try:
        _all_meant(("--checkout", checkout), ("--estate", [estate_file]), ("--repository", repository), ("--app", only))
        file = Path(estate_file) if estate_file else None
        drawing = context.obj.hide_all(drawing_of(checkout or [], file, repository or [], only or []))
    except OptionError as error:
        _stop(str(error))
    for problem in drawing.unread:
        say(problem, "yellow")
    if form in {Picture.MERMAID, Picture.SVG} and drawing.jobs > DRAWN:
        _stop(f"a picture of {drawing.jobs:,} jobs is not drawn; at most {DRAWN:,}: --app NAME, or --format table")
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

            _show(lambda width: table(drawing, width))


@app.command()
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
        _stop(str(error))


@app.command()
def verify(
    directory: Annotated[str, typer.Argument(metavar="[DIR]", help="a run's directory")] = "reports/latest",
    *,
    rejudge: Annotated[bool, typer.Option("--rejudge", help="judge what it saved once more, and compare")] = False,
    max_age: Annotated[
        str | None, typer.Option(metavar="AGE", help="refuse a record that is older: 90s, 5m, 26h, 2d")
    ] = None,
    estate_name: Annotated[
        str | None, typer.Option("--estate", metavar="NAME", help="refuse a record that is not of all of this estate")
    ] = None,
    form: Annotated[Told, typer.Option("--format")] = Told.LINES,
) -> None:
    """Check a run's record: digests, population, completeness, scope, world, age; exit 1 where any does not fit."""
    from asbuilt.record import verified
    from asbuilt.record.recorded import NoRunError
    from asbuilt.record.verify import Asked, verify

    try:
        _all_meant(("DIR", [directory]), ("--max-age", [max_age]), ("--estate", [estate_name]))
        asked = Asked(estate_name or "", verified.age_of(max_age) if max_age else None, rejudge)
        found = verify(Path(directory), asked)
    except (OptionError, NoRunError) as error:
        _stop(str(error))
    typer.echo(texts.as_json(found.as_plain()) if form is Told.JSON else "\n".join(verified.lines(found)))
    if not found.holds:
        raise typer.Exit(1)


@app.command()
def history(
    context: typer.Context,
    directories: Annotated[
        list[str] | None, typer.Argument(metavar="[DIR]...", help="folders with runs, or runs' own (default: reports)")
    ] = None,
    *,
    estate: Annotated[str | None, typer.Option(metavar="NAME", help="of this estate only")] = None,
    every: Annotated[str, typer.Option(metavar="TIME", help="how often a run was to come: 24h, 7d")] = "24h",
    form: Annotated[Listed, typer.Option("--format")] = Listed.TABLE,
) -> None:
    """Tell the history of runs: nights that are there and missing, each drift from its begin to its end, waivers."""
    from asbuilt.record.asked_history import asked

    try:
        _all_meant(("DIR", directories), ("--estate", [estate]), ("--every", [every]))
        told = asked([Path(each) for each in directories or ["reports"]], estate, every)
    except OptionError as error:
        _stop(str(error))
    if form is Listed.JSON:
        typer.echo(texts.as_json(context.obj.hide_all(told.plain())))
    else:
        _show(lambda _: told.table())


@app.command()
def sandbox(
    scenario: Annotated[str, typer.Option(help="healthy, healthy+FAULT, NAME@TIME, FILE.yaml")] = "healthy",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 8080,
    unix_socket: Annotated[str | None, typer.Option(help="also for `gh config set http_unix_socket`")] = None,
) -> None:
    """Serve a sandbox of both APIs and the apps until interrupted."""
    from asbuilt.sandbox.scenario import ScenarioError
    from asbuilt.sandbox.server import serve

    try:
        _all_meant(("--scenario", [scenario]), ("--unix-socket", [unix_socket]))
        name = texts.line(scenario)
        serve(scenario, port, unix_socket, ready=lambda running: typer.echo(f"{name} at {running.origin}", err=True))
    except (OptionError, ScenarioError) as error:
        _stop(str(error))
    except OSError as error:
        if error.filename:
            _stop(f"cannot listen on {error.filename}: {error.strerror}; choose another: --unix-socket FILE")
        _stop(f"cannot listen on port {port}: {error.strerror}; choose another: --port N, or 0 for a free one")


@app.command()
def schema() -> None:
    """Print the JSON Schema of an estate file, for editors."""
    from asbuilt import estate

    typer.echo(texts.as_json(estate.schema()))


def _show(draw: Callable[[int], "RenderableType"]) -> None:
    """Print for people, as wide as the terminal or `WIDTH`, without blanks at the ends of lines."""
    from rich.console import Console

    from asbuilt.drawing.table import WIDTH

    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    with console.capture() as printed:
        console.print(draw(console.width))
    typer.echo("\n".join(texts.without_commands(line.rstrip()) for line in printed.get().splitlines()))


def _suite(context: typer.Context) -> int:
    """Run the checks of the verb in this process, and give pytest's exit code."""
    start.lend_nothing()  # for who comes here past `start.main`
    from asbuilt import suite

    try:
        return suite.run(context.info_name or "", context.args)
    except suite.NotBegunError as error:
        _stop(str(error))


def _broken(error: Exception) -> int:
    """Say what failed of asbuilt itself, or of a plugin, and give the exit code for it."""
    from asbuilt.catalogue import BrokenChecksError
    from asbuilt.faults import INTERNAL, told

    say(f"checks that cannot be used:\n{error}" if isinstance(error, BrokenChecksError) else told(error), "red")
    return INTERNAL


def _stop(message: str) -> NoReturn:
    """End with a message, as for every mistake of a user."""
    say(message, "red")
    raise typer.Exit(start.USAGE)


def _all_meant(*given: tuple[str, Iterable[str | None] | None]) -> None:
    """Refuse options whose values nobody can have meant. Raises OptionError."""
    for name, values in given:
        for value in values or ():
            if value is not None:
                meant(name, value)


def say(message: str, colour: str) -> None:
    """Print a message on standard error; in colour only where NO_COLOR allows it."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True).print(Text(texts.lines(f"asbuilt: {message}"), colour), soft_wrap=True)
