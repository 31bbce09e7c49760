"""Whether the secrets that a called workflow reads a key from are handed on to it by who calls it.

A called workflow has the secrets that its caller hands over, by the names under which it does, or all of them with
`secrets: inherit`; of those of its environment too, only these: https://github.com/actions/runner/issues/1490
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asbuilt.workflows.files.sources import DEEPEST, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.judge.credentials.heroku_cli import Call
from asbuilt.workflows.judge.credentials.heroku_key import Source, key_of, secrets_of_text, secrets_read
from asbuilt.workflows.run.job_runs import job_runs
from asbuilt.workflows.run.reach import may_run
from asbuilt.workflows.yaml.document import Mapping, text_of
from asbuilt.workflows.yaml.finding import Finding

Calls = Callable[[WorkflowFile, Job], Iterator[Call]]
_INHERIT = "inherit"


@dataclass(frozen=True, slots=True)
class _Need:
    """A call in a called workflow, and the secrets of which one has to get there. Names are as they are written."""

    call: Call
    names: tuple[str, ...]


def not_handed_on(workflow_file: WorkflowFile, sources: Sources, calls: Calls) -> Iterator[Finding]:
    """Give the jobs of a workflow that call another one and keep from it the key that it needs.

    At the `secrets` of the job, or its `uses`: the first call that has none. `calls` gives the calls of a job that need
    a key.
    """
    for job in workflow_file.jobs:
        called = sources.called_by(job)
        for need in _needs(called, sources, calls, DEEPEST) if called is not None else ():
            if not _handed(job, need.names) and _comes_to(workflow_file, job, need.call, sources):
                yield _finding(workflow_file, job, need)
                break


def _finding(workflow_file: WorkflowFile, job: Job, need: _Need) -> Finding:
    names = list(job.secrets.values) if isinstance(job.secrets, Mapping) else []
    instead = f"; it hands over {', '.join(names[:3])}" if names else ""
    where = need.call.placed.document.path.rpartition("/")[2]
    name = need.names[0]
    return workflow_file.document.finding(
        job.place("secrets" if job.secrets is not None else "uses"),
        f"{job.id}: {need.call.label} in {where}:{need.call.mark.line} reads secrets.{name}, which this call "
        f"does not hand over{instead}",
        f"add to its secrets: {name}: ${{{{ secrets.{name} }}}}" if names else "add to this job: secrets: inherit",
    )


def _needs(file: WorkflowFile, sources: Sources, calls: Calls, deepest: int) -> Iterator[_Need]:
    """Give what a called workflow, and those that it calls, need to be handed."""
    for job in file.jobs:
        called = sources.called_by(job)
        if called is not None and deepest:
            for need in _needs(called, sources, calls, deepest - 1):
                if names := tuple(_asked_of_the_caller(job, need.names)):
                    yield _Need(need.call, names)
        elif job.uses is None:
            for call in calls(file, job):
                key = key_of(call, sources)
                names = tuple(dict.fromkeys(secrets_read(call, key)))
                if key.source is Source.SECRET and names:
                    yield _Need(call, names)


def _asked_of_the_caller(job: Job, names: tuple[str, ...]) -> Iterator[str]:
    """Give the secrets that a job hands on as some names: those that its own caller has to hand over."""
    if _inherits(job):
        yield from names
    elif isinstance(job.secrets, Mapping):
        wanted = {name.lower() for name in names}
        for name, node in job.secrets.values.items():
            if name.lower() in wanted:
                yield from secrets_of_text(text_of(node) or "")


def _handed(job: Job, names: tuple[str, ...]) -> bool:
    if _inherits(job):
        return True
    given = {name.lower() for name in job.secrets.values} if isinstance(job.secrets, Mapping) else set()
    return any(name.lower() in given for name in names)


def _inherits(job: Job) -> bool:
    return (text_of(job.secrets) or "").strip() == _INHERIT


def _comes_to(workflow_file: WorkflowFile, job: Job, call: Call, sources: Sources) -> bool:
    """Tell whether a job may come to a call: what it hands over may keep the called job or step from running."""
    wanted = call.placed.job
    for entry in sources.with_callers(workflow_file):
        for run in job_runs(entry, sources, lambda _, each: each is wanted):
            through = any(leg.job is job for leg in run.legs) and run.last.job is wanted
            if through and may_run(call.placed, run.last.context, sources):
                return True
    return False
