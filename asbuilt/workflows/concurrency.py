"""In which concurrency groups a job runs, as far as their names can be told before the run."""

from collections.abc import Iterator
from dataclasses import dataclass

from asbuilt.workflows.contexts import Context
from asbuilt.workflows.document import Document, text_of
from asbuilt.workflows.expression_tree import Expression, Index, Literal, Name, children
from asbuilt.workflows.expressions import Embedded, ExpressionError, Unknown, evaluate, parse, segments
from asbuilt.workflows.expressions import text_of as written
from asbuilt.workflows.job_runs import JobRun, Leg
from asbuilt.workflows.reach import Answer, is_on
from asbuilt.workflows.workflow import Concurrency

# What is the same in every run, though it is not known here.
_CONSTANT = ("vars", "github.repository", "github.repository_owner", "github.repository_id", "github.event.repository",
             "github.server_url", "github.api_url", "github.job", "github.workflow_ref")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """A concurrency group: its name, with expressions where they are not known, and whether it differs between runs."""

    name: str
    varies: str
    cancels: Answer
    setting: Concurrency
    document: Document

    def __hash__(self) -> int:
        return hash((self.name, self.varies, id(self.document), self.setting.mark))


def groups_of(run: JobRun) -> Iterator[Group]:
    """Give the groups that a job waits in: its workflow's and its own, and those of the jobs that call it."""
    for leg in run.legs:
        for setting, context in ((leg.workflow_file.concurrency, leg.situation.context), (leg.job.concurrency, leg.context)):
            if setting is not None:
                yield _group(setting, {**context, "github": _named(leg)}, leg)


def _named(leg: Leg) -> dict[str, object]:
    return {**leg.context["github"], "workflow": leg.workflow_file.name or leg.workflow_file.path}


def _group(setting: Concurrency, context: Context, leg: Leg) -> Group:
    name, varies = "", ""
    try:
        for part in segments(text_of(setting.group) or ""):
            if isinstance(part, Embedded):
                tree = parse(part.text)
                value = evaluate(tree, context)
                if isinstance(value, Unknown):
                    name += f"${{{{ {part.text.strip()} }}}}"
                    varies = varies or ("" if _is_constant(tree) else part.text.strip())
                else:
                    name += written(value)
            else:
                name += part
    except ExpressionError:
        name = varies = setting.group.text
    return Group(name, varies, is_on(setting.cancel_in_progress, context), setting, leg.workflow_file.document)


def _is_constant(tree: Expression) -> bool:
    """Tell whether an expression is the same in every run: all that it reads is."""
    path = _path(tree)
    if path is not None:
        return any(path == each or path.startswith(f"{each}.") for each in _CONSTANT)
    return all(_is_constant(child) for child in children(tree)) if not isinstance(tree, Name) else False


def _path(tree: Expression) -> str | None:
    """Give a member's way from its context, such as `github.event.repository`, or None."""
    names: list[str] = []
    while isinstance(tree, Index) and isinstance(tree.index, Literal) and isinstance(tree.index.value, str):
        names.append(tree.index.value.lower())
        tree = tree.target
    return ".".join((tree.name.lower(), *reversed(names))) if isinstance(tree, Name) and names else None
