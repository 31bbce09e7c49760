"""Gates that are there, and let a deploy through that they should stop.

How a job runs after one that did not succeed:
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from asbuilt.workflows.expressions.evaluate import ExpressionError, sole_expression
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Job
from asbuilt.workflows.judge.gate_steps import weak_step
from asbuilt.workflows.judge.undecided import quoted
from asbuilt.workflows.paths.deploy_path import DeployPath, Gate
from asbuilt.workflows.run.job_runs import Leg
from asbuilt.workflows.run.reach import Answer, play, tolerates_failure
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding

_ENDS = {"failure": "fails", "cancelled": "is cancelled", "skipped": "is skipped"}
# What a job that did not succeed hands over is not known: a condition on it cannot be decided here.
_ASKS_FOR_OUTPUTS = re.compile(r"needs\b.*\boutputs\b|toJSON\(\s*needs\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Passed:
    """That a job runs although a gate before it ended without success, and in which ways.

    `gate` is the one that it could ask for: where the gate that is called `name` stands in a called workflow, the call.
    """

    leg: Leg
    name: str
    gate: Gate
    ends: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is a skip alone, and cannot be told before the run whether the gate is skipped."""
        return self.ends == ("skipped",)


def holes(path: DeployPath, names: Iterable[str], sources: Sources) -> Iterator[Finding]:
    """Give why declared gates that stand before a deploy do not hold it; nothing of one that does, or is not there.

    Each by its own cause; those that one condition lets by are one finding. `names` are ids of jobs, without regard to
    case. Of several gates with one name, it is enough that one holds.
    """
    found: list[Finding | _Passed] = []
    for name in names:
        of_name = [_hole(gate, path, sources) for gate in path.ancestors if gate.is_called(name)]
        found += [each for each in of_name if each is not None] if None not in of_name else ()
    passed: dict[tuple[int, tuple[str, ...]], list[_Passed]] = {}
    for each in found:
        if isinstance(each, _Passed):
            passed.setdefault((id(each.leg), each.ends), []).append(each)
        else:
            yield each
    for together in passed.values():
        yield _passing(path, together)


def _hole(gate: Gate, path: DeployPath, sources: Sources) -> Finding | _Passed | None:
    """Say why a gate does not hold a deploy; None where it does."""
    passed = _passed_by(gate)
    first = _skipped(gate, path) or _tolerated(gate, path) or (passed if passed and not passed.is_open else None)
    return first or _hollow(gate, path, sources) or passed


def _skipped(gate: Gate, path: DeployPath) -> Finding | None:
    """Say that a gate does not run on a path, at the condition that lets the deploy run all the same."""
    for each in gate.calls:
        if each.runs is False:
            fact = f'{path.app} is deployed ({path.way}) where gate "{gate.name}" is skipped'
            if each.leg is not None and each.call is None:
                return _at_condition(each.leg, fact, [each.job.id])
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


def _passed_by(gate: Gate) -> _Passed | None:
    """Say that a deploy runs although a gate did not succeed. After another run, that is for WF015."""
    outermost = gate.calls[-1]
    leg = outermost.leg
    if outermost.held or leg is None:
        return None
    ends = tuple(end for end in _ENDS if _runs_after(leg, outermost, end))
    return _Passed(leg, gate.name, outermost, ends) if ends else None


def _passing(path: DeployPath, together: list[_Passed]) -> Finding:
    """Say of the gates that one condition lets by how it does; open where only the run tells whether one is skipped."""
    first = together[0]
    gates = list(dict.fromkeys(each.gate.job.id for each in together))
    named = "gate " + " or ".join(f'"{name}"' for name in dict.fromkeys(each.name for each in together))
    if first.is_open and first.gate.job.condition is not None:
        test = first.gate.job.condition
        fact = f"cannot be told whether {named} runs before {path.app}: {quoted(test.text)} on line {test.mark.line}"
        fix = _asking(first.leg.job, gates)
        return first.gate.workflow_file.document.open_finding(test.mark, fact, fix)
    words = " or ".join(_ENDS[end] for end in first.ends)
    return _at_condition(first.leg, f"{path.app} is deployed ({path.way}) where {named} {words}", gates)


def _runs_after(leg: Leg, gate: Gate, end: str) -> bool:
    """Tell whether a job surely runs, as far as the gate has a say, after the gate ended in some way."""
    if end == "skipped" and gate.runs is True:
        return False
    answer: Answer = play(leg.workflow_file, leg.situation, (gate.job.id, end))[leg.job.id].runs
    if answer is True or answer is False:
        return answer
    return gate.job.continue_on_error is None and not _ASKS_FOR_OUTPUTS.search(text_of(leg.job.condition) or "")


def _at_condition(leg: Leg, fact: str, gates: Sequence[str]) -> Finding:
    return leg.workflow_file.document.finding(
        leg.job.place("if"),
        f'{fact}: the `if` of job "{leg.job.id}" lets it',
        _asking(leg.job, gates),
    )


def _asking(job: Job, gates: Sequence[str]) -> str:
    """Give the condition of a job that asks for gates' success too; only of jobs that it needs itself can it ask."""
    needs = [need.text for need in job.needs]
    lacking = [gate for gate in gates if all(need.lower() != gate.lower() for need in needs)]
    written = (text_of(job.condition) or "").strip()
    try:
        within = sole_expression(written) if "${{" in written else written
    except ExpressionError:
        within = None
    within = " ".join((within or "always()").split())
    asks = " && ".join(
        (f"({within})" if "||" in within else within, *(f"needs.{each}.result == 'success'" for each in gates))
    )
    plain = asks[0] not in "!'\"" and not re.search(r": |\s#", asks)  # else YAML reads it in another way
    return (
        (f"needs: [{', '.join((*needs, *lacking))}], and " if lacking else "")
        + "if: "
        + (asks if plain else f"${{{{ {asks} }}}}")
    )


def _hollow(gate: Gate, path: DeployPath, sources: Sources) -> Finding | None:
    """Say that nothing in a gate can fail; what another repository's workflow does is not known."""
    if gate.job.uses is None:
        who = f'gate "{gate.name}" of {path.app}'
        return weak_step(gate, who, sources, [each.job for each in path.ancestors if each.held])
    if sources.called_by(gate.job) is None:
        return None
    inside = [each for each in path.ancestors if each.call is not None and each.call.job is gate.job]
    running = [each for each in inside if each.runs is not False]
    if inside and not running:
        fact = f'gate "{gate.name}" of {path.app} tests nothing: no job of the workflow that it calls runs here'
        return gate.workflow_file.document.finding(gate.job.place("uses"), fact, "call a workflow whose jobs run")
    found = [_tolerated(each, path) or _hollow(each, path, sources) for each in running]
    return None if None in found or not found else found[0]
