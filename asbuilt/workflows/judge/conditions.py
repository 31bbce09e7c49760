"""Why a condition is never true, where its text says so: a ref that does not exist, or one that is shut out before.

That it is never true is known already, by playing it through; this finds the words for it. A reason is a pair of texts,
why and what to write, to stand behind a finding.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from asbuilt.workflows.expressions.evaluate import ExpressionError, condition
from asbuilt.workflows.expressions.evaluate import text_of as written
from asbuilt.workflows.expressions.tree import Call, Compare, Expression, Literal, member_path, walk
from asbuilt.workflows.expressions.values import Unknown, equal
from asbuilt.workflows.files.workflow import Input, Job, WorkflowFile
from asbuilt.workflows.triggers.events import ON_DEFAULT_BRANCH
from asbuilt.workflows.triggers.globs import matches
from asbuilt.workflows.triggers.refs import HEADS, TAGS
from asbuilt.workflows.triggers.situations import Situation
from asbuilt.workflows.yaml.document import Scalar, text_of

_FULL = frozenset({"github.ref", "github.event.ref"})
_SHORT = frozenset(
    {"github.ref_name", "github.base_ref", "github.head_ref", "github.event.workflow_run.head_branch",
     "github.event.pull_request.base.ref", "github.event.pull_request.head.ref"}
)  # fmt: skip
_ROOTS = (HEADS, TAGS, "refs/pull/")
# What was meant for `refs/heads/NAME` or `refs/tags/NAME`.
_MEANT = re.compile(r"/?(?:\w*/)?(?P<kind>heads?|branch(?:es)?|tags?)/(?P<name>.+)", re.IGNORECASE)

_INPUTS = ("github.event.inputs", "inputs")

Reason = tuple[str, str]


def reason(test: Scalar, file: WorkflowFile, refs: Iterable[str]) -> Reason:
    """Say why a condition is never true, and what to write; both empty where its text does not tell.

        github.ref == 'main' -> "github.ref is a whole ref, ... and never 'main'", "write 'refs/heads/main'"

    `file` is the workflow that the event sets off, `refs` those that its triggers let through.
    """
    try:
        tree = condition(text_of(test) or "")
    except ExpressionError:
        return "", ""
    asked = list(_asked(tree))
    found = (_malformed(*each) for each in asked)
    return next(filter(None, found), None) or _shut_out(asked, file, list(refs)) or ("", "")


def elsewhere(test: Scalar, situation: Situation | None) -> Reason:
    """Say that a condition asks the ref of a run for a branch that it is not on, whatever has set it off.

        after `workflow_run`, github.ref_name == 'live'
            -> "github.ref_name is the default branch there, main", "github.event.workflow_run.head_branch == 'live'"

    Both texts are empty where it does not.
    """
    try:
        asked = list(_asked(condition(text_of(test) or "")))
    except ExpressionError:
        return "", ""
    github = situation.context["github"] if situation is not None else {}
    for member, text, beginning in asked:
        name = member.removeprefix("github.")
        if situation is None or name not in {"ref", "ref_name"}:
            continue
        ref, short = github.get(name), text.removeprefix(HEADS)
        if situation.event == "pull_request" and isinstance(ref, Unknown) and not text[:1].isdigit():
            if not text.lower().startswith("refs/pull/"):
                why = f"{member} of a pull request that is not merged is {'refs/pull/' * (name == 'ref')}NUMBER/merge"
                return why, f"write {_asking('github.base_ref', short, beginning=beginning)}"
        elif situation.event in ON_DEFAULT_BRANCH and isinstance(ref, str):
            held = ref.lower().startswith(text.lower()) if beginning else equal(ref, text) is True
            if not held:
                why = f"{member} is the default branch after {situation.event}, {ref}"
                head = "github.event.workflow_run.head_branch"
                asking = _asking(head, short, beginning=beginning) if situation.upstream else f"{member} == '{ref}'"
                return why, f"write {asking}"
    return "", ""


def _asking(member: str, text: str, *, beginning: bool) -> str:
    return f"startsWith({member}, '{text}')" if beginning else f"{member} == '{text}'"


def absence(test: Scalar, file: WorkflowFile, job: Job) -> Reason:
    """Say that a condition of a job asks for what is not there: a job that it does not need, an input, an option.

        needs.test.result == 'success'
            -> "it reads needs.test, and job deploy does not need test", "needs: [build, test]"

    `file` is the one in which the job stands. Both texts are empty where it asks for nothing of the kind.
    """
    try:
        tree = condition(text_of(test) or "")
    except ExpressionError:
        return "", ""
    declared = {each.name.lower(): each for trigger in file.triggers for each in trigger.inputs}
    for node in walk(tree):
        root, name = _read(member_path(node) or "")
        if root == "needs" and name not in {need.text.lower() for need in job.needs}:
            needs = ", ".join((*(need.text for need in job.needs), name))
            return f"it reads needs.{name}, and job {job.id} does not need {name}", f"needs: [{needs}]"
        if root in _INPUTS and name not in declared:
            known = ", ".join(each.name for each in declared.values()) or "none"
            why = f"it reads the input {name}, and the inputs that {file.file_name} declares are: {known}"
            return why, "declare the input, or correct its name"
    return next(filter(None, (_never_equal(node, declared) for node in walk(tree))), ("", ""))


def _read(path: str) -> tuple[str, str]:
    """Give the context and the name there that a member reads: of `needs.test.result`, `needs` and `test`."""
    root = next((root for root in (*_INPUTS, "needs") if path.startswith(f"{root}.")), "")
    return root, path.removeprefix(f"{root}.").partition(".")[0]


def _never_equal(node: Expression, declared: Mapping[str, Input]) -> Reason | None:
    """Say that an input is held against what it never is."""
    if not isinstance(node, Compare) or node.operator != "==":
        return None
    for side, other in ((node.left, node.right), (node.right, node.left)):
        root, name = _read(member_path(side) or "")
        asked = declared.get(name) if root in _INPUTS and isinstance(other, Literal) else None
        if asked is None or not isinstance(other, Literal):
            continue
        member = f"{root}.{asked.name}"
        if isinstance(other.value, bool) and root != "inputs":
            right = "true" if other.value else "false"
            return f"{member} is a text", f"write {member} == '{right}'"
        if isinstance(other.value, str) and asked.type == "boolean" and root == "inputs":
            return f"{member} is true or false, and no text", f"write {member}, or !{member}"
        if asked.type == "choice" and not any(equal(each, other.value) is True for each in asked.options):
            options = ", ".join(asked.options)
            return f"{asked.name} is one of {options}, and never {written(other.value)}", f"write one of {options}"
    return None


def _asked(tree: Expression) -> Iterator[tuple[str, str, bool]]:
    """Give each member that a condition holds against a text: the member, the text, and whether it is a beginning."""
    for node in walk(tree):
        if isinstance(node, Compare) and node.operator == "==":
            sides = ((node.left, node.right), (node.right, node.left))
            for member, text in sides:
                if isinstance(text, Literal) and isinstance(text.value, str) and (path := member_path(member)):
                    yield path, text.value, False
        elif isinstance(node, Call) and node.function == "startswith":
            member, text = node.arguments[:2]
            if isinstance(text, Literal) and isinstance(text.value, str) and (path := member_path(member)):
                yield path, text.value, True


def _malformed(member: str, text: str, beginning: bool) -> Reason | None:  # noqa: FBT001 - a part of what is asked
    """Say that a text is no ref of the kind that a member holds."""
    meant = _MEANT.fullmatch(text)
    lowered = text.lower()
    if member in _FULL:
        good = any(lowered.startswith(root) or (beginning and root.startswith(lowered)) for root in _ROOTS)
        if good:
            return None
        kind = TAGS if meant and meant["kind"].lower().startswith("tag") else HEADS
        right = kind + (meant["name"] if meant else text)
        return f"{member} is a whole ref, such as refs/heads/main, and never '{text}'", f"write '{right}'"
    if member in _SHORT and meant is not None and "/" in text and re.match(r"\w+/(?:heads?|tags?)/", lowered):
        return f"{member} is a name without refs/heads/, and never '{text}'", f"write '{meant['name']}'"
    return None


def _shut_out(asked: list[tuple[str, str, bool]], file: WorkflowFile, refs: list[str]) -> Reason | None:
    """Say that a condition asks for what no trigger lets through: a ref or an event."""
    events = {trigger.event for trigger in file.triggers}
    for member, text, beginning in asked:
        if member == "github.event_name" and text.lower() not in events:
            why = f"it asks for {text}, and {file.file_name} is set off by {', '.join(sorted(events))}"
            return why, f"add {text} to `on`, or correct the condition"
        crons = [cron for trigger in file.triggers for cron in trigger.crons]
        if member == "github.event.schedule" and crons and not any(equal(cron, text) is True for cron in crons):
            why = f"it asks for the cron {text}, and {file.file_name} has {', '.join(crons)}"
            return why, "write the cron as it is in the schedule"
        name = _name(member, text)
        if name is None or not refs or any(_lets_through(pattern, name, beginning) for pattern in refs):
            continue
        line = next((trigger.mark.line for trigger in file.triggers if trigger.event == "push"), None)
        asked_for = f"{name}*" if beginning else name
        where = f" (line {line} of {file.file_name})" if line else ""
        let_through = ", ".join(dict.fromkeys(refs))
        return (
            f"it asks for {asked_for}, and the trigger lets {let_through} through{where}",
            f"let {asked_for} through in the filter, or correct the condition",
        )
    return None


def _name(member: str, text: str) -> str | None:
    return text if member in _FULL else HEADS + text if member == "github.ref_name" else None


def _lets_through(pattern: str, name: str, beginning: bool) -> bool:  # noqa: FBT001 - a part of what is asked
    """Tell whether a filter lets a ref through, or one that begins so, in whichever case a condition asks for it."""
    pattern, name = pattern.lower(), name.lower()
    if not beginning:
        return matches(pattern, name)
    fixed = re.split(r"[*?+\[\]!\\]", pattern, maxsplit=1)[0]
    return fixed.startswith(name) or (name.startswith(fixed) and fixed != pattern)
