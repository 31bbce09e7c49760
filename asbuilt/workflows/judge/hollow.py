"""Gates that are there, and let a deploy through that they should stop.

How a job runs after one that did not succeed:
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
"""

import re
from collections.abc import Iterator

from asbuilt.workflows.expressions.evaluate import ExpressionError, sole_expression
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Job
from asbuilt.workflows.judge.gate_steps import weak_step
from asbuilt.workflows.paths.deploy_path import DeployPath, Gate
from asbuilt.workflows.run.job_runs import Leg
from asbuilt.workflows.run.reach import Answer, play, tolerates_failure
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding

_ENDS = {"failure": "fails", "cancelled": "is cancelled", "skipped": "is skipped"}
# What a job that did not succeed hands over is not known: a condition on it cannot be decided here.
_ASKS_FOR_OUTPUTS = re.compile(r"needs\b.*\boutputs\b|toJSON\(\s*needs\b", re.IGNORECASE | re.DOTALL)


def holes(path: DeployPath, name: str, sources: Sources) -> Iterator[Finding]:
    """Give why a declared gate that stands before a deploy does not hold it; nothing where it does, or is not there.

    One finding at most. `name` is the id of a job, without regard to case.

    Of several gates with one name, it is enough that one holds.
    """
    found = [_hole(gate, path, sources) for gate in path.ancestors if gate.is_called(name)]
    if found and None not in found:
        yield from filter(None, found[:1])


def _hole(gate: Gate, path: DeployPath, sources: Sources) -> Finding | None:
    """Say why a gate does not hold a deploy; None where it does."""
    return _skipped(gate, path) or _tolerated(gate, path) or _passed_by(gate, path) or _hollow(gate, path, sources)


def _skipped(gate: Gate, path: DeployPath) -> Finding | None:
    """Say that a gate does not run on a path, at the condition that lets the deploy run all the same."""
    for each in gate.calls:
        if each.runs is False:
            fact = f'{path.app} is deployed ({path.way}) where gate "{gate.name}" is skipped'
            if each.leg is not None and each.call is None:
                return _at_condition(each.leg, fact, each)
            return each.workflow_file.document.finding(each.job.place("if"), fact + each.caller, "let it run here")
    return None


def _tolerated(gate: Gate, path: DeployPath) -> Finding | None:
    """Say that a gate counts as passed when it fails: its job, or the one that calls it, has `continue-on-error`."""
    for each in gate.calls:
        if tolerates_failure(each.job, each.situation.context) is True:
            return each.workflow_file.document.finding(
                each.job.place("continue-on-error"),
                f'gate "{gate.name}" counts as passed when it fails: {path.app} is deployed all the same' + each.caller,
                "take continue-on-error away",
            )
    return None


def _passed_by(gate: Gate, path: DeployPath) -> Finding | None:
    """Say that a deploy runs although a gate did not succeed. After another run, that is for WF015."""
    outermost = gate.calls[-1]
    leg = outermost.leg
    if outermost.held or leg is None:
        return None
    ends = [end for end in _ENDS if _runs_after(leg, outermost, end)]
    if not ends:
        return None
    words = " or ".join(_ENDS[end] for end in ends)
    return _at_condition(leg, f'{path.app} is deployed ({path.way}) where gate "{gate.name}" {words}', outermost)


def _runs_after(leg: Leg, gate: Gate, end: str) -> bool:
    """Tell whether a job surely runs, as far as the gate has a say, after the gate ended in some way."""
    if end == "skipped" and gate.runs is True:
        return False
    answer: Answer = play(leg.workflow_file, leg.situation, (gate.job.id, end))[leg.job.id].runs
    if answer is True or answer is False:
        return answer
    return gate.job.continue_on_error is None and not _ASKS_FOR_OUTPUTS.search(text_of(leg.job.condition) or "")


def _at_condition(leg: Leg, fact: str, gate: Gate) -> Finding:
    return leg.workflow_file.document.finding(
        leg.job.place("if"),
        f'{fact}: the `if` of job "{leg.job.id}" lets it',
        _asking(leg.job, gate.job.id),
    )


def _asking(job: Job, gate: str) -> str:
    """Give the condition of a job that asks for a gate's success too; only of jobs that it needs itself can it ask."""
    needs = [need.text for need in job.needs]
    named = any(need.lower() == gate.lower() for need in needs)
    written = (text_of(job.condition) or "").strip()
    try:
        within = sole_expression(written) if "${{" in written else written
    except ExpressionError:
        within = None
    within = " ".join((within or "always()").split())
    asks = f"{f'({within})' if '||' in within else within} && needs.{gate}.result == 'success'"
    plain = asks[0] not in "!'\"" and not re.search(r": |\s#", asks)  # else YAML reads it in another way
    return (
        (f"needs: [{', '.join((*needs, gate))}], and " if not named else "")
        + "if: "
        + (asks if plain else f"${{{{ {asks} }}}}")
    )


def _hollow_call(gate: Gate, path: DeployPath, sources: Sources) -> Finding | None:
    """Say that a gate calls a workflow of which nothing can fail; what another repository's does is not known."""
    if sources.called_by(gate.job) is None:
        return None
    inside = [each for each in path.ancestors if each.call is not None and each.call.job is gate.job]
    running = [each for each in inside if each.runs is not False]
    if inside and not running:
        fact = f'gate "{gate.name}" of {path.app} tests nothing: no job of the workflow that it calls runs here'
        return gate.workflow_file.document.finding(gate.job.place("uses"), fact, "call a workflow whose jobs run")
    found = [_tolerated(each, path) or _hollow(each, path, sources) for each in running]
    return None if None in found or not found else found[0]


def _hollow(gate: Gate, path: DeployPath, sources: Sources) -> Finding | None:
    if gate.job.uses is not None:
        return _hollow_call(gate, path, sources)
    return weak_step(gate, path.app, sources, [each.job for each in path.ancestors if each.held])
