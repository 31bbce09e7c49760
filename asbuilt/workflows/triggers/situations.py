"""The situations that a workflow can find itself in: each trigger, with each ref and each choice of inputs.

A situation holds what expressions can know of it before a run: the contexts, partly known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

from asbuilt.workflows.bounds import SITUATIONS, PastBoundError, hold
from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown, Whole
from asbuilt.workflows.expressions.values import equal
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Input, Trigger, WorkflowFile
from asbuilt.workflows.triggers.events import Event, completed_run, events_of
from asbuilt.workflows.triggers.globs import matches
from asbuilt.workflows.triggers.mentions import reads_refs, refs_mentioned
from asbuilt.workflows.triggers.refs import HEADS, TAGS, is_glob
from asbuilt.workflows.yaml.document import text_of

MOST_CHOICES = 256
# GitHub starts no more than this many workflows by `workflow_run`, one after the other.
LONGEST_CHAIN = 3
_SET = Unknown(truth=True)  # not empty, and otherwise unknown


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """One way to set a workflow off: `refs` and `inputs` as people read them, `context` as expressions do.

    `context` has `github` and `inputs`. `inputs` has those whose choice is known, booleans as "true" or "false".
    `origins` are the events that the code comes from: the event itself, or what set off the run that this one follows.
    `upstream` is the workflow whose run this one follows, `conclusion` how that run ended, and `before` the situation
    in which that one was set off; all three are None where it follows none.
    """

    event: str
    refs: tuple[str, ...]
    inputs: dict[str, str]
    context: dict[str, Any]
    origins: tuple[str, ...] = ()
    upstream: WorkflowFile | None = None
    conclusion: str | None = None
    before: "Situation | None" = None

    def may_be_on(self, ref: str) -> bool:
        """Tell whether a ref may have set it off.

        `ref` is in full. True where the situation's refs stand for it and nothing is known against it; where the event
        says nothing of refs, False.
        """
        let_through = any(matches(pattern, ref) for pattern in self.refs)
        return let_through and equal(self.context["github"].get("ref"), ref) is not False

    def calling(self, inputs: dict[str, Any]) -> "Situation":
        """Give the situation of a workflow that is called in this one, with the inputs that it is given.

        All else stays as it is: a called workflow sees the event of its caller. Source:
        https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations
        """
        return replace(self, context={**self.context, "inputs": Whole(inputs)})


def situations(workflow_file: WorkflowFile, sources: Sources, depth: int = 0) -> tuple[Situation, ...]:
    """Give every situation in which a workflow can be set off: the same ones each time, since several controls ask.

    By trigger in the order of the file, then by ref, then by choice of inputs with the defaults first. Of a dispatch,
    each option of a `choice` and both values of a `boolean` are tried, and free text is its default or another text;
    past MOST_CHOICES the inputs that are left are UNKNOWN. A trigger that follows a workflow which is not here leads to
    none.

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
        for event in events_of(trigger, mentioned, by_ref=reads_refs(workflow_file, sources)):
            for inputs in _choices(trigger):
                yield _situation(trigger, event, inputs, sources.repository)


def _situation(trigger: Trigger, event: Event, inputs: dict[str, Any], repository: str) -> Situation:
    payload = dict(event.payload)
    if trigger.event == "workflow_dispatch":
        payload["inputs"] = Whole({name: _as_text(value) for name, value in inputs.items()})
    elif trigger.event != "workflow_call":
        payload["inputs"] = None
    typed = inputs if trigger.event == "workflow_call" else Whole(inputs)
    shown = {name: str(_as_text(value)) for name, value in inputs.items() if not isinstance(value, Unknown)}
    context = {"github": {**event.github, **_named(repository), "event": payload}, "inputs": typed}
    return Situation(trigger.event, event.refs, shown, context, (event.origin,))


def _named(repository: str) -> dict[str, str]:
    """Give what the name of a repository makes known, where it is."""
    return {"repository": repository, "repository_owner": repository.partition("/")[0]} if repository else {}


def _following(trigger: Trigger, sources: Sources, depth: int, mentioned: frozenset[str]) -> Iterator[Situation | None]:
    """Give the situations in which a run of another workflow sets this one off; None for one that is known."""
    seen: set[tuple[str, tuple[str, ...], tuple[str, ...], str | None]] = set()
    for name in trigger.workflows:
        for upstream in sources.by_name.get(name.text, ()):
            for before in situations(upstream, sources, depth + 1):
                for event in completed_run(trigger, upstream, before.event, before.refs, mentioned):
                    key = (upstream.path, before.origins, _names(event.refs), event.conclusion)
                    if key in seen:
                        yield None
                        continue
                    seen.add(key)
                    github = {**event.github, **_named(sources.repository), "event": dict(event.payload)}
                    context = {"github": github, "inputs": Whole()}
                    yield Situation(
                        trigger.event, event.refs, {}, context, before.origins, upstream, event.conclusion, before
                    )


def _names(refs: tuple[str, ...]) -> tuple[str, ...]:
    """Give the names of refs as a run that follows sees them: a tag that is called like a branch is the same to it."""
    return tuple(ref if is_glob(ref) else ref.removeprefix(HEADS).removeprefix(TAGS) for ref in refs)


def _choices(trigger: Trigger) -> Iterator[dict[str, Any]]:
    """Give each choice of inputs, with the defaults first."""
    if trigger.event not in {"workflow_dispatch", "workflow_call"}:
        yield {}
        return
    offers = [_offer(each, called=trigger.event == "workflow_call") for each in trigger.inputs]
    count = 1
    for index, offer in enumerate(offers):
        count *= len(offer)
        if count > MOST_CHOICES:  # too many to try each: what is left stays undecided
            offers[index:] = [[UNKNOWN] for _ in offers[index:]]
            break
    names = [each.name for each in trigger.inputs]
    for values in product(*offers):
        yield dict(zip(names, values, strict=True))


def _offer(each: Input, *, called: bool) -> list[Any]:
    """Give the values that an input can take: free text is its default, or any other text."""
    default = text_of(each.default)
    if called:
        return [UNKNOWN]
    if each.type == "choice":
        return sorted(each.options, key=lambda option: option != default) or [UNKNOWN]
    if each.type == "boolean":
        return [default == "true", default != "true"]
    if default is None:
        return [_SET if each.required else UNKNOWN]
    return [default, Unknown(excluded=frozenset({default}))]


def _as_text(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value
