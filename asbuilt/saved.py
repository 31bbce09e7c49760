"""What an earlier run saved of what it observed: read back, and held against what that run recorded of it."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from asbuilt.files import MOST_OF_AN_OBSERVATION, NotThereError, RefusedError, read
from asbuilt.judged_again import Again, is_world_of, marked
from asbuilt.model import Observation, load
from asbuilt.option_values import OptionError
from asbuilt.record.bodies import Bodies, NoBodiesError, misfits, unpacked
from asbuilt.record.directory import BODIES, COLLECTED, ESTATE, JOURNAL, MANIFEST, VERDICTS
from asbuilt.record.manifest import Manifest, restored
from asbuilt.texts import line

_CHANGE = "take the file as its run left it, or judge it although it was changed: --edited"


@dataclass(frozen=True, slots=True)
class Saved:
    """An observation with the bodies beside it, whose it is, and what a person is told of it before it is judged."""

    observation: Observation
    again: Again
    bodies: Bodies = field(default_factory=dict)
    said: str = ""

    @property
    def is_edited(self) -> bool:
        """Whether it is known not to be as its run left it."""
        return self.again.fits is False


def saved(named: str, *, edited: bool) -> Saved:
    """Read the observation in a file that somebody names, of at most 256 MiB. Raises OptionError.

    One that its run's manifest, or the bodies beside it, contradict is refused, but where it is to be judged although
    it was `edited`.
    """
    path = Path(named)
    try:
        content = read(path, MOST_OF_AN_OBSERVATION)
        observation = load(content)
    except ValueError as error:
        reason = error if isinstance(error, RefusedError) else "is not an observation that asbuilt saved"
        raise OptionError(f"--observed {named}: {reason}; name a run's observation.json") from error
    digest = sha256(content).hexdigest()
    manifest, wrong = _manifest(path.parent)
    wrong = wrong or (_contradiction(path.name, digest, observation, manifest) if manifest else "")
    bodies, wrong_bodies = _bodies(path.parent, observation, manifest)
    if (wrong := wrong or wrong_bodies) and not edited:
        raise OptionError(f"--observed {named}: {wrong}; {_CHANGE}")
    run = manifest.run if manifest else _run(path.parent)
    again = Again(run, digest, fits=False if wrong else _fits(path.name, manifest))
    world = marked(observation.world, is_edited=bool(wrong))
    return Saved(
        replace(observation, world=world), again, {} if wrong_bodies else bodies, _said(named, again, wrong, manifest)
    )


def _manifest(folder: Path) -> tuple[Manifest | None, str]:
    """Give the manifest of a folder, where it has one, and why it tells nothing."""
    try:
        return restored(read(folder / MANIFEST, MOST_OF_AN_OBSERVATION)), ""
    except NotThereError:
        return None, ""
    except RefusedError as error:
        return None, f"{MANIFEST} beside it {error}"
    except ValueError:
        return None, f"{MANIFEST} beside it is no manifest that asbuilt wrote"


def _contradiction(name: str, digest: str, observation: Observation, manifest: Manifest) -> str:
    """Say what a manifest contradicts of an observation; nothing where it does not, or does not speak of it."""
    recorded = manifest.files.get(name)
    if recorded is None:
        return ""
    if recorded != digest:
        return (
            f"it is not as its run recorded it: its SHA-256 is {digest}, and should be {line(recorded)} "
            f"by the {MANIFEST} beside it"
        )
    if not is_world_of(manifest.world, observation.world):
        return f'its world is "{line(observation.world)}", and by the {MANIFEST} beside it "{line(manifest.world)}"'
    return ""


def _bodies(folder: Path, observation: Observation, manifest: Manifest | None) -> tuple[Bodies, str]:
    """Give the bodies beside an observation, and what contradicts them."""
    recorded = manifest.files.get(BODIES) if manifest else None
    try:
        content = read(folder / BODIES, MOST_OF_AN_OBSERVATION)
        is_now = sha256(content).hexdigest()
        if recorded not in {None, is_now}:
            told = f"its SHA-256 is {is_now}, and should be {line(recorded or '')} by the {MANIFEST}"
            return {}, f"{BODIES} beside it is not as its run recorded it: {told}"
        world, bodies = unpacked(content)
    except NotThereError:
        return {}, f"{BODIES} beside it is not there, and its {MANIFEST} lists it" if recorded else ""
    except (RefusedError, NoBodiesError) as error:
        return {}, f"{BODIES} beside it {error}"
    wrong = misfits(observation, world, bodies)
    return bodies, f"{BODIES} beside it {wrong}" if wrong else ""


def _run(folder: Path) -> str:
    """Give the name of the run whose folder it is; nothing for a folder that is no run's."""
    is_a_run = any((folder / each).exists() for each in (COLLECTED, JOURNAL, VERDICTS, ESTATE))
    return folder.resolve().name if is_a_run else ""


def _fits(name: str, manifest: Manifest | None) -> bool | None:
    """Say whether a manifest vouches for a file: no further than its own run knew what it judged."""
    if manifest is None or name not in manifest.files:
        return None
    return manifest.again.fits if manifest.again else True


def _said(named: str, again: Again, wrong: str, manifest: Manifest | None) -> str:
    if wrong:
        return f"{named}: judged although it was changed (--edited): {wrong}"
    if again.fits is True:
        return ""
    if again.fits is False:
        return f"{named}: judged although it was changed: run {again.run} judged it so"
    why = (
        f"run {again.run} judged what nothing vouched for"
        if manifest and manifest.again and manifest.files.get(Path(named).name)
        else f"no {MANIFEST} beside it speaks of it (its run did not end, or the file was moved)"
    )
    return f"{named}: nothing vouches for it: {why}"
