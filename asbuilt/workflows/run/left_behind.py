"""What the steps of a job leave for those after them: variables by GITHUB_ENV, and outputs.

Scripts are played through with what is known before the run; what an action or a program writes is not known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from asbuilt.workflows.bounds import WRITING
from asbuilt.workflows.expressions.evaluate import UNKNOWN, Embedded, ExpressionError, Unknown, Whole, segments
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.shell.trial import ENV, OUTPUT, WRITES, Written, written
from asbuilt.workflows.yaml.document import Mapping as Node
from asbuilt.workflows.yaml.document import Scalar, text_of, texts_of

Context = Mapping[str, Any]

_ASKS = "steps."
_SKIPPED = {"outcome": "skipped", "conclusion": "skipped", "outputs": Whole()}


@dataclass(frozen=True, slots=True)
class Look:
    """How steps see their contexts: `contexts` has these, and is above this module."""

    of_step: Callable[[PlacedStep, Context, Sources], dict[str, Any]]
    text_in: Callable[[str, Context], str | Unknown]
    variables: Callable[[Context], Iterator[tuple[str, str]]]
    holds: Callable[[Scalar | None, Context], bool | Unknown]


@dataclass(frozen=True, slots=True)
class Left:
    """What some steps have left.

    `env` has the variables that were written, `names` all that may have been; `read` are the scripts that write no
    other. `steps` has what is known of each step that was looked at, as the context of that name has it.
    """

    env: Mapping[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    steps: Mapping[PlacedStep, Mapping[str, Any]] = field(default_factory=dict)


_NOTHING = Left()


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A context that is asked for again: the same one, not one that is alike."""

    context: Context

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.context is self.context

    def __hash__(self) -> int:
        return id(self.context)


def left_before(placed: PlacedStep, context: Context, sources: Sources, look: Look) -> Left:
    """Give what the steps before one have left; `context` is that of the job."""
    return _left(placed.workflow_file, placed.job, placed.number, context, sources, look)


def steps_before(placed: PlacedStep, context: Context, sources: Sources, look: Look) -> dict[str, Any]:
    """Give the `steps` context of a step, as far as the outputs of those before it can be told.

    Empty, so that nothing is known, for a step that asks for none.
    """
    if not _asks(placed):
        return {}
    return _steps(placed.workflow_file, placed.job, (placed.within, placed.number), context, sources, look)


def steps_of_job(file: WorkflowFile, job: Job, context: Context, sources: Sources, look: Look) -> dict[str, Any]:
    """Give the `steps` context at the end of a job."""
    return _steps(file, job, (None, len(sources.steps(file, job))), context, sources, look)


@lru_cache(maxsize=512)
def _writing(file: WorkflowFile, job: Job, sources: Sources) -> tuple[PlacedStep, ...]:
    """Give the steps of a job whose scripts speak of what they leave for later ones."""
    return tuple(each for each in sources.steps(file, job) if WRITES.search(_script(each)))


@lru_cache(maxsize=4096)
def _asks(placed: PlacedStep) -> bool:
    """Tell whether a step asks for outputs of others."""
    step = placed.step
    texts = [text_of(each) or "" for each in (step.condition, step.run, step.continue_on_error)]
    texts += [text for node in (step.with_, step.env) for _, text in texts_of(node)]
    return any(_ASKS in text for text in texts)


def _script(placed: PlacedStep) -> str:
    return text_of(placed.step.run) or ""


def _left(file: WorkflowFile, job: Job, number: int, context: Context, sources: Sources, look: Look) -> Left:
    writers = _writing(file, job, sources)
    count = sum(each.number < number for each in writers)
    return _after(writers, count, _Same(context), sources, look) if 0 < count <= WRITING else _NOTHING


@lru_cache(maxsize=1024)  # each later step asks
def _after(writers: tuple[PlacedStep, ...], count: int, seen: _Same, sources: Sources, look: Look) -> Left:
    """Give what the first steps of those that write have left."""
    before = _after(writers, count - 1, seen, sources, look) if count > 1 else _NOTHING
    placed = writers[count - 1]
    here = look.of_step(placed, seen.context, sources)
    runs = _runs(placed, seen.context, sources, look)
    found = _played(placed, here, look)
    names = before.names | found.env.keys()
    read = before.read | {_script(placed)} if ENV in found.told or runs is False else before.read - {_script(placed)}
    if runs is False:
        return Left(before.env, names, read, {**before.steps, placed: _SKIPPED})
    sure = runs is True and all(each.step.continue_on_error is None for each in placed.lineage)
    env = dict(before.env)
    for name, text in found.env.items():
        if text is not None:
            env[name] = text if isinstance(text, str) and (sure or env.get(name) == text) else UNKNOWN
    outputs: dict[str, Any] = {}
    for name, text in found.outputs.items():
        outputs[name] = "" if text is None else text if isinstance(text, str) and sure else UNKNOWN
    whole = Whole(outputs) if OUTPUT in found.all_of else outputs
    return Left(env, names, read, {**before.steps, placed: {"outputs": whole}})


def _runs(placed: PlacedStep, context: Context, sources: Sources, look: Look) -> bool | Unknown:
    """Tell whether a step runs where all goes well."""
    runs: bool | Unknown = True
    for each in placed.lineage:
        if each.step.condition is not None:
            this = look.holds(each.step.condition, look.of_step(each, context, sources))
            if this is False:
                return False
            runs = this if isinstance(this, Unknown) else runs
    return runs


def _played(placed: PlacedStep, here: Context, look: Look) -> Written:
    """Play the script of a step through, with what its context makes known."""
    script = _script(placed)
    try:
        parts = [each.text for each in segments(script) if isinstance(each, Embedded)]
    except ExpressionError:
        return Written()
    expressions = tuple((" ".join(each.split()), _known(look.text_in(f"${{{{{each}}}}}", here))) for each in parts)
    variables = tuple(sorted((name, text) for name, text in look.variables(here) if name in script))
    return _written(script, placed.shell, variables, expressions)


def _known(text: str | Unknown) -> str | None:
    return text if isinstance(text, str) else None


@lru_cache(maxsize=4096)  # many situations are alike
def _written(
    script: str,
    shell: str | None,
    variables: tuple[tuple[str, str], ...],
    expressions: tuple[tuple[str, str | None], ...],
) -> Written:
    values = dict(expressions)
    return written(script, shell, dict(variables), lambda text: values.get(" ".join(text[3:-2].split())))


def _steps(
    file: WorkflowFile,
    job: Job,
    before: tuple[PlacedStep | None, int],
    context: Context,
    sources: Sources,
    look: Look,
) -> dict[str, Any]:
    """Give what is known of the steps beside each other before a number: those of a job, or within one of its steps."""
    if not _writing(file, job, sources):
        return {}
    within, number = before
    left = _left(file, job, number, context, sources, look)
    every = sources.steps(file, job)
    found: dict[str, Any] = {}
    for each in every[:number]:
        if each.step.id is None or each.within is not within:
            continue
        if each in left.steps:
            found[each.step.id] = left.steps[each]
        elif (action := sources.action_of(each.step)) is not None:
            end = next((one.number for one in every[each.number + 1 :] if each not in one.lineage), len(every))
            if end <= number and (known := _of_action(each, action.document.root, end, context, sources, look)):
                found[each.step.id] = known
    return found


def _of_action(
    placed: PlacedStep, root: Any, end: int, context: Context, sources: Sources, look: Look
) -> Mapping[str, Any] | None:
    """Give what is known of a step that uses a composite action: the outputs that this declares."""
    runs = _runs(placed, context, sources, look)
    if isinstance(runs, Unknown):
        return None
    if runs is False:
        return _SKIPPED
    first = sources.steps(placed.workflow_file, placed.job)[placed.number + 1 : end]
    if not first:
        return None
    inner = _steps(placed.workflow_file, placed.job, (placed, end), context, sources, look)
    here = {**look.of_step(first[0], context, sources), "steps": inner}
    return {"outputs": declared(root, here, look.text_in)}


def declared(root: Any, context: Context, text_in: Callable[[str, Context], str | Unknown]) -> Whole:
    """Give the outputs that an action, or what a workflow declares for its callers, hands on."""
    outputs = root.get("outputs") if isinstance(root, Node) else None
    if not isinstance(outputs, Node):
        return Whole()
    texts = {name: text_of(node.get("value")) or "" for name, node in outputs.values.items() if isinstance(node, Node)}
    return Whole({name: text_in(text, context) for name, text in texts.items()})
