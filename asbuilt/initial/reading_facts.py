"""What is said of a fact that could not be read."""

from typing import Any

from asbuilt.model import Absent


def unread(what: str, fact: Any) -> str:
    """Say that something could not be read, and is left out; with what would make it known, where that is known."""
    if isinstance(fact, Absent):
        return f"{what} is not there, or the token does not see it: left out"
    return f"{what} could not be read and is left out: {fact}; {fact.remedy}"
