"""Where and in which form `asbuilt live|static` tell what a run found: `--format` and `--output`, read before pytest.

pytest's own `-o` sets an option of its file of settings: here that is `--override-ini` alone, and `-o FILE` is ours.
What goes to standard output in a form for programs stands there alone: all else is told on standard error. Inside
GitHub Actions a run that tells its text there tells GitHub's annotations as well.
"""

import argparse
import difflib
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from asbuilt.option_values import OptionError, meant
from asbuilt.texts import line, visible

FORMS = ("text", "json", "github", "sarif")
NAMES = ("--format", "--output")
HELP = {
    "--format": ("FORM", f"how it is told: {', '.join(FORMS)} (default text)"),
    "--output": ("FILE", "where to, else standard output; also -o FILE"),
}
_PROGRAMS = frozenset({"json", "sarif"})
_OF_ENDINGS = {".sarif": "sarif", ".json": "json", ".txt": "text"}
_SETTING = re.compile(r"[a-z_]+=")
_STDOUT = "-"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Output:
    """What is told where: `form` is empty where nobody named one, `file` where it is standard output."""

    form: str = ""
    file: str = ""

    @property
    def is_alone(self) -> bool:
        """Whether standard output is for programs, so that nothing else may stand there."""
        return self.form in _PROGRAMS and not self.file

    def annotates(self, environ: Mapping[str, str]) -> bool:
        """Say whether annotations are told on standard output, beside the text that stands there."""
        if self.file:
            return in_actions(environ)
        return self.form == "github" or (not self.form and in_actions(environ))


def in_actions(environ: Mapping[str, str]) -> bool:
    """Say whether a runner of GitHub Actions runs this."""
    return environ.get("GITHUB_ACTIONS") == "true"


def read(arguments: Sequence[str]) -> tuple[Output, list[str]]:
    """Take `--format` and `--output` out of the arguments of a run; the others are pytest's. Raises OptionError."""
    parser = _Parser(add_help=False, allow_abbrev=False, argument_default=None)
    parser.add_argument("--format", action="append")
    parser.add_argument("--output", "-o", action="append", dest="file")
    ours, end, rest = _before_the_end(arguments)
    given, left = parser.parse_known_args(ours)
    return output(_once("--format", given.format), _once("--output", given.file)), [*left, *end, *rest]


def output(form: str | None, file: str | None) -> Output:
    """Give what two options say. Raises OptionError for what cannot be meant."""
    if file is not None:
        meant("--output", file)
        if _SETTING.match(file):
            raise OptionError(
                f'-o "{line(file)}": here -o names the file to write, as --output does; '
                f"a setting of pytest is changed by --override-ini {shlex.quote(line(file))}"
            )
        if file != _STDOUT and (wrong := _unwritable(Path(file))):
            raise OptionError(f'--output "{line(file)}": {wrong}')
    if form is None and file not in {None, _STDOUT}:
        form = _OF_ENDINGS.get(Path(str(file)).suffix.lower())
        if form is None:
            raise OptionError(f'--output "{line(str(file))}": in which form? --format, one of {", ".join(FORMS)}')
    if form is not None and form not in FORMS:
        near = difflib.get_close_matches(form.lower(), FORMS, n=1)
        hint = f'did you mean "{near[0]}"? ' if near else ""
        raise OptionError(f'--format: "{visible(form)}" is no form; {hint}allowed: {", ".join(FORMS)}')
    return Output(form or "", "" if file in {None, _STDOUT} else str(file))


def _unwritable(file: Path) -> str:
    """Say why a file cannot be written, or should not be, before a run of minutes ends in that."""
    from asbuilt.record.directory import COLLECTED, is_name_of_a_run  # noqa: PLC0415 - nobody may have named one

    if file.is_dir():
        return "is a folder: name a file"
    if any(is_name_of_a_run(each.name) and (each / COLLECTED).exists() for each in file.resolve().parents):
        return "lies in a run's directory, whose record would hold no longer: name a file elsewhere"
    above = next((each for each in file.absolute().parents if each.exists()), Path("/"))
    return "" if above.is_dir() and os.access(above, os.W_OK) else f"nothing can be written in {line(str(above))}"


def _before_the_end(arguments: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Part arguments at `--`, behind which nothing is an option."""
    given = list(arguments)
    index = given.index("--") if "--" in given else len(given)
    return given[:index], given[index : index + 1], given[index + 1 :]


def _once(name: str, values: list[str] | None) -> str | None:
    if values and len(set(values)) > 1:
        told = ", ".join(line(each) for each in values)
        raise OptionError(f"{name} is given more than once ({told}): `asbuilt record` gives a run in other forms, too")
    return values[0] if values else None


class _Parser(argparse.ArgumentParser):
    """Raises what is wrong, rather than end the process with it."""

    def error(self, message: str) -> NoReturn:
        """Refuse arguments."""
        raise OptionError(line(message.replace("argument --output/-o", "--output"), _LONGEST))
