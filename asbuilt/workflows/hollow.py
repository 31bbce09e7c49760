"""Gates that are there, and let everything through."""

import re
from collections.abc import Iterator

from asbuilt.workflows.deploy_path import DeployPath
from asbuilt.workflows.document import Document, Mark, text_of
from asbuilt.workflows.fault import Fault
from asbuilt.workflows.gates import Gate
from asbuilt.workflows.reach import is_on
from asbuilt.workflows.shell import Fate, commands
from asbuilt.workflows.sources import PlacedStep, Sources
from asbuilt.workflows.workflow import Job, Step

_STATUS = re.compile(r"\b(?:always|failure|cancelled|success)\s*\(", re.IGNORECASE)
# What a job does before it tests anything: it may fail, but that says nothing of the code.
_PREPARES = re.compile(
    r"^(?:cd|echo|printf|set|export|true|:|exit|mkdir|cp|mv|ls|cat|sleep|source|\.|git|docker (?:pull|login|rm|stop))\b"
    r"|^(?:npm (?:ci|i|install)|yarn(?: install)?|pnpm (?:i|install)|bundle install|apt(?:-get)?|brew"
    r"|pip3? install|python3? -m (?:pip|venv)|poetry install|uv (?:sync|pip)|gem install|corepack)\b"
)
_SETS_UP = re.compile(r"^actions/|setup|install|cache|login")


def holes(path: DeployPath, name: str, sources: Sources) -> Iterator[Fault]:
    """Give why a declared gate that stands before a deploy does not hold it; nothing where it does, or is not there."""
    found = [gate for gate in path.ancestors if gate.is_called(name)]
    if not found:
        return
    held = [gate for gate in found if gate.held]
    if held:
        for gate in held:
            yield from _hollow(gate, path, sources)
        return
    gate = found[0]
    if gate.upstream:
        return  # what became of the run before is for WF015
    if is_on(gate.job.continue_on_error, gate.situation.context) is not False:
        yield Fault(
            gate.workflow_file.document,
            gate.job.place("continue-on-error"),
            f'gate "{gate.name}" counts as passed when it fails: {path.app} is deployed all the same',
            "take continue-on-error away",
        )
        return
    job, document, mark = _passing_by(path, gate)
    skipped = " is skipped" if gate.runs is False else " fails or is skipped"
    yield Fault(
        document,
        mark,
        f'job "{job.id}" runs where gate "{gate.name}"{skipped}: {path.app} is deployed ({path.way})',
        f"if: needs.{gate.name}.result == 'success'",
    )


def _passing_by(path: DeployPath, gate: Gate) -> tuple[Job, Document, Mark]:
    """Give the job whose condition lets the deploy pass a gate by: the deploying one, or one between."""
    candidates = [(leg.job, leg.workflow_file) for leg in reversed(path.run.legs)]
    candidates += [(each.job, each.workflow_file) for each in path.ancestors if not each.upstream]
    for job, file in candidates:
        if job is not gate.job and _STATUS.search(text_of(job.condition) or ""):
            return job, file.document, job.place("if")
    job, file = candidates[0]
    return job, file.document, job.place("if")


def _hollow(gate: Gate, path: DeployPath, sources: Sources) -> Iterator[Fault]:
    """Give the step that makes a gate hollow: nothing that it tests can fail it."""
    tolerated: PlacedStep | None = None
    swallowed: PlacedStep | None = None
    for placed in sources.steps(gate.workflow_file, gate.job):
        step = placed.step
        if any(is_on(each.step.continue_on_error, gate.situation.context) is True for each in placed.lineage):
            if not _asked_later(placed, gate.job):
                tolerated = tolerated or placed
        elif step.run is not None:
            own = [each for each in commands(step.run.text, placed.shell) if not _PREPARES.match(" ".join(each.words))]
            if any(each.fate is Fate.FAILS or each.refuses for each in own):
                return
            if own:
                swallowed = swallowed or placed
        elif step.action is not None and not _SETS_UP.search(step.action) and sources.action_of(step) is None:
            return
    if tolerated is not None:
        yield Fault(
            tolerated.document,
            tolerated.step.node.place("continue-on-error"),
            f'gate "{gate.name}" of {path.app} cannot fail: its step "{tolerated.step.label}" has continue-on-error',
            "take continue-on-error away",
        )
    elif swallowed is not None:
        yield Fault(
            swallowed.document,
            swallowed.mark,
            f'gate "{gate.name}" of {path.app} cannot fail: its script turns every failure into a success',
            "let the command's own result count: take `|| true` away",
        )


def _asked_later(placed: PlacedStep, job: Job) -> bool:
    """Tell whether a later step asks how a tolerated one ended."""
    identity = placed.lineage[0].step.id
    if identity is None:
        return False
    asked = re.compile(rf"steps\.{re.escape(identity)}\.outcome", re.IGNORECASE)
    return any(
        asked.search(f"{text_of(step.condition) or ''} {text_of(step.run) or ''} {_env(step)}") for step in job.steps
    )


def _env(step: Step) -> str:
    return " ".join(text_of(value) or "" for value in step.env.values.values()) if step.env is not None else ""
