"""The labels by which asbuilt knows its own issues.

Anybody may open an issue in a public repository, and hide in it whatever they like; only members label it:
https://docs.github.com/en/issues/using-labels-and-milestones-to-track-work/managing-labels#applying-a-label
"""

from dataclasses import dataclass

from asbuilt.alert.issues.github_api import GitHub
from asbuilt.alert.issues.github_refusals import NotAnsweredError
from asbuilt.alert.issues.issue_answers import Issue, read

_IS_THERE = 422


@dataclass(frozen=True, slots=True)
class Label:
    """A label, as a repository is given it."""

    name: str
    color: str
    description: str


def opened(github: GitHub, label: Label, title: str, body: str) -> Issue:
    """Open an issue that has the label, and is found again by it. Raises NotAnsweredError.

    Whoever may not label is refused the label before there is an issue: GitHub drops it from a new one without a word,
    and each message would open another.
    """
    _ensure(github, label)
    issue = read(Issue, github.write("POST", "/issues", {"title": title, "body": body, "labels": [label.name]}))
    if issue.has(label.name):
        return issue
    github.write("PATCH", f"/issues/{issue.number}", {"state": "closed", "state_reason": "not_planned"})
    raise NotAnsweredError(
        f'GitHub dropped the label "{label.name}" from #{issue.number}, which was closed again',
        "give the token Issues: write, and its owner the role Write there",
    )


def _ensure(github: GitHub, label: Label) -> None:
    """Make the label; where it is there already, the refusal says that the token might have made it."""
    try:
        document = {"name": label.name, "color": label.color, "description": label.description}
        github.write("POST", "/labels", document)
    except NotAnsweredError as error:
        if error.status != _IS_THERE:
            raise
