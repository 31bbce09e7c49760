"""Whether a step runs in a job that does: its own condition, and those of the steps whose actions it is written in."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.run.reach import Answer, step_runs, step_runs_on_success

_Test = Callable[[Step, Mapping[str, Any]], Answer]


def may_run(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    """Tell whether a step can run at all; `context` is what the expressions of its job see."""
    return False not in _answers(placed, context, sources, step_runs)


def surely_runs(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    """Tell whether a step runs whatever is not known before the run."""
    return all(answer is True for answer in _answers(placed, context, sources, step_runs))


def may_run_on_success(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    """Tell whether a step can run where nothing failed before it."""
    return False not in _answers(placed, context, sources, step_runs_on_success)


def _answers(placed: PlacedStep, context: Context, sources: Sources, test: _Test) -> Iterator[Answer]:
    """Give what each condition on the way to a step comes to. A step without one runs when all goes well."""
    for each in placed.lineage:
        if each.step.condition is not None:
            yield test(each.step, contexts.of_step(each, context, sources))
