"""The state in an issue of GitHub, for workflows, whose caches are evicted: a closed one, which nobody has to see.

GitHub has no lock. A run marks the issue as its own with its first save, until it lets go or is silent for minutes, and
looks before each save whether another one has written. What is left is the moment between that look and the write;
`concurrency` of the workflows that share an issue keeps them apart. Why: docs/adr/0035.
"""

import base64
import hashlib
import lzma
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_hex
from typing import TypeVar

from asbuilt import texts
from asbuilt.alert.issues.github_api import GitHub, tried
from asbuilt.alert.issues.github_refusals import NotAnsweredError
from asbuilt.alert.issues.issue_answers import Comment, Issue, read
from asbuilt.alert.issues.issue_label import Label, opened
from asbuilt.alert.not_kept import NotKeptError, TakenError

T = TypeVar("T")

LABEL = Label("asbuilt-state", "ededed", "asbuilt keeps here what it has called for: nothing to do")
TITLE = "asbuilt keeps here what it has called for"
LONGEST_BODY = 65_536  # characters that GitHub takes
MOST_UNPACKED = 32 * 2**20
_SILENT = timedelta(minutes=3)  # a delivery that fails in each way takes less
_WAIT, _LOOK, _SETTLES = 60.0, 5.0, 2.0
_MOST_PAGES = 3
_MOST_SET_ASIDE = LONGEST_BODY - 1_500
_SAYS = """\
`asbuilt alert` keeps here, in a comment that is not shown, what it has called for: so it calls once for each cause. \
There is nothing to do about this issue, and it stays closed. Whoever deletes it, or edits it, is called once more for \
each cause that is open."""
_KEPT = re.compile(r"^<!-- asbuilt state (\d{1,12}) ([0-9a-f]{64}) ([A-Za-z0-9+/=]*) -->", re.MULTILINE)
_HELD = re.compile(r"^<!-- asbuilt state held by ([0-9a-f]{32}) -->", re.MULTILINE)
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
        """Give what loads and saves, for as long as one run needs it; then let go. Raises NotKeptError."""
        with GitHub(self.repository, self.token, self.api, pause=self.pause) as github:
            held = HeldIssue(github)
            try:
                yield held
            finally:
                held.let_go()

    @contextmanager
    def seen(self) -> Iterator["HeldIssue"]:
        """Give it to be read alone. Raises NotKeptError."""
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
        self._name = token_hex(16)
        self._body = ""

    def load(self) -> bytes | None:
        """Give the state; None where there is none. What cannot be unpacked is given as it stands, as of a broken file.

        Another run that has it is waited for. Raises NotKeptError.
        """
        issue = self._done(self._found)
        for _ in range(int(_WAIT / _LOOK)):
            if not self._is_anothers(issue):
                break
            self._github.pause(_LOOK)
            issue = self._done(self._found)
        if issue and self._is_anothers(issue):
            raise self._not_kept(
                f"another run has had the state in #{issue.number} for {_WAIT:g} s, so nobody is called by this one",
                f"run it again; a run that died is waited for no longer than {_SILENT.seconds // 60} minutes",
            )
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
        body = _body(version, content, self._name)
        if len(body) > LONGEST_BODY:
            raise self._not_kept(
                f"the state takes {len(body):,} characters, and an issue holds {LONGEST_BODY:,}",
                "keep it in a file, --state FILE, and that in the cache",
            )
        self._done(partial(self._write, version, body))
        if not self._body:
            self._github.pause(_SETTLES)
            self._done(partial(self._see_it_stand, version))
        self._seen, self._body = version, body

    def let_go(self) -> None:
        """Take back the mark that this run has the state. Where that fails, it runs out by itself."""
        if self._body:
            with suppress(NotAnsweredError):
                free = _HELD.sub("<!-- asbuilt state held by nobody -->", self._body)
                if _name(self._asked(self._number)) == self._name:
                    self._github.write("PATCH", f"/issues/{self._number}", {"body": free})
            self._body = ""

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
            is_done = self._is_own(before, version)
            if not is_done and _version(before) != self._seen:
                raise self._anothers(before)
            self._number = before.number
            changes = {} if is_done else {"body": body}
            changes |= {"state": "closed"} if before.state == "open" else {}
        if changes:
            kept = read(Issue, self._github.write("PATCH", f"/issues/{self._number}", changes))
        if _version(kept) != version:
            # An update that GitHub will not take is answered with 200 and the old body.
            raise self._not_kept(
                f"GitHub did not take the state into #{self._number}", "keep it in a file, --state FILE"
            )

    def _see_it_stand(self, version: _Version) -> None:
        """Look once more after the first save: of two runs that looked before either wrote, one goes on.

        Where there was none, each has opened one: the oldest counts, as for whoever looks for it later.
        """
        issue = self._asked(self._number) if self._seen else self._found() or self._asked(self._number)
        if not self._is_own(issue, version):
            raise self._anothers(issue)

    def _is_own(self, issue: Issue, version: _Version) -> bool:
        return _version(issue) == version and _name(issue) == self._name

    def _anothers(self, issue: Issue) -> TakenError:
        return TakenError(
            f"github-issue:{self._github.repository}: another run has changed #{issue.number} since this one read it "
            f"(state {_version(issue).count}): let the workflows that share it run one after the other: `concurrency` "
            "with one group for all"
        )

    def _is_anothers(self, issue: Issue | None) -> bool:
        """Say whether another run has the issue; where a clock is wrong, its writing is found out all the same."""
        if issue is None or issue.updated_at is None or _name(issue) in {"", self._name}:
            return False
        return abs(datetime.now(UTC) - issue.updated_at) < _SILENT

    def _asked(self, number: int) -> Issue:
        return read(Issue, self._github.get(f"/issues/{number}"))

    def _found(self) -> Issue | None:
        """Give the issue, as it stands now: of several that two first runs opened at once, the oldest."""
        asked = {"state": "all", "labels": LABEL.name, "sort": "created", "direction": "asc"}
        listed = [read(Issue, each) for each in self._github.listed("/issues", _MOST_PAGES, **asked)]
        ours = [each for each in listed if each.has(LABEL.name) and (_is_kept(each) or each.title == TITLE)]
        return self._asked(min(each.number for each in ours)) if ours else None

    def _done(self, what: Callable[[], T]) -> T:
        try:
            return tried(what, self._github.pause)
        except NotAnsweredError as error:
            raise self._not_kept(error.fact, error.remedy) from None

    def _not_kept(self, fact: str, remedy: str) -> NotKeptError:
        return NotKeptError(f"github-issue:{self._github.repository}: {fact}: {remedy}")


def _body(version: _Version, content: bytes, name: str) -> str:
    packed = base64.b64encode(lzma.compress(content, preset=6 | lzma.PRESET_EXTREME)).decode("ascii")
    held = f"<!-- asbuilt state held by {name} -->"
    return f"{_SAYS}\n\n{held}\n<!-- asbuilt state {version.count} {version.digest} {packed} -->\n"


def _name(issue: Issue) -> str:
    """Give the name of the run that has an issue; nothing where none has."""
    found = _HELD.search(issue.body or "")
    return found[1] if found else ""


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
