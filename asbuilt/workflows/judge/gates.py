"""Whether a deploy goes through its environment, waits for its gates, and is held by them."""

from collections.abc import Iterable

from asbuilt.workflows.judge import hollow
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.judge.environments import remedy, through
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place


def wrong_environments(app: App, paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give the deploys of an app that go through no environment, or through another than the declared one."""
    expected = app.environment
    if expected is None:
        return ()
    return one_for_each_place(found for path in paths if (found := wrong_environment(path, expected)))


def left_out(app: App, paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give the deploys of an app that do not wait for all of its declared gates."""
    return one_for_each_place(found for path in paths if (found := missing_gates(path, app.gates)))


def holes(app: App, paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give why a declared gate that stands before a deploy of an app does not hold it."""
    return one_for_each_place(
        hole for path in paths for gate in app.gates for hole in hollow.holes(path, gate, path.sources)
    )


def wrong_environment(path: DeployPath, expected: str) -> Finding | None:
    """Say that a deploy goes through none, or another one; GitHub reads their names without regard to case."""
    if (path.environment or "").lower() == expected.lower():
        return None
    return path.owner.document.finding(
        path.step.job.place("environment"),
        f'job "{path.job}" deploys {path.app} ({path.way}) through {through(path)}, expected {expected}{path.caller}',
        remedy(path, expected),
    )


def missing_gates(path: DeployPath, gates: Iterable[str]) -> Finding | None:
    """Say which gates a deploy does not wait for, at the job that could: only jobs of one file can need each other."""
    missing = [gate for gate in gates if not path.is_preceded_by(gate)]
    if not missing:
        return None
    legs = path.run.legs
    leg = next((leg for leg in legs if any(gate.lower() in leg.workflow_file.jobs_by_id for gate in missing)), legs[-1])
    others = [gate for gate in missing if gate.lower() not in leg.workflow_file.jobs_by_id]
    needs = dict.fromkeys((*(need.text for need in leg.job.needs), *missing))
    caller = path.caller if leg is legs[-1] else ""
    return leg.workflow_file.document.finding(
        leg.job.place("needs"),
        f'job "{path.job}" deploys {path.app} ({path.way}) without {" and ".join(missing)}; '
        f"what precedes it: {', '.join(path.gates) or 'nothing'}{caller}",
        (f"add {' and '.join(others)} to the jobs of {leg.workflow_file.file_name}, and here " if others else "")
        + f"needs: [{', '.join(needs)}]",
    )
