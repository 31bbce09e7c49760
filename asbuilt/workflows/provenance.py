"""Where the code of a deploy comes from, and whether it is what the gates have seen."""

import re
from collections.abc import Collection, Iterator

from asbuilt.workflows import contexts
from asbuilt.workflows.contexts import Context, text_in
from asbuilt.workflows.deploy_path import DeployPath
from asbuilt.workflows.document import Mark, Scalar, text_of
from asbuilt.workflows.events import MERGED
from asbuilt.workflows.expressions import Unknown
from asbuilt.workflows.fault import Fault
from asbuilt.workflows.gates import Gate
from asbuilt.workflows.mechanisms import HEROKU_DEPLOY
from asbuilt.workflows.refs import HEADS
from asbuilt.workflows.situations import Situation
from asbuilt.workflows.sources import PlacedStep, Sources

# Events that anybody can cause who may read the repository.
_OPEN = frozenset(
    {
        "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment",
        "pull_request_comment", "issues", "issue_comment", "discussion", "discussion_comment", "fork", "watch",
    }
)  # fmt: skip
_CHECKOUT = "actions/checkout"
# The event's own commit, however it is written.
_OWN = re.compile(r"^(?:|\$\{\{ ?github\.(?:sha|ref|ref_name) ?\}\}|HEAD)$", re.IGNORECASE)
_UPSTREAM = re.compile(r"github\.event\.workflow_run\.head_(?:sha|commit\.id)", re.IGNORECASE)
OWN, DEFAULT_BRANCH = "the event's own commit", "the head of the default branch"


def comes_from_outside(path: DeployPath, default_branch: str) -> str | None:
    """Give the event of a path that anybody can cause, or None. A merged pull request is code of the branch."""
    for origin in path.origins:
        if origin in _OPEN or (origin == MERGED and path.refs != (HEADS + default_branch,)):
            return origin
    return None


def trigger_mark(path: DeployPath) -> Mark:
    """Give the place of the trigger that sets a path off."""
    file = path.run.entry.workflow_file
    return next((each.mark for each in file.triggers if each.event == path.trigger), Mark(1, 1))


def unseen_by_gates(path: DeployPath, names: Collection[str]) -> Iterator[Fault]:
    """Give what is deployed on a path other than what its gates, by name, or the run before it have seen."""
    checkout = next((each for each in reversed(path.earlier) if _is_checkout(each)), None)
    deployed = _ref(path, checkout) if checkout is not None else None
    mark = _mark(path, checkout)
    if path.upstream is not None:
        if path.conclusions != ("success",):
            ends = " and ".join(str(each or "still running") for each in path.conclusions if each != "success")
            yield Fault(
                path.run.entry.workflow_file.document,
                _condition_mark(path),
                f'job "{path.job}" deploys {path.app} also where {_name(path.upstream)} ended in {ends}',
                "if: github.event.workflow_run.conclusion == 'success'",
            )
        if checkout is not None and deployed is not None and not _UPSTREAM.search(deployed):
            yield Fault(
                checkout.document,
                mark,
                f'job "{path.job}" deploys {deployed}; {_name(path.upstream)} may have run on another commit',
                "ref: ${{ github.event.workflow_run.head_sha }}",
            )
        return
    if checkout is None or deployed is None:
        return
    for gate in path.ancestors:
        if not any(gate.is_called(name) for name in names):
            continue
        for seen in _seen_by(gate, path.sources):
            if seen != deployed:
                yield Fault(
                    checkout.document,
                    mark,
                    f'job "{path.job}" deploys {deployed} ({path.way}), but its gate "{gate.name}" has seen {seen}',
                    "check the same ref out in both",
                )
                return


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _is_checkout(placed: PlacedStep) -> bool:
    return placed.step.action == _CHECKOUT and placed.step.input("repository") is None


def _ref(path: DeployPath, checkout: PlacedStep) -> str:
    """Give the ref that a path deploys: what was checked out, or the branch that the action is told to push."""
    branch = path.step.step.input("branch") if path.step.mechanism == HEROKU_DEPLOY else None
    if branch is not None and not _OWN.match(text_of(branch) or ""):
        return _told(branch, path.context)
    return _checked_out(checkout, path.run.last.context, path.run.last.situation, path.sources)


def _seen_by(gate: Gate, sources: Sources) -> Iterator[str]:
    """Give the refs that a gate's job checks out."""
    context = gate.situation.context
    for placed in sources.steps(gate.workflow_file, gate.job):
        if _is_checkout(placed):
            yield _checked_out(placed, context, gate.situation, sources)


def _checked_out(placed: PlacedStep, context: Context, situation: Situation, sources: Sources) -> str:
    written = placed.step.input("ref")
    if written is None or not (text_of(written) or ""):
        return DEFAULT_BRANCH if situation.event in {"workflow_run", "pull_request_target"} else OWN
    return _told(written, contexts.of_step(placed, context, sources), situation)


def _told(written: Scalar, context: Context, situation: Situation | None = None) -> str:
    """Give what a ref comes to; where only the run knows, its expression."""
    text = " ".join((text_of(written) or "").split())
    value = text_in(text, context)
    github = context["github"]
    if not isinstance(value, Unknown):
        own = {github.get("ref"), github.get("ref_name"), "HEAD", ""}
        return OWN if value in own else value
    if _OWN.match(text) or _is_own(text, context):
        return OWN if situation is None or situation.event != "workflow_run" else DEFAULT_BRANCH
    return re.sub(r"\$\{\{ ?(.*?) ?\}\}", r"${{ \1 }}", text)


def _is_own(text: str, context: Context) -> bool:
    """Tell whether an expression falls back on the event's own commit here: `${{ inputs.ref || github.sha }}`."""
    marked = {**context, "github": {**context["github"], "sha": "\0", "ref": "\0", "ref_name": "\0"}}
    return text_in(text, marked) == "\0"


def _mark(path: DeployPath, checkout: PlacedStep | None) -> Mark:
    if checkout is None:
        return path.mark
    branch = path.step.step.input("branch") if path.step.mechanism == HEROKU_DEPLOY else None
    if branch is not None and not _OWN.match(text_of(branch) or ""):
        return path.step.step.place("branch")
    return checkout.step.place("ref")


def _condition_mark(path: DeployPath) -> Mark:
    entry = path.run.entry
    return entry.job.place("if") if entry.job.condition is not None else trigger_mark(path)
