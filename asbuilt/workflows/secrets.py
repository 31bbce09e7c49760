"""Which secrets a job reads in one situation, and where its expressions ask for them."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from asbuilt.workflows import contexts
from asbuilt.workflows.contexts import Context, text_in
from asbuilt.workflows.document import Document, Mark, Node, text_of
from asbuilt.workflows.document import Mapping as MappingNode
from asbuilt.workflows.expression_tree import Expression, Index, Literal, Logical, Name, children, walk
from asbuilt.workflows.expressions import Embedded, ExpressionError, Unknown, evaluate, parse, segments, truth
from asbuilt.workflows.expressions import text_of as written
from asbuilt.workflows.fault import Fault, one_for_each_place
from asbuilt.workflows.job_runs import JobRun, job_runs
from asbuilt.workflows.reach import step_runs
from asbuilt.workflows.sources import Sources
from asbuilt.workflows.workflow import Job, WorkflowFile, expressions_of

_AT_ONCE = re.compile(r"secrets\s*(?:\)|\[\s*[^'\s]|\.\s*\*)")
EVERY = "*"  # every secret at once: `toJSON(secrets)`, or a name that only the run knows


@dataclass(frozen=True, slots=True)
class Use:
    """A secret that a job reads, and the environment that the job names."""

    secret: str
    environment: str | None
    run: JobRun
    document: Document
    mark: Mark


def read_outside(entry: WorkflowFile, sources: Sources, homes: Mapping[str, Collection[str]]) -> tuple[Fault, ...]:
    """Give the places where a job reads a secret that belongs to environments of which it names none.

    `homes` has the environments of each secret, by its name in lower case.
    """
    faults = (
        Fault(use.document, use.mark, _said(use, secret, homes[secret]), _mended(use, homes[secret]))
        for use in uses_of_secrets(entry, sources, homes)
        for secret in ((use.secret.lower(),) if use.secret != EVERY else homes)
        if (use.environment or "").lower() not in {each.lower() for each in homes[secret]}
    )
    return one_for_each_place(faults)


def uses_of_secrets(entry: WorkflowFile, sources: Sources, names: Collection[str]) -> Iterator[Use]:
    """Give every use of some secrets by the jobs that a workflow's triggers set off, in each situation.

    `names` are in lower case, as GitHub compares them. A job whose environment cannot be told is left out, and so is
    what a caller hands over under the same name to a job without environment: there it is the caller that reads it.
    """
    for run in job_runs(entry, sources, lambda file, job: _may_read(file, job, names)):
        environment = _environment(run.last.job, run.last.context)
        if isinstance(environment, Unknown):
            continue
        handed = _handed(run) if environment is None else frozenset()
        for document, mark, secret in _read(run, sources):
            if secret == EVERY or (secret.lower() in names and secret.lower() not in handed):
                yield Use(secret, environment, run, document, mark)


def _said(use: Use, secret: str, homes: Collection[str]) -> str:
    run = use.run
    named = secret.upper() if use.secret != EVERY else f"every secret at once, and {secret.upper()} with them,"
    where = f'in environment "{use.environment}"' if use.environment else "and names no environment"
    calls = run.legs[:-1]
    by = f"; called by {calls[-1].workflow_file.file_name}:{calls[-1].job.place('uses').line}" if calls else ""
    does = "hands over" if run.last.job.uses is not None else "reads"
    inputs = tuple(f"{name}={value}" for name, value in run.situation.inputs.items())
    way = " ".join((run.situation.event, *(inputs or run.situation.refs)))
    return f'job "{run.name}" {does} {named} {where} ({way}); it belongs to {" and ".join(homes)} alone{by}'


def _mended(use: Use, homes: Collection[str]) -> str:
    job = use.run.last.job
    if job.uses is not None:
        return f"hand nothing over: the called job takes it itself, with environment: {min(homes)}"
    if use.environment:
        return f"read a secret of {use.environment} here"
    return f"add to job {job.id}: environment: {min(homes)}; or read another secret"


def _handed(run: JobRun) -> frozenset[str]:
    """Give the names of the secrets that the caller hands over one by one."""
    given = run.legs[-2].job.secrets if len(run.legs) > 1 else None
    return frozenset(name.lower() for name in given.values) if isinstance(given, MappingNode) else frozenset()


def read_by(tree: Expression, context: Context) -> Iterator[str]:
    """Give the secrets that an expression reads: `a && secrets.B` reads none where `a` is false."""
    match tree:
        case Index(Name(name), Literal(str(member))) if name.lower() == "secrets":
            yield member
        case Index(Name(name), index) if name.lower() == "secrets":
            member = evaluate(index, context)
            yield EVERY if isinstance(member, Unknown) else written(member)
        case Name(name) if name.lower() == "secrets":
            yield EVERY
        case Logical(operator, operands):
            for operand in operands:
                yield from read_by(operand, context)
                if truth(operand, context) is (operator == "||"):
                    return
        case _:
            for child in children(tree):
                yield from read_by(child, context)


def _all_set(tree: Expression) -> dict[str, Unknown]:
    """Give every secret that an expression names as one that is there: what is chosen when it is missing is no use."""
    named = (
        part.index.value
        for part in walk(tree)
        if isinstance(part, Index) and isinstance(part.index, Literal) and isinstance(part.index.value, str)
    )
    return dict.fromkeys(named, Unknown(truth=True))


def _may_read(file: WorkflowFile, job: Job, names: Collection[str]) -> bool:
    """Tell whether a job's text names one of some secrets, or all of them at once."""
    texts = (scalar.text.lower() for node in (file.env, job.node) for scalar in expressions_of(node))
    return any("secrets" in text and (_AT_ONCE.search(text) or any(name in text for name in names)) for text in texts)


def _environment(job: Job, context: Context) -> str | Unknown | None:
    return text_in(text_of(job.environment) or "", context) or None if job.environment is not None else None


def _read(run: JobRun, sources: Sources) -> Iterator[tuple[Document, Mark, str]]:
    """Give the secrets that a job reads, with the place of each: in its own keys, and in the steps that can run."""
    leg = run.last
    document = leg.workflow_file.document
    if leg.job.uses is None:  # a called workflow does not get its caller's variables
        yield from _in(leg.workflow_file.env, document, leg.context)
    for key, node in leg.job.node.items():
        if key.text != "steps":
            yield from _in(node, document, leg.context)
    for placed in sources.steps(leg.workflow_file, leg.job):
        if placed.within is None:  # an action is handed what it needs by the step that uses it
            context = contexts.of_step(placed, leg.context, sources)
            if step_runs(placed.step, context) is not False:
                yield from _in(placed.step.node, document, context)


def _in(node: Node | None, document: Document, context: Context) -> Iterator[tuple[Document, Mark, str]]:
    for scalar in expressions_of(node):
        try:
            trees = [parse(part.text) for part in segments(scalar.text) if isinstance(part, Embedded)]
            for tree in trees:
                for secret in read_by(tree, {**context, "secrets": _all_set(tree)}):
                    yield document, scalar.mark, secret
        except ExpressionError:
            continue
