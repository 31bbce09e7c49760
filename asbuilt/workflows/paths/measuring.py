"""Which files of a repository are past a bound, by themselves or with what they use, call and follow.

Of such a file nothing is read further: its document says so, with the place and the bound, and what rests on it is
unknown. All the other files are read as ever.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from asbuilt.workflows.bounds import (
    CALLED,
    CONDITION,
    EXPRESSIONS,
    JOBS,
    NAMES,
    NEEDED,
    NEEDS,
    OPEN,
    PATTERN,
    PATTERNS,
    PLAYED,
    RUN,
    SCRIPT,
    SITUATIONS,
    STEPS,
    SUPPRESSIONS,
    TEXT,
    VISIBLE,
    WORK_OF_A_FILE,
    WORK_OF_ALL,
    PastBoundError,
    hold,
)
from asbuilt.workflows.deploys.mechanisms import script_of
from asbuilt.workflows.files.modelling import model
from asbuilt.workflows.files.sources import DEEPEST, ActionFile, Sources, unread_action
from asbuilt.workflows.files.workflow import Step, Trigger, WorkflowFile
from asbuilt.workflows.run.reach import before
from asbuilt.workflows.shell.script import work
from asbuilt.workflows.triggers.situations import situations
from asbuilt.workflows.yaml.document import Mapping as MappingNode
from asbuilt.workflows.yaml.document import Node, Scalar, Sequence, text_of
from asbuilt.workflows.yaml.reader import past_bound

Past = Mapping[str, PastBoundError]

_ALIKE = re.compile(r"\w+|\s+")


def within_bounds(sources: Sources) -> Sources:
    """Give the sources with nothing read of the files that are past a bound.

    Those that are past one by themselves first, then those that are with what they use, call and follow. The bounds are
    those of `bounds`. The sources come back as they are where all files keep them.
    """
    known = without(sources, _past_alone(sources))
    return without(known, _past_together(known))


def without(sources: Sources, past: Past) -> Sources:
    """Give the sources with nothing read of some files: why, by their path.

    A workflow stays there as one without jobs, and an action as one without steps: their documents are `unread`.
    """
    if not past:
        return sources
    files = tuple(
        model(past_bound(each.document, past[each.path])) if each.path in past else each
        for each in sources.workflow_files
    )
    actions = {
        folder: unread_action(past_bound(each.document, past[each.path])) if each.path in past else each
        for folder, each in sources.actions.items()
    }
    return Sources(files, actions, sources.repository, sources.closed)


def _past_alone(sources: Sources) -> dict[str, PastBoundError]:
    """Give the files that are past a bound by themselves, or for the text of all before them."""
    found: dict[str, PastBoundError] = {}
    text = suppressions = followed = 0
    files: list[WorkflowFile | ActionFile] = [*sources.workflow_files, *sources.actions.values()]
    for each in files:
        text += len(each.document.text)
        try:
            hold(text, TEXT, "characters with the workflows and actions before it")
            own = each.document.text.count("asbuilt:")
            hold(suppressions + own, SUPPRESSIONS, "suppressions with the workflows and actions before it")
            _hold_node(each.document.root)
            work = _hold_steps(each)
            hold(followed + work, WORK_OF_ALL, "steps to follow its scripts with those of the files before it")
            if isinstance(each, WorkflowFile):
                _hold_jobs(each)
            suppressions, followed = suppressions + own, followed + work  # what is not read takes no room of others
        except PastBoundError as error:
            found[each.path] = error
    return found


def _past_together(sources: Sources) -> dict[str, PastBoundError]:
    """Give the workflows that are past a bound with what they use and follow."""
    found: dict[str, PastBoundError] = {}
    count = played = visible = 0
    for file in sources.workflow_files:
        try:
            hold(sum(1 for _ in sources.steps_of(file)), STEPS, "steps with those of the actions that it uses")
            _hold_calls(file, sources)
            starts = len(situations(file, sources))
            count += starts
            hold(count, SITUATIONS, "situations to start in with the workflows before it", _start_of(file))
            own = starts * _summed(file, sources, _played)
            what = "jobs to play, in each situation, with the workflows before it"
            hold(played + own, PLAYED, what, _start_of(file))
            seen = starts * _summed(file, sources, _visible)
            what = "variables that steps see, in each situation, with the workflows before it"
            hold(visible + seen, VISIBLE, what, _start_of(file))
            played, visible = played + own, visible + seen
        except PastBoundError as error:
            found[file.path] = error
    return found


def _hold_calls(file: WorkflowFile, sources: Sources) -> None:
    """Hold the jobs of a workflow to their bound, with those of the workflows that it calls, as often as it does."""
    count = _summed(file, sources, lambda each: len(each.jobs))
    hold(count, CALLED, "jobs with those of the workflows that it calls", _start_of(file))


def _summed(file: WorkflowFile, sources: Sources, number: Callable[[WorkflowFile], int]) -> int:
    """Sum up a number of a workflow with that of the workflows that it calls, as often as it does."""
    sums: dict[tuple[int, int], int] = {}

    def summed(one: WorkflowFile, depth: int) -> int:
        if depth == DEEPEST:
            return 0
        if (known := sums.get((id(one), depth))) is None:
            called = (sources.called_by(job) for job in one.jobs)
            known = number(one) + sum(summed(each, depth + 1) for each in called if each is not None)
            sums[id(one), depth] = known
        return known

    return summed(file, 0)


def _played(file: WorkflowFile) -> int:
    """Give how many jobs are played in a situation, with what their conditions take and those of their steps."""
    jobs = [each.condition for each in file.jobs]
    conditions = jobs + [each.condition for job in file.jobs for each in job.steps]
    return len(file.jobs) + sum(len(text_of(each) or "") for each in conditions) // CONDITION


def _visible(file: WorkflowFile) -> int:
    """Give how many variables the steps of a workflow see, each counted for each step."""

    def written(*nodes: MappingNode | None) -> int:
        return sum(len(each.values) for each in nodes if each is not None)

    return sum(written(file.env, job.env, step.env) for job in file.jobs for step in job.steps)


def _start_of(file: WorkflowFile) -> tuple[int, int]:
    return file.document.root.place("on") if isinstance(file.document.root, MappingNode) else (1, 1)


def _hold_node(root: Node | None) -> None:
    """Hold the texts and mappings of a file to their bounds. Raises PastBoundError."""
    waiting: list[Node] = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            _hold_text(node)
        elif isinstance(node, Sequence):
            waiting += node.items
        else:
            hold(len(node.values), NAMES, "entries in a mapping", node.mark)
            waiting += node.values.values()


def _hold_text(scalar: Scalar) -> None:
    text, place = scalar.text, scalar.mark
    hold(len(text), SCRIPT, "characters in a text", place)
    if "${{" in text:
        parts = text.split("${{")[1:]
        hold(len(parts), EXPRESSIONS, "expressions in a text", place)
        hold(sum("}}" not in each for each in parts), OPEN, "expressions without an end in a text", place)
    if len(text) > RUN:
        longest = max(map(len, _ALIKE.findall(text)), default=0)
        hold(longest, RUN, "letters or spaces in a row", place)


def _hold_steps(file: WorkflowFile | ActionFile) -> int:
    """Hold the steps of a file to their bounds; give how many it takes to follow its scripts. Raises PastBoundError."""
    steps = [*_placed(file)]
    hold(len(steps), STEPS, "steps", steps[STEPS][0].mark if len(steps) > STEPS else None)
    done = 0
    for step, shell in steps:
        if script := script_of(step):
            try:
                done += work(script, shell)
            except PastBoundError as error:
                raise PastBoundError(str(error), error.place or step.mark) from error
            hold(done, WORK_OF_A_FILE, "steps to follow its scripts", step.mark)
    return done


def _placed(file: WorkflowFile | ActionFile) -> Iterator[tuple[Step, str | None]]:
    """Give each step of a file with the shell that its script is for."""
    if isinstance(file, ActionFile):
        yield from ((step, text_of(step.shell)) for step in file.steps)
        return
    for job in file.jobs:
        yield from ((step, text_of(step.shell or job.shell)) for step in job.steps)


def _hold_jobs(file: WorkflowFile) -> None:
    """Hold the jobs and triggers of a workflow to their bounds. Raises PastBoundError."""
    hold(len(file.jobs), JOBS, "jobs", file.jobs[JOBS].mark if len(file.jobs) > JOBS else None)
    needed = pairs = 0
    for job in file.jobs:
        needed += len(job.needs)
        hold(needed, NEEDED, "entries of `needs`", job.place("needs"))
    for job in file.jobs:
        pairs += len(before(file, job))
        hold(pairs, NEEDS, "pairs of a job and one that it waits for", job.place("needs"))
    for trigger in file.triggers:
        for name, patterns in _filters(trigger):
            hold(len(patterns), PATTERNS, f"entries of `{name}`", trigger.mark)
            hold(max(map(len, patterns), default=0), PATTERN, f"characters in an entry of `{name}`", trigger.mark)


def _filters(trigger: Trigger) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from (
        ("branches", trigger.branches or ()),
        ("branches-ignore", trigger.branches_ignore or ()),
        ("tags", trigger.tags or ()),
        ("tags-ignore", trigger.tags_ignore or ()),
        ("paths", trigger.paths or ()),
        ("paths-ignore", trigger.paths_ignore or ()),
        ("types", trigger.types or ()),
        ("workflows", tuple(each.text for each in trigger.workflows)),
        ("cron", trigger.crons),
    )
