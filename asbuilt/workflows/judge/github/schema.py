"""What may stand below the keys of a workflow: the shapes of GitHub's syntax, as `published.py` has it.

Each table goes from the keys of a mapping to what may stand below them. Events, jobs and steps are judged one by one,
in words of their own; what holds them may be anything here.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_

from asbuilt.workflows.judge.github import published
from asbuilt.workflows.judge.github.published import Syntax
from asbuilt.workflows.judge.github.shapes import ANY, BOOLEAN, NOTHING, NUMBER, TEXT, WORD, Shape, list_of, one_of

_APART = frozenset({"on-strict", "jobs", "steps", "steps-item"})
_NUMBERS = {"boolean": BOOLEAN, "number": NUMBER}


def keys_of(syntax: Syntax, name: str) -> dict[str, Shape]:
    """Give the keys of a mapping, by the name of its definition at GitHub, with the shape of what stands below each.

    keys_of(published.WORKFLOW, "job-factory") -> {"needs": ..., "if": ..., "runs-on": ..., ...}
    """
    return {key: shape_of(syntax, below) for key, below in syntax[name].keys.items()}


def shape_of(syntax: Syntax, name: str) -> Shape:
    """Give the shape of a definition, by its name at GitHub.

    ANY for what is judged apart: events, jobs and steps. Where numbers become texts, a text takes them too.
    """
    definition = syntax[name]
    if name in _APART or "any" in definition.scalars:
        return ANY
    forms = [NOTHING] if "null" in definition.scalars else []
    forms += [one_of(*definition.words)] if definition.words else []
    if "string" in definition.scalars:
        forms.append(TEXT)  # which numbers and the like are made, so these are not said
    elif "non-empty-string" in definition.scalars:
        forms.append(WORD)
    else:
        forms += [shape for kind, shape in _NUMBERS.items() if kind in definition.scalars]
    if definition.items is not None:
        forms.append(list_of(shape_of(syntax, definition.items)))
    if definition.keys or definition.others is not None:
        others = shape_of(syntax, definition.others) if definition.others is not None else None
        required = next(iter(definition.required), "")
        forms.append(Shape("a mapping", keys=keys_of(syntax, name), others=others, required=required))
    return reduce(or_, forms)


def _steps(syntax: Syntax, name: str) -> dict[str, dict[str, Shape]]:
    """Give what a step may have, by the key of what it does, which is the first that it cannot be without."""
    kinds = {syntax[each].required[0]: keys_of(syntax, each) for each in syntax[name].alternatives}
    return {"uses": kinds.pop("uses"), **kinds}  # in the order in which a finding names them


WORKFLOW = keys_of(published.WORKFLOW, "workflow-root-strict")
JOB = keys_of(published.WORKFLOW, "job-factory")
CALLED_JOB = keys_of(published.WORKFLOW, "workflow-job")
STEPS = _steps(published.WORKFLOW, "steps-item")
ACTION_STEPS = _steps(published.ACTION, "composite-step")
# What may stand below each event. A filter that an event does not know does not filter.
EVENTS: Mapping[str, Mapping[str, Shape]] = {
    event: keys_of(published.WORKFLOW, below) for event, below in published.WORKFLOW["on-mapping-strict"].keys.items()
}
