"""Whether a verb prints in colour: `--color`, else NO_COLOR or FORCE_COLOR, else whether somebody looks.

What `--color` says is handed on in the variables that every library heeds, to processes that a verb starts too.
https://no-color.org and https://force-color.org say what they mean.
"""

from collections.abc import MutableMapping, Sequence
from typing import TextIO

from asbuilt.nearest import unknown
from asbuilt.option_values import OptionError

COLOUR = "--color"
_MEANT = {"auto": "auto", "always": "always", "yes": "always", "never": "never", "no": "never"}
_ALLOWED = ("always", "auto", "never")


def taken(arguments: Sequence[str], environ: MutableMapping[str, str]) -> list[str]:
    """Take `--color` out of the arguments, and say in the environment what it says. Raises OptionError."""
    left, asked = [], ""
    rest = iter(arguments)
    for each in rest:
        name, sign, value = each.partition("=")
        if each == "--":
            left += [each, *rest]
        elif name != COLOUR:
            left.append(each)
        else:
            asked = _meant(value if sign else next(rest, ""))
    if asked in {"always", "never"}:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            environ.pop(name, None)
        environ["FORCE_COLOR" if asked == "always" else "NO_COLOR"] = "1"
    return left


def wanted(stream: TextIO, environ: MutableMapping[str, str]) -> bool:
    """Say whether what is printed on a stream may be coloured."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def _meant(value: str) -> str:
    if value not in _MEANT:
        raise OptionError(f"{COLOUR}: {unknown('value', value, _ALLOWED)}")
    return _MEANT[value]
