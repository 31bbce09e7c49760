"""Which event the code of a deploy comes from, and where its trigger stands."""

from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.reviews import FROM_OUTSIDE
from asbuilt.workflows.triggers.events import MERGED
from asbuilt.workflows.triggers.refs import HEADS
from asbuilt.workflows.yaml.document import Mark


def comes_from_outside(path: DeployPath, default_branch: str) -> str | None:
    """Give the event of a path that anybody can cause, or None. A merged pull request is code of the branch.

    Of a run that follows others, the first event of the chain counts. A pull request that is merged into another branch
    than `default_branch`, or into any, comes from outside: who may push there is not known here.
    """
    situation, refs = path.run.situation, path.refs
    while situation.before is not None:
        situation = situation.before
        refs = situation.refs
    for origin in path.origins:
        if origin in FROM_OUTSIDE or (origin == MERGED and refs != (HEADS + default_branch,)):
            return origin
    return None


def trigger_mark(path: DeployPath) -> Mark:
    """Give the place of the trigger that sets a path off.

    In the file in which the path begins.
    """
    file = path.run.entry.workflow_file
    return next((each.mark for each in file.triggers if each.event == path.trigger), Mark(1, 1))
