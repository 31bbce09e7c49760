"""Check a run's record without trusting whoever hands it over: what is there, what it says, and whether that fits.

It says what it checked, one line each, and names each file and each check that does not fit. For what cannot be told
offline, who signed it, it names the command. docs/adopting.md says what each line proves, and what it does not.
"""

import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asbuilt import catalogue, estate
from asbuilt.estate_errors import EstateError
from asbuilt.record.directory import COLLECTED, ESTATE, JOURNAL, MANIFEST, OBSERVATION
from asbuilt.record.manifest import Manifest
from asbuilt.record.nights import days_of, nights_since
from asbuilt.record.past import LIVE
from asbuilt.record.rejudge import rejudged
from asbuilt.record.statement import PREDICATE_TYPE, is_real
from asbuilt.record.verifying import said as words
from asbuilt.record.verifying.answers import answers
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence, evidence
from asbuilt.record.verifying.files import digests
from asbuilt.record.verifying.population import journal, population
from asbuilt.record.verifying.renderings import outcome, totals
from asbuilt.record.verifying.statements import statement
from asbuilt.record.verifying.worlds import world

_AHEAD = timedelta(minutes=5)  # clocks differ by so much
_BROKEN_OFF = {2: "it was interrupted", 3: "asbuilt itself failed in it", 4: "it was called wrongly"}
_WHOLE = "the whole estate"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know of a record beside that it fits: of which estate it is, and how old it is at most."""

    estate: str = ""
    max_age: timedelta | None = None
    rejudge: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked of a run's record, in the order in which it is told. It holds where all of it fits.

    Who ran it, and what was accepted then, is the word of its manifest, which is None where none can be read.
    """

    directory: Path
    run: str
    checks: tuple[Checked, ...]
    signature: str
    manifest: Manifest | None = None

    @property
    def by(self) -> str:
        """Who ran it."""
        return words.by(self.manifest) if self.manifest else ""

    @property
    def accepted(self) -> str:
        """What was accepted when it judged."""
        return words.accepted(self.manifest) if self.manifest else ""

    @property
    def holds(self) -> bool:
        """Whether nothing was found that does not fit."""
        return all(each.fits for each in self.checks)

    def as_plain(self) -> dict[str, Any]:
        """Give it as what JSON can hold."""
        return {
            "directory": str(self.directory),
            "run": self.run,
            "holds": self.holds,
            "by": self.by,
            "ci": self.manifest.ci if self.manifest else {},
            "accepted": self.accepted,
            "waivers_and_suppressions": [asdict(each) for each in self.manifest.accepted] if self.manifest else [],
            "checks": [
                {
                    "name": each.name,
                    "said": each.said,
                    "fits": each.fits,
                    "misfits": [{"where": one.where, "fact": one.fact} for one in each.misfits],
                }
                for each in self.checks
            ],
            "signature": self.signature,
        }


def verify(directory: Path, asked: Asked, now: datetime | None = None) -> Verification:
    """Check the record in a run's directory. Raises NoRunError for a folder that is none."""
    found = evidence(directory)
    manifest = found.manifest
    if manifest is None:
        return Verification(found.directory, found.directory.name, tuple(_without_manifest(found)), _NOT_SIGNED)
    checks = (*_checks(found, manifest, asked, now or datetime.now(UTC)), *_again(found, manifest, asked))
    return Verification(found.directory, manifest.run, checks, _signature(found, manifest), manifest)


def _checks(found: Evidence, manifest: Manifest, asked: Asked, now: datetime) -> Iterator[Checked]:
    if found.broken:
        yield checked("readable", "", list(found.broken))
    yield digests(found, manifest)
    yield answers(found)
    yield population(found, manifest)
    yield journal(found)
    yield totals(found, manifest)
    yield outcome(found, manifest)
    yield _scope(found, manifest, asked)
    yield world(found, manifest)
    yield statement(found, manifest)
    yield _age(found, manifest, asked, now)
    yield _complete(manifest)


def _again(found: Evidence, manifest: Manifest, asked: Asked) -> Iterator[Checked]:
    if asked.rejudge:
        yield rejudged(found, manifest)


def _without_manifest(found: Evidence) -> Iterator[Checked]:
    """Give what can be told of a run that left no manifest: how far it came."""
    if found.broken:
        yield checked("readable", "", list(found.broken))
    listed = (found.collected or {}).get("ids")
    ids = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    judged = found.journal or {}
    if MANIFEST in found.files or MANIFEST in found.refused:
        why = f"its {MANIFEST} cannot be read, so nothing vouches for any of it"
    elif found.collected is None:
        why = f"it has neither {MANIFEST} nor {COLLECTED}: the run did not come to the end of its collection"
    else:
        far = f"{len(judged)} of {len(ids)} checks stand in {JOURNAL}"
        why = f"it has no {MANIFEST}: the run did not come to its end; {far}"
    misfits = [
        Misfit(MANIFEST, f"incomplete: {why}"),
        *(Misfit(each, "was never judged") for each in ids if each not in judged),
    ]
    yield Checked("complete", f"incomplete: {why}", tuple(misfits))


def _complete(manifest: Manifest) -> Checked:
    """Say whether the run came to its end with a verdict for all that it was to judge."""
    misfits = [Misfit(MANIFEST, f"incomplete: {each}") for each in manifest.lacks]
    if not manifest.complete and not misfits:
        misfits.append(Misfit(MANIFEST, "incomplete, and it does not say why"))
    if manifest.complete and manifest.lacks:
        misfits.append(Misfit(MANIFEST, "says that it is complete, and what it lacks"))
    if manifest.complete and (open_ := (*manifest.population.never_judged, *manifest.population.errors)):
        misfits += [Misfit(each.id, f"incomplete: {each.reason}") for each in open_]
    if manifest.complete and (why := _BROKEN_OFF.get(manifest.exit)):
        misfits.append(Misfit(MANIFEST, f"says that it is complete, and exit {manifest.exit}: {why}"))
    said = f"yes: it came to its end, from {manifest.started} to {manifest.ended} by {manifest.clock} clock"
    return (
        checked("complete", said, misfits)
        if not manifest.lacks
        else Checked("complete", f"incomplete: {manifest.lacks[0]}", tuple(misfits))
    )


def _scope(found: Evidence, manifest: Manifest, asked: Asked) -> Checked:
    """Say what part of the estate was judged, and hold that against the estate as it was judged."""
    covered = manifest.covered
    suites = " and ".join(covered.suites) or "no"
    said = f"estate {manifest.estate}, {covered.said or _WHOLE}; {suites} checks"
    misfits: list[Misfit] = []
    try:
        content = found.content(ESTATE) or b""
        judged = estate.load(Path(ESTATE), {control.id: control.since for _, control in catalogue.checks()}, content)
    except EstateError:
        misfits.append(
            Misfit(ESTATE, "cannot be read as an estate by this asbuilt: the scope cannot be held against it")
        )
    else:
        if judged.name != manifest.estate:
            misfits.append(Misfit(ESTATE, f'is of the estate "{judged.name}", {MANIFEST} of "{manifest.estate}"'))
        if not covered.said:
            for kind, names, there in (
                ("app", judged.apps, covered.apps),
                ("repository", judged.repositories, covered.repositories),
            ):
                misfits += [
                    Misfit(MANIFEST, f"says {_WHOLE}, and its scope lacks the {kind} {name} of {ESTATE}")
                    for name in sorted(names.keys() - set(there))
                ]
    left = manifest.population.whole - len(manifest.population.collected)
    if not covered.said and left > 0:
        misfits.append(Misfit(MANIFEST, f"says {_WHOLE}, and {left} checks of it were not to be judged"))
    if asked.estate and manifest.estate != asked.estate:
        misfits.append(Misfit(MANIFEST, f'is of the estate "{manifest.estate}", and you asked for "{asked.estate}"'))
    if asked.estate and covered.said:
        misfits.append(Misfit(MANIFEST, f"is not of all of {asked.estate}: {covered.said}"))
    return checked("scope", said, misfits)


def _age(found: Evidence, manifest: Manifest, asked: Asked, now: datetime) -> Checked:
    """Say when the run ended, and hold that against the age that somebody allows, and against the observation's."""
    ended = _instant(manifest.ended)
    observed = _instant(str((found.json(OBSERVATION, dict) or {}).get("as_of", ""))) if found.files else None
    if ended and observed and observed.replace(microsecond=0) != ended.replace(microsecond=0):
        told = f"says that the run ended at {manifest.ended}, and {OBSERVATION} is as of {observed.isoformat()}"
        return checked("age", "", [Misfit(MANIFEST, told)])
    if ended and (started := _instant(manifest.started)) and started > ended:
        return checked("age", "", [Misfit(MANIFEST, f"says that the run began at {manifest.started}, after its end")])
    if ended is None:
        return checked("age", "", [Misfit(MANIFEST, "does not say when the run ended, so its age cannot be told")])
    age = now - ended
    said = f"ended {_told(age)} ago ({manifest.ended} by {manifest.clock} clock)"
    if not is_real(manifest.world):
        said = f"ended at {manifest.ended} by {manifest.clock} clock: of {manifest.world} that proves no age"
        if asked.max_age is not None:
            return checked("age", said, [Misfit(MANIFEST, said)])
        return Checked("age", said)
    misfits = []
    if age < -_AHEAD:
        misfits.append(Misfit(MANIFEST, f"says that the run ended at {manifest.ended}, which is still to come"))
    if asked.max_age is not None and age > asked.max_age:
        misfits.append(
            Misfit(MANIFEST, f"{said}, and {_told(asked.max_age)} is allowed{_missing(manifest, asked, now)}")
        )
    return checked("age", said, misfits)


def _missing(manifest: Manifest, asked: Asked, now: datetime) -> str:
    """Say of a run of the providers which nights are missing since it."""
    ended = _instant(manifest.ended)
    if manifest.world != LIVE or ended is None or asked.max_age is None:
        return ""
    gap = nights_since(ended, asked.max_age, now)
    if gap is None:
        return ""
    said = "1 night is" if gap.count == 1 else f"{gap.count} nights are"
    return f": {said} missing since, {days_of(gap)}"


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _told(age: timedelta) -> str:
    minutes = max(int(age.total_seconds()) // 60, 0)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


_NOT_SIGNED = "without a manifest there is nothing that could be signed"


def _signature(found: Evidence, manifest: Manifest) -> str:
    """Say how the signature is checked: that takes a network, and GitHub's own command."""
    if not is_real(manifest.world):
        return f"none: what is of {manifest.world} is never signed"
    repository = manifest.ci.get("repository", "")
    if not repository:
        return "not checked here; it ran outside of CI, where nothing signs it"
    command = ["gh", "attestation", "verify", str(found.directory / MANIFEST), "--repo", repository]
    return f"not checked here: {shlex.join([*command, '--predicate-type', PREDICATE_TYPE])}"
