"""What every verb prints with, and how it stops."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NoReturn

import typer

from asbuilt import invoked, texts
from asbuilt.help_page import columns, wrapped
from asbuilt.option_values import meant

if TYPE_CHECKING:
    from rich.console import RenderableType

_INDENT = "  "


def show(draw: Callable[[int], "RenderableType"]) -> None:
    """Print for people, as wide as the terminal or `WIDTH`, without blanks at the ends of lines."""
    from rich.console import Console

    from asbuilt.drawing.table import WIDTH

    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    with console.capture() as printed:
        console.print(draw(console.width))
    typer.echo("\n".join(texts.without_commands(line.rstrip()) for line in printed.get().splitlines()))


def broken(error: Exception) -> int:
    """Say what failed of asbuilt itself, or of a plugin, and give the exit code for it."""
    from asbuilt.catalogue import BrokenChecksError
    from asbuilt.faults import INTERNAL, told

    say(f"checks that cannot be used:\n{error}" if isinstance(error, BrokenChecksError) else told(error), "red")
    return INTERNAL


def stop(message: str) -> NoReturn:
    """End with a message, as for every mistake of a user."""
    say(message, "red")
    raise typer.Exit(invoked.USAGE)


def all_meant(*given: tuple[str, Iterable[str | None] | None]) -> None:
    """Refuse options whose values nobody can have meant. Raises OptionError."""
    for name, values in given:
        for value in values or ():
            if value is not None:
                meant(name, value)


def say(message: str, colour: str) -> None:
    """Print a message on standard error; in colour only where NO_COLOR allows it."""
    from rich.console import Console
    from rich.text import Text

    whole = not sys.stderr.isatty()  # a terminal would break it anywhere
    Console(stderr=True).print(Text(texts.lines(f"asbuilt: {message}"), colour), soft_wrap=whole)


def fitting(lines: Iterable[str]) -> str:
    """Give lines as they are printed: in a terminal broken between words, else whole."""
    if not sys.stdout.isatty():
        return "\n".join(lines)
    width = columns(os.environ)
    return "\n".join(part for each in lines for part in wrapped(each, width, _INDENT))
