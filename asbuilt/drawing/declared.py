"""Where the drawing of an estate comes from: its own checkouts, or one that stands for the files of a repository."""

from collections.abc import Sequence
from pathlib import Path

from asbuilt import undeclared
from asbuilt.discovery import Found
from asbuilt.drawing.lanes import Drawing, draw
from asbuilt.estate import Estate, load, source_of
from asbuilt.estate_errors import EstateError
from asbuilt.nearest import suggestion
from asbuilt.option_values import OptionError
from asbuilt.scope import checkouts_of, scope_of
from asbuilt.workflows.paths.checkout import Checkout


def declared(
    checkout: Sequence[str], file: Found, repositories: Sequence[str], apps: Sequence[str]
) -> tuple[Drawing, dict[str, Checkout]]:
    """Draw the deploy paths of an estate's checkouts, and give these too.

    Raises OptionError for options that cannot be meant, and for an estate or a checkout that cannot be used.
    """
    try:
        estate = load(file.path, source=source_of(file))
    except EstateError as error:
        raise OptionError(str(error)) from error
    estate, given = undeclared.standing_in(estate, file, checkout, repositories, files_alone=True)
    found = _read(estate, file.path, given, list(repositories))
    drawing = draw({name: each.deploy_paths for name, each in found.items()}, estate, apps)
    _refuse_strangers(apps, estate, drawing)
    return drawing, found


def _read(estate: Estate, file: Path, given: Sequence[str], repositories: list[str]) -> dict[str, Checkout]:
    """Read the checkouts of an estate, or the one that is named, of the repositories that are asked for."""
    wanted = scope_of(estate, [], repositories).repositories
    found = checkouts_of(estate, file, given, repositories)
    chosen = {name: each for name, each in found.items() if name in wanted}
    if not chosen:
        whose = f" of {', '.join(repositories)}" if repositories else ""
        raise OptionError(
            f"the estate names no folder with the files{whose}: --checkout DIR, or repositories.*.checkout"
        )
    return chosen


def _refuse_strangers(apps: Sequence[str], estate: Estate, drawing: Drawing) -> None:
    """Refuse the name of an app that is neither declared nor deployed."""
    deployed = {each.app for each in drawing.destinations if each.app and each.lanes}
    for name in apps:
        if name not in estate.apps and name not in deployed:
            near = suggestion(name, {*estate.apps, *deployed})
            raise OptionError(f'--app: "{name}" is not declared in the estate, and nothing deploys it{near}')
