"""Whether a command that a deploying job runs in a dyno passes on how it ended.

`heroku run` succeeds whatever the command came to: a migration that fails leaves the run green. Source:
https://devcenter.heroku.com/articles/heroku-cli-commands#heroku-run-command
"""

import re
from collections.abc import Iterator

from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import script_of
from asbuilt.workflows.deploys.steps import deploys_of
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.command_places import mark_of
from asbuilt.workflows.judge.remote_commands import hides_status, runs_remotely, waits_for_nothing
from asbuilt.workflows.judge.undecided import quoted
from asbuilt.workflows.run.reach import is_on
from asbuilt.workflows.shell.script import Command, Fate, commands
from asbuilt.workflows.yaml.document import text_of, texts_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

# `if heroku run -x CHECK; then` may be a question; that something failed is none.
_ASKS_FAILURE = re.compile(r"\b(?:if|elif)\s+!\s")


def unheard(workflow_file: WorkflowFile, sources: Sources) -> tuple[Finding, ...]:
    """Give the commands that the deploying jobs of a workflow run in a dyno, and whose failure nobody hears of.

    Each at the command: without its exit code, detached, swallowed by the script, or in a step that may fail.
    """
    return one_for_each_place(_unheard(workflow_file, sources))


def remote_commands(workflow_file: WorkflowFile, sources: Sources) -> Iterator[tuple[PlacedStep, Command]]:
    """Give the commands that the deploying jobs of a workflow run in a dyno, each with its step."""
    for job in workflow_file.jobs:
        if all(deploy.review for deploy in deploys_of(workflow_file, job, sources)):
            continue
        for placed in sources.steps(workflow_file, job):
            script = script_of(placed.step)
            found = commands(script, placed.shell) if "heroku" in script.lower() else ()
            yield from ((placed, command) for command in found if runs_remotely(command.words))


def _unheard(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Finding]:
    for placed, command in remote_commands(workflow_file, sources):
        why, fix = _why(command, placed, sources)
        if why:
            used = f"; {placed.used_by}" if placed.within is not None else ""
            fact = f"{placed.job.id}: nobody hears how {quoted(command.source)} ends: {why}{used}"
            yield placed.document.finding(mark_of(placed, command), fact, fix)


def _why(command: Command, placed: PlacedStep, sources: Sources) -> tuple[str, str]:
    """Say why the failure of a remote command does not fail the job, and what to write; nothing where it does."""
    call = call_of(command.words) or ()
    told = " ".join(
        ("heroku run --exit-code", *(_shown(word) for word in call[2:] if word not in {"-x", "--exit-code"}))
    )
    if waits_for_nothing(command.words):
        return "run:detached does not wait for it", told
    if hides_status(command.words):
        return "heroku run succeeds without --exit-code", told
    if command.fate is Fate.SWALLOWED and not command.refuses:
        return "the script goes on where it fails", "let its own result count: no `|| true`, no `set +e` before it"
    asks_failure = _ASKS_FAILURE.search(placed.document.excerpt(mark_of(placed, command)))
    if command.fate is Fate.TESTED and not command.refuses and asks_failure:
        return "what is done where it fails ends well", "end that branch with exit 1"
    if _is_tolerated(placed, sources):
        return "its step has continue-on-error, and nobody asks how it ended", "take continue-on-error away"
    return "", ""


def _shown(word: str) -> str:
    return f'"{word}"' if " " in word else word


def _is_tolerated(placed: PlacedStep, sources: Sources) -> bool:
    """Tell whether a step may fail, and no other of its job asks for its outcome."""
    lenient = [each for each in placed.lineage if is_on(each.step.continue_on_error, {}) is True]
    if not lenient:
        return False
    ids = [re.escape(each.step.id) for each in lenient if each.step.id]
    if not ids:
        return True
    asked = re.compile(rf"steps\.(?:{'|'.join(ids)})\.outcome\b", re.IGNORECASE)
    return not any(
        asked.search(text)
        for other in sources.steps(placed.workflow_file, placed.job)
        for node in (other.step.env, other.step.with_)
        for text in (
            text_of(other.step.condition) or "",
            text_of(other.step.run) or "",
            *(text for _, text in texts_of(node)),
        )
    )
