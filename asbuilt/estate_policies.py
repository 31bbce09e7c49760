"""Which refs an environment lets deploy, as an estate declares it: names and patterns, `tag:PATTERN` for tags alone.

A pattern is one of Ruby's `File.fnmatch`, in which no wildcard stands for a slash. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments#deployment-branches-and-tags
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import takewhile

ANY, PROTECTED = "@any", "@protected"
_OF_TAGS = "tag:"
_WILD = frozenset("*?[{\\")


def refuses(patterns: Iterable[str], name: str, *, is_tag: bool) -> bool:
    """Tell whether an environment surely refuses a branch or a tag.

        main, v*    refuse the tag `x1`, and the branch `dev`
        main, tag:v* refuse the branch `v1`, too
        @protected  refuses every tag, and no branch for sure

    A pattern without `tag:` may be meant for branches and for tags. `name` may be a pattern itself: it is refused where
    nothing that it stands for can pass.
    """
    return not any(_lets_through(pattern, name, is_tag=is_tag) for pattern in patterns)


def _lets_through(pattern: str, name: str, *, is_tag: bool) -> bool:
    if pattern == ANY:
        return True
    if pattern == PROTECTED:
        return not is_tag
    if pattern.startswith(_OF_TAGS):
        return is_tag and _matches(pattern.removeprefix(_OF_TAGS), name)
    return _matches(pattern, name)


def _matches(pattern: str, name: str) -> bool:
    """Tell whether a name may match a pattern; what is no plain wildcard is taken to match what it begins like."""
    if not _WILD.isdisjoint(name) or "**" in pattern or not {"{", "\\"}.isdisjoint(pattern):
        one, other = _fixed(pattern), _fixed(name)
        return one.startswith(other) or other.startswith(one)
    patterns, parts = pattern.replace("[^", "[!").split("/"), name.split("/")
    return len(patterns) == len(parts) and all(map(fnmatchcase, parts, patterns))


def _fixed(pattern: str) -> str:
    return "".join(takewhile(lambda character: character not in _WILD, pattern))
