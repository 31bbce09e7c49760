"""Declared gates that stand nowhere before a deploy."""

from collections.abc import Iterable

from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.fault import Fault


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
