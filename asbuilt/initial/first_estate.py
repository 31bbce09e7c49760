"""A first estate as a file: made whole, held against what an estate may be, written where nothing stands."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from asbuilt import estate
from asbuilt.initial.drafting import document
from asbuilt.initial.nouns import Drafted, Found, Wanted
from asbuilt.initial.reading import found
from asbuilt.initial.yaml_text import text
from asbuilt.option_values import OptionError

_SCHEMA = "estate.schema.json"


@dataclass(frozen=True, slots=True)
class FirstEstate:
    """A first estate: what was found, what is made of it, and its text."""

    found: Found
    drafted: Drafted
    text: str

    @classmethod
    def of(cls, wanted: Wanted, say: Callable[[str], None]) -> "FirstEstate":
        """Read what is there, and make an estate of it. Raises OptionError, and EstateError for a fault of our own."""
        read = found(wanted, say)
        if not read.apps and read.repository is None:
            is_asked = not any(each.startswith("Heroku: no token") for each in read.left_out)
            why = [*(["Heroku: the token sees no app"] if is_asked else []), *read.left_out]
            raise OptionError(f"there is nothing to declare: {'; '.join(why)}")
        drafted = document(read)
        written = text(drafted)
        if (wanted.folder / _SCHEMA).is_file():
            written = f"# yaml-language-server: $schema={_SCHEMA}\n{written}"
        estate.load(Path("the estate that init made"), (), written.encode())
        return cls(read, drafted, written)

    def write(self, file: Path, written: str) -> None:
        """Write the file, where none stands. Raises OptionError."""
        try:
            with file.open("x", encoding="utf-8") as opened:
                opened.write(written)
        except FileExistsError:
            refuse_to_overwrite(file)
        except OSError as error:
            raise OptionError(f"{file} cannot be written: {error.strerror}; name another: --output FILE") from error

    def told(self, output: str, sandbox: str) -> Iterator[str]:
        """Give the last lines for the terminal: what was written, what was left out, what to do next."""
        apps, reviews = len(self.found.apps), len(self.drafted.reviews)
        yield from (f"left out: {each}" for each in self.found.left_out)
        where = "the estate above" if output == "-" else output
        yield f"{where}: {_counted(apps, 'app')}, {_counted(reviews, '# review: line')}"
        own = "" if output in {"-", "estate.yaml"} else f" --estate {output}"
        yield f"next: asbuilt live{own} --sandbox=declared"
        yield f"then: asbuilt live{own}{f' --sandbox={sandbox}' if sandbox else ''}"


def refuse_to_overwrite(file: Path) -> None:
    """Refuse to write where something stands, or where no folder is. Raises OptionError."""
    if not file.parent.is_dir():
        raise OptionError(f"{file} cannot be written: there is no folder {file.parent}; name another: --output FILE")
    if os.path.lexists(file):
        raise OptionError(
            f"{file} is there already, and stays as it is: --output FILE writes elsewhere, --output - prints, "
            "--diff shows how it differs from what is there"
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
