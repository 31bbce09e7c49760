"""What a command cannot be run without: `${NAME:?}` ends the shell where the variable is empty.

In go nodes of a command, out come the texts of such expansions. Source: 3.5.3 and 3.6 of
https://www.gnu.org/software/bash/manual/bash.html ("Shell Parameter Expansion", "Redirections").
"""

from collections.abc import Iterable, Iterator

from tree_sitter import Node as Raw

from asbuilt.workflows.shell.source import REDIRECTION, Source

SUBSTITUTION = frozenset({"command_substitution", "process_substitution"})
_ASKS = ":?"


def demands(source: Source, nodes: Iterable[Raw], written: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what asks for a variable in the words of a command, and what does so in a redirection or heredoc.

    What stands in `$(...)` is of another shell, and not among them. `written` is the command's text.
    """
    if _ASKS not in written:
        return (), ()
    every = (each for node in nodes for each in _expansions(node, redirected=False))
    found = [(source.written(node), redirected) for node, redirected in every]
    own, others = (
        tuple(text for text, redirected in found if _ASKS in text and redirected is wanted) for wanted in (False, True)
    )
    return own, others


def _expansions(node: Raw, *, redirected: bool) -> Iterator[tuple[Raw, bool]]:
    """Give each `${...}` that is not of a `$(...)` or of another one, and whether it is redirected."""
    if node.type == "expansion":
        yield node, redirected
    elif node.type not in SUBSTITUTION:
        # What stands behind the target of a redirection is an argument.
        targets = [each for each in node.named_children if each.type != "file_descriptor"]
        behind = targets[1:] if node.type == "file_redirect" else []
        for child in node.named_children:
            own = redirected or (node.type in REDIRECTION and child not in behind)
            yield from _expansions(child, redirected=own)
