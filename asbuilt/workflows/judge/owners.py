"""Which workflow file owns a deploy, and which targets a file's deploys have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from asbuilt.workflows.deploys.steps import DeployStep, made_known
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.blocked_paths import BlockedPath
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.document import Document, Mark


def first_of_each_owner(paths: Iterable[DeployPath]) -> tuple[DeployPath, ...]:
    """Give one path for each workflow file that owns one among some paths.

    The first of each, as they come.
    """
    return tuple({path.owner: path for path in reversed(list(paths))}.values())[::-1]


@dataclass(frozen=True, slots=True)
class Target:
    """What a deploy step deploys, or why that cannot be told.

    `document` and `mark` are where the app is named, `caller` is for the end of a sentence. `fix` is what makes it
    known, where more than its name has to be. `unseen` names what does it, where that is written elsewhere and nothing
    of it can be seen.
    """

    document: Document
    mark: Mark
    job: str
    app: str | None
    why: str
    caller: str
    fix: str = ""
    unseen: str = ""


def targets_in(
    workflow_file: WorkflowFile, paths: Iterable[DeployPath], blocked: Iterable[BlockedPath]
) -> Iterator[Target]:
    """Give the targets of the deploys that a file owns; of one that is on no path, those that it would have.

    `paths` and `blocked` are all of the checkout. One for each way, so a target may repeat; deploys for review are left
    out.
    """
    reached = set()
    for path in paths:
        reached.add(id(path.step))
        if path.own_file is workflow_file and not path.review:
            known = _target(path.step, path.job, path.app, path.undecided, path.caller)
            names = path.unbound if path.app is None and not known.fix else ()
            yield replace(known, fix=_bound(names)) if names else known
    for each in blocked:
        if each.step.workflow_file is workflow_file and not each.step.review and id(each.step) not in reached:
            yield _target(each.step, each.step.job.id, each.app, each.why, each.caller)


def _bound(names: Iterable[str]) -> str:
    """Give the line of an estate that binds some names, in the repository whose files these are."""
    return (
        f"say what it is, in the estate under the repository: names: {{{', '.join(f'{each}: APP' for each in names)}}}"
    )


def _target(step: DeployStep, job: str, app: str | None, why: str | None, caller: str) -> Target:
    # Of what is undecided, the app is said first.
    first = (why or "").partition("; the environment")[0].partition("; whether")[0]
    fix = made_known(step.job) if step.mechanism.why and step.described is None else ""
    unseen = step.mechanism.name if step.mechanism.is_unknown and step.target is None else ""
    return Target(step.document, step.app_mark, job, app, first, caller, fix, unseen)
