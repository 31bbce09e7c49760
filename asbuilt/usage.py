"""What pytest has to say of a mistake in its arguments, in the words and the one line of all our mistakes."""

import re
from collections.abc import Generator
from typing import Any

import pytest

from asbuilt.nearest import quoted, unknown
from asbuilt.texts import lines

_BEGINS = ": error: "
_ENDS = "\n  inifile:"
_OF_ONE = re.compile(r"argument (-[^\s/:]+)(?:/[^\s:]+)*: (.*)", re.DOTALL)
_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")
_NAME = re.compile(r"[^\s',]+")
_VALUE = re.compile(r"invalid \S+ value: '([^']*)'")


class NotBegunError(Exception):
    """A mistake of the user: the text says what it is, and what to do."""


class Telling:
    """Hooks that let whoever called pytest tell of a mistake; pytest's own way has its whole usage in it."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_parse(self) -> Generator[None, Any, Any]:
        """Read the arguments. Raises NotBegunError."""
        return (yield from _told_by_us())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, Any]:
        """Run. Raises NotBegunError."""
        return (yield from _told_by_us())


def in_words(said: str) -> str:
    """Give what is wrong, of all that pytest and argparse say."""
    text = said.partition(_BEGINS)[2].partition(_ENDS)[0] if said.startswith("usage:") else said
    text = (text or said).strip()
    if not (match := _OF_ONE.fullmatch(text)):
        return text
    name, why = match[1], match[2].strip()
    if found := _CHOICE.fullmatch(why):
        if name == "--color":  # pytest's words for it are others
            return f"{name}: {unknown('value', found[1], ('auto', 'always', 'never'))}"
        return f"{name}: {unknown('value', found[1], _NAME.findall(found[2]))}"
    if found := _VALUE.fullmatch(why):
        return f"{name}: {quoted(found[1])} is no value that it can have"
    if why == "expected one argument":
        return f"{name}: its value is missing"
    return f"{name}: {why}"


def _told_by_us() -> Generator[None, Any, Any]:
    try:
        return (yield)
    except pytest.UsageError as error:
        raise NotBegunError(lines("\n".join(in_words(str(each)) for each in error.args))) from None
