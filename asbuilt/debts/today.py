"""What asbuilt finds today: the suites, run as they are always run, in a folder that is thrown away."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from asbuilt import invoked, undeclared
from asbuilt.asked_github import server_asked
from asbuilt.estate import Estate
from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read
from asbuilt.home import PROJECT
from asbuilt.model import Observation, load
from asbuilt.observe.credentials import NoTokenError, tokens
from asbuilt.option_values import OptionError
from asbuilt.record.apart import run_apart
from asbuilt.record.directory import OBSERVATION
from asbuilt.verdicts import NOT_NEEDED

_STATIC = "tests_static"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check came to; `subject` is as a waiver names it, `is_of_a_waiver` where all that is wrong is a waiver."""

    control: str
    subject: str
    outcome: str
    facts: tuple[str, ...]
    is_of_files: bool
    is_of_a_waiver: bool

    @property
    def name(self) -> str:
        """What a person knows it by."""
        return f"{self.control} {self.subject}"


@dataclass(frozen=True, slots=True)
class Today:
    """The verdicts of today, and what was observed; `left_out` says what could not be judged, and why."""

    verdicts: tuple[Verdict, ...]
    observation: Observation | None
    left_out: tuple[str, ...] = ()

    @property
    def drifted(self) -> tuple[Verdict, ...]:
        """Those that found something."""
        return tuple(each for each in self.verdicts if each.outcome == "drifted")

    @property
    def unknown(self) -> tuple[Verdict, ...]:
        """Those that could not tell."""
        return tuple(each for each in self.verdicts if each.outcome == "unknown")

    def day(self, verdict: Verdict) -> date:
        """Give the day on which a verdict is judged: the providers', where one was asked; else this machine's."""
        if self.observation is None or (verdict.is_of_files and self.observation.world != "live"):
            return datetime.now(UTC).date()
        return self.observation.as_of.date()


def today(
    estate: Estate, file: Path, sandbox: str | None, checkouts: tuple[str, ...], say: Callable[[str], None]
) -> Today:
    """Judge an estate as far as tokens, a sandbox and files allow. Raises OptionError where nothing can be judged."""
    files = bool(checkouts) or _has_files(estate)
    given = [f"--checkout={each}" for each in checkouts]
    static = str(PROJECT / _STATIC)
    left: list[str] = []
    if sandbox or not (lacking := _lacking(estate)):
        world = [f"--sandbox={sandbox}"] if sandbox else []
        arguments = ["live", *world, *given, *([static, "-m", ""] if files else [])]
    elif files:
        left.append(f"what is live: {lacking}")
        arguments = ["static", *given]
    else:
        raise OptionError(f"there is nobody to ask and nothing to read: {lacking}; or a world, --sandbox healthy")
    if not files:
        left.append("workflow files: name their folder, --checkout DIR")
    say("judging what is there")
    with tempfile.TemporaryDirectory(prefix="asbuilt-") as scratch:
        listed, observation = _run(file, arguments, Path(scratch))
    return Today(tuple(map(_verdict, listed)), observation, tuple(left))


def _has_files(estate: Estate) -> bool:
    return any(each.checkout for each in estate.repositories.values()) or Path(undeclared.FOLDER).is_dir()


def _lacking(estate: Estate) -> str:
    """Say which tokens a live run lacks."""
    try:
        server = server_asked(estate.providers.github, os.environ)
        tokens(os.environ, Path.home(), heroku=bool(estate.apps), github=bool(estate.repositories), server=server)
    except NoTokenError as error:
        return "; ".join(each for each in str(error).splitlines()[1:-1])
    return ""


def _run(file: Path, arguments: list[str], scratch: Path) -> tuple[list[dict[str, Any]], Observation | None]:
    ended = run_apart([*arguments, f"--estate={file}", "-n", "0"], scratch / "reports", with_tokens=True)
    if ended.directory is None:
        hint = "" if ended.code == invoked.USAGE else "; `asbuilt live` says more"
        raise OptionError(f"what is there could not be judged: {ended.said}{hint}")
    try:
        kept = ended.directory / OBSERVATION
        return ended.verdicts(), load(read(kept, MOST_OF_AN_OBSERVATION)) if kept.exists() else None
    except (RefusedError, ValueError) as error:
        raise OptionError(f"what is there could not be judged: {error}") from error


def _verdict(each: Mapping[str, Any]) -> Verdict:
    subject = each["id"].partition("[")[2].removesuffix("]") or each["subject"]
    return Verdict(
        each["control"],
        subject,
        each["outcome"],
        tuple(line["fact"] for line in each["lines"] if not line["waived"]) or (each["reason"],),
        is_of_files=each["id"].startswith(_STATIC),
        is_of_a_waiver=each["reason"] == NOT_NEEDED,
    )
