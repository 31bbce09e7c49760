"""Deploys to apps that are made for a pull request and gone with it: they have no name that could be declared."""

import re
from collections.abc import Collection, Iterator

from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.shell.variables import env_in, named_in
from asbuilt.workflows.triggers.events import MERGED
from asbuilt.workflows.triggers.situations import Situation
from asbuilt.workflows.yaml.document import text_of, texts_of

# Events that anybody can cause who may read the repository.
FROM_OUTSIDE = frozenset(
    {
        "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "issues",
        "issue_comment", "discussion", "discussion_comment", "fork", "watch", "gollum",
    }
)  # fmt: skip
# What names an app after the pull request that it is made for, or says that it is such an app.
_FOR_REVIEW = re.compile(
    r"pull_request\.(?:number|head|id)|event\.number|issue\.number|head_ref|\bPR_?NUM|review[ _-]?app", re.IGNORECASE
)


def is_for_review(deploy: DeployStep, app: str | None, situation: Situation, sources: Sources) -> bool:
    """Tell whether the app is one for a pull request: an action that makes such, or a name with the number in it.

    `app` is the one that is known, None where it is not: an app with a known name is for no single pull request.
    Without an action for it, the situation has to come from a pull request or another event from outside.
    """
    if deploy.review:
        return True
    if app is not None or {*FROM_OUTSIDE, MERGED}.isdisjoint(situation.origins):
        return False
    handed = (text for _, text in texts_of(deploy.step.with_) if text)
    text = " ".join((deploy.target or "", deploy.step.name or "", *handed))
    names = {*named_in(text), *env_in(text)}
    values = (text_of(node.get(name)) or "" for node in deploy.placed.environments for name in names)
    return any(_FOR_REVIEW.search(each) for each in (text, *values, *_written(deploy, names, sources)))


def _written(deploy: DeployStep, names: Collection[str], sources: Sources) -> Iterator[str]:
    """Give the lines of earlier scripts that write some variables: `echo "APP=shop-$NUMBER" >> $GITHUB_ENV`."""
    for each in sources.steps(deploy.workflow_file, deploy.job)[: deploy.placed.number]:
        lines = (text_of(each.step.run) or "").splitlines() if "GITHUB_ENV" in (text_of(each.step.run) or "") else ()
        yield from (line for line in lines if any(f"{name}=" in line for name in names))
