"""The journal of a run, `verdicts.jsonl`: a line for each verdict as it comes, so that a death loses one at most."""

from pathlib import Path
from typing import BinaryIO

from asbuilt.record.writing import NotWrittenError, as_json
from asbuilt.verdicts import Verdict
from asbuilt.withholding import Secrets


class Journal:
    """A file that verdicts are appended to, each whole and at once.

    What could not be written is said once; nothing is written behind it then, so that no line follows a torn one.
    """

    def __init__(self, path: Path, secrets: Secrets) -> None:
        self._path = path
        self._secrets = secrets
        self._file: BinaryIO | None = None
        self._broken = False

    def append(self, verdict: Verdict, *, amended: bool = False) -> None:
        """Write a verdict; an `amended` one takes the place of the one before of its id. Raises NotWrittenError."""
        if self._broken:
            return
        record = {name: value for name, value in verdict.as_dict().items() if name != "caused_by"}
        line = as_json({**record, "amended": True} if amended else record, self._secrets, indent=None)
        try:
            if self._file is None:
                self._file = self._path.open("ab", buffering=0)
            content = f"{line}\n".encode()
            while content:
                content = content[self._file.write(content) or 0 :]
        except OSError as error:
            self._broken = True
            raise NotWrittenError(self._path, error) from error

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None
