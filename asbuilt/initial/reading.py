"""Read what is there: the apps of Heroku, the repository on GitHub, the workflow files."""

from collections.abc import Callable

from asbuilt.initial.nouns import Found, Wanted


def found(wanted: Wanted, say: Callable[[str], None] = lambda _: None) -> Found:
    """Read what a first estate is to be of; `say` is told of what is on its way. Raises OptionError."""
    say("reading")
    return Found(f"sandbox {wanted.sandbox}" if wanted.sandbox else "live")
