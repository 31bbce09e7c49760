"""Whether a deploy goes through its environment, waits for its gates, and is held by them.

`paths` are the ways to the app, for each function here; of several findings at one place, the first stays.
"""

from collections.abc import Iterable

from asbuilt.workflows.judge import hollow
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.judge.environments import remedy, through, unused_input
from asbuilt.workflows.judge.undecided import open_environment
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place


def wrong_environments(app: App, paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give the deploys of an app that go through no environment, or through another than the declared one.

    None for an app that declares none. Each at the `environment` of the job that deploys.
    """
    expected = app.environment
    if expected is None:
        return ()
    return one_for_each_place(found for path in paths if (found := wrong_environment(path, expected)))


def left_out(app: App, paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give the deploys of an app that do not wait for all of its declared gates.

    A gate that stands before the deploy is waited for here, whether or not it holds it: that is for `holes`.
    """
    return one_for_each_place(found for path in paths if (found := missing_gates(path, app.gates)))


def holes(app: App, paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give why a declared gate that stands before a deploy of an app does not hold it.

    It is skipped, counts as passed when it fails, is passed by, or has nothing in it that can fail; the first of these,
    for each gate. Open where it cannot be told whether one runs.
    """
    return one_for_each_place(hole for path in paths for hole in hollow.holes(path, app.gates, path.sources))


def wrong_environment(path: DeployPath, expected: str) -> Finding | None:
    """Say that a deploy goes through none, or another one; GitHub reads their names without regard to case.

    None where it goes through the expected one. One that whoever starts the run may type is not the expected one; what
    else cannot be told before the run is open.
    """
    if path.is_environment_open and not path.is_environment_typed:
        return open_environment(path, expected, path.sources.repository)
    if (path.environment or "").lower() == expected.lower():
        return None
    unused = unused_input(path.run, expected)
    told = f"and ignores {unused}: {expected}" if unused else f"expected {expected}"
    return path.owner.document.finding(
        path.step.job.place("environment"),
        f'job "{path.job}" deploys {path.app} ({path.way}) through {through(path)}, {told}{path.caller}',
        remedy(path, expected),
    )


def missing_gates(path: DeployPath, gates: Iterable[str]) -> Finding | None:
    """Say which gates a deploy does not wait for, at the job that could: only jobs of one file can need each other.

    `gates` are ids of jobs. None where all stand before it, in this run or the one that it follows.
    """
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
