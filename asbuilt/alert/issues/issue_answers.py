"""What is read of GitHub's answers about issues.

https://docs.github.com/en/rest/issues/issues, https://docs.github.com/en/rest/issues/comments
"""

from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from asbuilt.alert.issues.github_refusals import NotAnsweredError

T = TypeVar("T", bound=BaseModel)

_MEMBERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True)


class Account(_Read):
    """Who wrote something."""

    id: int


class LabelOfIssue(_Read):
    """A label that an issue has."""

    name: str = ""


class Issue(_Read):
    """An issue, or a pull request: GitHub lists both. An account that was deleted is null."""

    number: int
    title: str
    state: Literal["open", "closed"]
    body: str | None = None
    comments: int = 0
    html_url: str = ""
    labels: tuple[LabelOfIssue | str, ...] = ()
    user: Account | None = None
    pull_request: Any = None
    updated_at: AwareDatetime | None = None

    def has(self, label: str) -> bool:
        """Say whether it is an issue that has a label: GitHub tells labels apart without their case."""
        names = {(each if isinstance(each, str) else each.name).lower() for each in self.labels}
        return label.lower() in names and self.pull_request is None


class Comment(_Read):
    """A comment on an issue."""

    body: str | None = None
    user: Account | None = None
    author_association: str = "NONE"
    html_url: str = ""

    def is_believed(self, issue: Issue) -> bool:
        """Say whether what is hidden in it counts: its author is a member, or opened the issue."""
        return self.author_association in _MEMBERS or (self.user is not None and self.user == issue.user)


def read(kind: type[T], raw: object) -> T:
    """Read a part of an answer. Raises NotAnsweredError where it is none of GitHub's."""
    try:
        return kind.model_validate(raw)
    except ValidationError:
        what = kind.__name__.lower()
        raise NotAnsweredError(
            f"what answered is no GitHub: it gave no {what}", "look at the API's address and the proxy"
        ) from None
