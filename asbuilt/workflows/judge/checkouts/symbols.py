"""What a text of a workflow comes to, with a symbol for what only the run knows: its full name, as in `<github.sha>`.

An input that takes any text is one too, though its text is known on a path: whoever starts the run can write another.

Two texts that come to the same symbols are the same in every run, however they are written and through however many
inputs and variables they are handed on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from asbuilt.workflows.expressions.evaluate import (
    Embedded,
    ExpressionError,
    Unknown,
    Whole,
    evaluate,
    parse,
    segments,
    truth,
)
from asbuilt.workflows.expressions.evaluate import text_of as written
from asbuilt.workflows.expressions.tree import Expression, Index, Literal, Logical, Name, walk
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.paths.deploy_path import Gate
from asbuilt.workflows.run import contexts, matrix
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.run.job_runs import JobRun, Leg
from asbuilt.workflows.yaml.document import Mapping as Node
from asbuilt.workflows.yaml.document import Scalar, text_of

# What only the steps of a job know.
_WORKED_OUT = re.compile(r"\b(?:steps|needs|job|runner|hashFiles)\b", re.IGNORECASE)


class Free(str):
    """A text that whoever starts the run by hand can replace by any other: its value here, and its symbol."""

    __slots__ = ("symbol",)
    symbol: str

    def __new__(cls, value: str, name: str) -> Self:
        """Make one of an input's value and its full name."""
        made = super().__new__(cls, value)
        made.symbol = f"<{name}>"
        return made


@dataclass(frozen=True, slots=True)
class Symbols:
    """Puts symbols.

    `sources` are those of the repository. A context that it gives has texts with symbols in them where others have
    UNKNOWN.
    """

    sources: Sources

    def in_text(self, text: str, context: Context) -> str:
        """Give what a text comes to; what GitHub would reject stays as it is written.

            ${{ github.event.inputs.ref || github.sha }} -> <inputs.ref> where the input is free text that was given
            v${{ github.run_number }}                    -> v<github.run_number>

        An expression that is more than one name goes by its whole text. Nothing is UNKNOWN: what is, has a symbol.
        """
        try:
            return "".join(part if isinstance(part, str) else self._come_to(part, context) for part in segments(text))
        except ExpressionError:
            return text

    def of_run(self, run: JobRun) -> Context:
        """Give the context of a job's run, with symbols for the inputs that its callers hand on.

        And for the outputs of the jobs that it needs, unless their steps work these out.
        """
        context = self._with_needs(run.entry.workflow_file, run.entry.job, _freed(run.entry))
        for before, leg in pairwise(run.legs):
            called = self._handed(leg.workflow_file, before.job.with_, context)
            here = {**leg.context, "github": context["github"], "inputs": called}
            context = self._with_needs(leg.workflow_file, leg.job, here)
        return context

    def of_gate(self, gate: Gate, run: JobRun) -> Iterator[Context]:
        """Give the context of a gate's job for each row of its matrix, with symbols for what its callers hand on.

        `run` is that of the job that deploys, whose way the gate stands on. At least one, but for a matrix without a
        row.
        """
        if gate.call is not None:
            outer = next(self.of_gate(gate.call, run))
            known = {**outer, "inputs": self._handed(gate.workflow_file, gate.call.job.with_, outer)}
        elif gate.leg is not None:
            legs = run.legs[: run.legs.index(gate.leg) + 1]
            known = dict(self.of_run(JobRun(legs)))
        else:
            known = dict(gate.situation.context)
        known = self._with_needs(gate.workflow_file, gate.job, {**known, "needs": {}})
        for row in matrix.combinations(gate.job.matrix, known):
            yield {**known, "matrix": row}

    def of_step(self, placed: PlacedStep, context: Context) -> Context:
        """Give the context of a step, from that of its job, with symbols for what inputs and variables hand on.

        As `run.contexts.of_step` does, with a symbol for each variable and input that is not known.
        """
        here = contexts.of_step(placed, context, self.sources)
        if placed.within is None or placed.action is None:
            for node in placed.environments:
                here["env"] = self._with_symbols(here["env"], node, here)
            return here
        outer = self.of_step(placed.within, context)
        here["inputs"] = Whole(self._with_symbols(here["inputs"], placed.within.step.with_, outer))
        inherited = {name: outer["env"].get(name, value) for name, value in here["env"].items()}
        own = placed.step.env.values if placed.step.env is not None else {}
        here["env"] = {name: here["env"][name] if name in own else value for name, value in inherited.items()}
        here["env"] = self._with_symbols(here["env"], placed.step.env, here)
        return here

    def _with_needs(self, file: WorkflowFile, job: Job, context: Context) -> dict[str, Any]:
        """Give a context with symbols in what earlier jobs hand on, unless their steps work it out."""
        needs = dict(context["needs"])
        for each in file.needed_by(job):
            given = each.outputs.values if each.outputs is not None and each.matrix is None else {}
            texts = {name: text_of(node) or "" for name, node in given.items()}
            told = {
                name: self.in_text(text, {**context, "needs": {}})
                for name, text in texts.items()
                if not _WORKED_OUT.search(text)
            }
            if told:
                before = needs.get(each.id, {})
                needs[each.id] = {**before, "outputs": {**before.get("outputs", {}), **told}}
        return {**context, "needs": needs}

    def _come_to(self, part: Embedded, context: Context) -> str:
        chosen = self._chosen(parse(part.text), context)
        return f"<{' '.join(part.text.split())}>" if chosen is None else chosen

    def _chosen(self, tree: Expression, context: Context) -> str | None:
        """Give what an expression comes to: of `a || b` the part that counts. None where that is not one name."""
        if isinstance(tree, Logical):
            for operand in tree.operands:
                answer = True if isinstance(evaluate(operand, context), Free) else truth(operand, context)
                if operand is tree.operands[-1] or answer is (tree.operator == "||"):
                    return self._chosen(operand, context)
                if isinstance(answer, Unknown):
                    return None
        value = evaluate(tree, context)
        if isinstance(value, Free):
            return value.symbol
        if any(isinstance(evaluate(part, context), Free) for part in walk(tree) if _name(part)):
            return None
        if not isinstance(value, Unknown):
            return written(value)
        name = _name(tree)
        return f"<{name}>" if name else None

    def _handed(self, called: WorkflowFile, given: Node | None, context: Context) -> Whole:
        return Whole(self._with_symbols(contexts.of_called(called, given, context), given, context))

    def _with_symbols(self, values: Mapping[str, Any], given: Node | None, context: Context) -> dict[str, Any]:
        """Give values with a symbol for each that is not known or is free, from the texts that give them."""
        found = dict(values)
        nodes = {key.lower(): node for key, node in given.values.items()} if given is not None else {}
        for name, value in values.items():
            node = nodes.get(name.lower())
            if isinstance(node, Scalar) and isinstance(value, str | Unknown) and not isinstance(value, Free):
                found[name] = self.in_text(text_of(node) or "", context)
        return found


def _freed(entry: Leg) -> Context:
    """Give the context of a job in the workflow that is started, with every free text of its inputs as such."""
    if entry.situation.event != "workflow_dispatch":
        return entry.context
    triggers = (each for each in entry.workflow_file.triggers if each.event == "workflow_dispatch")
    names = {each.name for trigger in triggers for each in trigger.inputs if each.type == "string"}

    def freed(inputs: Mapping[str, Any]) -> Whole:
        return Whole(
            {
                name: Free(value, f"inputs.{name}") if name in names and isinstance(value, str) else value
                for name, value in inputs.items()
            }
        )

    github = entry.context["github"]
    event = {**github["event"], "inputs": freed(github["event"]["inputs"])}
    return {**entry.context, "inputs": freed(entry.context["inputs"]), "github": {**github, "event": event}}


def _name(tree: Expression) -> str:
    """Give a member's full name, such as `github.event.release.tag_name`, or nothing."""
    parts = list(_parts(tree))
    if not all(parts):
        return ""
    name = ".".join(reversed(parts))
    return name.removeprefix("github.event.") if name.lower().startswith("github.event.inputs.") else name


def _parts(tree: Expression) -> Iterator[str]:
    while isinstance(tree, Index):
        member = tree.index
        yield member.value if isinstance(member, Literal) and isinstance(member.value, str) else ""
        tree = tree.target
    yield tree.name if isinstance(tree, Name) else ""
