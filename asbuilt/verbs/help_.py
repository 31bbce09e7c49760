"""`asbuilt help`: what a verb does, and its options."""

from typing import Annotated, Any

import typer


def help_(
    context: typer.Context,
    verb: Annotated[str | None, typer.Argument(metavar="[VERB]", help="one verb (default: where to begin)")] = None,
) -> None:
    """Show the help of a verb: its options, with examples."""
    from asbuilt.nearest import unknown
    from asbuilt.verbs.helping import help_of
    from asbuilt.verbs.telling import stop

    command: Any = context.parent.command if context.parent else context.command
    if verb is None:
        typer.echo(command.get_help(context))
        return
    if verb not in command.verbs():
        stop(unknown("verb", verb, command.verbs()))
    typer.echo(help_of(command.commands[verb], verb))
