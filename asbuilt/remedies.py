"""A remedy in parts: commands, which somebody copies, and prose, which somebody reads."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A command of those that our remedies name, to its end: its values are quoted for a shell, so what stands bare ends it.
_COMMAND = re.compile(r"(?:gh|heroku|git|curl|asbuilt) (?:'[^']*'|\"[^\"]*\"|(?! {2,})[^'\"();])+")
_BEFORE = re.compile(r"(?:^|; |: |, |\()(?:(?:then|and|or) )?(?=(?:gh|heroku|git|curl|asbuilt) [a-z-])")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a remedy, on a line of its own."""

    text: str
    is_command: bool


def parts(remedy: str) -> tuple[Part, ...]:
    """Give the parts of a remedy in their order.

    "heroku ps --app shop; heroku logs --app shop   (or ask)" -> two commands, and "or ask"
    """
    return tuple(_parts(remedy))


def _parts(remedy: str) -> Iterator[Part]:
    at = 0
    while begin := _BEFORE.search(remedy, at):
        if (command := _COMMAND.match(remedy, begin.end())) is None:
            break
        colon = ":" if begin[0].startswith(":") else ""  # what stands before it belongs to the command
        yield from (Part(f"{each.text}{colon}", is_command=False) for each in _prose(remedy[at : begin.start()]))
        yield Part(command[0].rstrip(), is_command=True)
        at = command.end()
    yield from _prose(remedy[at:])


def _prose(text: str) -> Iterator[Part]:
    """Give what stands between commands, without the signs that only joined it to them."""
    shown = text.strip().removeprefix(";").strip()
    if shown.startswith("("):
        shown = shown[1:].removesuffix(")") if shown.count("(") >= shown.count(")") else shown[1:]
    elif shown.count(")") > shown.count("("):
        shown = shown.removesuffix(")")
    if shown := shown.strip(" ,;"):
        yield Part(shown, is_command=False)
