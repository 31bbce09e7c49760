"""The `asbuilt` command: thin, one function a verb."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console, RenderableType
from rich.text import Text
from typer.core import TyperGroup

from asbuilt import __version__, catalogue, estate, handbook, start, texts
from asbuilt.drawing.mermaid import mermaid
from asbuilt.drawing.sources import drawing_of
from asbuilt.drawing.svg import svg
from asbuilt.drawing.table import WIDTH, table
from asbuilt.faults import INTERNAL, told
from asbuilt.options import meant
from asbuilt.record.report import NoReportError, render
from asbuilt.record.stream import guarded
from asbuilt.run import OptionError
from asbuilt.sandbox.scenario import ScenarioError
from asbuilt.sandbox.server import serve
from asbuilt.withholding import Secrets
from asbuilt.workflows.bounds import DRAWN

USAGE = 4
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

    def _ended(self, *arguments: Any, **extra: Any) -> int:
        try:
            code = super().main(*arguments, **{**extra, "standalone_mode": False})
        except typer.TyperException as error:
            if error.message:  # without any argument Typer has shown the help, and has nothing to say
                _say(f"{error.format_message()} (see asbuilt --help)", "red")
            return USAGE
        except (KeyboardInterrupt, typer.Abort):
            return start.INTERRUPTED
        except catalogue.BrokenChecksError as error:
            _say(f"checks that cannot be used:\n{error}", "red")
            return INTERNAL
        except Exception as error:  # noqa: BLE001 - one line, and not a traceback
            _say(told(error), "red")
            return INTERNAL
        return start.INTERRUPTED if code == _TYPER_INTERRUPTED else code or 0


app = typer.Typer(cls=Command, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class Format(StrEnum):
    """How the controls are printed: for people, for programs, as docs/controls.md."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class Picture(StrEnum):
    """How deploy paths are shown: for people, for programs, in Markdown, as a picture."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


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
    try:
        Path.cwd()
    except OSError as error:
        _stop(f"the current folder is gone, or may not be read ({error.strerror}): go to another")
    context.obj = Secrets.of((), os.environ)
    context.with_resource(guarded(lambda: context.obj))


@app.command(context_settings=_PASS_ON)
def live(context: typer.Context) -> None:
    """Hold the real state against the estate: `pytest -m live`, with pytest's options."""
    _pytest("tests_live", "-m", "live", *context.args)


@app.command(context_settings=_PASS_ON)
def static(context: typer.Context) -> None:
    """Judge the workflow files of a checkout: `pytest tests_static`, with pytest's options."""
    _pytest("tests_static", *context.args)


@app.command()
def controls(
    identity: Annotated[str | None, typer.Argument(metavar="[ID]", help="one control, such as HK002")] = None,
    *,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List the controls: what each requires, and what to do when it is not so."""
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


@app.command()
def paths(
    context: typer.Context,
    *,
    checkout: Annotated[
        str | None, typer.Option(metavar="DIR", help="a repository's files (default: those that the estate names)")
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
    try:
        _all_meant(
            ("--checkout", [checkout]), ("--estate", [estate_file]), ("--repository", repository), ("--app", only)
        )
        file = Path(estate_file) if estate_file else None
        drawing = context.obj.hide_all(drawing_of(checkout, file, repository or [], only or []))
    except OptionError as error:
        _stop(str(error))
    for problem in drawing.unread:
        _say(problem, "yellow")
    if form in {Picture.MERMAID, Picture.SVG} and drawing.jobs > DRAWN:
        _stop(f"a picture of {drawing.jobs:,} jobs is not drawn; at most {DRAWN:,}: --app NAME, or --format table")
    match form:
        case Picture.JSON:
            typer.echo(texts.as_json(drawing.records()))
        case Picture.MERMAID:
            typer.echo(mermaid(drawing), nl=False)
        case Picture.SVG:
            typer.echo(svg(drawing), nl=False)
        case Picture.TABLE:
            _show(lambda width: table(drawing, width))


@app.command()
def record(
    context: typer.Context,
    directory: Annotated[str, typer.Argument(metavar="[DIR]", help="a run's directory")] = "reports/latest",
) -> None:
    """Render a run's evidence as one HTML file; opens nothing."""
    try:
        report = render(Path(meant("DIR", directory)), context.obj)
        typer.echo(f"report: {texts.line(str(report))}")
    except (NoReportError, OptionError) as error:
        _stop(str(error))


@app.command()
def sandbox(
    scenario: Annotated[str, typer.Option(help="healthy, incident-2026-04-30, healthy+FAULT, NAME@TIME")] = "healthy",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 8080,
    unix_socket: Annotated[str | None, typer.Option(help="also for `gh config set http_unix_socket`")] = None,
) -> None:
    """Serve a sandbox of both APIs and the apps until interrupted."""
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
    typer.echo(texts.as_json(estate.schema()))


def _show(draw: Callable[[int], RenderableType]) -> None:
    """Print for people, as wide as the terminal or `WIDTH`, without blanks at the ends of lines."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    with console.capture() as printed:
        console.print(draw(console.width))
    typer.echo("\n".join(texts.without_commands(line.rstrip()) for line in printed.get().splitlines()))


def _pytest(*arguments: str) -> None:
    """Become pytest with the suite's own configuration, from wherever the caller stands."""
    try:
        shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError as error:
        _stop(f"PYTEST_ADDOPTS cannot be read: {error}")
    folder, *rest = arguments
    project = catalogue.PROJECT
    fixed = ["-c", str(project / "pytest.ini"), "--rootdir", str(project)]
    # -P: a folder that is judged must not be able to lend us its modules.
    command = [sys.executable, "-P", "-m", "asbuilt.start", *fixed, str(project / folder), *rest]
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed: the next file that is opened would take its place, and what is printed go there
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - the function's only form
    # In our place, not beside us: an interruption and an exit code are pytest's own, and nobody is left waiting.
    start.hold()  # while Python starts anew, nobody could end without a traceback
    os.execv(sys.executable, command)  # noqa: S606 - our own command line


def _stop(message: str) -> NoReturn:
    """End with a message, as for every mistake of a user."""
    _say(message, "red")
    raise typer.Exit(USAGE)


def _all_meant(*given: tuple[str, Iterable[str | None] | None]) -> None:
    """Refuse options whose values nobody can have meant. Raises OptionError."""
    for name, values in given:
        for value in values or ():
            if value is not None:
                meant(name, value)


def _say(message: str, colour: str) -> None:
    """Print a message on standard error; in colour only where NO_COLOR allows it."""
    Console(stderr=True).print(Text(texts.lines(f"asbuilt: {message}"), colour), soft_wrap=True)
