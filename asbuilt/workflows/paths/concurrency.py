"""In which concurrency groups a job runs, as far as their names can be told before the run.

Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.workflows.expressions.evaluate import Embedded, ExpressionError, Unknown, evaluate, parse, segments
from asbuilt.workflows.expressions.evaluate import text_of as written
from asbuilt.workflows.expressions.tree import Expression, Name, children, member_path, walk
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Concurrency, Job, WorkflowFile
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.run.job_runs import JobRun, job_runs
from asbuilt.workflows.run.reach import Answer, is_on
from asbuilt.workflows.triggers.events import ON_DEFAULT_BRANCH
from asbuilt.workflows.triggers.refs import HEADS, TAGS
from asbuilt.workflows.triggers.situations import Situation, situations
from asbuilt.workflows.yaml.document import Document, text_of

# What is not known here, and not said to differ between runs: it is the same in every run, or the target makes it.
# That a context is not available at all is for WF001.
_CONSTANT = ("vars", "needs", "matrix", "strategy", "github.repository", "github.repository_owner",
             "github.repository_id", "github.event.repository", "github.server_url", "github.api_url", "github.job",
             "github.workflow_ref", "env", "secrets", "job", "runner", "steps")  # fmt: skip
_REFS = ("github.ref", "github.ref_name", "github.ref_type")


@dataclass(frozen=True, slots=True)
class Group:
    """A concurrency group: its name, with expressions where they are not known.

    `varies` is the first expression that differs between runs, `empty` the first that the event leaves empty; both are
    empty texts where there is none. `cancels` says whether a newer run cancels what is under way. Two are equal by all
    of that and their place.
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
        """Whether it is the same in every run of one way to deploy, and there at all."""
        return not self.varies and not self.empty and bool(self.name)

    def key_on(self, ref: str, situation: Situation) -> str | None:
        """Give the key of a run that a ref sets off; None where it cannot in this situation.

        `ref` is in full. Of a group that is named after the ref, the key with that put in; only of pushes and
        dispatches.
        """
        if situation.event not in {"push", "workflow_dispatch"} or not situation.may_be_on(ref):
            return None
        short = ref.removeprefix(HEADS).removeprefix(TAGS)
        return self.name.replace("${{ github.ref }}", ref).replace("${{ github.ref_name }}", short).casefold()

    @property
    def is_known(self) -> bool:
        """Whether the whole name can be told before the run."""
        return "${{" not in self.name


@lru_cache(maxsize=16)  # each deploy of the job asks
def groups_of(run: JobRun) -> tuple[Group, ...]:
    """Give the groups that a job waits in: its workflow's and its own, and those of the jobs that call it.

    From the outermost: of each leg its workflow's, then its job's. None where nothing sets one.

    In a workflow that is called, `github.workflow` is the name of the one that calls.
    """
    return tuple(_groups_of(run))


def _groups_of(run: JobRun) -> Iterator[Group]:
    for leg in run.legs:
        for setting, context in (
            (leg.workflow_file.concurrency, leg.situation.context),
            (leg.job.concurrency, leg.context),
        ):
            if setting is not None:
                yield _group(setting, context, leg.workflow_file.document, run.entry.workflow_file, run.situation)


@lru_cache(maxsize=8)
def cancelling_groups(sources: Sources) -> tuple[tuple[Group, Situation], ...]:
    """Give every group in which a run of a repository's workflows cancels what is under way, with what sets it off.

    One for each key and setting, and for each choice of refs where the name is not wholly known. Where it cannot be
    told whether it cancels, it is not among them. Raises PastBoundError.
    """
    found: dict[tuple[str, tuple[str, ...], int], tuple[Group, Situation]] = {}
    for file in sources.workflow_files:
        for each, situation in _groups_from(file, sources):
            if each.cancels is True:
                refs = () if each.is_known else situation.refs
                found.setdefault((each.key, refs, id(each.setting)), (each, situation))
    return tuple(found.values())


def _groups_from(entry: WorkflowFile, sources: Sources) -> Iterator[tuple[Group, Situation]]:
    """Give the groups of the runs that a workflow's triggers set off, where they may cancel.

    A workflow takes its own group even where conditions keep all its jobs from running.
    """

    def wanted(file: WorkflowFile, job: Job) -> bool:
        return _may_cancel(job.concurrency) or (file is not entry and _may_cancel(file.concurrency))

    if entry.concurrency is not None and _may_cancel(entry.concurrency):
        for situation in situations(entry, sources):
            yield _group(entry.concurrency, situation.context, entry.document, entry, situation), situation
    for run in job_runs(entry, sources, wanted):
        yield from ((each, run.situation) for each in groups_of(run))


def _may_cancel(setting: Concurrency | None) -> bool:
    return setting is not None and text_of(setting.cancel_in_progress) not in {None, "false"}


def _group(
    setting: Concurrency, context: Context, document: Document, entry: WorkflowFile, situation: Situation
) -> Group:
    """Work out a group's name in a context; an expression that only the run knows stays in it as it is written."""
    context = {**context, "github": {**context["github"], "workflow": entry.name or entry.path}}
    constant = _CONSTANT + (_REFS if situation.event in ON_DEFAULT_BRANCH else ())
    name, varies, empty = "", "", ""
    try:
        for part in segments(text_of(setting.group) or ""):
            if isinstance(part, Embedded):
                tree, text = parse(part.text), part.text.strip()
                value = evaluate(tree, context)
                if isinstance(value, Unknown):
                    name += f"${{{{ {text} }}}}"
                    varies = varies or ("" if _is_constant(tree, constant) else text)
                else:
                    name += written(value)
                    empty = empty or (text if not written(value) and _is_of_pull_requests(tree) else "")
            else:
                name += part
    except ExpressionError:  # WF001 says so
        name = setting.group.text
    return Group(name, varies, empty, is_on(setting.cancel_in_progress, context), setting, document)


def _is_constant(tree: Expression, names: tuple[str, ...]) -> bool:
    """Tell whether an expression is the same in every run: all that it reads is, by the names of what is."""
    path = member_path(tree)
    if path is not None:
        return any(path == each or path.startswith(f"{each}.") for each in names)
    if isinstance(tree, Name):
        return tree.name.lower() in names
    return all(_is_constant(child, names) for child in children(tree))


def _is_of_pull_requests(tree: Expression) -> bool:
    """Tell whether an expression reads what only a pull request has: the branch that it comes from, and goes to."""
    return any(member_path(each) in {"github.head_ref", "github.base_ref"} for each in walk(tree))
