"""The days of a watch in its evidence folder: one after the other, each of one watch alone.

A day is the UTC date of the providers' clock. A watch that is begun again goes on in the day that it left, where that
holds; else it begins another folder and says why.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Self

from asbuilt.observe.kept_looks import untimed
from asbuilt.option_values import OptionError
from asbuilt.record.directory import SANDBOX
from asbuilt.record.writing import NotWrittenError
from asbuilt.watch import day
from asbuilt.watch.day import Change, Head, State
from asbuilt.watch.day_read import ReadDay, read_day
from asbuilt.watch.looked import Looked
from asbuilt.withholding import Secrets

NAME = re.compile(rf"(?:{SANDBOX})?watch-(\d{{8}})-[0-9a-f]{{8}}")
_MOST_LOOKED_AT = 50  # of the newest folders


class Days:
    """Writes down look after look. `with Days.of(...) as days: days.record(looked)`."""

    def __init__(
        self, evidence: Path, head: Head, source: bytes, secrets: Secrets, say: Callable[[str], None], *, live: bool
    ) -> None:
        self._evidence = evidence
        self._head = head
        self._source = source
        self._secrets = secrets
        self._say = say
        self._prefix = "watch-" if live else f"{SANDBOX}watch-"
        self._directory: Path | None = None
        self._lock: int | None = None
        self._why = "the watch begins"
        self.state = State()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def directory(self) -> Path | None:
        """The folder of the day that goes on; None before the first look."""
        return self._directory

    def resume(self, now: datetime) -> None:
        """Take the evidence folder, and take up the day that a watch of the same left there, as far as it holds.

        `now` is the time by then. Raises OptionError where another watch is at it, or where nothing can be written.
        """
        self._lock = self._taken()
        for directory, of in self._left_behind():
            found = read_day(directory)
            if found.head is not None and not _is_same(found.head, self._head):
                continue
            if found.sealed or of < (now - timedelta(days=1)).date():
                return
            if self._takes_up(found, now):
                self._directory = directory
                return

    def _takes_up(self, found: ReadDay, now: datetime) -> bool:
        """Say whether a day is the one to go on with, and know where it stands then."""
        if not found.holds or found.state is None:
            first = found.misfits[0]
            self._say(f"{found.directory.name} does not hold ({first.where}: {first.fact}): another folder is begun")
            return False
        if found.state.last is not None and found.state.last > now + timedelta(seconds=self._head.interval):
            return False  # of another time, as a sandbox's that was begun anew
        self.state = found.state
        self._why = "the watch goes on"
        return True

    def change(self, looked: Looked) -> Change:
        """Say what a look found otherwise than the one before."""
        return day.change(self.state, looked, self._head.interval)

    def record(self, looked: Looked) -> Path:
        """Write a look down, in the day that it falls in, and give the folder of that.

        Raises NotWrittenError. What was not written is written with the next look that can be.
        """
        directory = self._turned(looked.at)
        line = None
        if (changed := self.change(looked)) or not self.state.lines or self._why:
            line = day.written_line(self.state, looked, changed, self._secrets, why=self._why)
            day.append(directory, line)
        self.state, self._why = day.following(self.state, looked, line), ""
        day.write_now(directory, self._head, self.state, self._secrets)
        return directory

    def _turned(self, at: datetime) -> Path:
        """Give the folder of a day, a new one where there is none, or where the one before is of a day that is over."""
        stamp = f"{at:%Y%m%d}"
        if self._directory is not None:
            match = NAME.fullmatch(self._directory.name)
            if match and match[1] >= stamp:
                return self._directory
            day.seal(self._directory, self._head, self.state, self._secrets)
            self._directory, self._why = None, "the day begins"
            self.state = State(last=self.state.last, kept=self.state.kept)
        directory = self._evidence / f"{self._prefix}{stamp}-{token_hex(4)}"
        try:
            directory.mkdir()
        except OSError as error:
            raise NotWrittenError(directory, error) from error
        day.begin(directory, self._source, self._secrets)
        self._directory = directory
        return directory

    def _left_behind(self) -> Iterator[tuple[Path, date]]:
        found = []
        for each in self._evidence.iterdir():
            if (match := NAME.fullmatch(each.name)) and each.name.startswith(self._prefix) and not each.is_symlink():
                with suppress(ValueError):
                    found.append((match[1], each.stat().st_mtime_ns, each))
        for stamp, _, directory in sorted(found, reverse=True)[:_MOST_LOOKED_AT]:
            yield directory, datetime.strptime(f"{stamp}+0000", "%Y%m%d%z").date()

    def _taken(self) -> int:
        """Take the evidence folder for a watch of this estate, until it ends however it does. Raises OptionError."""
        told = "\n".join((self._head.estate, *self._head.apps, untimed(self._head.world)))
        path = self._evidence / f".watch-{sha256(told.encode()).hexdigest()[:12]}.lock"
        try:
            self._evidence.mkdir(parents=True, exist_ok=True)
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise OptionError(f"--evidence {self._evidence}: nothing can be written there: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise OptionError(
                f"--evidence {self._evidence}: another watch of this estate writes there; end it, or name another"
            ) from error
        return lock


def _is_same(one: Head, other: Head) -> bool:
    """Say whether two days are of one watch: of the same estate, apps and world, a sandbox at whatever time."""
    return untimed(one.world) == untimed(other.world) and (one.sha256, one.apps) == (other.sha256, other.apps)
