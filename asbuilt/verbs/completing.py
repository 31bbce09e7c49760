"""What a shell offers at TAB: verbs, options and their values, controls, worlds, what the estate names.

It has to be quick, asks no network, and says nothing of what is wrong: whoever presses TAB asks for names. Only names
of a few characters are given, for the estate is somebody else's text and a shell takes what it is given.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from asbuilt.control_ids import every_id
from asbuilt.declared_options import OF_LIVE_ALONE, OF_PYTEST, declarations
from asbuilt.invoked import HELP_OF_PYTEST, SUITES
from asbuilt.output import FORMS

_HARMLESS = re.compile(r"[A-Za-z0-9_./@+=-]{1,200}")
_COLOURS = ("auto", "always", "never")
_WORLDS = {"--sandbox", "--scenario"}
_BASH = "bash"

Commands = Callable[[], Mapping[str, Any]]


def answer(arguments: Sequence[str], commands: Commands) -> list[str]:
    """Give what may stand where the last word does; the first argument is the shell. Raises nothing.

    `commands` gives the verbs: those of pytest are known without it.
    """
    shell, *words = arguments or [""]
    try:
        before, option, begun, stem = _read(words or [""])
        found = sorted(set(_candidates(before, option, begun, commands)), key=lambda each: (each.startswith("-"), each))
    except Exception:  # noqa: BLE001 - whoever presses TAB is no reader of errors
        return []
    shown = "" if shell == _BASH else stem
    return [f"{shown}{each}" for each in found if each.startswith(begun) and _HARMLESS.fullmatch(each)]


def _read(words: Sequence[str]) -> tuple[Sequence[str], str, str, str]:
    """Give the words before the last, the option whose value that is, what it begins with, and what stands before that.

    bash takes `--app=x` for three words, other shells for one.
    """
    *before, last = words
    if last == "=" and before:
        return before[:-1], before[-1], "", ""
    if before[-1:] == ["="] and len(before) > 1:
        return before[:-2], before[-2], last, ""
    if last.startswith("-") and "=" in last:
        name, sign, value = last.partition("=")
        return before, name, value, f"{name}{sign}"
    return before, before[-1] if before and before[-1].startswith("-") else "", last, ""


def _candidates(before: Sequence[str], option: str, begun: str, commands: Commands) -> Iterator[str]:
    verb = before[0] if before else ""
    if not verb:
        yield from ([*commands(), "-h", "--help", "--version"] if not option else [])
        return
    params = _options_of(verb, commands)
    option = option.replace("--asbuilt-", "--")
    if option in params and params[option] is not None:
        yield from _values(option, params[option] or (), before, begun)
        return
    if begun.startswith("-"):
        yield from (*params, "-h", "--help")
        return
    yield from _arguments(verb, commands)


def _options_of(verb: str, commands: Commands) -> Mapping[str, Sequence[str] | None]:
    """Give the options of a verb with the values that they may have: None where an option takes none."""
    if verb in SUITES:
        found: dict[str, Sequence[str] | None] = {
            name: None if each.get("action") == "store_true" else tuple(each.get("choices") or ())
            for name, each in declarations().items()
            if verb == "live" or name not in OF_LIVE_ALONE
        }
        takes = {name: () if " " in flag else None for name, (_, flag, _) in OF_PYTEST.items()}
        told: dict[str, Sequence[str] | None] = {"--format": FORMS, "--output": ()}
        return found | takes | told | {HELP_OF_PYTEST: None}
    command = commands().get(verb)
    known: dict[str, Sequence[str] | None] = {"--color": ()}
    for each in command.params if command else ():
        if each.param_type_name == "option" and not each.hidden:
            values = None if each.is_flag else tuple(map(str, each.type_descriptor.choices or ()))
            known |= dict.fromkeys(each.opts, values)
    return known


def _values(option: str, choices: Sequence[str], before: Sequence[str], begun: str) -> Iterable[str]:
    if choices:
        return choices
    if option == "--color":
        return _COLOURS
    if (option, before[0]) == ("--format", "record"):
        return FORMS
    if option == "-k":
        return every_id()
    if option in _WORLDS:
        return _worlds(begun)
    if option in {"--app", "--repository"}:
        return _declared("apps" if option == "--app" else "repositories", before)
    return ()


def _arguments(verb: str, commands: Commands) -> Iterable[str]:
    match verb:
        case "controls":
            return every_id()
        case "help":
            return commands()
    command = commands().get(verb)
    every = (each for each in (command.params if command else ()) if each.param_type_name == "argument")
    return [str(value) for each in every for value in each.type_descriptor.choices or ()]


def _worlds(begun: str) -> Iterator[str]:
    from asbuilt.sandbox.scenario import DECLARED, names

    base, sign, _ = begun.rpartition("+")
    yield from (f"{base}{sign}{each}" for each in (names("faults") if sign else (*names(), DECLARED)))


def _declared(kind: str, before: Sequence[str]) -> Iterator[str]:
    """Give the names that an estate has, whatever else is wrong with it."""
    from asbuilt import files
    from asbuilt.discovery import find
    from asbuilt.workflows.yaml import reader
    from asbuilt.workflows.yaml.document import plain

    path = find(next(_named(before), None), os.environ, Path.cwd()).path
    document = plain(reader.read(files.read(path), str(path)).root)
    found = document.get(kind) if isinstance(document, dict) else None
    yield from (str(each) for each in (found if isinstance(found, dict) else ()))


def _named(before: Sequence[str]) -> Iterator[str]:
    for place, each in enumerate(before):
        name, sign, value = each.partition("=")
        if name == "--estate":
            left = [value] if value else [word for word in before[place + 1 : place + 3] if word != "="]
            yield from left[:1] if sign or left else ()
