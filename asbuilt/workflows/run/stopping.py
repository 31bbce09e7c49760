"""Steps that stop a job: guards, which fail where the run is not one that may go on.

    - if: github.ref != 'refs/heads/main'
      run: exit 1

Only what surely fails stops anything: a script that is played through to a bad end for what is known of the run, or
GitHub's own `github-script` with core.setFailed() at its beginning. A script that fails whatever is known
stops nothing, unless the `if` of its step says when it does.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.files.workflow import Job, Step
from asbuilt.workflows.run.contexts import FAILED, Context, holds, known_text, variables_of_github
from asbuilt.workflows.shell.languages import GITHUB_SCRIPT, is_shell
from asbuilt.workflows.shell.trial import trial
from asbuilt.workflows.yaml.document import Mapping as Node
from asbuilt.workflows.yaml.document import Scalar, Sequence, text_of, texts_of

_CAN_FAIL = re.compile(r"\bexit\s+[1-9]|\bfalse\b|\[|\btest\s")
# What is known of a run before it.
_KNOWN = re.compile(r"\b(?:github|inputs)\s*[.\[]|\bGITHUB_(?:REF|EVENT_NAME|HEAD_REF|BASE_REF)", re.IGNORECASE)
_SETS_FAILED = re.compile(r"\s*core\.setFailed\(")
_SAYS_NO_MORE = re.compile(r"\s*(?:(?:echo|printf|exit|false|:)\b.*|#.*|)")


def stopping(job: Job, context: Context, end: int | None = None) -> Step | None:
    """Give the first step of a job, or of those before the step with an index, that surely fails in a context.

    `end` is that index, None for all steps. `context` is the one that the job sees, or the situation's. None where no
    step surely fails. Steps within composite actions are not looked at.
    """
    guards = (each for each in _guards(job) if end is None or each.index < end)
    return next((each for each in guards if _fails(each, job, context)), None)


def stopped_before(placed: PlacedStep, context: Context) -> Step | None:
    """Give the step that surely ends a job before it comes to one of its steps, if there is one.

    None too for a step that runs after a failure, by its own condition, and for the job that calls a workflow.
    `context` is that of the job.
    """
    outermost = placed.lineage[0].step
    goes_on = holds(outermost.condition, context, FAILED) is not False
    return None if goes_on or placed.job.uses is not None else stopping(placed.job, context, outermost.index)


@lru_cache(maxsize=32768)
def _guards(job: Job) -> tuple[Step, ...]:
    """Give the steps of a job that may fail for what sets the run off."""
    return tuple(each for each in job.steps if _is_guard(each, job))


def _is_guard(step: Step, job: Job) -> bool:
    if step.continue_on_error is not None:
        return False
    if step.run is None:
        return _sets_failed(step) and _KNOWN.search(text_of(step.condition) or "") is not None
    if not _CAN_FAIL.search(step.run.text):
        return False
    if not is_shell(text_of(step.shell or job.shell) or ("pwsh" if _is_on_windows(job) else "bash")):
        return False
    texts = (text for node in (job.env, step.env) for _, text in texts_of(node))
    return any(map(_KNOWN.search, (text_of(step.condition) or "", step.run.text, *texts)))


def _sets_failed(step: Step) -> bool:
    """Tell whether a step does nothing before it fails, by GitHub's own way to run JavaScript."""
    return step.action == GITHUB_SCRIPT and _SETS_FAILED.match(text_of(step.input("script")) or "") is not None


def _is_on_windows(job: Job) -> bool:
    """Tell whether a job may run where PowerShell reads its scripts."""
    labels = job.runs_on if isinstance(job.runs_on, Sequence) else (job.runs_on,)
    texts = (text_of(each) or "" for each in labels if isinstance(each, Scalar))
    return any("windows" in each.lower() or "${{" in each for each in texts)


def _fails(step: Step, job: Job, context: Context) -> bool:
    """Tell whether a step surely fails: it runs, and its script ends badly for what is known of the run."""
    if holds(step.condition, context) is not True:
        return False
    if step.run is None:
        return True
    script, shell = text_of(step.run) or "", text_of(step.shell or job.shell)
    variables = {name: value for node in (job.env, step.env) for name, value in _known(node, context)}
    variables |= dict(variables_of_github(context, example=True))
    if not trial(script, shell, variables, lambda text: known_text(text, context)).surely_fails:
        return False
    if step.condition is not None and all(map(_SAYS_NO_MORE.fullmatch, script.splitlines())):
        return True
    return not trial(script, shell, {}).surely_fails  # else it is not for what is known that it fails


def _known(node: Node | None, context: Context) -> Iterator[tuple[str, str]]:
    for name, text in texts_of(node):
        value = known_text(text, context)
        if value is not None:
            yield name, value
