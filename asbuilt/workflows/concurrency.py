"""In which concurrency groups a job runs, as far as their names can be told before the run.

Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from collections.abc import Iterator
from dataclasses import dataclass

from asbuilt.workflows.contexts import Context
from asbuilt.workflows.document import Document, text_of
from asbuilt.workflows.expression_tree import Expression, Name, children, member_path, walk
from asbuilt.workflows.expressions import Embedded, ExpressionError, Unknown, evaluate, parse, segments
from asbuilt.workflows.expressions import text_of as written
from asbuilt.workflows.job_runs import JobRun
from asbuilt.workflows.reach import Answer, is_on
from asbuilt.workflows.workflow import Concurrency

# What is not known here, and not said to differ between runs: it is the same in every run, or the target makes it.
_CONSTANT = ("vars", "needs", "matrix", "strategy", "github.repository", "github.repository_owner",
             "github.repository_id", "github.event.repository", "github.server_url", "github.api_url", "github.job",
             "github.workflow_ref")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """A concurrency group: its name, with expressions where they are not known.

    `varies` is the first expression that differs between runs, `empty` the first that the event leaves empty.
    """

    name: str
    varies: str
    empty: str
    cancels: Answer
    setting: Concurrency
    document: Document

    def __hash__(self) -> int:
        return hash((self.name, self.varies, id(self.document), self.setting.mark))

    @property
    def key(self) -> str:
        """The name as GitHub compares it: without regard to case."""
        return self.name.casefold()

    @property
    def is_steady(self) -> bool:
        """Whether it is the same in every run of one way to deploy."""
        return not self.varies and not self.empty

    @property
    def is_known(self) -> bool:
        """Whether the whole name can be told before the run."""
        return "${{" not in self.name


def groups_of(run: JobRun) -> Iterator[Group]:
    """Give the groups that a job waits in: its workflow's and its own, and those of the jobs that call it.

    In a workflow that is called, `github.workflow` is the name of the one that calls.
    """
    entry = run.entry.workflow_file
    for leg in run.legs:
        github = {**leg.context["github"], "workflow": entry.name or entry.path}
        for setting, context in (
            (leg.workflow_file.concurrency, leg.situation.context),
            (leg.job.concurrency, leg.context),
        ):
            if setting is not None:
                yield _group(setting, {**context, "github": github}, leg.workflow_file.document)


def _group(setting: Concurrency, context: Context, document: Document) -> Group:
    name, varies, empty = "", "", ""
    try:
        for part in segments(text_of(setting.group) or ""):
            if isinstance(part, Embedded):
                tree, text = parse(part.text), part.text.strip()
                value = evaluate(tree, context)
                if isinstance(value, Unknown):
                    name += f"${{{{ {text} }}}}"
                    varies = varies or ("" if _is_constant(tree) else text)
                else:
                    name += written(value)
                    empty = empty or (text if not written(value) and _is_of_pull_requests(tree) else "")
            else:
                name += part
    except ExpressionError:
        name = varies = setting.group.text
    return Group(name, varies, empty, is_on(setting.cancel_in_progress, context), setting, document)


def _is_constant(tree: Expression) -> bool:
    """Tell whether an expression is the same in every run: all that it reads is."""
    path = member_path(tree)
    if path is not None:
        return any(path == each or path.startswith(f"{each}.") for each in _CONSTANT)
    if isinstance(tree, Name):
        return tree.name.lower() in _CONSTANT
    return all(_is_constant(child) for child in children(tree))


def _is_of_pull_requests(tree: Expression) -> bool:
    """Tell whether an expression reads what only a pull request has: the branch that it comes from, and goes to."""
    return any(member_path(each) in {"github.head_ref", "github.base_ref"} for each in walk(tree))
