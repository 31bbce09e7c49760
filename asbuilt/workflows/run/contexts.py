"""What the expressions of a step see: inputs, environment variables, and the contexts of its job.

A context is a mapping from the names of GitHub's contexts to values, partly known: what it lacks is unknown before the
run. Source: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from asbuilt.workflows.expressions.evaluate import (
    UNKNOWN,
    ExpressionError,
    Unknown,
    Whole,
    condition,
    evaluate,
    interpolate,
    sole_expression,
    truth,
)
from asbuilt.workflows.expressions.evaluate import text_of as written
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Input, Job, WorkflowFile
from asbuilt.workflows.run.left_behind import Look, left_before, steps_before, steps_of_job
from asbuilt.workflows.said.names import CONTEXTS, Names
from asbuilt.workflows.yaml.document import Mapping as Node
from asbuilt.workflows.yaml.document import Node as AnyNode
from asbuilt.workflows.yaml.document import Scalar, text_of, texts_of

Context = Mapping[str, Any]
# What the functions that ask for the status of a run answer.
SUCCEEDED = {"success": True, "failure": False, "cancelled": False}
FAILED = {"success": False, "failure": True, "cancelled": False}
CANCELLED = {"success": False, "failure": False, "cancelled": True}
# Properties of the `github` context that a script has as variables, too: `GITHUB_REF`.
OF_GITHUB = ("ref", "ref_name", "ref_type", "head_ref", "base_ref", "event_name", "sha")
_NAME = re.compile(r"\w+")
_WRITTEN = re.compile(r"(?<![\w$.])(?<!\$\{)\w+")


def text_in(text: str, context: Context) -> str | Unknown:
    """Give a text with its `${{ }}` replaced, or UNKNOWN; an expression that GitHub would reject is not known.

    A text without an expression is given as it is. Nothing is raised.
    """
    if "${{" not in text:
        return text
    try:
        return interpolate(text, context)
    except ExpressionError:
        return UNKNOWN


def known_text(text: str, context: Context) -> str | None:
    """Give a text with its `${{ }}` replaced; None where it is not known before the run.

    An empty text is known. Nothing is raised: what GitHub would reject is not known.
    """
    found = text_in(text, context)
    return found if isinstance(found, str) else None


def holds(test: Scalar | None, context: Context, status: Mapping[str, Any] = SUCCEEDED) -> bool | Unknown:
    """Tell whether an `if` is true: one that is not written asks for success; one that GitHub rejects is not known.

    `status` is what success(), failure() and cancelled() answer; without it all has gone well so far. False is certain,
    and so is True; all else is UNKNOWN.
    """
    try:
        return truth(condition(text_of(test) or ""), context, status)
    except ExpressionError:
        return UNKNOWN


def of_step(placed: PlacedStep, context: Context, sources: Sources) -> dict[str, Any]:
    """Give the context of a step, from that of its job; in a composite action, `inputs` are the action's own.

    `env` is made of the workflow's, the job's and the step's own variables, each level of which may use those before
    it; in an action, of those of the step that uses it too. What an earlier step surely writes to GITHUB_ENV, or surely
    does not, is known, and so are its outputs; what it may write is UNKNOWN. All else is as the job sees it. Sources:
    https://docs.github.com/en/actions/reference/workflows-and-actions/variables and, for an action's inputs,
    https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
    """
    if placed.within is None or placed.action is None:
        env = _of_job(placed, context)
        here = dict(context)
    else:
        outer = of_step(placed.within, context, sources)
        env = dict(outer["env"])
        given = placed.within.step.with_
        here = {**outer, "inputs": Whole(_texts(_given_inputs(placed.action.inputs, given, outer)))}
        for name in CONTEXTS:  # https://github.com/actions/runner/blob/main/src/Runner.Worker/action_yaml.json
            here.pop(name, None)
    steps = steps_before(placed, context, sources, _LOOK) if "steps" not in context else context["steps"]
    here.pop("steps", None)
    if steps:
        here["steps"] = steps
    env = _with_written(env, placed, context, sources)
    env.update(_variables(placed.step.env, {**here, "env": dict(env)}))
    here["env"] = env
    return here


def known_variables(context: Context) -> Iterator[tuple[str, str]]:
    """Give the variables of a script that are known before the run: those of its step, and GitHub's own.

    `context` is what the step's expressions see. GitHub's are those of a ref, an event and a commit: GITHUB_REF and the
    like, which a step cannot set otherwise.
    """
    own = {f"GITHUB_{name.upper()}" for name in OF_GITHUB}
    given = context.get("env", {}).items()
    yield from ((name, value) for name, value in given if isinstance(value, str) and name not in own)
    yield from variables_of_github(context)


def variables_of(placed: PlacedStep, sources: Sources) -> dict[str, str]:
    """Give the texts of the environment variables that a step is given, but for those that an earlier one writes.

    By name, as they are written, expressions included: what they come to is for `of_step`.

    In a composite action, the inputs that its caller's variables are made of are not to be seen.
    """
    found: dict[str, str] = {}
    for node in (placed.workflow_file.env, placed.job.env):
        found |= dict(texts_of(node))
    if found:
        written = _written_before(placed, sources)
        found = {name: text for name, text in found.items() if not _is_written(name, written)}
    if placed.within is not None:
        found = {name: text for name, text in found.items() if "inputs" not in text}
    return found | dict(texts_of(placed.step.env))


def variables_of_github(context: Context, *, example: bool = False) -> Iterator[tuple[str, str]]:
    """Give the variables that GitHub sets for a script, of a ref, an event and a commit, where they are known.

    A step cannot set them otherwise. With an `example`, the ref of a pull request has some number in it: for tests
    against texts, which name no number.
    """
    github = context.get("github", {})
    for name in OF_GITHUB:
        value = github.get(name)
        if example and isinstance(value, Unknown) and value.numbered:
            value = f"{value.prefix}0{value.suffix}"
        if isinstance(value, str):
            yield f"GITHUB_{name.upper()}", value


def is_given(name: str, placed: PlacedStep, sources: Sources) -> bool:
    """Tell whether a step may be given an environment variable: it is set for it, or an earlier step writes it.

    Its value does not matter, and may be empty. A script that has the name otherwise than to read it counts as writing
    it.
    """
    nodes = (placed.workflow_file.env, placed.job.env, *(each.step.env for each in placed.lineage))
    return any(node is not None and name in node for node in nodes) or _is_written(
        name, _written_before(placed, sources)
    )


def of_called(called: WorkflowFile, given: Node | None, context: Context) -> dict[str, Any]:
    """Give the inputs of a called workflow, with the types that it declares.

    `given` is the `with` of the job that calls, `context` what that job sees. Each declared input has a value: what is
    handed over, else its default, else an empty text, or false for a boolean without a value. What is handed over and
    not declared is left out. Source:
    https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations
    """
    trigger = next((each for each in called.triggers if each.event == "workflow_call"), None)
    return _given_inputs(trigger.inputs if trigger else (), given, without_secrets(context))


def at_end_of_job(file: WorkflowFile, job: Job, context: Context, sources: Sources) -> dict[str, Any]:
    """Give the context of a job's outputs, from that of the job: what its steps have left is in it."""
    steps = steps_of_job(file, job, context, sources, _LOOK)
    return {**context, "steps": steps} if steps else dict(context)


def of_called_names(names: Names, given: AnyNode | None, context: Context) -> Names:
    """Give what a called workflow sees of secrets and variables.

    `given` is the `secrets` of the job that calls. All come with `inherit`, none without it but what is handed over by
    name; variables come in any case. Source: as for `of_called`.
    """
    if not names or text_of(given) == "inherit":
        return names
    return names.handed_over({name: text_in(text, context) for name, text in texts_of(given)})


def of_job(job: Job, names: Names, context: Context) -> dict[str, Any]:
    """Give what the steps of a job see: its own context, and secrets and variables as far as they are declared.

    `context` is without those of its environment.
    """
    if not names:
        return dict(context)
    name = text_in(text_of(job.environment) or "", context) if job.environment is not None else None
    return {**context, **names.seen_in(name if isinstance(name, Unknown) else name or None)}


def without_secrets(context: Context) -> Context:
    """Give what the keys of a job see that have no secrets: its `environment`, and the `with` of one that calls.

    https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability
    """
    return {name: value for name, value in context.items() if name != "secrets"} if "secrets" in context else context


def _given_inputs(declared: tuple[Input, ...], given: Node | None, context: Context) -> dict[str, Any]:
    """Give the value of each declared input: what is handed over, or else its default."""
    handed = {key.lower(): value for key, value in given.values.items()} if given is not None else {}
    found: dict[str, Any] = {}
    for each in declared:
        node = handed.get(each.name.lower(), each.default)
        value = _value(node, context) if isinstance(node, Scalar) else ""
        found[each.name] = _typed(value, each.type)
    return found


def _value(node: Scalar, context: Context) -> Any:
    """Give a scalar's value; one that is a single `${{ }}` keeps the type of its expression."""
    if "${{" not in node.text:
        return node.value
    try:
        if (expression := sole_expression(node.text)) is not None:
            return evaluate(expression, context)
    except ExpressionError:
        return UNKNOWN
    return text_in(node.text, context)


def _typed(value: Any, kind: str) -> Any:
    """Give a value as the type that an input is declared with; what is unknown stays so."""
    if isinstance(value, str) and kind == "boolean":
        return value.strip().lower() == "true"
    if value is None:
        return False if kind == "boolean" else ""
    return _as_text(value) if kind == "string" else value


def _texts(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _as_text(value) for name, value in inputs.items()}


def _as_text(value: Any) -> Any:
    return written(value) if isinstance(value, bool | int | float) else value


def _of_job(placed: PlacedStep, context: Context) -> dict[str, Any]:
    """Give the environment variables that a job sets for its steps."""
    env: dict[str, Any] = {}
    for node in (placed.workflow_file.env, placed.job.env):
        env.update(_variables(node, {**context, "env": dict(env)}))
    return env


def _variables(node: Node | None, context: Context) -> Iterator[tuple[str, str | Unknown]]:
    for name, text in texts_of(node):
        yield name, text_in(text, context)


def _with_written(env: dict[str, Any], placed: PlacedStep, context: Context, sources: Sources) -> dict[str, Any]:
    """Give environment variables with what earlier steps write to GITHUB_ENV, as far as that can be told."""
    scripts = _written_before(placed, sources)
    if not scripts:
        return env
    left = left_before(placed, context, sources, _LOOK)
    unread = [each for each in scripts if each not in left.read]
    own = {name for each in placed.lineage for name, _ in texts_of(each.step.env)}
    env = {name: UNKNOWN if _is_written(name, unread) else value for name, value in env.items()}
    for name in left.names:
        if name in left.env:
            env[name] = UNKNOWN if name in own or _is_written(name, unread) else left.env[name]
        elif not _is_written(name, unread):
            env.setdefault(name, "")
    return env


def _written_before(placed: PlacedStep, sources: Sources) -> list[str]:
    """Give the scripts of earlier steps that write environment variables for later ones."""
    return [script for number, script in _writing(placed.workflow_file, placed.job, sources) if number < placed.number]


@lru_cache(maxsize=8192)  # each step of the job asks
def _writing(workflow_file: WorkflowFile, job: Job, sources: Sources) -> tuple[tuple[int, str], ...]:
    """Give the scripts of a job that write environment variables for later steps, with the number of their steps."""
    steps = sources.steps(workflow_file, job)
    scripts = ((each.number, text_of(each.step.run) or text_of(each.step.input("script")) or "") for each in steps)
    return tuple(each for each in scripts if "GITHUB_ENV" in each[1] or "exportVariable" in each[1])


def _is_written(name: str, scripts: list[str]) -> bool:
    """Tell whether a script has a name otherwise than to read it: `$NAME`, `${NAME}`, `${{ env.NAME }}`."""
    if _NAME.fullmatch(name):
        return any(name in _names_written(script) for script in scripts)
    return any(re.search(rf"(?<![\w$.])(?<!\$\{{){re.escape(name)}\b", script) for script in scripts)


@lru_cache(maxsize=8192)  # each variable of each later step asks
def _names_written(script: str) -> frozenset[str]:
    return frozenset(_WRITTEN.findall(script))


_LOOK = Look(of_step, text_in, known_variables, holds)
