"""An estate without the values that are wrong, so that what its names refer to can be checked in the same round."""

from collections.abc import Iterable, Mapping
from typing import Any

Path = tuple[str | int, ...]


def without(raw: Mapping[str, Any], wrong: Iterable[Path]) -> dict[str, Any] | None:
    """Give what was read of an estate without the keys at these paths; None where others may speak of what is there.

    A name that went with a wrong value would be missed where it is referred to, and told as a second mistake.
    """
    pruned: Any = _copied(raw)
    for path in wrong:
        if not _speaks_for_itself(path) or not _take_out(pruned, path):
            return None
    found: dict[str, Any] = pruned
    return found


def _speaks_for_itself(path: Path) -> bool:
    """Say whether nothing else refers to what stands at a path, or to what is in it."""
    match path:
        case ("apps", _, str(), *_) | ("controls", _, str()):
            return True
        case ("defaults", "app", str(), *_):
            return True
        case ("repositories", _, "environments", _, str(), *_):
            return True
        case ("repositories", _, str(key), *_):
            return key in {"default_branch", "checkout", "procfile", "red_after", "max_wait", "max_deploy"}
        case _:
            return False


def _take_out(value: Any, path: Path) -> bool:
    """Take a key out of its mapping; of what stands in a list, the whole list, whose places would move."""
    for part in path[:-1]:
        inner = value.get(part) if isinstance(value, dict) else None
        if isinstance(inner, list):
            path = (part,)
            break
        value = inner
    if not isinstance(value, dict):
        return False
    value.pop(path[-1], None)
    return True


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value
