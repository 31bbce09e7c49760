"""Whether a job that calls Heroku has its key from a secret, fails where that secret is empty, and has the CLI.

A run in an environment that GitHub has just created has no secrets: the key is empty, the CLI asks a terminal to log
in, and there is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import script_of
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.judge.credentials.handed_on import not_handed_on
from asbuilt.workflows.judge.credentials.heroku_cli import (
    Call,
    asks_who,
    authenticates,
    caller_of,
    calls,
    missing_cli,
)
from asbuilt.workflows.judge.credentials.heroku_key import KEY, Key, Source, handed_over, key_of, secrets_read
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, known_text
from asbuilt.workflows.run.job_runs import job_runs
from asbuilt.workflows.run.reach import is_on, may_run_on_success
from asbuilt.workflows.shell.languages import GITHUB_SCRIPT, gives_up
from asbuilt.workflows.shell.requests import request_of
from asbuilt.workflows.shell.script import Command, Fate, commands
from asbuilt.workflows.shell.trial import trial
from asbuilt.workflows.yaml.document import texts_of
from asbuilt.workflows.yaml.finding import Finding

# What is told to look at the environment, in whichever way: a script or an action by its name.
_CHECKS = late(r"(?:check|require|assert|verify|validate)[\w/.-]*(?:env|secret|var|key|cred|token)", re.IGNORECASE)
# What Heroku's API tells nobody without a key.
_PRIVATE = late(r"api\.heroku\.com/(?:account|apps)\b")
_EXPRESSION = late(r"\$\{\{.*?\}\}")
_KNOWN = late(r"\b(?:github\.(?:event_name|event\.inputs|ref\w*)|inputs|matrix)\b")  # before the run


@dataclass(frozen=True, slots=True)
class _Need:
    """A call that needs a key, and where it has it from."""

    call: Call
    key: Key


def gaps(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Finding]:
    """Give what keeps the authentication of a workflow's jobs from failing closed.

    By job in the order of the file: at the first call that has no key, at the first that nothing keeps from being made
    with an empty one, and at each key that is not from a secret. Where a key comes from an earlier step, nothing is
    said of it; last, at each job that calls a workflow and does not hand on the secret that this reads its key from.

    Of a key that is written out, the line is not shown.
    """
    for job in workflow_file.jobs:
        needs = [_Need(call, key_of(call, sources)) for call in key_calls(workflow_file, job, sources)]
        keyless = [need.call for need in needs if need.key.source is Source.NOWHERE]
        open_need = _unguarded(workflow_file, job, needs, sources)
        open_call = open_need.call if open_need is not None else None
        if keyless:
            yield _without_key(keyless, sources, unguarded=open_call is keyless[0])
        if open_need is not None and open_call is not None and not (keyless and open_call is keyless[0]):
            yield open_call.placed.document.finding(
                open_call.mark,
                f"{job.id}: no step before {open_call.label} fails when {KEY} is empty"
                f"{caller_of(open_call.placed, sources)}",
                f'add a step before it: run: test -n "${KEY}"' + _besides(open_need),
            )
        yield from _not_from_secrets(needs, sources)
    yield from not_handed_on(workflow_file, sources, lambda file, job: key_calls(file, job, sources))


def calls_without_cli(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Finding]:
    """Give the first call of the Heroku CLI in each job whose runner does not bring it, where nothing installs it.

    At the step that calls. A runner of the team's own, and a container, may bring it.
    """
    for call, runner in missing_cli(workflow_file, sources):
        yield call.placed.document.finding(
            call.mark,
            f"{call.placed.job.id}: {call.label} calls the Heroku CLI, which is not on {runner}, and no step before it "
            f"installs it{caller_of(call.placed, sources)}",
            "add a step before it: run: curl --fail https://cli-assets.heroku.com/install.sh | sh",
        )


def _rejected(command: Command) -> bool:
    """Tell whether a command asks Heroku by the key, and fails the step where Heroku refuses it."""
    if command.fate is not Fate.FAILS:
        return command.refuses and asks_who(command.words)
    request = request_of(command, {})
    asks = request is not None and request.strict and any(map(_PRIVATE.search, request.known))
    return asks_who(command.words) or (asks and any(f"${KEY}" in word or f"${{{KEY}" in word for word in command.words))


def key_calls(workflow_file: WorkflowFile, job: Job, sources: Sources) -> Iterator[Call]:
    """Give the calls of a job that need a key: those of the CLI, and of git where they hand it over."""
    for placed in sources.steps(workflow_file, job):
        yield from calls(placed, lambda words: authenticates(words) or _by_git(words))


def _by_git(words: tuple[str, ...]) -> bool:
    """Tell whether git is handed the key. Where it is empty, git fails: it asks nobody without a terminal."""
    return words[:1] == ("git",) and any(f"${KEY}" in word or f"${{{KEY}" in word for word in words)


def _asks_nobody(words: tuple[str, ...]) -> bool:
    """Tell whether a call fails by itself where its key is empty."""
    return _by_git(words) or asks_who(words)


def _fails_by_itself(call: Call) -> bool:
    """Tell whether a call fails where its key is empty, and its step with it: heroku-deploy does that is handed one."""
    return bool(handed_over(call)) or (call.command is not None and _asks_nobody(call.command.words))


def _asks_to_log_in(words: tuple[str, ...]) -> bool:
    return authenticates(words) and not asks_who(words)


def _without_key(calls_without: list[Call], sources: Sources, *, unguarded: bool) -> Finding:
    first = calls_without[0]
    lines = dict.fromkeys(call.placed.mark.line for call in calls_without if call.placed is not first.placed)
    others = f" (nor have the steps on {', '.join(f'line {line}' for line in lines)})" if lines else ""
    guard = ", and no step before it fails where there is none" if unguarded else ""
    return first.placed.document.finding(
        first.mark,
        f"{first.placed.job.id}: {first.label} has no {KEY} in its environment{others}{guard}"
        f"{caller_of(first.placed, sources)}",
        f"add to the job: env: {KEY}: ${{{{ secrets.{KEY} }}}}"
        + (f', and a first step: run: test -n "${KEY}"' if unguarded else ""),
    )


def _not_from_secrets(needs: list[_Need], sources: Sources) -> Iterator[Finding]:
    for need in needs:
        if need.key.source is Source.ELSEWHERE:
            literal = need.key.literal
            name = need.call.key_input if need.key.handed else KEY
            told = "written out here" if literal else need.key.written or "empty"
            found = (need.key.document or need.call.placed.document).finding(
                need.key.mark or need.call.mark,
                f"{need.call.placed.job.id}: {name} is {told}, expected one from secrets"
                f"{caller_of(need.call.placed, sources)}",
                f"write: {name}: ${{{{ secrets.{KEY} }}}}" + ("; revoke the key that is here" if literal else ""),
            )
            yield replace(found, excerpt="") if literal else found  # the line has the key itself


def _besides(need: _Need) -> str:
    """Say what else a guard before a call needs: the key, where that is the step's own, and a shell in an action."""
    placed, key = need.call.placed, need.key
    own = key.mark is not None and any(key.mark == each.step.env.place(KEY) for each in placed.lineage if each.step.env)
    given = f", with env: {KEY}: {key.written}" if own and "${{" in key.written else ""
    return given + (", with shell: bash" if placed.within is not None else "")


def _unguarded(workflow_file: WorkflowFile, job: Job, needs: list[_Need], sources: Sources) -> _Need | None:
    """Give the first call of the CLI that nothing keeps from being made with an empty key."""
    made = [need for need in needs if not _fails_by_itself(need.call)]
    if not made or made[0].key.source in {Source.ELSEWHERE, Source.OPEN}:
        return None
    secrets = dict.fromkeys((name for need in made for name in secrets_read(need.call, need.key)), "")
    first = {id(need.call.placed): need.call for need in reversed(made)}
    last = max(need.call.placed.number for need in made)
    steps = sources.steps(workflow_file, job)[: last + 1]
    for context in _contexts(job, steps, sources):
        call = _open_call(steps, first, context, {**context, "secrets": secrets}, sources)
        if call is not None:
            return next(need for need in made if need.call is call)
    return None


def _contexts(job: Job, steps: tuple[PlacedStep, ...], sources: Sources) -> Iterator[Context]:
    """Give what a job's expressions can see, once for each different choice of the steps that run, and of scripts."""
    read = [text for each in steps for text in _EXPRESSION.findall(script_of(each.step)) if _KNOWN.search(text)]
    if not read and all(each.step.condition is None for each in steps):
        yield {}
        return
    seen: set[tuple[object, ...]] = set()
    for entry in sources.workflow_files:
        for run in job_runs(entry, sources, lambda _, each: each is job):
            runs = (may_run_on_success(each, run.last.context, sources) for each in steps)
            choice = (*runs, *(known_text(text, run.last.context) for text in read))
            if choice not in seen:
                seen.add(choice)
                yield run.last.context
    if not seen:
        yield {}


def _open_call(
    steps: tuple[PlacedStep, ...], first: dict[int, Call], context: Context, empty: Context, sources: Sources
) -> Call | None:
    """Give the first call that is made although the key is empty; None where a step before it fails."""
    for placed in steps:
        call = first.get(id(placed))
        if call is None:
            if may_run_on_success(placed, empty, sources) and _refuses(placed, context, empty, sources):
                return None
        elif may_run_on_success(placed, context, sources):
            return None if call.command is not None and _refuses(placed, context, empty, sources, call.number) else call
    return None


def _refuses(placed: PlacedStep, context: Context, empty: Context, sources: Sources, before: int | None = None) -> bool:
    """Tell whether a step fails when the key is empty, before it makes a call that needs it: that at a place."""
    otherwise = contexts.of_step(placed, context, sources)["env"]
    here = contexts.of_step(placed, empty, sources)
    here["env"] = {**here["env"], KEY: ""}
    if any(is_on(each.step.continue_on_error, here) is True for each in placed.lineage):
        return False
    script = script_of(placed.step)
    if script:
        variables = {name: value for name, value in here["env"].items() if isinstance(value, str)}
        told = trial(
            script,
            placed.shell,
            variables,
            lambda text: known_text(text, here),
            lambda words, _: _asks_to_log_in(words),
            about={KEY, *(name for name, value in variables.items() if not value and otherwise.get(name) != "")},
        )
        found = commands(script, placed.shell)
        return (
            told.fails
            or any(_CHECKS.search(word) for each in found for word in each.words[:2])
            or any(map(_rejected, found[:before]))
        )
    action = placed.step.action or ""
    given = " ".join(text for _, text in texts_of(placed.step.with_))
    if action == GITHUB_SCRIPT:
        return KEY in given and gives_up(given)
    return _CHECKS.search(action) is not None and placed.action is None
