"""What a run prints, on its way to the terminal or the log of CI: without a secret, and no command of GitHub's runner.

What a test or a traceback prints comes in pieces of any size. What may be the beginning of a secret or of a command is
held back until more comes; all else goes on at once, so that the dots of a run's progress stay live.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from asbuilt.texts import printable
from asbuilt.withholding import Secrets

_CONTEXT = 64
_EMOJI = "[\ufe0e\ufe0f]*"  # the runner overlooks them
_BEGUN = re.compile(rf"(?:^|[\r\n])(?:[^\S\r\n]|\ufeff)*+(:{_EMOJI}\Z)|(#{_EMOJI}(?:#{_EMOJI})?\Z)")
_BLANK = re.compile(r"[\s\ufeff]*\Z")


class Guarded:
    """A stream of text in place of another; all but writing is that one's own."""

    def __init__(self, stream: TextIO, secrets: Callable[[], Secrets]) -> None:
        self._stream = stream
        self._secrets = secrets
        self._shown = ""  # the end of what has passed, as it came
        self._held = ""  # may begin a secret
        self._line = ""  # the line so far, as long as it is blank; then a character that is not
        self._begun = ""  # may begin a command

    def write(self, text: str) -> int:
        """Print what of a text can be printed now."""
        self._take(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Print several texts."""
        for each in lines:
            self._take(each)

    def release(self) -> None:
        """Print what was held back: no more comes."""
        self._take("", last=True)
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # a way around
            raise AttributeError(name)
        return getattr(self._stream, name)

    def _take(self, text: str, *, last: bool = False) -> None:
        come = self._held + text
        passed, self._held = self._secrets().passing(self._shown, come, last=last)
        self._shown = (self._shown + come[: len(come) - len(self._held)])[-_CONTEXT:]
        whole = self._line + self._begun + passed
        begun = None if last else _BEGUN.search(whole)
        self._begun = begun[begun.lastindex or 0] if begun else ""
        ready = whole[: len(whole) - len(self._begun)]
        shown = printable(ready)[len(self._line) :]
        line = re.split(r"[\r\n]", ready)[-1]
        self._line = line if _BLANK.match(line) else "."
        if shown:
            self._print(shown)

    def _print(self, text: str) -> None:
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            encoding = self._stream.encoding or "ascii"
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


@contextmanager
def guarded(secrets: Callable[[], Secrets]) -> Iterator[None]:
    """Let all that Python prints pass, from here to the end."""
    before = sys.stdout, sys.stderr
    out, err = (Guarded(each, secrets) for each in before)
    sys.stdout, sys.stderr = out, err
    try:
        yield
    finally:
        out.release()
        err.release()
        # Whoever put another stream in their place since then, puts it back.
        sys.stdout = before[0] if sys.stdout is out else sys.stdout
        sys.stderr = before[1] if sys.stderr is err else sys.stderr
