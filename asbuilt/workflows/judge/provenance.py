"""Where the code of a deploy comes from, and whether it is what the gates have seen.

A ref goes by what it stands for (`checkouts`), so two names of one commit are the same.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from asbuilt.patterns import late
from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.checkouts.checked_out import (
    DEFAULT_BRANCH,
    OWN,
    TESTED,
    Code,
    Reader,
    branches_made,
    is_known_apart,
    pushed,
    ref_in_words,
)
from asbuilt.workflows.judge.checkouts.symbols import Symbols
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.judge.origins import comes_from_outside, trigger_mark
from asbuilt.workflows.judge.outsiders import Say, say_of
from asbuilt.workflows.judge.undecided import quoted
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath, Gate
from asbuilt.workflows.triggers.events import MERGED
from asbuilt.workflows.triggers.globs import matches
from asbuilt.workflows.triggers.refs import HEADS
from asbuilt.workflows.triggers.situations import Situation
from asbuilt.workflows.yaml.document import Mapping, Node, text_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

# What moves an app that was built elsewhere: nothing that is checked out has a part in it.
_BUILDS_IMAGE = late(r"docker (?:buildx )?(?:build|bake)|compose build|container:push|build-push|kaniko|pack build")
_OF_RUN_BEFORE = "ref: ${{ github.event.workflow_run.head_sha }}"
_LONGEST = 200  # of a condition that is handed back with another one before it
_UPLOADS, _DOWNLOADS = re.compile(r"actions/upload-artifact"), re.compile(r"actions/download-artifact")


def set_off_from_outside(workflow_file: WorkflowFile, checkout: Checkout, default_branch: str) -> tuple[Finding, ...]:
    """Give the triggers of a workflow with which anybody can cause a deploy, through whatever it calls.

    At the trigger. `default_branch` is the one whose code is the team's.
    """
    paths = checkout.ways.begun_by(workflow_file)
    return one_for_each_place(found for path in paths if (found := from_outside(path, default_branch)))


def unseen(app: App, default_branch: str, paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give what is deployed to an app other than what its gates have seen; apps made for review are left out.

    At the checkout, the push or the condition that says so. `paths` are the ways to the app.
    """
    ways = [path for path in paths if not path.review]
    return one_for_each_place(
        found for path in ways for found in unseen_by_gates(path, app.gates, default_branch, app.repository or "")
    )


def from_outside(path: DeployPath, default_branch: str) -> Finding | None:
    """Say that anybody can cause a deploy, at the trigger. Apps that are made for a pull request are left out.

    None where nobody from outside can. What no outsider decides, and nobody before the run, leaves it open: that is
    said at the condition.
    """
    origin = comes_from_outside(path, default_branch)
    if origin is None or path.review:
        return None
    say = say_of(path) if origin != MERGED else _of_merged(path)
    if say.answer is False:
        return None
    if say.answer is None:
        return _cannot_be_told(path, origin, say)
    if path.upstream:
        what = (
            f"after a run of {_name(path.upstream)} that {origin} sets off, and anybody can cause that: a fork's branch"
        )
        what, fix = f"{what} may bear any name", _mended_after(path)
    elif origin == MERGED:
        what = f"on a pull request that was merged into any branch, not {default_branch} alone"
        fix = f"branches: [{default_branch}]"
    else:
        what = f"on {origin}, which anybody can cause"
        fix = f"take {origin} out of `on`, or keep it off the job: if: github.event_name != '{origin}'"
        if {each.event for each in path.run.entry.workflow_file.triggers} <= {origin, "workflow_call"}:
            fix = f"let push or workflow_dispatch set it off, and not {origin}"
    fact = f'job "{path.job}" deploys {path.app or "an app that cannot be told"} {what}{path.caller}'
    return path.run.entry.workflow_file.document.finding(trigger_mark(path), fact, fix)


def _of_merged(path: DeployPath) -> Say:
    """Tell whether a merge surely deploys: whoever merges is no outsider, and decides nothing else."""
    document, test = path.open_test or (None, None)
    return Say(True if path.reached else None, document, test)


def _cannot_be_told(path: DeployPath, origin: str, say: Say) -> Finding:
    """Say that it is open whether an event from outside deploys, at the condition that leaves it so."""
    fact = f"cannot be told whether {origin} deploys {path.app or 'an app'}"
    if path.upstream:
        fact += f" after {_name(path.upstream)}"
    fix = f"if: github.event_name != '{origin}'"
    if path.upstream or origin == MERGED:
        fix = _mended_after(path) if path.upstream else f"branches: [{path.sources.default_branch or 'main'}]"
    if say.test is None or say.document is None:
        document, mark = path.run.entry.workflow_file.document, trigger_mark(path)
        return document.open_finding(mark, f"{fact}{path.caller}", fix)
    fact += f": {quoted(say.test.text)} on line {say.test.mark.line}"
    if not path.upstream and origin != MERGED and len(test := _bare(say.test.text)) <= _LONGEST:
        fix = f"if: github.event_name != '{origin}' && ({test})"
    return say.document.open_finding(say.test.mark, fact + path.caller, fix)


def _bare(test: str) -> str:
    """Give a condition on one line without the `${{ }}` around it."""
    line = " ".join(test.split())
    return line[3:-2].strip() if line.startswith("${{") and line.endswith("}}") and line.count("${{") == 1 else line


def _mended_after(path: DeployPath) -> str:
    """Say how to follow pushes alone: the first run that follows another one asks what set that one off."""
    where, situation = "", path.run.situation
    while situation.before is not None and situation.before.upstream is not None:
        where = f" in {_name(situation.upstream.path)}" if situation.upstream is not None else ""
        situation = situation.before
    ask = f"if: github.event.workflow_run.event == 'push'{where}"
    first = situation.upstream
    if first is None or any(each.event == "push" for each in first.triggers):
        return ask
    return f"let push set {first.file_name} off, and ask for it: {ask}"


def unseen_by_gates(
    path: DeployPath, names: Collection[str], default_branch: str = "main", repository: str = ""
) -> Iterator[Finding]:
    """Give what is deployed on a path other than what its gates, by name, or the run before it have seen.

    One finding for a run that is followed whatever its end, and one for another commit. A ref that the jobs of the run
    work out themselves is held against none. `repository` is OWNER/NAME, empty where nobody says.

    A branch's name stands for the branch: that it may have moved on between two jobs is let pass, but not between two
    runs. A gate that tests the head of the branch after another run has not seen what that one ran on.
    """
    if path.upstream is not None and path.conclusions != ("success",):
        yield _after_any_end(path)
    if not path.step.mechanism.promotes:
        gates = [gate for gate in path.ancestors if any(each.is_called(name) for each in gate.calls for name in names)]
        found = _Checkouts(path, default_branch, repository, Symbols(path.sources)).unseen(gates)
        if found is not None:
            yield found


def deploys_own_commit(path: DeployPath, default_branch: str = "main", repository: str = "") -> bool:
    """Tell whether a path deploys the commit of its run unchanged: not another ref, a part of it, or what was built.

    After a run that it follows it deploys that one's commit, if any, which is not its own.
    """
    if path.step.mechanism.promotes or path.upstream is not None:
        return False
    if "subtree" in (text_of(path.step.step.run) or ""):
        return False
    code = _Checkouts(path, default_branch, repository, Symbols(path.sources)).deployed()
    return code is not None and code.ref == OWN and not code.repository


@dataclass(frozen=True, slots=True)
class _Checkouts:
    """What the jobs on a path check out.

    Refs are as the deploying run names them.
    """

    path: DeployPath
    default_branch: str
    repository: str
    symbols: Symbols

    def unseen(self, gates: Iterable[Gate]) -> Finding | None:
        """Say what is deployed that the gates, or the run before, have not seen."""
        path, code = self.path, self.deployed()
        if code is None or not is_known_apart(code.ref):
            return None
        seen = [(gate, refs) for gate in gates if (refs := self.seen_by(gate))]
        before = any(code.ref in refs for gate, refs in seen if gate.upstream)
        if path.upstream is not None and code.ref != TESTED and not before:
            blind = next((gate.name for gate, refs in seen if code.ref in refs), "")
            unlike = f', unlike gate "{blind}",' if blind else ""
            fact = f"{_name(path.upstream)}{unlike} may have run on another commit"
            return _unseen(code, path, fact, f"in both jobs: {_OF_RUN_BEFORE}" if blind else _OF_RUN_BEFORE)
        for gate, refs in seen:
            if code.ref not in refs and all(map(is_known_apart, refs)):
                fact = f'its gate "{gate.name}" has seen {ref_in_words(refs[-1])}'
                return _unseen(code, path, fact, "check the same ref out in both")
        return None

    def deployed(self) -> Code | None:
        """Give the code that is deployed: what the job checked out last, or the ref that the step says it sends."""
        path = self.path
        placed = path.step.placed
        steps = path.sources.steps(path.owner, path.step.job)
        if path.step.mechanism.from_registry and not _uses(steps, _BUILDS_IMAGE):
            return self.of_earlier_job(_BUILDS_IMAGE)
        steps = steps[: placed.number + 1]
        reader = self.reader(path.run.situation, path.refs)
        context = self.symbols.of_run(path.run)
        code = _worked_on(list(reader.code(steps, context)), path)
        if code is None and _uses(steps, _DOWNLOADS):
            code = self.of_earlier_job(_UPLOADS)
        source = pushed(placed, path.step.mechanism)
        if source is None or source.text.strip() in {"", "HEAD", *branches_made(steps)}:
            return code
        ref = reader.ref(self.symbols.in_text(source.text, self.symbols.of_step(placed, context)))
        if code is None:
            return Code(ref, placed, source.mark) if source.is_archive else None
        # A branch that is not checked out is not there to be pushed.
        here = ref == code.ref or HEADS + ref in path.refs
        here = here or (ref == self.default_branch and any(matches(each, HEADS + ref) for each in path.refs))
        return code if here and not source.is_archive else Code(ref, placed, source.mark)

    def of_earlier_job(self, maker: re.Pattern[str]) -> Code | None:
        """Give the code of which a job before the deploy makes what is deployed."""
        for gate in reversed(self.path.ancestors):
            if _uses(self.path.sources.steps(gate.workflow_file, gate.job), maker) and (codes := self.codes_of(gate)):
                return codes[-1]
        return None

    def reader(self, situation: Situation, refs: tuple[str, ...]) -> Reader:
        """Give what reads the refs of jobs that run in a situation."""
        return Reader(situation, refs, self.default_branch, self.symbols, self.repository)

    def seen_by(self, gate: Gate) -> list[str]:
        """Give the refs that a gate's job checks out, as the deploying run names them."""
        return [each.ref for each in self.codes_of(gate)]

    def codes_of(self, gate: Gate) -> list[Code]:
        """Give what the job of a gate checks out, in each row of its matrix."""
        path = self.path
        if not gate.upstream:
            reader = self.reader(path.run.situation, path.refs)
        elif gate.calls[-1].situation is path.run.situation.before:
            reader = self.reader(gate.situation, gate.situation.refs)
        else:
            return []  # further back: which commit that run had is not known here
        steps = path.sources.steps(gate.workflow_file, gate.job)
        rows = self.symbols.of_gate(gate, path.run)
        found = [each for context in rows for each in reader.code(steps, context)]
        own = {OWN, DEFAULT_BRANCH}
        return [replace(each, ref=TESTED) if gate.upstream and each.ref in own else each for each in found]


def _uses(steps: Iterable[PlacedStep], what: re.Pattern[str]) -> bool:
    return any(what.search(f"{text_of(each.step.run) or ''} {each.step.action or ''}") for each in steps)


def _worked_on(codes: list[Code], path: DeployPath) -> Code | None:
    """Give the code that a step deploys, of what its job has checked out: in the folder that it names, if any."""
    named = [each for each in codes if each.folder and _names(path, each.folder)]
    inside = [each for each in codes if not each.folder]
    own = [each for each in codes if not each.repository]
    return next((each[-1] for each in (named, inside, own) if each), None)


def _names(path: DeployPath, folder: str) -> bool:
    """Tell whether a deploying step works in a folder, by what it or its job says."""
    places = (path.step.step.node, path.step.job.node.get("defaults"))
    return any(re.search(rf"(?<![\w-]){re.escape(folder)}(?![\w-])", text) for each in places for text in _texts(each))


def _texts(node: Node | None) -> Iterator[str]:
    if isinstance(node, Mapping):
        for each in node.values.values():
            yield from _texts(each)
    else:
        yield text_of(node) or ""


def _unseen(code: Code, path: DeployPath, why: str, fix: str) -> Finding:
    used = f"; {code.placed.used_by}" if code.placed.within is not None else path.caller
    fact = f'job "{path.job}" deploys {ref_in_words(code.ref)} ({path.way}), but {why}{used}'
    return code.placed.document.finding(code.mark, fact, fix)


def _after_any_end(path: DeployPath) -> Finding:
    entry, ends = path.run.entry, [each for each in path.conclusions if each != "success"]
    said = " and ".join(str(each or "nothing yet: it has only begun") for each in ends)
    fact = f'job "{path.job}" deploys {path.app} also where {_name(path.upstream or "")} ended in {said}'
    document = entry.workflow_file.document
    if path.conclusions == (None,):
        return document.finding(trigger_mark(path), fact, "types: [completed]")
    mark = entry.job.place("if")
    return document.finding(mark, fact, "if: github.event.workflow_run.conclusion == 'success'")


def _name(path: str) -> str:
    return path.rpartition("/")[2]
