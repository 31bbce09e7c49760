"""Whether the providers' answers that a run kept are those that its transcript has the digests of."""

from asbuilt.model import Observation, load
from asbuilt.record.bodies import NoBodiesError, misfits, unpacked
from asbuilt.record.directory import BODIES, OBSERVATION
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence


def answers(found: Evidence) -> Checked:
    """Hold the kept bodies against the observation that rests on them; where nothing was observed there are none."""
    if not {BODIES, OBSERVATION} & found.files:
        return Checked("answers", "none: no provider was asked")
    observation = _observation(found)
    if observation is None:
        return checked("answers", "", [Misfit(OBSERVATION, "is missing, or is no observation that asbuilt saved")])
    asked = f"{len(observation.transcript)} requests"
    if BODIES not in found.files and not any(each.sha256 for each in observation.transcript):
        return Checked("answers", f"none: {asked}, and nobody answered")
    said = f"{asked}; each digest is of the answer that was kept"
    return checked("answers", said, [Misfit(BODIES, each) for each in [_wrong(found, observation)] if each])


def _observation(found: Evidence) -> Observation | None:
    try:
        return load(found.content(OBSERVATION) or b"")
    except ValueError:
        return None


def _wrong(found: Evidence, observation: Observation) -> str:
    content = found.content(BODIES)
    if content is None:
        return "is missing: nothing shows what the providers answered"
    try:
        world, bodies = unpacked(content)
    except NoBodiesError as error:
        return str(error)
    return misfits(observation, world, bodies)
