"""`asbuilt sandbox`: both APIs and the apps, on this machine."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.telling import all_meant, say, stop

if TYPE_CHECKING:
    from asbuilt.model import Observation
    from asbuilt.sandbox.making import Made
    from asbuilt.withholding import Secrets

_OBSERVED = "observed"


def sandbox(
    context: typer.Context,
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="WORLD", help="healthy (the default), NAME+FAULT, +FAULT@SUBJECT, NAME@TIME, FILE.yaml, declared"
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="0 takes a free one")] = 8080,
    unix_socket: Annotated[
        str | None, typer.Option(metavar="FILE", help="also for `gh config set http_unix_socket`")
    ] = None,
    *,
    estate_file: Annotated[
        str | None,
        typer.Option("--estate", metavar="FILE", help="whose world `declared` is (default: estate.yaml here or above)"),
    ] = None,
    checkout: Annotated[
        list[str] | None, typer.Option(metavar="DIR", help="for `declared`: a repository's files (repeatable)")
    ] = None,
    record: Annotated[
        str | None, typer.Option("--from", metavar="RUN", help="the world that a run observed: its directory")
    ] = None,
    write: Annotated[
        str | None,
        typer.Option(metavar="FILE.yaml", help="write `declared`, or the world of --from, and serve nothing"),
    ] = None,
) -> None:
    """Serve a sandbox of both APIs and the apps until interrupted, or write its world as a file."""
    from asbuilt.discovery import find
    from asbuilt.estate import load, source_of
    from asbuilt.estate_errors import EstateError
    from asbuilt.sandbox.making import of_estate, of_observation
    from asbuilt.sandbox.scenario import DECLARED, ScenarioError, is_declared
    from asbuilt.sandbox.server import serve

    try:
        given = (("--scenario", [scenario]), ("--unix-socket", [unix_socket]), ("--estate", [estate_file]))
        all_meant(*given, ("--checkout", checkout), ("--from", [record]), ("--write", [write]))
        wanted = _wanted(scenario, record)
        found = find(estate_file, os.environ, Path.cwd())
        # Beside a fault an estate says what is declared of its subjects: it need not be there.
        helps = "+" in wanted and found.is_there
        wants = found.by == "--estate" or is_declared(wanted) or helps
        estate = load(found.path, source=source_of(found)) if wants else None
        made: Made | None = None
        if record:
            made = of_observation(*_recorded(record))
        elif estate is not None and is_declared(wanted):
            made = of_estate(estate, found.path, checkout or [])
        for each in made.lost if made else ():
            say(f"{'not in this world' if record else 'no world makes this true'}: {each}", "yellow")
        if write is not None:
            _write(Path(write), made if wanted in {DECLARED, _OBSERVED} else None, record, context.obj)
            return
        worlds = {wanted if record else DECLARED: lambda: made.document} if made else None
        serve(
            wanted,
            port,
            unix_socket,
            made=worlds,
            estate=estate,
            ready=lambda running: typer.echo(f"{texts.line(wanted)} at {running.origin}", err=True),
        )
    except (EstateError, OptionError, ScenarioError) as error:
        stop(str(error))
    except OSError as error:
        if error.filename:
            stop(f"cannot listen on {error.filename}: {error.strerror}; choose another: --unix-socket FILE")
        stop(f"cannot listen on port {port}: {error.strerror}; choose another: --port N, or 0 for a free one")


def _wanted(scenario: str | None, record: str | None) -> str:
    """Give the name of the world that is asked for."""
    if record and scenario:
        raise OptionError("--from is a world of its own: give it or --scenario")
    return _OBSERVED if record else scenario or "healthy"


def _recorded(record: str) -> "tuple[Observation, Path]":
    """Read what a run observed, verified as `--observed` is, and say where the estate is that it was judged by."""
    from asbuilt.record.directory import ESTATE, OBSERVATION
    from asbuilt.saved import saved

    path = Path(record)
    file = path / OBSERVATION if path.is_dir() else path
    try:
        return saved(str(file), edited=False).observation, file.parent / ESTATE
    except OptionError as error:
        raise OptionError(str(error).replace("--observed", "--from", 1)) from error


def _write(file: Path, made: "Made | None", record: str | None, secrets: "Secrets") -> None:
    """Write a world to a new file: never over one that is there."""
    from asbuilt.sandbox.written import written

    if made is None:
        raise OptionError("--write writes the world of --from RUN or of --scenario declared, without a fault over it")
    if not file.name.endswith((".yaml", ".yml")):
        raise OptionError(f'--write {file}: a scenario is known by its file\'s end: write "{file}.yaml"')
    of = f"What {texts.line(record)} observed" if record else "What an estate declares"
    lost = [texts.line(f"not in this world: {each}", texts.LONGEST_WHOLE) for each in made.lost]
    head = f"{of}; asbuilt live --sandbox={texts.line(file.name)} serves it."
    text = secrets.hide(written(made.document, (head, *lost)))
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError as error:
        raise OptionError(f"--write {file}: it is there already; name another file") from error
    except OSError as error:
        raise OptionError(f"--write {file}: {error.strerror}") from error
    say(f"written: {texts.line(str(file))}; asbuilt live --sandbox={texts.line(str(file))} serves it", "green")
