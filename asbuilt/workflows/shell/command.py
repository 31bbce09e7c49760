"""A command of a script, as the shell would run it, and what its failure leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What the failure of a command leads to: the step fails, nothing, or a branch that does not fail it."""

    FAILS = "fails"
    SWALLOWED = "swallowed"
    TESTED = "tested"


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command of a script, as the shell would run it.

    A test in brackets is one too, and so is the question of a `case`: `case`, the word, `in`, the patterns.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str]
    fate: Fate
    line: int
    source: str
    variables: Mapping[str, tuple[str, ...]]
    piped_to: tuple["Command", ...] = ()
    stdin: str = ""
    refuses: bool = False  # its success ends the step as failed, as in `if [ -z "$KEY" ]; then exit 1; fi`
    certain: bool = False  # it stands in no branch, loop or function: the script comes by it once
