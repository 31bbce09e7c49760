"""A mistake in how the command was called, in words: what is wrong, which name may have been meant, what there is."""

from typing import Any

from asbuilt.nearest import quoted, unknown
from asbuilt.option_values import OptionError
from asbuilt.texts import line
from asbuilt.verbs.colour import COLOUR
from asbuilt.verbs.helping import choices_of, options_of

_LONGEST = 600
_ALSO = (COLOUR, "--help")


def told(error: Any, command: Any, verb: str = "") -> str:
    """Say in one line what is wrong with the options of a verb, or with those that stand before any."""
    if type(error).__name__ == "NoSuchOption":
        also = _ALSO if verb else (*_ALSO, "--version")
        return _of(verb, unknown("option", str(error.option_name), {*options_of(command), *also}))
    see = f"asbuilt {verb} -h" if verb else "asbuilt -h"
    return line(_of(verb, f"{_first_small(error.format_message().rstrip('.'))} (see {see})"), _LONGEST)


def refuse_more(verb: str, left: list[str]) -> None:
    """Refuse arguments that a verb does not take. Raises OptionError."""
    if left:
        raise OptionError(_of(verb, f"{quoted(left[0])} is an argument too many (see asbuilt {verb} -h)"))


def refuse_others(verb: str, param: Any, value: Any) -> None:
    """Refuse a value of an option that is none of its choices, or no number that it may have. Raises OptionError."""
    choices, least, most = choices_of(param), getattr(param, "min", None), getattr(param, "max", None)
    for each in value if isinstance(value, list | tuple) else (value,):
        if not isinstance(each, str):
            continue
        if choices and each not in choices:
            raise OptionError(_of(verb, f"{param.opts[0]}: {unknown('value', each, choices)}"))
        if least is not None and most is not None and not (each.isdecimal() and least <= int(each[:9]) <= most):
            raise OptionError(_of(verb, f"{param.opts[0]}: {quoted(each)} is no number from {least} to {most}"))


def _of(verb: str, text: str) -> str:
    return f"{verb}: {text}" if verb else text


def _first_small(text: str) -> str:
    return text[:1].lower() + text[1:]
