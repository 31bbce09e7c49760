"""Which code the steps of a job work on: the refs that they check out, and the one that a deploy pushes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asbuilt.workflows import contexts
from asbuilt.workflows.contexts import Context
from asbuilt.workflows.document import Mark, text_of
from asbuilt.workflows.events import MERGED
from asbuilt.workflows.mechanisms import HEROKU_DEPLOY
from asbuilt.workflows.reach import step_runs
from asbuilt.workflows.refs import HEADS, TAGS
from asbuilt.workflows.shell import Command, commands, expand
from asbuilt.workflows.situations import Situation
from asbuilt.workflows.sources import PlacedStep
from asbuilt.workflows.symbols import Symbols
from asbuilt.workflows.targets import as_expression

OWN = "the event's own commit"
DEFAULT_BRANCH = "the head of the default branch"
TESTED = "the commit of the run before"
_CHECKOUT = "actions/checkout"
_OWN = re.compile(r"<github\.(?:sha|ref|ref_name|event\.(?:after|head_commit\.id|release\.tag_name))>", re.IGNORECASE)
_OF_MERGED = re.compile(r"<github\.(?:base_ref|event\.pull_request\.(?:merge_commit_sha|base\.ref))>", re.IGNORECASE)
_TESTED = re.compile(r"<github\.event\.workflow_run\.head_(?:sha|commit\.id)>", re.IGNORECASE)
_WORKED_OUT = re.compile(r"<[^>]*\b(?:steps|needs|env|matrix|job|runner)\b|[$`]", re.IGNORECASE)
_FILE = re.compile(r"^\.|\.[a-z]{2,5}$|/$")
# The runner sets these, unless somebody else does.
_VARIABLES = {"github_sha": "github.sha", "github_ref": "github.ref", "github_ref_name": "github.ref_name"}
# Events that run on the default branch, and say so nowhere.
_ON_DEFAULT_BRANCH = frozenset({"schedule", "repository_dispatch"})


@dataclass(frozen=True, slots=True)
class Code:
    """The code that a job works on from some step on: its ref, and the place that says so."""

    ref: str
    placed: PlacedStep
    mark: Mark


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads refs in one situation, set off from `refs`."""

    situation: Situation
    refs: tuple[str, ...]
    default_branch: str
    symbols: Symbols

    def code(self, steps: Iterable[PlacedStep], context: Context) -> Iterator[Code]:
        """Give what the steps of a job check out, in their order. Those that do not run are left out."""
        for placed in steps:
            here = None
            for text, mark in _texts(placed):
                here = here or self.symbols.of_step(placed, context)
                if self._runs(placed, context):
                    yield Code(self.ref(self.symbols.in_text(text, here)), placed, mark)

    def ref(self, found: str) -> str:
        """Give a ref by what it stands for, with symbols for what is not known."""
        text = re.sub(r"<env\.(\w+)>", lambda match: f"<{_VARIABLES.get(match[1].lower(), match[0][1:-1])}>", found)
        text = text.strip().removeprefix(HEADS).removeprefix(TAGS).removeprefix("origin/")
        if text in {"", "HEAD"} or _OWN.fullmatch(text) or self._is_own(text):
            return DEFAULT_BRANCH if self.situation.event == "workflow_run" else OWN
        if _TESTED.fullmatch(text):
            return TESTED
        return text

    def _runs(self, placed: PlacedStep, context: Context) -> bool:
        sources = self.symbols.sources
        return all(
            step_runs(each.step, contexts.of_step(each, context, sources)) is not False for each in placed.lineage
        )

    def _is_own(self, text: str) -> bool:
        """Tell whether a ref that is written out, or the base of a merged pull request, is the event's own."""
        if len(self.refs) == 1 and self.refs[0] in {HEADS + text, TAGS + text}:
            return self.situation.event not in {"pull_request", "workflow_run"} or MERGED in self.situation.origins
        if text == self.default_branch and self.situation.event in {*_ON_DEFAULT_BRANCH, "workflow_run"}:
            return True
        return MERGED in self.situation.origins and _OF_MERGED.fullmatch(text) is not None


def is_told(ref: str) -> bool:
    """Tell whether a ref can be told apart from others: not where the jobs of the run work it out."""
    return _WORKED_OUT.search(ref) is None


def shown(ref: str) -> str:
    """Give a ref for a person: symbols as the expressions that they stand for."""
    return re.sub(r"<([^<>]+)>", r"${{ \1 }}", ref)


def pushed(step: PlacedStep, mechanism: str) -> tuple[str, Mark] | None:
    """Give the ref that a deploying step names itself, as it is written; None where it pushes what is checked out."""
    if mechanism == HEROKU_DEPLOY:
        branch = step.step.input("branch")
        return (text_of(branch) or "", step.step.place("branch")) if branch is not None else None
    if mechanism != "git push" or step.step.run is None:
        return None
    found = {source for command in commands(step.step.run.text, step.shell) for source in _source(command)}
    return (as_expression(found.pop()), step.mark) if len(found) == 1 else None


def _source(command: Command) -> Iterator[str]:
    """Give what a `git push` pushes, before the colon."""
    words = [word for word in command.words if not word.startswith("-")]
    if words[:2] == ["git", "push"] and len(words) == 4:  # noqa: PLR2004 - git push REMOTE REFSPEC
        (text,) = expand(words[3], command.variables)[:1]
        yield text.removeprefix("+").partition(":")[0]


def _texts(placed: PlacedStep) -> Iterator[tuple[str, Mark]]:
    """Give the refs that a step checks out, as they are written, with their places."""
    step = placed.step
    if step.action == _CHECKOUT:
        repository = (text_of(step.input("repository")) or "").replace(" ", "").lower()
        if repository in {"", "${{github.repository}}"}:
            yield text_of(step.input("ref")) or "", step.place("ref")
    elif step.run is not None and "git" in step.run.text:
        for command in commands(step.run.text, placed.shell):
            if (ref := _switched_to(command.words)) is not None:
                yield as_expression(expand(ref, command.variables)[0]), placed.mark


def _switched_to(words: tuple[str, ...]) -> str | None:
    """Give the ref that a command of git puts into the folder; None where it stays, or files alone are fetched."""
    match words:
        case ("git", "checkout" | "switch", *rest):
            options = [word for word in rest if word.startswith("-")]
            names = [word for word in rest if not word.startswith("-")]
            moves = set(options) <= {"-f", "--force", "-q", "--quiet", "--detach", "-d"}
            return names[0] if moves and len(names) == 1 and not _FILE.search(names[0]) else None
        case ("git", "reset", "--hard", ref):
            return ref
        case _:
            return None
