"""Patterns that are compiled when they are first asked: a run asks few of all those that the suite knows."""

import re
from typing import Any, AnyStr, cast

_OF_A_PATTERN = frozenset(each for each in dir(re.Pattern) if not each.startswith("_"))


def late(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Give a pattern as `re.compile` does, for a module that is imported by more runs than ask it."""
    return cast("re.Pattern[AnyStr]", _Late(text, flags))


class _Late:
    """What stands for a pattern; once it was asked, everything of the pattern is its own."""

    def __init__(self, text: Any, flags: int) -> None:
        self._uncompiled = (text, flags)

    def __getattr__(self, name: str) -> Any:
        if name not in _OF_A_PATTERN:
            raise AttributeError(name)
        compiled = re.compile(*self._uncompiled)
        vars(self).update({each: getattr(compiled, each) for each in _OF_A_PATTERN})
        return getattr(compiled, name)
