"""A GitHub issue for each cause that somebody is called for: opened, commented on, closed when it is resolved.

It is found again by the fingerprint that is hidden in it, so that a lost state opens no second one, and a message that
was delivered already is known by its digest. Why it is as it is: docs/adr/0035.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from asbuilt import texts
from asbuilt.alert.event import Kind, Message
from asbuilt.alert.issues.github_api import PAGE, GitHub, tried
from asbuilt.alert.issues.github_refusals import NotAnsweredError
from asbuilt.alert.issues.issue_answers import Comment, Issue, read
from asbuilt.alert.issues.issue_label import Label, opened
from asbuilt.alert.issues.issue_marks import Mark, marked, marks
from asbuilt.alert.not_delivered import NotDeliveredError

LABEL = Label("asbuilt", "b60205", "asbuilt calls for it: opened, commented on and closed by asbuilt alert")
_LONGEST_TITLE = 250  # of 256
_ONCE_MORE = "Called once more: it is not known any more what was called for before."
_MOST_PAGES_OPEN = 10
_MOST_PAGES_CLOSED = 3
_MOST_PAGES_OF_COMMENTS = 3
_TITLED = re.compile(r"\[(?:SEV-[1-9] -> )?SEV-[1-9][^\]]{0,100}\]")


def deliver_issue(
    repository: str, message: Message, token: str, api: str, *, pause: Callable[[float], None] = time.sleep
) -> None:
    """Tell a message in the issue of its cause. `pause` waits between writes. Raises NotDeliveredError.

    - first: an issue is opened; where one is open, the state was lost, and it is commented on
    - severity changed, reminder: a comment; the title has the severity
    - resolved: a comment, and the issue is closed as completed
    - a person closed the issue: it is commented on, and stays closed, until the severity is worse
    - it ended, and is there again: a new issue, which names the last one
    - there is none where one should be: it is opened
    """
    with GitHub(repository, token, api, pause=pause) as github:
        try:
            tried(partial(_tell, github, message), pause)
        except NotAnsweredError as error:
            raise NotDeliveredError(f"github-issue:{repository}: {error.fact}: {error.remedy}") from None


@dataclass(frozen=True, slots=True)
class _Told:
    """An issue of a cause, and what was told in it: the marks, the oldest first."""

    issue: Issue
    marks: tuple[Mark, ...]

    @property
    def is_open(self) -> bool:
        return self.issue.state == "open"

    @property
    def is_over(self) -> bool:
        """Whether its outage has ended, by our own word: nothing more is told in it."""
        return not self.is_open and self.marks[-1].is_last_word


def _tell(github: GitHub, message: Message) -> None:
    """Tell a message once, however often it is tried, and leave the issue as the message has it."""
    mark = Mark.of(message)
    found = _of_cause(github, message.fingerprint)
    going_on = [each for each in found if _goes_on(each, message.kind)]
    if again := [each for each in found if mark in each.marks]:
        told = again[0]
    elif going_on:
        told = going_on[0]
        path = f"/issues/{told.issue.number}/comments"
        is_lost = message.kind is Kind.FIRST and not told.marks[-1].is_last_word
        said = f"{_ONCE_MORE}\n\n{message.markdown}" if is_lost else message.markdown
        read(Comment, github.write("POST", path, {"body": marked(said, mark)}))
    else:
        told = _Told(_open(github, message, mark, found), (mark,))
    _settle(github, message, mark, told)
    if message.kind is Kind.RESOLVED:
        for each in going_on:  # two runs at once may have opened two
            if each != told:
                _settle(github, message, mark, each)


def _goes_on(told: _Told, kind: Kind) -> bool:
    """Say whether a message of a kind belongs into an issue, rather than into a new one."""
    match kind:
        case Kind.FIRST:
            return told.is_open
        case Kind.RESOLVED:
            return True
        case _:
            return not told.is_over


def _open(github: GitHub, message: Message, mark: Mark, before: Iterable[_Told]) -> Issue:
    last = max((each.issue.number for each in before), default=0)
    again = f"It was there before: #{last}\n\n" if last else ""
    title = _titled(texts.line(message.title, _LONGEST_TITLE), message)
    return opened(github, LABEL, title, marked(f"{again}{message.markdown}", mark))


def _settle(github: GitHub, message: Message, mark: Mark, told: _Told) -> None:
    """Leave the title and the state of an issue as a message has them."""
    changes: dict[str, str] = {}
    if message.kind is Kind.RESOLVED:
        if told.is_open:
            changes = {"state": "closed", "state_reason": "completed"}
    else:
        if (title := _titled(told.issue.title, message)) != told.issue.title:
            changes["title"] = title
        before = next((each.severity for each in reversed(told.marks) if each != mark), message.severity)
        if not told.is_open and message.severity < before:
            changes |= {"state": "open", "state_reason": "reopened"}
    if changes:
        read(Issue, github.write("PATCH", f"/issues/{told.issue.number}", changes))


def _titled(title: str, message: Message) -> str:
    """Give a title with the severity of a message in place of the one in it; else it is as somebody wrote it."""
    return _TITLED.sub(f"[{message.severity}]", title, count=1)


def _of_cause(github: GitHub, fingerprint: str) -> list[_Told]:
    """Give the open issues of a cause, the oldest first; where none is open, the newest of those closed of late."""
    path, by_label = "/issues", {"labels": LABEL.name, "direction": "desc"}
    listed = github.listed(path, _MOST_PAGES_OPEN, state="open", sort="created", **by_label)
    found = sorted(_about(listed, fingerprint), key=lambda each: each.number)
    if not found:
        listed = github.listed(path, _MOST_PAGES_CLOSED, state="closed", sort="updated", **by_label)
        found = sorted(_about(listed, fingerprint), key=lambda each: each.number)[-1:]
    return [_Told(each, tuple(_told_in(github, each, fingerprint))) for each in found]


def _about(listed: Iterable[object], fingerprint: str) -> Iterator[Issue]:
    """Give those of a list that are ours, and about a cause; nothing else that stands in an issue is believed."""
    for each in listed:
        issue = read(Issue, each)
        if issue.has(LABEL.name) and any(mark.fingerprint == fingerprint for mark in marks(issue.body)):
            yield issue


def _told_in(github: GitHub, issue: Issue, fingerprint: str) -> Iterator[Mark]:
    """Give the marks in an issue and its last comments: GitHub lists these from the first one on."""
    texts_of_ours = [issue.body]
    if issue.comments:
        page = max(1, (issue.comments - 1) // PAGE)
        listed = github.listed(f"/issues/{issue.number}/comments", _MOST_PAGES_OF_COMMENTS, page=page)
        comments = (read(Comment, each) for each in listed)
        texts_of_ours += [each.body for each in comments if each.is_believed(issue)]
    for text in texts_of_ours:
        yield from (each for each in marks(text) if each.fingerprint == fingerprint)
