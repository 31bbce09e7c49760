"""`asbuilt sandbox`: both APIs and the apps, on this machine."""

from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.option_values import OptionError
from asbuilt.verbs.telling import all_meant, stop


def sandbox(
    scenario: Annotated[
        str, typer.Option(metavar="WORLD", help="healthy, healthy+FAULT, NAME@TIME, FILE.yaml")
    ] = "healthy",
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="0 takes a free one")] = 8080,
    unix_socket: Annotated[
        str | None, typer.Option(metavar="FILE", help="also for `gh config set http_unix_socket`")
    ] = None,
) -> None:
    """Serve a sandbox of both APIs and the apps until interrupted."""
    from asbuilt.sandbox.scenario import ScenarioError
    from asbuilt.sandbox.server import serve

    try:
        all_meant(("--scenario", [scenario]), ("--unix-socket", [unix_socket]))
        name = texts.line(scenario)
        serve(scenario, port, unix_socket, ready=lambda running: typer.echo(f"{name} at {running.origin}", err=True))
    except (OptionError, ScenarioError) as error:
        stop(str(error))
    except OSError as error:
        if error.filename:
            stop(f"cannot listen on {error.filename}: {error.strerror}; choose another: --unix-socket FILE")
        stop(f"cannot listen on port {port}: {error.strerror}; choose another: --port N, or 0 for a free one")
