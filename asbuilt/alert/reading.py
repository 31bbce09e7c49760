"""A finished run's record, read for those who are to be called: verified first, and taken at its word where it holds.

A run that died, or whose record does not hold, is itself something to be called for. What it found drifted counts where
its own digest of that fits; that something conforms counts only where all of it does.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asbuilt import estate as estates
from asbuilt import texts
from asbuilt.alert.declared import declared
from asbuilt.alert.told import Judged, Told
from asbuilt.estate import Estate
from asbuilt.estate_errors import EstateError
from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read_inside
from asbuilt.record import ci, kept_causes
from asbuilt.record.directory import CAUSES, COLLECTED, ESTATE, SANDBOX, STAMP, VERDICTS
from asbuilt.record.kept_causes import KeptCause
from asbuilt.record.manifest import Manifest
from asbuilt.record.verify import Asked, Verification, verify
from asbuilt.verdicts import Outcome

_STAMP = re.compile(STAMP)
_MOST = 5
_AHEAD = timedelta(minutes=5)  # as far as a record that holds may be


class JudgedAgainError(ValueError):
    """A run that judged what another had observed: it says nothing of what is so now."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a record says, and the estate that it was judged by, where the record holds and that can be read."""

    told: Told
    estate: Estate | None


def read(directory: Path, now: datetime) -> Read:
    """Verify a record and read what a run says. Raises NoRunError for a folder that is none, JudgedAgainError."""
    found = verify(directory, Asked(), now)
    manifest = found.manifest
    if manifest is None:
        return Read(_died(found, directory, now), None)
    if manifest.again is not None:
        of = f" of {texts.line(manifest.again.run)}" if manifest.again.run else ""
        raise JudgedAgainError(
            f"{directory} judged the observation{of} again, which says nothing of what is so now: nobody is called; "
            "name the run itself"
        )
    return _ended(found, manifest, directory, now)


def _ended(found: Verification, manifest: Manifest, directory: Path, now: datetime) -> Read:
    """Give what a run says that left a manifest."""
    lacks = tuple(_lacks(found, manifest))
    whole = not lacks
    judged_by = _estate(found, manifest) if found.holds else None
    causes, unread = _causes(found, manifest)
    verdicts = _judged(found, manifest) if whole else {}
    if whole and verdicts is None:
        lacks = (f"its {VERDICTS} cannot be read",)
    told = Told(
        run=manifest.run,
        estate=manifest.estate,
        world=manifest.world,
        as_of=_instant(manifest.ended, directory, now, manifest.world),
        suites=tuple(manifest.covered.suites),
        causes=causes,
        judged=verdicts or {},
        said=manifest.covered.said,
        lacks=(*lacks, *unread),
        evidence=_place(directory),
        run_url=ci.page(manifest.ci),
        declared=declared(judged_by) if judged_by else None,
    )
    return Read(told, judged_by)


def _lacks(found: Verification, manifest: Manifest) -> list[str]:
    """Give what keeps a record from being one that ends anything: what the run lacks, what of it does not fit."""
    wrong = [each for each in found.checks if not each.fits and each.name != "complete"]
    lacks = [texts.line(each) for each in manifest.lacks]
    if not manifest.complete and not lacks:
        lacks.append("it does not say what it lacks")
    if wrong:
        misfits = [f"{each.name}: {one.where} {one.fact}" for each in wrong for one in each.misfits]
        more = f", and {len(misfits) - 1} more" if len(misfits) > 1 else ""
        lacks.append(texts.line(f"its record does not hold: {misfits[0]}{more}"))
    elif not lacks and not found.holds:
        lacks.append("its record does not hold")
    return lacks


def _died(found: Verification, directory: Path, now: datetime) -> Told:
    """Give what a run says that left no manifest: that it did not come to its end. Nothing else vouches for itself."""
    collected = _collected(found.directory)
    name = found.directory.name
    misfits = [each for one in found.checks for each in one.misfits]
    lacks = next((each.fact.removeprefix("incomplete: ") for each in misfits), "it left no manifest")
    world = str(collected.get("world") or (f"{SANDBOX.rstrip('-')} of its own" if name.startswith(SANDBOX) else "live"))
    suites = collected.get("suites")
    return Told(
        run=name,
        estate=str(collected.get("estate") or ""),
        world=texts.line(world),
        as_of=_instant("", directory, now, world),
        suites=tuple(each for each in suites if isinstance(each, str))[:_MOST] if isinstance(suites, list) else (),
        causes=(),
        lacks=(texts.line(lacks),),
        evidence=_place(directory),
    )


def _place(directory: Path) -> str:
    """Give where a run's evidence is tomorrow too: `latest` is another run's by then."""
    return str(directory.parent / directory.readlink() if directory.is_symlink() else directory)


def _collected(directory: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_inside(directory, COLLECTED, MOST_OF_AN_OBSERVATION))
    except (RefusedError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _instant(ended: str, directory: Path, now: datetime, world: str) -> datetime:
    """Give when a run ended by its own clock; else what its name says of its begin, else what this machine says.

    What is still to come is the word of a broken record, and of a sandbox alone its own time.
    """
    stamp = _STAMP.match(directory.resolve().name)
    for text in (ended, stamp[1] if stamp else ""):
        try:
            found = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if found <= now + _AHEAD or world.startswith(SANDBOX.rstrip("-")):
            return found
    return now


def _content(found: Verification, manifest: Manifest, path: str) -> bytes | None:
    """Give the content of a file of a record, where it is the one that the manifest has the digest of."""
    try:
        content = read_inside(found.directory, path, MOST_OF_AN_OBSERVATION)
    except RefusedError:
        return None
    return content if hashlib.sha256(content).hexdigest() == manifest.files.get(path) else None


def _causes(found: Verification, manifest: Manifest) -> tuple[tuple[KeptCause, ...], tuple[str, ...]]:
    """Give the causes of a record, and what is wrong with them where they cannot be read."""
    content = _content(found, manifest, CAUSES)
    if content is None:
        return (), (f"its {CAUSES} is missing or was changed, so what it found is not known",)
    try:
        return kept_causes.restored(content), ()
    except ValueError as error:
        return (), (f"its {CAUSES} {texts.line(str(error))}",)


def _judged(found: Verification, manifest: Manifest) -> dict[str, Judged] | None:
    content = _content(found, manifest, VERDICTS)
    try:
        records = json.loads(content or b"")
        return {
            str(each["id"]): Judged(
                str(each["control"]), str(Outcome(each["outcome"])), texts.line(str(each.get("reason", "")))
            )
            for each in records
        }
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _estate(found: Verification, manifest: Manifest) -> Estate | None:
    content = _content(found, manifest, ESTATE)
    if content is None:
        return None
    try:
        return estates.load(found.directory / ESTATE, source=content)
    except EstateError:
        return None
