"""Which secrets a job reads in one situation, and where its expressions ask for them."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from asbuilt.workflows import contexts
from asbuilt.workflows.contexts import Context, text_in
from asbuilt.workflows.document import Document, Mark, Node, text_of
from asbuilt.workflows.expression_tree import Expression, Index, Literal, Logical, Name, children, walk
from asbuilt.workflows.expressions import Embedded, ExpressionError, Unknown, parse, segments, truth
from asbuilt.workflows.job_runs import JobRun, job_runs
from asbuilt.workflows.reach import step_runs
from asbuilt.workflows.sources import Sources
from asbuilt.workflows.workflow import Job, WorkflowFile, expressions_of

_AT_ONCE = re.compile(r"secrets\s*(?:\)|\[\s*[^'\s]|\.\s*\*)")
EVERY = "*"  # every secret at once: `toJSON(secrets)`, or a name that only the run knows


@dataclass(frozen=True, slots=True)
class Use:
    """A secret that a job reads, the environment that the job names, and what sets it off."""

    secret: str
    job: str
    environment: str | None
    event: str
    document: Document
    mark: Mark


def uses_of_secrets(entry: WorkflowFile, sources: Sources, names: Collection[str]) -> Iterator[Use]:
    """Give every use of some secrets by the jobs that a workflow's triggers set off, in each situation.

    `names` are in lower case, as GitHub compares them. An environment that cannot be told is None: so is none at all.
    """
    for run in job_runs(entry, sources, lambda file, job: _may_read(file, job, names)):
        leg = run.last
        environment = _environment(leg.job, leg.context)
        if isinstance(environment, Unknown):
            continue
        for document, mark, secret in _read(run, sources):
            if secret == EVERY or secret.lower() in names:
                yield Use(secret, run.name, environment, run.situation.event, document, mark)


def read_by(tree: Expression, context: Context) -> Iterator[str]:
    """Give the secrets that an expression reads: `a && secrets.B` reads none where `a` is false."""
    match tree:
        case Index(Name(name), Literal(str(member))) if name.lower() == "secrets":
            yield member
        case Index(Name(name)) if name.lower() == "secrets":
            yield EVERY
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
