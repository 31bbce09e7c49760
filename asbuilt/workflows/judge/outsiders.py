"""What somebody from outside decides of a run that they cause, and what not: whether a deploy is theirs to cause.

They write the name of their branch, the title and the text of what they open or comment, and they are no member. All
else that is not known before the run is not theirs to say: what a label, a secret or a step decides is undecided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.reviews import FROM_OUTSIDE
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.job_runs import anything_runs, may_end
from asbuilt.workflows.run.reach import Answer, reach, step_runs
from asbuilt.workflows.triggers.situations import Situation
from asbuilt.workflows.yaml.document import Document, Scalar

_WRITTEN = Unknown(typed=True)
_NAMED = Unknown(truth=True, typed=True)
# How GitHub calls whoever belongs to a repository:
# https://docs.github.com/en/graphql/reference/enums#commentauthorassociation
_NO_MEMBER = Unknown(truth=True, excluded=frozenset({"OWNER", "MEMBER", "COLLABORATOR"}))
# What an outsider opens or writes, by its name in the payload.
_THINGS = ("pull_request", "issue", "comment", "review", "discussion", "answer")


@dataclass(frozen=True, slots=True)
class Say:
    """Whether somebody from outside can bring a deploy about: True, False, or not known for the condition `test`.

    There may be no condition to blame.
    """

    answer: bool | None
    document: Document | None = None
    test: Scalar | None = None


def say_of(path: DeployPath) -> Say:
    """Tell whether an outsider who causes the event of a path causes its deploy."""
    opened: Say | None = None
    for answer, document, test in _answers(path):
        if answer is False:
            return Say(answer=False)
        if isinstance(answer, Unknown) and not answer.typed:
            opened = opened or Say(None, document, test)
    return opened or Say(answer=True)


def _answers(path: DeployPath) -> Iterator[tuple[Answer, Document | None, Scalar | None]]:
    """Give what each condition on the way comes to for an outsider, with its place, from the first run on."""
    yield from _before(path.run.situation)
    for leg in path.run.legs:
        reached = reach(leg.workflow_file, leg.job, by_outsider(leg.situation))
        yield reached.runs, leg.workflow_file.document, reached.undecided
    github = by_outsider(path.run.situation).context["github"]
    for each in path.step.placed.lineage if path.step.job.uses is None else ():
        if each.step.condition is not None:
            context = contexts.of_step(each, {**path.run.last.context, "github": github}, path.sources)
            yield step_runs(each.step, context), each.document, each.step.condition


def _before(situation: Situation) -> Iterator[tuple[Answer, Document | None, Scalar | None]]:
    """Give whether each run that a situation follows does anything for an outsider."""
    if situation.before is None or situation.upstream is None:
        return
    yield from _before(situation.before)
    runs = anything_runs(situation, by_outsider(situation.before))
    if not may_end(runs, situation.conclusion):
        yield False, None, None
    elif isinstance(runs, Unknown):
        tests = (job.condition for job in situation.upstream.jobs if job.condition is not None)
        yield runs, situation.upstream.document, next(tests, None)


@lru_cache(maxsize=4096)
def by_outsider(situation: Situation) -> Situation:
    """Give a situation as somebody from outside causes it."""
    github = situation.context["github"]
    own = github.get("repository"), github.get("repository_owner")
    repository, owner = ((frozenset({each}) if isinstance(each, str) else frozenset()) for each in own)
    foreign = {"full_name": Unknown(truth=True, excluded=repository), "fork": True}
    foreign |= {"owner": {"login": Unknown(truth=True, excluded=owner)}}
    person = {"login": Unknown(truth=True, excluded=owner)}
    event = dict(github["event"])
    changed = {"actor": person["login"], "triggering_actor": person["login"]}
    if situation.before is not None:
        run = event.get("workflow_run")
        if situation.before.event in FROM_OUTSIDE and isinstance(run, Mapping):
            told = {"head_repository": foreign, "display_title": _WRITTEN, "actor": person}
            event["workflow_run"] = {**run, **told, "head_commit": {"message": _WRITTEN}}
    elif situation.event in FROM_OUTSIDE:
        event["sender"] = person
        for name in _THINGS:
            if name not in event or event[name] is not None:
                event[name] = _written_by(name, event.get(name), person, foreign)
        if situation.event.startswith("pull_request"):
            changed["head_ref"] = _NAMED
    context = {**situation.context, "github": {**github, **changed, "event": event}}
    return replace(situation, context=context)


def _written_by(name: str, known: Any, person: Mapping[str, Any], foreign: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an outsider has opened or written, with what is known of it."""
    found = {**(known if isinstance(known, Mapping) else {}), "title": _WRITTEN, "body": _WRITTEN, "user": person}
    found["author_association"] = _NO_MEMBER
    if name == "review":
        found["state"] = _NAMED  # they may approve too, though it counts for nothing
    if name == "pull_request":
        head = {"ref": _NAMED, "label": _NAMED, "repo": foreign, "user": person}
        found |= {"head": head, "draft": _WRITTEN}
    return found
