"""The state in an issue of GitHub, for workflows, whose caches are evicted: a closed one, which nobody has to see.

GitHub has no lock. Another writer is found out before each save, and nothing of theirs is overwritten but in the
moment between; `concurrency` of the workflows that share an issue keeps them apart. Why: docs/adr/0035.
"""

import base64
import hashlib
import lzma
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from asbuilt import texts
from asbuilt.alert.github_api import GitHub, NotAnsweredError, tried
from asbuilt.alert.issue_answers import Comment, Issue, read
from asbuilt.alert.issue_label import Label, opened
from asbuilt.alert.not_kept import NotKeptError

T = TypeVar("T")

LABEL = Label("asbuilt-state", "ededed", "asbuilt keeps here what it has called for: nothing to do")
TITLE = "asbuilt keeps here what it has called for"
LONGEST_BODY = 65_536  # characters that GitHub takes
MOST_UNPACKED = 32 * 2**20
_MOST_PAGES = 3
_MOST_SET_ASIDE = LONGEST_BODY - 1_500
_SAYS = """\
`asbuilt alert` keeps here, in a comment that is not shown, what it has called for: so it calls once for each cause. \
There is nothing to do about this issue, and it stays closed. Whoever deletes it, or edits it, is called once more for \
each cause that is open."""
_KEPT = re.compile(r"^<!-- asbuilt state (\d{1,12}) ([0-9a-f]{64}) ([A-Za-z0-9+/=]*) -->", re.MULTILINE)
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class StateIssue:
    """Keeps a state in the closed issue of a repository that has the label `asbuilt-state`.

    Who can read the repository's issues can read it. `pause` waits between writes.
    """

    repository: str
    token: str
    api: str
    pause: Callable[[float], None] = time.sleep

    def __repr__(self) -> str:
        """Say nothing of the token."""
        return f"StateIssue({self.repository!r})"

    def __str__(self) -> str:
        """Give what names it: `--state` takes that."""
        return f"github-issue:{self.repository}"

    @contextmanager
    def held(self) -> Iterator["HeldIssue"]:
        """Give what loads and saves, for as long as one run needs it. Raises NotKeptError."""
        with GitHub(self.repository, self.token, self.api, pause=self.pause) as github:
            yield HeldIssue(github)


@dataclass(frozen=True, slots=True)
class _Version:
    """Which state stands in an issue: counted, and its digest; of what cannot be read, that of the body."""

    count: int
    digest: str


class HeldIssue:
    """The issue, as one run reads and writes it. It knows which state it has seen, and overwrites no other one."""

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self._number = 0
        self._seen: _Version | None = None

    def load(self) -> bytes | None:
        """Give the state; None where there is none. What cannot be unpacked is given as it stands, as of a broken file.

        Raises NotKeptError.
        """
        issue = self._done(self._found)
        if issue is None:
            self._number, self._seen = 0, None
            return None
        self._number, self._seen = issue.number, _version(issue)
        return _unpacked(issue)

    def save(self, content: bytes) -> None:
        """Keep a state in the place of the one that was loaded, or saved last. Raises NotKeptError.

        So it does where another run has kept one since, which then stays, and where GitHub did not take it.
        """
        version = _Version(self._seen.count + 1 if self._seen else 1, hashlib.sha256(content).hexdigest())
        body = _body(version, content)
        if len(body) > LONGEST_BODY:
            raise self._not_kept(
                f"the state takes {len(body):,} characters, and an issue holds {LONGEST_BODY:,}",
                "keep it in a file, --state FILE, and that in the cache",
            )
        self._done(partial(self._write, version, body))
        self._seen = version

    def set_aside(self, why: str) -> str:
        """Keep what stands there, and is of no use, in a comment of its own. Gives where. Raises NotKeptError."""
        issue = self._done(partial(self._asked, self._number))
        old = (issue.body or "")[:_MOST_SET_ASIDE]
        fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(old)), default=0))
        said = f"What was kept here is of no use: {texts.code(why)}. It stood so:\n\n{fence}\n{old}\n{fence}\n"
        raw = self._done(partial(self._github.write, "POST", f"/issues/{self._number}/comments", {"body": said}))
        address = texts.link(self._done(partial(read, Comment, raw)).html_url)
        return f"a comment on {self._github.repository}#{self._number}{f', {address}' if address else ''}"

    def _write(self, version: _Version, body: str) -> None:
        """Write once, however often it is tried."""
        before = self._asked(self._number) if self._number else self._found()
        if before is None:
            kept = opened(self._github, LABEL, TITLE, body)
            self._number = kept.number
            changes = {"state": "closed", "state_reason": "completed"}
        else:
            kept = before
            if (stands := _version(before)) not in {version, self._seen}:
                raise self._not_kept(
                    f"another run has changed #{before.number} since this one read it (state {stands.count})",
                    "let the workflows that share it run one after the other: `concurrency` with one group for all",
                )
            self._number = before.number
            changes = {} if stands == version else {"body": body}
            changes |= {"state": "closed"} if before.state == "open" else {}
        if changes:
            kept = read(Issue, self._github.write("PATCH", f"/issues/{self._number}", changes))
        if _version(kept) != version:
            # An update that GitHub will not take is answered with 200 and the old body.
            raise self._not_kept(
                f"GitHub did not take the state into #{self._number}", "keep it in a file, --state FILE"
            )

    def _asked(self, number: int) -> Issue:
        return read(Issue, self._github.get(f"/issues/{number}"))

    def _found(self) -> Issue | None:
        """Give the issue, as it stands now: the oldest of ours, and of those the one with a state before any other."""
        asked = {"state": "all", "labels": LABEL.name, "sort": "created", "direction": "asc"}
        listed = [read(Issue, each) for each in self._github.listed("/issues", _MOST_PAGES, **asked)]
        ours = [each for each in listed if each.has(LABEL.name) and (_is_kept(each) or each.title == TITLE)]
        if not ours:
            return None
        return self._asked(min(ours, key=lambda each: (not _is_kept(each), each.number)).number)

    def _done(self, what: Callable[[], T]) -> T:
        try:
            return tried(what, self._github.pause)
        except NotAnsweredError as error:
            raise self._not_kept(error.fact, error.remedy) from None

    def _not_kept(self, fact: str, remedy: str) -> NotKeptError:
        return NotKeptError(f"github-issue:{self._github.repository}: {fact}: {remedy}")


def _body(version: _Version, content: bytes) -> str:
    packed = base64.b64encode(lzma.compress(content, preset=6 | lzma.PRESET_EXTREME)).decode("ascii")
    return f"{_SAYS}\n\n<!-- asbuilt state {version.count} {version.digest} {packed} -->\n"


def _is_kept(issue: Issue) -> bool:
    return _KEPT.search(issue.body or "") is not None


def _version(issue: Issue) -> _Version:
    body = issue.body or ""
    if found := _KEPT.search(body):
        return _Version(int(found[1]), found[2])
    return _Version(0, hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest())


def _unpacked(issue: Issue) -> bytes:
    """Give the state in an issue; of one that was edited or cut, all that stands there."""
    body = issue.body or ""
    stands = body.encode("utf-8", "surrogatepass")
    found = _KEPT.search(body)
    if found is None:
        return stands
    try:
        unpacking = lzma.LZMADecompressor(memlimit=2 * MOST_UNPACKED)
        content = unpacking.decompress(base64.b64decode(found[3], validate=True), MOST_UNPACKED)
    except (ValueError, lzma.LZMAError, EOFError):
        return stands
    return content if hashlib.sha256(content).hexdigest() == found[2] else stands
