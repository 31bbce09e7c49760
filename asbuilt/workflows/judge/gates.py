"""Whether a deploy goes through its environment, and waits for its gates."""

import re
from collections.abc import Iterable

from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.fault import Fault

_HANDED = re.compile(r"inputs\.([\w-]+)")


def wrong_environment(path: DeployPath, expected: str) -> Fault | None:
    """Say that a deploy goes through none, or another one; GitHub reads their names without regard to case."""
    if (path.environment or "").lower() == expected.lower():
        return None
    return Fault(
        path.owner.document,
        path.step.job.place("environment"),
        f'job "{path.job}" deploys {path.app} ({path.way}) through {_through(path)}, expected {expected}{path.caller}',
        remedy(path, expected),
    )


def _through(path: DeployPath) -> str:
    written = path.step.job.environment
    if path.environment or written is None:
        return path.environment or "no environment"
    if path.is_environment_open:
        return f"one that cannot be told: {written.text}"
    return f"no environment: {written.text} is empty here"


def remedy(path: DeployPath, expected: str) -> str:
    """Say what gives the job its environment: where an expression does, others may rely on that."""
    job = path.step.job
    if job.environment is None:
        return f"add to job {job.id}: environment: {expected}"
    if "${{" not in job.environment.text:
        return f"environment: {expected}"
    handed = _HANDED.search(job.environment.text)
    if handed is not None and path.called_from:
        return f"in the job that calls this workflow, with: {handed[1]}: {expected}"
    return f"let {job.environment.text} come to {expected} here"


def missing_gates(path: DeployPath, gates: Iterable[str]) -> Fault | None:
    """Say which gates a deploy does not wait for, at the job that could: only jobs of one file can need each other."""
    missing = [gate for gate in gates if not path.is_preceded_by(gate)]
    if not missing:
        return None
    legs = path.run.legs
    leg = next((leg for leg in legs if any(gate.lower() in leg.workflow_file.jobs_by_id for gate in missing)), legs[-1])
    others = [gate for gate in missing if gate.lower() not in leg.workflow_file.jobs_by_id]
    needs = dict.fromkeys((*(need.text for need in leg.job.needs), *missing))
    caller = path.caller if leg is legs[-1] else ""
    return Fault(
        leg.workflow_file.document,
        leg.job.place("needs"),
        f'job "{path.job}" deploys {path.app} ({path.way}) without {" and ".join(missing)}; '
        f"what precedes it: {', '.join(path.gates) or 'nothing'}{caller}",
        (f"add {' and '.join(others)} to the jobs of {leg.workflow_file.file_name}, and here " if others else "")
        + f"needs: [{', '.join(needs)}]",
    )
