"""Where the state of what was called is kept, so that no two runs change it at once: a file, or what stands for one.

A file is locked by another beside it, `FILE.lock`, and replaced as a whole: who dies while writing leaves the old one.
"""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from asbuilt.alert.not_kept import NotKeptError
from asbuilt.files import NotThereError, RefusedError, read
from asbuilt.record.directory import COLLECTED

MOST = 2**26
_WAIT = 60.0
_PAUSE = 0.05
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
_LOCK = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)


class UnreadableError(NotKeptError):
    """A state that is there and cannot be read: it can be set aside."""


class Kept(Protocol):
    """A state that is locked: nobody else changes it."""

    def load(self) -> bytes | None:
        """Give what is kept; None where nothing is. Raises NotKeptError."""

    def save(self, content: bytes) -> None:
        """Keep another content in its place, all of it or none. Raises NotKeptError."""

    def set_aside(self, why: str) -> str:
        """Put what is kept where nobody loads it, and say where. Raises NotKeptError."""


class Keeper(Protocol):
    """What keeps a state."""

    def held(self) -> AbstractContextManager[Kept]:
        """Lock it, and wait for whoever has it locked. Raises NotKeptError."""

    def seen(self) -> AbstractContextManager[Kept]:
        """Give it to be read alone: nothing is locked, made or changed. Raises NotKeptError."""


class StateFile:
    """A state in a file of this machine."""

    def __init__(self, path: Path, wait: float = _WAIT) -> None:
        self._path = path
        self._wait = wait

    def __str__(self) -> str:
        """Give its path."""
        return str(self._path)

    @contextmanager
    def held(self) -> Iterator["StateFile"]:
        """Lock it, and wait for whoever has it locked. Raises NotKeptError."""
        if wrong := misnamed(self._path):
            raise NotKeptError(wrong)
        lock = self._path.with_name(f"{self._path.name}.lock")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(lock, _LOCK, 0o600)
        except OSError as error:
            raise NotKeptError(f"{lock} cannot be opened: {error.strerror}; without it nobody is called") from error
        try:
            self._lock(descriptor, lock)
            yield self
        finally:
            os.close(descriptor)  # which unlocks it, as the death of a process does

    @contextmanager
    def seen(self) -> Iterator["StateFile"]:
        """Give it to be read alone: it is replaced as a whole, so that it can be at any time. Raises NotKeptError."""
        if wrong := misnamed(self._path):
            raise NotKeptError(wrong)
        yield self

    def load(self) -> bytes | None:
        """Give what is kept; None where nothing is. Raises NotKeptError."""
        try:
            return read(self._path, MOST)
        except NotThereError:
            return None
        except RefusedError as error:
            raise UnreadableError(f"{self} {error}") from error

    def save(self, content: bytes) -> None:
        """Keep another content in its place, all of it or none. Raises NotKeptError."""
        coming = self._path.with_name(f".{self._path.name}.tmp")
        try:
            with suppress(FileNotFoundError):
                coming.unlink()  # of somebody who died while writing; nobody else writes while it is locked
            descriptor = os.open(coming, _NEW, 0o600)
            try:
                left = memoryview(content)
                while left:
                    left = left[os.write(descriptor, left) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            coming.replace(self._path)
            _sync(self._path.parent)
        except OSError as error:
            with suppress(OSError):
                coming.unlink()
            raise NotKeptError(f"{self} cannot be written: {error.strerror}") from error

    def set_aside(self, why: str) -> str:
        """Put what is kept beside it, and say where. Raises NotKeptError."""
        del why  # a file says by itself what is wrong with it
        begins = f"{self._path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        aside = self._path.with_name(begins)
        number = 1
        while os.path.lexists(aside):
            number += 1
            aside = self._path.with_name(f"{begins}-{number}")
        try:
            self._path.rename(aside)
        except OSError as error:
            raise NotKeptError(f"{self} cannot be set aside: {error.strerror}; move it yourself") from error
        return str(aside)

    def _lock(self, descriptor: int, lock: Path) -> None:
        try:
            import fcntl  # noqa: PLC0415 - only POSIX has it
        except ImportError as error:
            raise NotKeptError(f"{lock}: this system has no flock, so two runs could call at once") from error
        until = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    told = f"{lock} was held by another for {self._wait:g} s: this run calls nobody; run it again"
                    raise NotKeptError(told) from error
                time.sleep(_PAUSE)
            except OSError as error:
                told = f"{lock} cannot be locked: {error.strerror}; keep the state where files can be locked"
                raise NotKeptError(told) from error
            else:
                return


def misnamed(path: Path) -> str:
    """Say why a path can hold no state, whatever stands there; nothing where it can.

    What is no regular file is never set aside: `/dev/null` belongs to the whole machine, and a file in a run's record
    is one that its manifest does not know.
    """
    if path.is_symlink():
        return f"{path} is a link, which is not followed: name the file itself"
    if path.is_dir():
        return f"{path} is a folder: name a file in it, such as {path / 'alert.json'}"
    if path.exists() and not path.is_file():
        return f"{path} is no regular file, and a state is replaced as a whole: name a file, which need not be there"
    if inside := next((each for each in path.absolute().parents if (each / COLLECTED).is_file()), None):
        return f"{path} would be in a run's record, which would no longer hold: name a file outside {inside}"
    return ""


def _sync(folder: Path) -> None:
    """Let a new name in a folder outlast a loss of power, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
