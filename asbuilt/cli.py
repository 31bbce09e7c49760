"""The `asbuilt` command: thin, one function a verb."""

import json
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from asbuilt import catalogue, estate
from asbuilt.drawing.mermaid import mermaid
from asbuilt.drawing.sources import drawing_of
from asbuilt.drawing.svg import svg
from asbuilt.drawing.table import WIDTH, table
from asbuilt.record.report import NoReportError, render
from asbuilt.run import OptionError
from asbuilt.sandbox.scenario import ScenarioError
from asbuilt.sandbox.server import serve
from asbuilt.subjects import tell

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_ANY = {
    **{name: name.upper() for name in ("app", "repository", "environment", "workflow", "process")},
    "formation": "TYPE=QUANTITY",
    "deploy": "run the workflow that deploys APP, as the estate declares it",
}
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class Format(StrEnum):
    """How a list is printed: for people or for programs."""

    TABLE = "table"
    JSON = "json"


class Picture(StrEnum):
    """How deploy paths are shown: for people, for programs, in Markdown, as a picture."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


@app.callback()
def main() -> None:
    """Hold the real state of a Heroku and GitHub estate against the declared one."""


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
    found = {control.id: control for _, control in reversed(list(catalogue.checks()))}
    if identity and identity.upper() not in found:
        _stop(f'no control is called "{identity}"; there are {", ".join(sorted(found))}')
    chosen = [found[key] for key in sorted(found) if identity is None or key == identity.upper()]
    if form is Format.JSON:
        keys = ("id", "severity", "requirement", "remedy", "satisfies")
        typer.echo(
            json.dumps(
                [{key: getattr(each, key) for key in keys} | {"remedy": tell(each.remedy, _ANY)} for each in chosen],
                indent=2,
            )
        )
        return
    table = Table("control", "severity", "requirement", *(["remedy", "satisfies"] if identity else []), box=None)
    for each in chosen:
        more = [tell(each.remedy, _ANY), ", ".join(each.satisfies)] if identity else []
        table.add_row(each.id, each.severity, each.requirement, *more)
    Console().print(table)


@app.command()
def paths(
    *,
    checkout: Annotated[
        str | None, typer.Option(metavar="DIR", help="a repository's files (default: those that the estate names)")
    ] = None,
    estate_file: Annotated[
        Path | None,
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
        drawing = drawing_of(checkout, estate_file, repository or [], only or [])
    except OptionError as error:
        _stop(str(error))
    for problem in drawing.unread:
        typer.secho(f"asbuilt: {problem}", err=True, fg="yellow")
    match form:
        case Picture.JSON:
            typer.echo(json.dumps(drawing.records(), indent=2))
        case Picture.MERMAID:
            typer.echo(mermaid(drawing), nl=False)
        case Picture.SVG:
            typer.echo(svg(drawing), nl=False)
        case Picture.TABLE:
            console = Console()
            if not console.is_terminal:
                console.width = WIDTH
            with console.capture() as printed:
                console.print(table(drawing, console.width))
            typer.echo("\n".join(line.rstrip() for line in printed.get().splitlines()))


@app.command()
def record(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="a run's directory")] = Path("reports/latest"),
) -> None:
    """Render a run's evidence as one HTML file; opens nothing."""
    try:
        typer.echo(f"report: {render(directory)}")
    except NoReportError as error:
        _stop(str(error))


@app.command()
def sandbox(
    scenario: Annotated[str, typer.Option(help="healthy, incident-2026-04-30, healthy+FAULT, NAME@TIME")] = "healthy",
    port: Annotated[int, typer.Option(help="0 takes a free one")] = 8080,
    unix_socket: Annotated[Path | None, typer.Option(help="also for `gh config set http_unix_socket`")] = None,
) -> None:
    """Serve a sandbox of both APIs and the apps until interrupted."""
    try:
        serve(
            scenario, port, unix_socket, ready=lambda running: typer.echo(f"{scenario} at {running.origin}", err=True)
        )
    except ScenarioError as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"cannot listen on port {port}: {error.strerror}; choose another: --port N, or 0 for a free one")


@app.command()
def schema() -> None:
    """Print the JSON Schema of an estate file, for editors."""
    typer.echo(json.dumps(estate.schema(), indent=2))


def _pytest(*arguments: str) -> None:
    """Run pytest with the suite's own configuration from wherever the caller stands."""
    folder, *rest = arguments
    project = catalogue.PROJECT
    fixed = ["-c", str(project / "pytest.ini"), "--rootdir", str(project)]
    # -P: a folder that is judged must not be able to lend us its modules.
    command = [sys.executable, "-P", "-m", "pytest", *fixed, str(project / folder), *rest]
    sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own command line


def _stop(message: str) -> NoReturn:
    """End with a message, as for every mistake of a user."""
    typer.secho(f"asbuilt: {message}", err=True, fg="red")
    raise typer.Exit(2)
