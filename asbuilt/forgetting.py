"""What a run remembers of the files that it read ends with it, in whatever process that is."""

import sys
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

_OURS = "asbuilt."
_HOLDING = f"{_OURS}workflows."


def forget() -> None:
    """Empty each cache whose keys are files, jobs or steps: an entry holds the whole checkout, and fits no other run.

    Those whose keys are texts and numbers stay: what a script or an expression means is the same in each run.
    """
    for cached in caches():
        if of_a_run(cached):
            cached.cache_clear()


def caches() -> Iterator[Any]:
    """Give each function of the models of workflow files that remembers what it gave."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(_HOLDING)]
    for module in modules:
        for each in list(vars(module).values()):
            if hasattr(each, "cache_clear") and each.__module__ == module.__name__:
                yield each


def of_a_run(cached: Any) -> bool:
    """Say whether a cache has keys that are ours: objects, most of which are equal to nothing but themselves."""
    hints = get_type_hints(cached.__wrapped__)
    keys = [hint for name, hint in hints.items() if name != "return"]
    return any(each.__module__.startswith(_OURS) for key in keys for each in (key, *get_args(key)) if _is_named(each))


def _is_named(hint: Any) -> bool:
    return isinstance(getattr(hint, "__module__", None), str)
