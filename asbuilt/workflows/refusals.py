"""Steps that refuse: on what does not suit them they fail the job, whatever else is in it.

- if: github.ref != 'refs/heads/main'
  run: exit 1
"""

import re
from collections.abc import Iterable, Iterator

from asbuilt.workflows import contexts
from asbuilt.workflows.contexts import Context
from asbuilt.workflows.deploy_path import DeployPath
from asbuilt.workflows.document import text_of
from asbuilt.workflows.reach import is_on, step_runs_on_success
from asbuilt.workflows.shell import commands
from asbuilt.workflows.sources import PlacedStep, Sources

_GITHUB_SCRIPT = "actions/github-script"
_SETS_FAILED = re.compile(r"\s*core\.setFailed\(")
_SAYS = frozenset({"echo", "printf", ":"})
_FAILS = re.compile(r"false|exit 0*[1-9][0-9]*")


def without_refused(paths: Iterable[DeployPath]) -> Iterator[DeployPath]:
    """Leave out the paths on which a step before the deploy refuses.

    Where it refuses all of them, they stay: a deploy that nothing lets through is still one.
    """
    found = [(path, _is_refused(path)) for path in paths]
    let_through = {id(path.step) for path, refused in found if not refused}
    for path, refused in found:
        if not (refused and id(path.step) in let_through):
            yield path


def _is_refused(path: DeployPath) -> bool:
    sources = path.sources
    if any(_refuses(each, path.run.last.context, sources) for each in path.earlier):
        return True
    gates = (each for each in path.ancestors if each.held and each.runs is True and not each.upstream)
    return any(
        _refuses(step, gate.situation.context, sources)
        for gate in gates
        for step in sources.steps(gate.workflow_file, gate.job)
    )


def _refuses(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    """Tell whether a step surely runs in a job that does, and fails it. One without a condition is no question."""
    if not any(each.step.condition for each in placed.lineage) or not _fails(placed):
        return False
    for each in placed.lineage:
        here = contexts.of_step(each, context, sources)
        if step_runs_on_success(each.step, here) is not True or is_on(each.step.continue_on_error, here) is not False:
            return False
    return True


def _fails(placed: PlacedStep) -> bool:
    """Tell whether a step does nothing but say something and fail."""
    step = placed.step
    if step.action == _GITHUB_SCRIPT:
        return _SETS_FAILED.match(text_of(step.input("script")) or "") is not None
    script = text_of(step.run) or ""
    if "exit" not in script and "false" not in script:
        return False
    for command in commands(script, placed.shell):
        if command.words and command.words[0] not in _SAYS:
            return _FAILS.fullmatch(" ".join(command.words)) is not None
    return False
