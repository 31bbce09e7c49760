"""Whether maintenance mode that a deploy turns on is turned off again, whatever happens behind it.

By the CLI or by Heroku's API: https://devcenter.heroku.com/articles/maintenance-mode and
https://devcenter.heroku.com/articles/platform-api-reference#app-update
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import script_of
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.judge.command_places import mark_of
from asbuilt.workflows.judge.gate_work import counts, work
from asbuilt.workflows.judge.undecided import quoted
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import CANCELLED, FAILED, SUCCEEDED, Context, holds
from asbuilt.workflows.run.reach import Answer, after, before, play
from asbuilt.workflows.shell.requests import request_of
from asbuilt.workflows.shell.script import Command, Fate, commands, option
from asbuilt.workflows.triggers.situations import Situation
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

_MODE = "maintenance"
_BODY = re.compile(r"maintenance\W{1,8}(true|false)\b", re.IGNORECASE)
_TRAPS = frozenset({"EXIT", "0"})
_ASKS_CANCELLED = re.compile(r"\bcancelled\s*\(", re.IGNORECASE)
_CONTEXTS = re.compile(r"\b(?:github|inputs|vars|env|secrets|needs|matrix)\s*\.\s*[\w.*-]+", re.IGNORECASE)

# Whether it is off: where all goes well, where something fails, and where the run is cancelled or reaches its limit.
_Ends: TypeAlias = tuple[Answer, Answer, Answer]
_STATUS: Mapping[str, Mapping[str, Any]] = {"success": SUCCEEDED, "failure": FAILED, "cancelled": CANCELLED}


@dataclass(frozen=True, slots=True)
class _Switch:
    """A command that turns maintenance mode on or off; `app` is what names the app, None where nothing does."""

    on: bool
    app: str | None
    command: Command
    number: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """A job of a path, with the situation in which it runs and what its expressions see."""

    workflow_file: WorkflowFile
    job: Job
    situation: Situation
    context: Context


def left_on(workflow_file: WorkflowFile, checkout: Checkout) -> tuple[Finding, ...]:
    """Give where the jobs on the ways to a deploy turn maintenance mode on, and may leave it so; by a workflow.

    At the command that turns it on. Open where it cannot be told whether what turns it off runs.
    """
    return one_for_each_place(
        found
        for path, seen in _jobs_on_ways(workflow_file, checkout)
        for found in _of_job(seen, path, checkout.sources)
    )


def turned_on(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[PlacedStep]:
    """Give the steps of a workflow, on the ways to a deploy, that turn maintenance mode on."""
    for _, seen in _jobs_on_ways(workflow_file, checkout):
        for placed in checkout.sources.steps(seen.workflow_file, seen.job):
            if any(switch.on for switch in _switches(placed)):
                yield placed


def _jobs_on_ways(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[tuple[DeployPath, _Seen]]:
    steps = checkout.sources.steps_of(workflow_file)
    if not any(_MODE in script_of(placed.step) for placed in steps):
        return  # as in most files: all ways are looked through for the others
    for path in checkout.deploy_paths:
        if not path.review:
            yield from ((path, seen) for seen in _jobs_of(path) if seen.workflow_file is workflow_file)


def _jobs_of(path: DeployPath) -> Iterator[_Seen]:
    for leg in path.run.legs:
        yield _Seen(leg.workflow_file, leg.job, leg.situation, leg.context)
        for job in after(leg.workflow_file, leg.job):
            yield _Seen(leg.workflow_file, job, leg.situation, leg.situation.context)
    for gate in path.ancestors:
        if not gate.upstream:
            yield _Seen(gate.workflow_file, gate.job, gate.situation, gate.situation.context)


def _of_job(seen: _Seen, path: DeployPath, sources: Sources) -> Iterator[Finding]:
    for placed in sources.steps(seen.workflow_file, seen.job):
        for switch in _switches(placed):
            if not switch.on or _runs(placed, seen.context, sources) is False:
                continue
            answers = _is_turned_off(switch, placed, seen, path, sources)
            if all(each is True for each in answers):
                continue
            named = f" of {switch.app}" if switch.app and "$" not in switch.app else ""
            option_ = f" --app {switch.app}" if switch.app else ""
            fix = f'add behind it the step: {{ if: always(), run: "heroku maintenance:off{option_}" }}'
            mark = mark_of(placed, switch.command)
            used = f"; {placed.used_by}" if placed.within is not None else ""
            if False not in answers:
                what = quoted(switch.command.source)
                fact = f"cannot be told whether maintenance mode{named} is turned off again: {what}"
                yield placed.document.open_finding(mark, f"{fact} on line {mark.line}{used}", fix)
            else:
                where = "a step behind fails" if False in answers[:2] else "the run is cancelled or takes too long"
                fact = f'job "{seen.job.id}" turns maintenance mode{named} on, and it stays so where {where}'
                yield placed.document.finding(mark, fact + used, fix)


def _switches(placed: PlacedStep) -> Iterator[_Switch]:
    script = script_of(placed.step)
    if _MODE not in script:
        return
    for number, command in enumerate(commands(script, placed.shell)):
        call = call_of(command.words) or ()
        if call[1:2] in {("maintenance:on",), ("maintenance:off",)}:
            yield _Switch(call[1].endswith(":on"), option(call, "-a", "--app"), command, number)
        elif (request := request_of(command, {})) is not None and request.sends and request.to_heroku:
            told = _BODY.search(" ".join((*command.words, command.stdin)))
            named = re.search(r"api\.heroku\.com/apps/([^/?\"']+)", " ".join(request.known))
            if told:
                yield _Switch(told[1].lower() == "true", named[1] if named else None, command, number)


def _is_turned_off(switch: _Switch, placed: PlacedStep, seen: _Seen, path: DeployPath, sources: Sources) -> _Ends:
    """Tell whether maintenance mode is off again: where all goes well, something fails, or the run is cancelled."""
    if _by_trap(switch, placed) or _in_script(switch, placed):
        return True, True, True
    found: tuple[list[Answer], ...] = ([], [], [])
    if any(not each.on and each.number > switch.number and _same(each, switch) for each in _switches(placed)):
        found[0].append(True)
    for later in sources.steps(seen.workflow_file, seen.job)[placed.number + 1 :]:
        if _turns_off(later, switch):
            for answers, end in zip(found, _STATUS, strict=True):
                answers.append(_as_sure(_runs(later, seen.context, sources, end), later, placed))
    for job, runs in _later_jobs(seen, path):
        if any(
            _turns_off(each, switch) and _runs(each, seen.situation.context, sources) is not False
            for each in sources.steps(*job)
        ):
            for answers, answer in zip(found, runs, strict=True):
                answers.append(answer)
    well, badly, cancelled = map(_any, found)
    return well, badly, cancelled


def _any(answers: Sequence[Answer]) -> Answer:
    return True if True in answers else next((each for each in answers if isinstance(each, Unknown)), False)


def _later_jobs(seen: _Seen, path: DeployPath) -> Iterator[tuple[tuple[WorkflowFile, Job], _Ends]]:
    """Give each job behind one, and behind those that call it; whether it runs, however what is between ends."""
    around = [(seen.workflow_file, seen.job, seen.situation)]
    at = next((at for at, leg in enumerate(path.run.legs) if leg.workflow_file is seen.workflow_file), 0)
    around += [(leg.workflow_file, leg.job, leg.situation) for leg in path.run.legs[:at]]
    for file, job, situation in around:
        usual = play(file, situation)
        for later in after(file, job):
            between = [each for each in before(file, later) if each is job or each in after(file, job)]
            badly, cancelled = (
                _all([play(file, situation, (each.id, end))[later.id].runs for each in between])
                for end in ("failure", "cancelled")
            )
            if isinstance(cancelled, Unknown) and _ASKS_CANCELLED.search(text_of(later.condition) or ""):
                cancelled = False  # a whole run that is cancelled says so to every job
            yield (file, later), (usual[later.id].runs, badly, cancelled)


def _all(answers: Sequence[Answer]) -> Answer:
    return False if False in answers else next((each for each in answers if isinstance(each, Unknown)), True)


def _turns_off(placed: PlacedStep, switch: _Switch) -> bool:
    """Tell whether a step that runs surely turns off what was turned on: nothing before it in its script may fail."""
    for each in _switches(placed):
        if not each.on and _same(each, switch):
            found = commands(script_of(placed.step), placed.shell)
            first = {id(command) for command in found[: each.number]}
            sure = each.command.certain or each.command.fate is not Fate.TESTED
            return sure and not any(id(command) in first and counts(command) for command in work(placed))
    return False


def _same(one: _Switch, other: _Switch) -> bool:
    return one.app is None or other.app is None or one.app == other.app


def _runs(placed: PlacedStep, context: Context, sources: Sources, end: str = "success") -> Answer:
    """Tell whether a step runs in a job in which all went well so far, or which ended in another way."""
    found: list[Answer] = []
    for each in placed.lineage:
        here = {**contexts.of_step(each, context, sources), "job": {"status": end}}
        # An action that runs has had no failure of its own.
        status = _STATUS[end] if each is placed.lineage[0] else SUCCEEDED
        found.append(holds(each.step.condition, here, status))
    return _all(found)


def _as_sure(answer: Answer, later: PlacedStep, placed: PlacedStep) -> Answer:
    """Take a condition for true that asks for no more than that of the step which turned it on, or for its outcome."""
    if not isinstance(answer, Unknown):
        return answer
    asked = {match[0].lower() for match in _CONTEXTS.finditer(text_of(later.step.condition) or "")}
    known = {match[0].lower() for match in _CONTEXTS.finditer(text_of(placed.step.condition) or "")}
    return True if asked <= known else answer


def _by_trap(switch: _Switch, placed: PlacedStep) -> bool:
    """Tell whether the script turns it off when it ends, however that is: `trap '...' EXIT`."""
    script = script_of(placed.step)
    for number, command in enumerate(commands(script, placed.shell)):
        if command.words[:1] != ("trap",) or _TRAPS.isdisjoint(command.words[2:]) or number > switch.number:
            continue
        body = command.words[1]
        if not any(char in body for char in " ;:"):  # the name of a function
            defined = re.search(rf"\b{re.escape(body)}\s*\(\)\s*\{{([^}}]*)\}}", script)
            body = defined[1] if defined else ""
        if re.search(r"maintenance:off", body) or any(match[1].lower() == "false" for match in _BODY.finditer(body)):
            return True
    return False


def _in_script(switch: _Switch, placed: PlacedStep) -> bool:
    """Tell whether the script itself turns it off, and nothing between the two can end it."""
    found = commands(script_of(placed.step), placed.shell)
    for each in _switches(placed):
        if not each.on and each.number > switch.number and _same(each, switch):
            return not any(command.fate is Fate.FAILS for command in found[switch.number + 1 : each.number])
    return False
