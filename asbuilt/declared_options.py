"""The options that asbuilt adds to those of pytest: each with its text, once, and where a help page has it.

Nothing here imports pytest: who asks for help, or presses TAB, does not wait for it.
"""

import re
from argparse import ArgumentTypeError
from functools import partial
from typing import Any

from asbuilt.terms import COMMIT, SEVERITIES
from asbuilt.texts import visible

_DAY = 86_400
# Of a page of help: what each group is called, and what stands in it. Whatever stands in none is told behind them.
GROUPS = {
    "what is judged": ("--estate", "--app", "--repository", "--checkout"),
    "what is asked": ("--sandbox", "--observed", "--edited", "--recorded", "--timeout", "--deadline"),
    "after a deploy": ("--commit", "--settle", "--hold"),
    "what fails": ("--fail-on", "--base"),
    "where it is told": ("--format", "--output", "--evidence"),
}
OF_LIVE_ALONE = frozenset(
    {"--sandbox", "--observed", "--edited", "--commit", "--settle", "--hold", "--timeout", "--deadline"}
)
# Of pytest's own options, those that somebody who judges an estate asks for.
OF_PYTEST: dict[str, tuple[str, str, str]] = {
    "-k": ("what is judged", "-k NAME", "these controls only: -k HK002, -k 'HK002 or GH001'"),
    "-n": ("what is judged", "-n N", "judge in N processes"),
    "-q": ("where it is told", "-q", "findings alone, a line each; nothing where all is well"),
    "-v": ("where it is told", "-v", "each check with what it came to, by control"),
    "--color": ("where it is told", "--color WHEN", "auto, always or never; NO_COLOR and FORCE_COLOR are heeded"),
}


def declarations() -> dict[str, dict[str, Any]]:
    """Give each option by its short name, as argparse takes it."""
    return {
        "--estate": {
            "metavar": "FILE",
            "help": "what should be true (default: estate.yaml here or above; files need none)",
        },
        "--sandbox": {
            "metavar": "WORLD",
            "help": "a sandbox: healthy, declared, NAME+FAULT@SUBJECT, NAME@TIME, FILE.yaml",
        },
        "--observed": {
            "metavar": "FILE",
            "help": "judge a saved observation.json again, without a network",
        },
        "--edited": {
            "action": "store_true",
            "help": "with --observed: judge it although it was changed since its run",
        },
        "--recorded": {
            "metavar": "DIR",
            "help": "the workflow files, what linters said and the day from a run's record",
        },
        "--app": _again("NAME", "judge this app only (repeatable)"),
        "--repository": _again("OWNER/NAME", "judge this repository only (repeatable)"),
        "--checkout": _again("DIR", "the repository's files; OWNER/NAME=DIR: that one's (repeatable)"),
        "--settle": {
            "metavar": "SECONDS",
            "type": _seconds,
            "default": 0.0,
            "help": "wait at most that long until all is as declared",
        },
        "--hold": {
            "metavar": "SECONDS",
            "type": _seconds,
            "help": "how long all must stay so (default: 15, at most half of --settle)",
        },
        "--commit": {
            "metavar": "SHA",
            "type": _commit,
            "help": "what the apps of one repository should run, 7 digits or more",
        },
        "--timeout": {
            "metavar": "SECONDS",
            "type": partial(_seconds, least=0.1),
            "default": 10.0,
            "help": "for one answer of a provider (default: 10)",
        },
        "--deadline": {
            "metavar": "SECONDS",
            "type": partial(_seconds, least=1.0),
            "help": "for observing, besides --settle (default: 120, and 5 for each app)",
        },
        "--fail-on": {
            "metavar": "SEV-N",
            "choices": SEVERITIES,
            "help": "this severity and worse; the rest is told (default: SEV-4, all)",
        },
        "--base": {
            "metavar": "REF",
            "help": "what the checkout adds to a branch, tag or commit; the rest is counted",
        },
        "--evidence": {
            "metavar": "DIR",
            "default": "reports",
            "help": "where the run's directory is made (default: reports)",
        },
    }


def _again(metavar: str, told: str) -> dict[str, Any]:
    return {"metavar": metavar, "action": "append", "default": [], "help": told}


def _commit(text: str) -> str:
    """Read a commit. Raises ArgumentTypeError for a text that names none."""
    if text.strip() and not re.fullmatch(COMMIT, text):
        raise ArgumentTypeError(f'"{visible(text)}" is no commit: write 7 to 40 hexadecimal digits of it, no branch')
    return text.lower()


def _seconds(text: str, least: float = 0.0) -> float:
    """Read a time of an option. Raises ArgumentTypeError for what no run can wait."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= _DAY:
        raise ArgumentTypeError(f'"{visible(text)}" is not a number of seconds from {least:g} to {_DAY}')
    return seconds
