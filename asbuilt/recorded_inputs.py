"""What a run takes from an earlier one's record beside the observation: workflow files, linters' words, the day."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from asbuilt.estate import Estate
from asbuilt.files import MOST_OF_AN_OBSERVATION, NotThereError, RefusedError, read
from asbuilt.folders import followed
from asbuilt.lint.keep import Scans, scans_of
from asbuilt.option_values import OptionError
from asbuilt.record.directory import BASE, CHECKOUTS, LINT
from asbuilt.record.kept_checkouts import NoCheckoutsError, kept, restored
from asbuilt.scope import branches_in, descriptions_in, names_in
from asbuilt.tolerance import Base
from asbuilt.workflows.paths.checkout import Checkout


@dataclass(frozen=True, slots=True)
class Inputs:
    """The checkouts of a record, laid out again, what linters said of them, and the day as of which that was judged.

    `base` is what was found in the files as they were before; None where nobody asked.
    """

    checkouts: Mapping[str, Checkout]
    scans: Scans | None
    day: date
    base: Base | None = None


def inputs_of(directory: Path, closing: ExitStack, estate: Estate | None = None) -> Inputs:
    """Read them from a run's directory; the files lie in a folder that is gone when `closing` is closed.

    What `estate` says of names and of workflows elsewhere counts for them too. Raises OptionError with what to do.
    """
    path = directory / CHECKOUTS
    try:
        found = kept(path)
        scratch = closing.enter_context(tempfile.TemporaryDirectory(prefix="asbuilt-", ignore_cleanup_errors=True))
        said = (names_in(estate), descriptions_in(estate), branches_in(estate)) if estate is not None else ({}, {}, {})
        checkouts = followed(restored(found, Path(scratch)), found.repositories, *said)
        return Inputs(checkouts, _scans(directory / LINT), found.day, _base(directory / BASE))
    except NoCheckoutsError as error:
        raise OptionError(f"--recorded {directory}: {path.name} {error}; name a run's directory") from error


def _scans(path: Path) -> Scans | None:
    """Give what linters said; None where none was asked."""
    try:
        return scans_of(json.loads(read(path, MOST_OF_AN_OBSERVATION)))
    except NotThereError:
        return None
    except RefusedError as error:
        raise OptionError(f"--recorded: {path} {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OptionError(f"--recorded: {path} is not what asbuilt writes there") from error


def _base(path: Path) -> Base | None:
    """Give what was found in the files as they were before; None where nobody asked."""
    try:
        return _bases().validate_json(read(path, MOST_OF_AN_OBSERVATION))
    except NotThereError:
        return None
    except RefusedError as error:
        raise OptionError(f"--recorded: {path} {error}") from error
    except ValueError as error:
        raise OptionError(f"--recorded: {path} is not what asbuilt writes there") from error


@cache
def _bases() -> TypeAdapter[Base]:
    return TypeAdapter(Base)
