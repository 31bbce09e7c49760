"""Whether Heroku builds what a script pushes to it: the whole history, to a branch that it builds.

Heroku refuses a shallow clone, and builds main and master alone. Sources: https://devcenter.heroku.com/articles/git and
https://github.com/actions/checkout, which fetches one commit unless it is told otherwise.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from asbuilt.patterns import late
from asbuilt.workflows.deploys.branches import branch_of, builds, sent_by
from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import HEROKU_DEPLOY, PUSH, has_script, only_logs_in, script_of
from asbuilt.workflows.deploys.steps import DeployStep, idle_pushes_of
from asbuilt.workflows.deploys.targets import in_script
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.credentials.heroku_cli import caller_of
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, text_in
from asbuilt.workflows.run.reach import is_on, may_run
from asbuilt.workflows.shell.script import Command, commands, expand
from asbuilt.workflows.yaml.document import Mark, text_of
from asbuilt.workflows.yaml.finding import Finding

_CHECKOUT = "actions/checkout"
_DEPTH = "fetch-depth"
# Its first release fetches all there is.
_WHOLE_BY_DEFAULT = late(r"@v?1(?:\.|$)")
_ENDLESS = 2147483647  # what git takes for no limit


@dataclass(frozen=True, slots=True)
class _Clone:
    """What lies in a folder, and who put it there. `whole`: with its history, None where that is open."""

    whole: bool | None
    by: PlacedStep
    mark: Mark
    told: str
    folder: str = ""


def pushing(workflow_file: WorkflowFile, checkout: Checkout) -> tuple[DeployStep, ...]:
    """Give the scripts of a workflow that push to Heroku; what an action pushes is the action's business."""
    return tuple(
        each
        for each in checkout.deploy_steps
        if each.workflow_file is workflow_file and each.mechanism.push and has_script(each.step)
    )


def unbuilt(found: tuple[DeployStep, ...], checkout: Checkout) -> Iterator[Finding]:
    """Give what the steps of `pushing` push to Heroku that it does not build: open where that cannot be told.

    A shallow clone at the checkout that makes it so, another branch at the push.
    """
    for deploy in found:
        ways = [each for each in checkout.deploy_paths if each.step.placed is deploy.placed]
        for context, of_step in [(each.run.last.context, each.context) for each in ways] or [({}, {})]:
            yield from _shallow(deploy, context, checkout.sources)
            yield from _of_branches(deploy, of_step, checkout.sources)


def idle(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Finding]:
    """Give the pushes of a workflow to branches that Heroku does not build."""
    for job in workflow_file.jobs:
        for push in idle_pushes_of(workflow_file, job, sources):
            yield push.placed.document.finding(
                push.placed.place_of(push.line),
                f"{job.id}: a push to branch {branch_of(push.ref)} of {push.app} deploys nothing: Heroku builds main "
                f"and master alone{caller_of(push.placed, sources)}",
                f"push it to main: {push.ref.rpartition(':')[0] or push.ref}:refs/heads/main",
            )


def _shallow(deploy: DeployStep, context: Context, sources: Sources) -> Iterator[Finding]:
    placed = deploy.placed
    clone = _clone(deploy, context, sources)
    line = deploy.mark.line
    if clone is None:
        found = placed.document.finding(
            deploy.mark,
            f"cannot be told whether `{PUSH.name}` on line {line} sends all history: no step before it is known "
            "to check it out",
            "add to the job, before it: uses: actions/checkout@v7 with fetch-depth: 0",
        )
        yield replace(found, open=True)
    elif clone.whole is None:
        found = clone.by.document.finding(
            clone.mark,
            f"cannot be told whether all history is pushed: `{clone.told}` on line {clone.mark.line} is not known "
            "before the run",
            "set here: fetch-depth: 0",
        )
        yield replace(found, open=True)
    elif not clone.whole:
        by_action = clone.by.step.action == _CHECKOUT
        given = by_action and clone.mark != clone.by.mark
        yield clone.by.document.finding(
            clone.mark,
            f"{placed.job.id}: Heroku refuses what `{PUSH.name}` on line {line} sends: a shallow clone, {clone.told}"
            f"{caller_of(clone.by, sources)}",
            (f"{'set here' if given else 'add to its with'}: fetch-depth: 0")
            if by_action
            else "add before the push: git fetch --unshallow",
        )


def _clone(deploy: DeployStep, context: Context, sources: Sources) -> _Clone | None:
    """Give what a step pushes, by what the steps before it have put there; None where none is known to."""
    placed = deploy.placed
    found: list[_Clone] = []
    for step in sources.steps(placed.workflow_file, placed.job)[: placed.number + 1]:
        if not may_run(step, context, sources):
            continue
        if step.step.action == _CHECKOUT:
            found.append(_checked_out(step, contexts.of_step(step, context, sources)))
        elif step.step.action == HEROKU_DEPLOY.name:
            here = contexts.of_step(step, context, sources)
            if not only_logs_in(step.step, HEROKU_DEPLOY) and is_on(step.step.input("usedocker"), here) is False:
                found = [replace(each, whole=True) for each in found]
        elif "git" in script_of(step.step) or "gh " in script_of(step.step):
            for command in commands(script_of(step.step), step.shell):
                if step is placed and any(command.words == way[-1].words for way in deploy.ways):
                    break
                found = _after(command, step, found)
    folder = _folder(placed.folder)
    return next((each for each in reversed(found) if each.folder == folder), found[-1] if found else None)


def _checked_out(step: PlacedStep, context: Context) -> _Clone:
    node = step.step.input(_DEPTH)
    written = text_of(node) or ""
    mark, folder = step.step.place(_DEPTH), _folder(text_of(step.step.input("path")) or "")
    value = text_in(written, context)
    if isinstance(value, Unknown):
        return _Clone(None, step, mark, " ".join(written.split()), folder)
    if not value.strip():
        whole = _WHOLE_BY_DEFAULT.search((text_of(step.step.uses) or "").strip()) is not None
        return _Clone(whole, step, mark, "as actions/checkout makes it", folder)
    return _Clone(value.strip() == "0", step, mark, f"{_DEPTH} is {value.strip()}", folder)


def _after(command: Command, step: PlacedStep, found: list[_Clone]) -> list[_Clone]:
    """Give what lies in the folders behind a command."""
    words = command.words
    name = words[0].rpartition("/")[2] if words else ""
    mark = step.place_of(command.line)
    call = call_of(words)
    if call is not None and call[1:2] == ("git:clone",):
        return [*found, _Clone(whole=True, by=step, mark=mark, told="")]
    if name == "gh" and words[1:3] == ("repo", "clone"):
        return [*found, _Clone("--depth" not in " ".join(words), step, mark, "made with --depth")]
    if name != "git":
        return found
    verb = next((word for word in words[1:] if not word.startswith("-") and word != "."), "")
    if verb == "clone":
        deep = not any(word.startswith(("--depth", "--shallow")) for word in words)
        return [*found, _Clone(deep, step, mark, "made with --depth")]
    if verb == "init" or "--orphan" in words:
        return [*found, _Clone(whole=True, by=step, mark=mark, told="")]
    if verb in {"fetch", "pull"} and ("--unshallow" in words or _is_endless(words)):
        return [replace(each, whole=True) for each in found]
    return found


def _is_endless(words: tuple[str, ...]) -> bool:
    texts = [word.removeprefix("--depth=") for word in words if word.startswith("--depth=")]
    texts += [after for word, after in pairwise(words) if word in {"--depth", "--deepen"}]
    return any(text.isdigit() and int(text) >= _ENDLESS for text in texts)


def _of_branches(deploy: DeployStep, context: Context, sources: Sources) -> Iterator[Finding]:
    """Give the pushes of a step to a branch that Heroku does not build, where a variable names it."""
    pushed = {way[-1].words for way in deploy.ways}
    for command in commands(script_of(deploy.step), deploy.placed.shell) if pushed else ():
        _, refs = sent_by(command.words) if command.words in pushed else ("", ())
        texts = [text for ref in refs for text in expand(ref, command.variables) if "$" in text]
        for text in texts:
            branch = in_script(branch_of(text), context)
            mark = deploy.placed.place_of(command.line)
            if isinstance(branch, Unknown) and len(refs) == 1:
                fact = f"cannot be told whether Heroku builds the branch: `{text}` on line {mark.line} is not known "
                fact += "before the run"
                fix = "push to main: HEAD:refs/heads/main"
                yield deploy.document.open_finding(mark, fact, fix)
            elif isinstance(branch, str) and not builds(branch.removeprefix("refs/heads/")) and len(refs) == 1:
                yield deploy.document.finding(
                    mark,
                    f"{deploy.job.id}: `{text}` comes to {branch}, and a push to that deploys nothing: Heroku builds "
                    f"main and master alone{caller_of(deploy.placed, sources)}",
                    "push to main: HEAD:refs/heads/main",
                )


def _folder(name: str) -> str:
    path = posixpath.normpath(name.strip()).strip("/")
    return "" if path == "." else path
