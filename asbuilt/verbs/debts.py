"""`asbuilt init --diff` and `--baseline`: patches of the estate that is there."""

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from asbuilt.option_values import OptionError
from asbuilt.verbs.telling import say

if TYPE_CHECKING:
    from asbuilt.debts.today import Today
    from asbuilt.debts.waiving import Waived
    from asbuilt.discovery import Found
    from asbuilt.estate import Estate
    from asbuilt.github_server import GitHubServer
    from asbuilt.initial.first_estate import FirstEstate

_DIFFERS = 1  # as `diff` has it
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What a patch is asked of: an estate, a world and files; whom to tell of what is on its way, and how to print."""

    estate: "Found"
    sandbox: str | None
    checkout: str | None
    progress: Callable[[str], None]
    hide: Callable[[str], str]


def waived(asked: Asked, baseline: str | None, owner: str | None, issue: int | None, *, diff: bool) -> "Waived | None":
    """Give what waivers are to say, where --baseline asks for them. Raises OptionError."""
    if baseline is None:
        for name, value in (("--owner", owner), ("--issue", issue)):
            if value is not None:
                raise OptionError(f"{name} is for the waivers that --baseline makes: add --baseline 30d")
        return None
    if diff:
        raise OptionError("--diff shows what differs, --baseline waives what is found: give one of them")
    from asbuilt.debts.owners import owner_of
    from asbuilt.debts.waiving import Waived

    return Waived.of(baseline, lambda: owner or owner_of(asked.sandbox, _server(asked.estate)), issue)


def _server(found: "Found") -> "GitHubServer":
    """Give the GitHub that the estate that is there is judged by. Raises OptionError."""
    from asbuilt.asked_github import server_asked
    from asbuilt.estate import load, source_of
    from asbuilt.estate_errors import EstateError

    try:
        declared = load(found.path, (), source_of(found)).providers.github if found.is_there else None
    except EstateError as error:
        raise OptionError(str(error)) from error
    return server_asked(declared, os.environ)


def refuse_for_a_patch(**given: bool) -> None:
    """Refuse options that are for a first estate. Raises OptionError."""
    for name in (name for name, is_given in given.items() if is_given):
        raise OptionError(
            f"--{name} is for a first estate; a patch is of all of the estate that is there: leave it out"
        )


def show(asked: Asked, waived: "Waived | None", *, diff: bool) -> NoReturn:
    """Print the patch that is asked for. Raises OptionError."""
    if diff:
        _show_difference(asked)
    if waived:
        _show_baseline(asked, waived)
    raise OptionError("--estate names an estate that is there: add --diff or --baseline 30d; --output FILE writes one")


def _show_difference(asked: Asked) -> NoReturn:
    """Print how an estate differs from what is there. Exits as `diff` does. Raises OptionError."""
    from asbuilt.debts.observed import as_observed
    from asbuilt.debts.of_files import read
    from asbuilt.debts.patch import applied_in, patch

    file, source, declared = _read(asked)
    found = _today(asked, file, declared)
    made = as_observed(declared, source, found, read(declared, file, asked.sandbox, asked.checkout), file=file)
    _tell_unknown(found)
    if made.source == source:
        marked = f"; {_counted(made.reviews, 'finding')} stand, all marked `review:`" if made.reviews else ""
        typer.echo(f"{file}: nothing differs from what was observed{marked}")
        raise typer.Exit(0)
    typer.echo(asked.hide(patch(source, made.source, str(file), "as observed")), nl=False)
    if (folder := applied_in(str(file))) != ".":
        say(f"it is a patch in another folder; to apply it: add | git -C {shlex.quote(folder)} apply", "bright_black")
    raise typer.Exit(_DIFFERS)


def _show_baseline(asked: Asked, waived: "Waived") -> NoReturn:
    """Print a patch with a waiver for every finding of today.

    Exits with 1 where the check would still fail: something is unknown, or cannot be waived. Raises OptionError.
    """
    from asbuilt.debts.patch import applied_in, patch
    from asbuilt.debts.waiving import with_waivers

    file, source, declared = _read(asked)
    found = _today(asked, file, declared)
    made = with_waivers(declared, source, found, waived)
    for each in made.left:
        say(each, "yellow")
    _tell_unknown(found)
    if made.source == source:
        typer.echo(f"{file}: nothing to waive: every finding of today has its waiver, or there is none")
    else:
        typer.echo(asked.hide(patch(source, made.source, str(file), "with waivers")), nl=False)
        folder = applied_in(str(file))
        apply = "git apply" if folder == "." else f"git -C {shlex.quote(folder)} apply"
        say(f"{_counted(made.count, 'waiver')} until {made.until}; to apply them: add | {apply}", "bright_black")
    raise typer.Exit(1 if found.unknown or made.left else 0)


def with_baseline(asked: Asked, made: "FirstEstate", waived: "Waived") -> "FirstEstate":
    """Give a first estate with a waiver for every finding of today. Raises OptionError."""
    import tempfile

    from asbuilt import estate
    from asbuilt.debts.today import today
    from asbuilt.debts.waiving import with_waivers

    source = made.text.encode()
    with tempfile.TemporaryDirectory(prefix="asbuilt-") as scratch:
        file = Path(scratch) / "estate.yaml"
        file.write_bytes(source)
        declared = estate.load(file, (), source)
        of, files = made.found.repository, made.found.checkout
        checkouts = (f"{of.name}={files.root.resolve()}",) if of and files else ()
        found = today(declared, file, asked.sandbox, checkouts, asked.progress)
    waiving = with_waivers(declared, source, found, waived)
    for each in waiving.left:
        say(each, "yellow")
    _tell_unknown(found)
    if waiving.count:
        say(f"{_counted(waiving.count, 'waiver')} until {waiving.until}", "bright_black")
    return replace(made, text=waiving.source.decode())


def _read(asked: Asked) -> "tuple[Path, bytes, Estate]":
    from asbuilt import estate
    from asbuilt.estate_errors import EstateError

    file = asked.estate.path
    try:
        source = estate.source_of(asked.estate)
        return file, source, estate.load(file, (), source)
    except EstateError as error:
        raise OptionError(str(error)) from error


def _today(asked: Asked, file: Path, declared: "Estate") -> "Today":
    from asbuilt.debts.today import today

    checkouts = (asked.checkout,) if asked.checkout else ()
    found = today(declared, file, asked.sandbox, checkouts, asked.progress)
    for each in found.left_out:
        say(f"left out: {each}", "yellow")
    return found


def _tell_unknown(found: "Today") -> None:
    if found.unknown:
        names = ", ".join(each.name for each in found.unknown[:_SHOWN])
        more = f" and {len(found.unknown) - _SHOWN} more" if len(found.unknown) > _SHOWN else ""
        left = "is left as it is" if len(found.unknown) == 1 else "are left as they are"
        say(f"{_counted(len(found.unknown), 'check')} could not tell, and {left}: {names}{more}", "yellow")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
