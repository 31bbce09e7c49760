"""What tree-sitter's grammar of bash takes for something else, and what to read it as instead.

It has no assignments that are a command by themselves and several, or with a redirection. So it takes the next command
for what is run with `A=1 B=$(y)` before a new line, and with `X=$(y) 2>/dev/null` before anything, `||` included.
"""

import re
from itertools import takewhile

from tree_sitter import Node as Raw

from asbuilt.workflows.shell.source import REDIRECTION, Change, Source

_NEW_LINE = re.compile(rb"(?<!\\)\n")
_REDIRECTED = re.compile(rb"\d*(?:&>>?|>>|>\||<>|[<>]&?)[ \t]*[^\s;|&<>()]+")


def misread(source: Source, node: Raw) -> set[Change]:
    """Give what to change in a script for a command to be read as bash does; nothing where it is."""
    before = list(takewhile(lambda each: each.type != "command_name" or not each.text, node.children))
    kinds = {each.type for each in before}
    if "variable_assignment" not in kinds:
        return set()
    pairs = zip(before, node.children[1:], strict=False)
    ends = (one.end_byte for one, other in pairs if _NEW_LINE.search(source.encoded, one.end_byte, other.start_byte))
    end = next(ends, None)
    redirections = [each for each in before if each.type in REDIRECTION]
    if not redirections:
        return set() if end is None else {Change(end, end, b";")}
    is_broken = "ERROR" in kinds or any(each.has_error for each in redirections)
    if len(before) == node.child_count or is_broken or end is not None:
        return {change for each in redirections if (change := _without(source, each)) is not None}
    return set()


def _without(source: Source, redirection: Raw) -> Change | None:
    """Give blanks for a redirection, so that all else keeps its place; None for one over several lines."""
    start, end = redirection.start_byte, redirection.end_byte
    if redirection.has_error:  # the grammar takes the next operator for a part of its target
        match = _REDIRECTED.match(source.encoded, start)
        end = match.end() if match else start
    text = source.encoded[start:end]
    return None if b"\n" in text else Change(start, end, b" " * len(text))
