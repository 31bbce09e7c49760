"""What workflow files say of the jobs that deploy an app: the names under which GitHub shows them, and which commit.

Without files nothing is known of them; the environment's deployments, or the whole run, then stand for the job.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from asbuilt.estate import Estate
from asbuilt.workflows.files.workflow import Job
from asbuilt.workflows.judge.provenance import deploys_own_commit
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_OF_ROW = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_WITHIN = ".+"  # the job of a called workflow goes by its name behind that of the job that calls it
_ROW = r"(?: \(.*\))?"


class Owner(NamedTuple):
    """A workflow file of a repository, and an app that it may deploy."""

    repository: str
    workflow: str
    app: str


@dataclass(frozen=True, slots=True)
class DeployingJob:
    """A job that deploys an app: patterns for the name that it has and for its id, and whether its code is the run's.

    Another commit is deployed where the job checks out a ref of its own choice, or moves what was built elsewhere.
    `environment` says whether it names one, and leaves a deployment to it. `when` has the refs and inputs with which it
    deploys the app, and nothing where more decides that.
    """

    shown: str
    by_id: str
    own_commit: bool
    environment: bool
    when: tuple[str, ...] = ()

    def is_of_the_same_runs(self, other: "DeployingJob") -> bool:
        """Say whether each run of this job is one of another app's as well: it deploys both, whatever it is given."""
        return self.shown == other.shown and bool(self.when) and self.when == other.when


def deploying_jobs(
    estate: Estate, checkouts: Mapping[str, Checkout]
) -> dict[Owner, dict[str, tuple[DeployingJob, ...]]]:
    """Give the jobs that files say deploy an app, by the event that sets them off: of each workflow file, for each app.

    An event by which the file deploys an app that cannot be told has no jobs: it may be any job. An event by which it
    deploys nothing is not there, and neither is a file of a repository without a checkout.
    """
    found: dict[Owner, dict[str, tuple[DeployingJob, ...]]] = {}
    for name, checkout in checkouts.items():
        for file in checkout.workflow_files:
            paths = [each for each in checkout.ways.begun_by(file) if not each.review]
            untold = {each.trigger for each in paths if each.app is None}
            for app in estate.apps:
                jobs: dict[str, tuple[DeployingJob, ...]] = dict.fromkeys(untold, ())
                for path in paths:
                    if path.app == app and path.trigger not in untold:
                        one = _job(path, estate.repositories[name].trunk, name)
                        jobs[path.trigger] = tuple(dict.fromkeys((*jobs.get(path.trigger, ()), one)))
                found[Owner(name, file.file_name, app)] = jobs
    return found


def _job(path: DeployPath, branch: str, repository: str) -> DeployingJob:
    *callers, job = path.jobs
    rows = [context.get("matrix") for context in path.contexts]
    last = "|".join(dict.fromkeys(_shown(job, row) for row in rows))
    within = (_WITHIN,) if job.uses is not None else ()  # what it calls is not here
    return DeployingJob(
        shown=" / ".join((*map(_shown, callers), f"(?:{last})" if "|" in last else last, *within)),
        by_id=" / ".join((*(re.escape(job.id) for job in path.jobs), *within)),
        own_commit=deploys_own_commit(path, branch, repository),
        environment=any(job.environment is not None and job.makes_deployment for job in path.jobs)
        or (path.step.described is not None and path.environment is not None),
        when=_when(path),
    )


def _when(path: DeployPath) -> tuple[str, ...]:
    if not path.reached or path.undecided is not None:
        return ()
    return (*path.refs, *(f"{name}={value}" for name, value in sorted(path.inputs.items())))


def _shown(job: Job, row: object = None) -> str:
    """Give a pattern for the name that GitHub shows for a job: what only the run knows is anything.

    In `row`, one of its matrix, where that is known, its values stand behind the name, or in it where it names them.
    """
    values = row if isinstance(row, dict) and all(isinstance(each, str | int) for each in row.values()) else {}
    name = _OF_ROW.sub(lambda match: _text(values[match[1]]) if match[1] in values else match[0], job.name or job.id)
    suffix = ""
    if job.matrix is not None and "${{" not in (job.name or ""):
        suffix = re.escape(f" ({', '.join(map(_text, values.values()))})") if values else _ROW
    return ".*".join(map(re.escape, _EXPRESSION.split(name))) + suffix


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
