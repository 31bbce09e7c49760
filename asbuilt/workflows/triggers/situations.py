"""The situations that a workflow can find itself in: each trigger, with each ref and each choice of inputs.

A situation holds what expressions can know of it before a run: the contexts, partly known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

from asbuilt.workflows.bounds import SITUATIONS, PastBoundError, hold
from asbuilt.workflows.expressions.evaluate import TYPED, UNKNOWN, Unknown, Whole
from asbuilt.workflows.expressions.values import equal
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Input, Trigger, WorkflowFile
from asbuilt.workflows.said.names import NONE, Names
from asbuilt.workflows.triggers.events import Event, completed_run, events_of
from asbuilt.workflows.triggers.globs import matches
from asbuilt.workflows.triggers.mentions import inputs_mentioned, reads_refs, refs_mentioned
from asbuilt.workflows.triggers.refs import HEADS, TAGS, is_glob
from asbuilt.workflows.yaml.document import text_of

MOST_CHOICES = 256
# GitHub starts no more than this many workflows by `workflow_run`, one after the other.
LONGEST_CHAIN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """One way to set a workflow off: `refs` and `inputs` as people read them, `context` as expressions do.

    `context` has `github` and `inputs`. `inputs` has those whose choice is known, booleans as "true" or "false".
    `origins` are the events that the code comes from: the event itself, or what set off the run that this one follows.
    `upstream` is the workflow whose run this one follows, `conclusion` how that run ended, and `before` the situation
    in which that one was set off; all three are None where it follows none. `befores` are all the situations of that
    one that lead to this, `before` among them. `sources` are those of the repository, and `calls` says within how many
    calls of workflows it is. `names` are what secrets and variables come to in it, as far as that is declared; of
    these, `context` has what holds in every environment.
    """

    event: str
    refs: tuple[str, ...]
    inputs: dict[str, str]
    context: dict[str, Any]
    origins: tuple[str, ...] = ()
    upstream: WorkflowFile | None = None
    conclusion: str | None = None
    before: "Situation | None" = None
    befores: "tuple[Situation, ...]" = ()
    sources: Sources | None = None
    calls: int = 0
    names: Names = NONE

    def may_be_on(self, ref: str) -> bool:
        """Tell whether a ref may have set it off.

        `ref` is in full. True where the situation's refs stand for it and nothing is known against it; where the event
        says nothing of refs, False.
        """
        let_through = any(matches(pattern, ref) for pattern in self.refs)
        return let_through and equal(self.context["github"].get("ref"), ref) is not False

    def may_have(self, name: str, value: str) -> bool:
        """Tell whether an input may have a value: it has it, or takes any but some others, as free text does."""
        if name in self.inputs:
            return equal(self.inputs[name], value) is True
        given = self.context["inputs"]
        return isinstance(given, Mapping) and name in given and equal(given[name], value) is not False

    def calling(self, inputs: dict[str, Any], names: Names) -> "Situation":
        """Give the situation of a workflow that is called in this one, with the inputs and secrets that it is given.

        All else stays as it is: a called workflow sees the event of its caller. Source:
        https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations
        """
        context = {**self.context, "inputs": Whole(inputs), **_declared(names)}
        return replace(self, context=context, names=names, calls=self.calls + 1)


def situations(workflow_file: WorkflowFile, sources: Sources, depth: int = 0) -> tuple[Situation, ...]:
    """Give every situation in which a workflow can be set off: the same ones each time, since several controls ask.

    By trigger in the order of the file, then by ref, then by choice of inputs with the defaults first. Of a dispatch,
    each option of a `choice` and both values of a `boolean` are tried, and free text is its default, a text that the
    workflow holds it against, or another one; past MOST_CHOICES nothing is known of the inputs that are left. A trigger
    that follows a workflow which is not here leads to none.

    Raises PastBoundError.

    A workflow that another of the repository calls is not set off by `workflow_call` itself: its caller is. `depth`
    says how many runs are already to follow it by `workflow_run`: GitHub starts no more than LONGEST_CHAIN of them.
    """
    found = _found(workflow_file, sources, depth)
    if isinstance(found, PastBoundError):
        raise found.with_traceback(None)
    return found


@lru_cache(maxsize=8192)
def _found(workflow_file: WorkflowFile, sources: Sources, depth: int) -> tuple[Situation, ...] | PastBoundError:
    """Give the situations, or that they are past a bound: each of many files that follow one another asks for it."""
    try:
        return tuple(_counted(_situations(workflow_file, sources, depth), workflow_file))
    except PastBoundError as error:
        return error.with_traceback(None)


def _counted(found: Iterable[Situation | None], file: WorkflowFile) -> Iterator[Situation]:
    """Give the situations among what was looked at, which may be none; raise PastBoundError where there is too much."""
    place = file.triggers[0].mark if file.triggers else None
    for count, each in enumerate(found, 1):
        hold(count, SITUATIONS, "situations to start in", place)
        if each is not None:
            yield each


def _situations(workflow_file: WorkflowFile, sources: Sources, depth: int) -> Iterator[Situation | None]:
    mentioned = refs_mentioned(workflow_file, sources)
    for trigger in workflow_file.triggers:
        if trigger.event == "workflow_run":
            if depth < LONGEST_CHAIN:
                yield from _following(trigger, sources, depth, mentioned)
            continue
        if trigger.event == "workflow_call" and any(sources.callers_of(workflow_file)):
            continue
        by_ref, default_branch = reads_refs(workflow_file, sources), sources.default_branch
        for event in events_of(trigger, mentioned, by_ref=by_ref, default_branch=default_branch):
            for inputs in _choices(trigger, inputs_mentioned(workflow_file, sources)):
                yield _situation(trigger, event, inputs, sources)


def _situation(trigger: Trigger, event: Event, inputs: dict[str, Any], sources: Sources) -> Situation:
    payload = {**_default_branch(trigger, sources), **event.payload}
    if trigger.event == "workflow_dispatch":
        payload["inputs"] = Whole({name: _as_text(value) for name, value in inputs.items()})
    elif trigger.event != "workflow_call":
        payload["inputs"] = None
    typed = inputs if trigger.event == "workflow_call" else Whole(inputs)
    shown = {name: str(_as_text(value)) for name, value in inputs.items() if not isinstance(value, Unknown)}
    github = {**event.github, **_named(sources.repository), "event": payload}
    context = {"github": github, "inputs": typed, **_declared(sources.names)}
    return Situation(trigger.event, event.refs, shown, context, (event.origin,), sources=sources, names=sources.names)


def _declared(names: Names) -> dict[str, Any]:
    """Give the context of variables as far as they are known in every environment; secrets are for jobs alone."""
    return {"vars": names.seen_in(UNKNOWN)["vars"]} if names else {}


def _default_branch(trigger: Trigger, sources: Sources) -> dict[str, Any]:
    """Give the part of a payload that tells the default branch; that of a schedule may have none."""
    if not sources.default_branch or trigger.event == "schedule":
        return {}
    return {"repository": {"default_branch": sources.default_branch}}


def _named(repository: str) -> dict[str, str]:
    """Give what the name of a repository makes known, where it is."""
    return {"repository": repository, "repository_owner": repository.partition("/")[0]} if repository else {}


def _following(trigger: Trigger, sources: Sources, depth: int, mentioned: frozenset[str]) -> Iterator[Situation | None]:
    """Give the situations in which a run of another workflow sets this one off; None for one that is known."""
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...], str | None], list[tuple[Event, Situation]]] = {}
    upstreams = [each for name in trigger.workflows for each in sources.by_name.get(name.text, ())]
    for upstream in upstreams:
        for before in situations(upstream, sources, depth + 1):
            for event in completed_run(trigger, upstream, before.event, before.refs, mentioned, sources.default_branch):
                key = (upstream.path, before.origins, _names(event.refs), event.conclusion)
                if key in found:
                    yield None
                found.setdefault(key, []).append((event, before))
    for (path, origins, _, conclusion), ways in found.items():
        event, before = ways[0]
        payload = {**_default_branch(trigger, sources), **event.payload}
        github = {**event.github, **_named(sources.repository), "event": payload}
        context = {"github": github, "inputs": Whole(), **_declared(sources.names)}
        befores = tuple(each for _, each in ways)
        followed = (origins, sources.by_path[path], conclusion, before, befores)
        yield Situation(trigger.event, event.refs, {}, context, *followed, sources=sources, names=sources.names)


def _names(refs: tuple[str, ...]) -> tuple[str, ...]:
    """Give the names of refs as a run that follows sees them: a tag that is called like a branch is the same to it."""
    return tuple(ref if is_glob(ref) else ref.removeprefix(HEADS).removeprefix(TAGS) for ref in refs)


def _choices(trigger: Trigger, mentioned: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    """Give each choice of inputs, with the defaults first; `mentioned` are the texts that tell some apart, by name."""
    if trigger.event not in {"workflow_dispatch", "workflow_call"}:
        yield {}
        return
    called = trigger.event == "workflow_call"
    offers = [[UNKNOWN] if called else _offer(each, mentioned.get(each.name.lower(), ())) for each in trigger.inputs]
    count = 1
    for index, offer in enumerate(offers):
        count *= len(offer)
        if count > MOST_CHOICES:  # too many to try each: what is left stays undecided
            offers[index:] = [[TYPED if getattr(each[-1], "typed", False) else UNKNOWN] for each in offers[index:]]
            break
    names = [each.name for each in trigger.inputs]
    for values in product(*offers):
        yield dict(zip(names, values, strict=True))


def _offer(each: Input, mentioned: tuple[str, ...]) -> list[Any]:
    """Give the values that an input of a dispatch can take.

    Free text is its default, each text that the workflow holds it against, or any other: whoever dispatches types it.
    """
    default = text_of(each.default)
    if each.type == "choice":
        return sorted(each.options, key=lambda option: option != default) or [UNKNOWN]
    if each.type == "boolean":
        return [default == "true", default != "true"]
    texts = tuple(dict.fromkeys((*((default,) if default is not None else ()), *mentioned)))
    other = Unknown(truth=True if each.required and default is None else None, excluded=frozenset(texts), typed=True)
    return [*texts, other]


def _as_text(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value
