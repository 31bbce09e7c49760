"""What the expressions of a workflow mention, in its own file and in those that it calls, and its scripts that write.

Refs that no expression tells apart need not be played through one by one: that is what this is for. Only what is
written out is found; a ref that is compared with a variable is not.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import islice

from asbuilt.workflows.bounds import PastBoundError
from asbuilt.workflows.expressions.evaluate import Embedded, ExpressionError, condition, evaluate, parse, segments
from asbuilt.workflows.expressions.evaluate import text_of as written
from asbuilt.workflows.expressions.tree import Call, Compare, Expression, Literal, member_path, walk
from asbuilt.workflows.expressions.values import folded
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Step, WorkflowFile, expressions_of
from asbuilt.workflows.shell.script import commands
from asbuilt.workflows.shell.trial import WRITES
from asbuilt.workflows.triggers.refs import HEADS, TAGS
from asbuilt.workflows.yaml.document import Node, Scalar, text_of

_REFS = frozenset({"ref", "ref_name", "base_ref", "head_branch", "tag_name"})


# Where an expression may read a ref: `github.ref`, `github.event.workflow_run.head_branch`, or all of `github` at once.
_READS_REFS = re.compile(r"github\s*(?:\.[\w.\s]*(?:ref|head_branch|tag_name)|\[|\.\s*\*|\)|,)", re.IGNORECASE)

# A script that asks for the ref, and writes variables or outputs: by these it may choose an app for later steps.
_ASKS_FOR_REF = re.compile(
    r"GITHUB_(?:REF|REF_NAME|HEAD_REF|BASE_REF)\b|github\s*\.\s*(?:ref|ref_name|head_ref|base_ref)\b"
)
_REF = re.compile(r"(?P<name>[A-Za-z0-9][\w./-]{0,250})(?P<rest>\*{0,2})")
_TESTS = frozenset({"[", "[[", "test", "case"})
_NO_REFS = frozenset({"in", "true", "false", "]", "]]", "0", "1"})
_MOST = 50


@lru_cache(maxsize=1024)
def reads_refs(workflow_file: WorkflowFile, sources: Sources) -> bool:
    """Tell whether anything in a workflow, or in what it calls, may depend on the ref; in most, nothing does.

    Asked of the texts as a whole, comments included, so a True may be one too many. Expressions count, and scripts that
    read GITHUB_REF and write variables or outputs.
    """
    files = list(_called(workflow_file, sources))
    documents = {id(placed.document): placed.document for file in files for placed in sources.steps_of(file)}
    texts = (each.text for each in (*(file.document for file in files), *documents.values()))
    return any(_READS_REFS.search(text) or ("GITHUB_" in text and _chooses(text)) for text in texts)


def _chooses(text: str) -> bool:
    """Tell whether a text asks for the ref, and writes variables or outputs."""
    return WRITES.search(text) is not None and _ASKS_FOR_REF.search(text) is not None


@lru_cache(maxsize=1024)
def refs_mentioned(workflow_file: WorkflowFile, sources: Sources) -> frozenset[str]:
    """Give the texts that a workflow compares a ref with; with `*` at its end, one that it asks refs to begin with.

        github.ref == 'refs/heads/main'               -> "refs/heads/main"
        startsWith(github.ref, 'refs/tags/v')         -> "refs/tags/v*"
        contains(fromJSON('["a", "b"]'), github.ref_name) -> "a", "b"

    They are as written, with or without `refs/heads/`, and, since an expression takes no notice of case and a filter
    does, in small letters and as the default branch is spelled too. What GitHub would reject mentions nothing; nor does
    anything where `reads_refs` is False.
    """
    found: set[str] = set()
    for tree in _trees(workflow_file, sources) if reads_refs(workflow_file, sources) else ():
        for node in walk(tree):
            if isinstance(node, Compare):
                for side, other in ((node.left, node.right), (node.right, node.left)):
                    if _is_ref(side) and (text := _written(other, sources.default_branch)) is not None:
                        found.add(text)
            elif isinstance(node, Call) and node.function == "startswith" and _is_ref(node.arguments[0]):
                if (text := _written(node.arguments[1], sources.default_branch)) is not None:
                    found.add(f"{text}*")
            elif isinstance(node, Call) and node.function == "contains" and _is_ref(node.arguments[1]):
                found.update(_listed(node.arguments[0]))
    if reads_refs(workflow_file, sources):
        found.update(islice(_in_scripts(workflow_file, sources), _MOST))
    return frozenset(spelled for text in found for spelled in _spellings(text, sources.default_branch))


@lru_cache(maxsize=1024)
def inputs_mentioned(workflow_file: WorkflowFile, sources: Sources) -> Mapping[str, tuple[str, ...]]:
    """Give the texts that a workflow holds its inputs against, by the name of the input in lower case.

        inputs.target == 'production'                  -> {"target": ("production",)}
        contains(fromJSON('["a", "b"]'), inputs.where) -> {"where": ("a", "b")}

    Of the workflows that it calls too, where an input may have the same name. Each text once, in the order in which
    they come.
    """
    found: dict[str, dict[str, None]] = {}

    def note(node: Expression, texts: Iterable[str]) -> None:
        if (name := _input(node)) is not None:
            found.setdefault(name, {}).update(dict.fromkeys(text for text in texts if text))

    for tree in _trees(workflow_file, sources):
        for node in walk(tree):
            match node:
                case Compare(operator="==" | "!=", left=left, right=right):
                    for side, other in ((left, right), (right, left)):
                        if isinstance(other, Literal) and isinstance(other.value, str | float):
                            note(side, (written(other.value),))
                case Call(function="startswith", arguments=(side, Literal(value=str(text)))):
                    note(side, (text,))
                case Call(function="contains", arguments=(listed, side)):
                    note(side, _listed(listed))
    return {name: tuple(texts) for name, texts in found.items()}


def _written(node: Expression, default_branch: str) -> str | None:
    """Give the text that an expression is: written out, or made of the name of the default branch where it is known."""
    if isinstance(node, Literal):
        return node.value if isinstance(node.value, str) else None
    if not default_branch:
        return None
    try:
        value = evaluate(node, {"github": {"event": {"repository": {"default_branch": default_branch}}}})
    except ExpressionError:
        return None
    return value if isinstance(value, str) else None


def _spellings(text: str, default_branch: str) -> Iterator[str]:
    """Give a ref, or the beginning of some, in each spelling that is told apart: other ones are rare."""
    kind = next((root for root in (HEADS, TAGS) if folded(text).startswith(folded(root))), "")
    name = text[len(kind) :]
    yield kind + name
    yield kind + name.lower()
    length = len(name.removesuffix("*"))
    same = default_branch if not name.endswith("*") else f"{default_branch[:length]}*"
    if default_branch and kind != TAGS and folded(same) == folded(name):
        yield kind + same


def _input(node: Expression) -> str | None:
    """Give the name of the input that an expression is: `inputs.where`, `github.event.inputs.where`."""
    path = member_path(node) or ""
    root, _, name = path.rpartition(".")
    return name.lower() if root in {"inputs", "github.event.inputs"} else None


def _in_scripts(workflow_file: WorkflowFile, sources: Sources) -> Iterator[str]:
    """Give the texts that are tested in scripts that ask for the ref and write: each may be what a ref is held against.

    One too many does no harm: ways that differ in nothing but the ref are one.
    """
    for file in _called(workflow_file, sources):
        for placed in sources.steps_of(file):
            script = text_of(placed.step.run) or ""
            if not _chooses(script):
                continue
            with suppress(PastBoundError):
                tests = (
                    each.words for each in commands(script, placed.shell) if each.words[:1] and each.words[0] in _TESTS
                )
                for word in (word for words in tests for word in words[1:] if word not in _NO_REFS):
                    if (match := _REF.fullmatch(word)) is not None:
                        yield f"{match['name']}*" if match["rest"] else match["name"]


def _listed(node: Expression) -> Iterator[str]:
    """Give the texts of a list that is written out: `fromJSON('["main", "master"]')`."""
    if isinstance(node, Call) and node.function == "fromjson" and isinstance(node.arguments[0], Literal):
        text = str(node.arguments[0].value)
        yield from (part.strip(" \"'") for part in text.strip(" []").split(","))


def _is_ref(node: Expression) -> bool:
    """Tell whether an expression is a ref: `github.ref`, `github.event.workflow_run.head_branch` and the like."""
    path = member_path(node) or ""
    return path.startswith("github.") and path.rpartition(".")[2] in _REFS


def _trees(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Expression]:
    """Give every expression of a workflow, and of the workflows that it calls, that can be parsed."""
    for file in _called(workflow_file, sources):
        steps: list[Step] = []
        for job in file.jobs:
            yield from _condition(job.condition)
            steps += [placed.step for placed in sources.steps(file, job)]
        for step in steps:
            yield from _condition(step.condition)
        documents = {id(placed.document): placed.document for placed in sources.steps_of(file)}
        for document in (file.document, *(each for each in documents.values() if each is not file.document)):
            yield from _embedded(document.root)


def _called(workflow_file: WorkflowFile, sources: Sources) -> Iterator[WorkflowFile]:
    """Give a workflow and those that it calls."""
    seen: set[int] = set()
    waiting = [workflow_file]
    while waiting:
        file = waiting.pop()
        if id(file) not in seen:
            seen.add(id(file))
            waiting += [called for job in file.jobs if (called := sources.called_by(job))]
            yield file


def _condition(test: Scalar | None) -> Iterator[Expression]:
    if test is not None:
        try:
            yield condition(text_of(test) or "")
        except ExpressionError:
            return


def _embedded(root: Node | None) -> Iterator[Expression]:
    for scalar in expressions_of(root):
        try:
            trees = [parse(part.text) for part in segments(scalar.text) if isinstance(part, Embedded)]
        except ExpressionError:
            continue
        yield from trees
