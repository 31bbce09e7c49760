"""What is no YAML, in words that say what to do."""

import re

import yaml

_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)


def in_our_words(error: yaml.MarkedYAMLError, text: str) -> tuple[str, int, int]:
    """Say what is no YAML in a text, with line and column; in the parser's words where there are no better ones.

    `error` is what libyaml raised for `text`. Out come a message, a line and a column, from 1. A merge conflict that
    was left is named before anything else, at its first line, since what libyaml says of it helps nobody.
    """
    if conflict := _CONFLICT.search(text):
        return "a merge conflict is left here: keep one of its sides", text.count("\n", 0, conflict.start()) + 1, 1
    unclosed = error.context == "while scanning a quoted scalar" and error.problem == "found unexpected end of stream"
    mark = error.context_mark if unclosed else error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    character = text[mark.index : mark.index + 1] if mark else ""
    return _message(error, character), *place


def _message(error: yaml.MarkedYAMLError, character: str) -> str:
    message = error.problem or error.context or "not YAML"
    if message == "but found another document":
        return "a second YAML document begins here: a file holds one"
    if message == "found undefined alias":
        return "an alias (`*`) has no anchor (`&`) that it refers to; a text that begins with `*` is put in quotes"
    if message == "found unexpected end of stream" and character in {"'", '"'}:
        return f"a text that begins with {character} here does not end: the second {character} is missing"
    if error.context == "while scanning an alias":
        return "a text that begins with `*` is an alias to YAML: put it in quotes"
    if message == "found character that cannot start any token":
        if character == "\t":
            return "a tab stands where YAML takes spaces only"
        return f'a text that begins with "{character}" is put in quotes'
    return message
