"""The `asbuilt` command: its verbs, in the order in which its help lists them."""

import os
from typing import Annotated, Any

import typer

from asbuilt import __version__, invoked
from asbuilt.verbs import (
    alert,
    completion,
    controls,
    demo,
    doctor,
    help_,
    history,
    init,
    judging,
    paths,
    record,
    sandbox,
    schema,
    verify,
    watch,
)
from asbuilt.verbs.command import Command, Texts, Verbs
from asbuilt.verbs.telling import say, stop

__all__ = ["app", "say"]

app = Verbs(
    cls=Command,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


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
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return
    if context.invoked_subcommand in invoked.SUITES:
        return  # what pytest prints is guarded by the plugin
    if wrong := invoked.folder_problem():
        stop(wrong)
    from asbuilt.record.stream import guarded
    from asbuilt.withholding import Secrets

    context.obj = Secrets.of((), os.environ)
    context.with_resource(guarded(lambda: context.obj))


app.command(context_settings=_PASS_ON)(judging.live)
app.command(context_settings=_PASS_ON)(judging.static)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(controls.controls)
app.command(cls=Texts)(paths.paths)
app.command()(record.record)
app.command()(verify.verify)
app.command()(history.history)
app.command()(watch.watch)
app.command()(alert.alert)
app.command()(init.init)
app.command()(sandbox.sandbox)
app.command()(schema.schema)
app.command()(completion.completion)
app.command("help")(help_.help_)


def verbs() -> dict[str, Any]:
    """Give each verb with its options."""
    command: Any = typer.main.get_command(app)
    return {name: command.commands[name] for name in command.verbs()}
