"""`asbuilt controls`: what is required, and what to do when it is not so."""

from typing import Annotated

import typer

from asbuilt import texts
from asbuilt.verbs.forms import Format
from asbuilt.verbs.telling import show, stop


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
        from asbuilt.estate_errors import quoted, suggestion

        stop(
            f"no control is called {quoted(identity)}{suggestion(identity.upper(), found)}; asbuilt controls lists them"
        )
    chosen = [found[identity.upper()]] if identity else list(found.values())
    match form:
        case Format.JSON:
            typer.echo(texts.as_json(handbook.records(chosen)))
        case Format.MARKDOWN:
            typer.echo(handbook.markdown(chosen), nl=False)
        case Format.TABLE:
            show(lambda _: Text(handbook.explanation(chosen[0])) if identity else handbook.listing(chosen))
