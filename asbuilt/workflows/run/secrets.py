"""Which secrets a job reads in one situation, and where its expressions ask for them.

Names are compared without regard to case. Only expressions are looked at: a secret that a script gets by another way is
not seen. Source: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from asbuilt.workflows.expressions.evaluate import (
    Embedded,
    ExpressionError,
    Unknown,
    evaluate,
    parse,
    segments,
    sole_expression,
    truth,
)
from asbuilt.workflows.expressions.evaluate import text_of as written
from asbuilt.workflows.expressions.tree import Expression, Index, Literal, Logical, Name, children, walk
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile, expressions_of
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, text_in
from asbuilt.workflows.run.job_runs import JobRun, job_runs
from asbuilt.workflows.run.reach import step_runs
from asbuilt.workflows.yaml.document import Document, Mark, Node, Scalar, text_of
from asbuilt.workflows.yaml.document import Mapping as MappingNode

_AT_ONCE = re.compile(r"secrets\s*(?:\)|\[\s*[^'\s]|\.\s*\*)")
EVERY = "*"  # every secret at once: `toJSON(secrets)`, or a name that only the run knows


@dataclass(frozen=True, slots=True)
class Use:
    """A secret that a job reads, and the environment that the job names.

    `secret` is as it is written, or EVERY for all at once. `environment` is None for a job that names none, unknown
    where only the run tells; `document` and `mark` are the place of the text with the expression.
    """

    secret: str
    environment: str | Unknown | None
    run: JobRun
    document: Document
    mark: Mark


def uses_of_secrets(entry: WorkflowFile, sources: Sources, names: Collection[str]) -> Iterator[Use]:
    """Give every use of some secrets by the jobs that a workflow's triggers set off, in each situation.

    In the order of the runs, so one place comes once for each run that reads there. A use of all secrets at once is one
    of these too.

    `names` are in lower case, as GitHub compares them. A name under which its callers hand over something else is left
    out. What a caller hands on under its own name to a workflow of
    this repository, the called job reads: GitHub fills it in there, from the environment of that job, and does so only
    for a name that is handed over: https://github.com/actions/runner/issues/1490

    Raises PastBoundError.
    """
    for run in job_runs(entry, sources, lambda file, job: _may_read(file, job, names)):
        environment = _environment(run.last.job, run.last.context)
        replaced = _replaced(run) if environment is None else frozenset()
        handed_on = _handed_on(run.last.job) if sources.called_by(run.last.job) is not None else frozenset()
        for document, mark, secret in _read(run, sources):
            if secret == EVERY or secret.lower() in set(names) - replaced - handed_on:
                yield Use(secret, environment, run, document, mark)


def _replaced(run: JobRun) -> frozenset[str]:
    """Give the names under which callers hand over something else than the secret of that name."""
    found: set[str] = set()
    for leg in run.legs[:-1]:
        if isinstance(leg.job.secrets, MappingNode):
            own = _handed_on(leg.job) - found
            found = {name.lower() for name in leg.job.secrets.values} - own
    return frozenset(found)


def _handed_on(job: Job) -> frozenset[str]:
    """Give the names of the secrets that a job hands over as they are: `KEY: ${{ secrets.KEY }}`."""
    given = job.secrets.values if isinstance(job.secrets, MappingNode) else {}
    return frozenset(name.lower() for name, node in given.items() if _is_secret(node, name))


def _is_secret(node: Node, name: str) -> bool:
    """Tell whether a text is a secret of a name, and nothing else."""
    try:
        expression = sole_expression(text_of(node) or "" if isinstance(node, Scalar) else "")
        tree = parse(expression) if expression is not None else None
    except ExpressionError:
        return False
    match tree:
        case Index(Name(context), Literal(str(member))):
            return context.lower() == "secrets" and member.lower() == name.lower()
        case _:
            return False


def read_by(tree: Expression, context: Context) -> Iterator[str]:
    """Give the secrets that an expression reads: `a && secrets.B` reads none where `a` is false.

        secrets.A               -> "A"
        secrets[inputs.name]    -> the name that `inputs.name` comes to, EVERY where that is not known
        toJSON(secrets)         -> EVERY

    Names are as written, in that order, and may repeat. Raises ExpressionError where an expression on the way fails.
    """
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
