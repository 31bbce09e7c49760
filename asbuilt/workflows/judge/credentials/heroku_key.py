"""Where a call has its HEROKU_API_KEY from.

From the narrowest place that sets it: the script itself, the step, what that is within, the container, the job, the
workflow. What an earlier step writes to `GITHUB_ENV`, or a step that fetches secrets hands on, cannot be told before
the run.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import ACTIONS, script_of
from asbuilt.workflows.expressions.evaluate import Embedded, ExpressionError, parse, segments
from asbuilt.workflows.expressions.tree import Expression, Index, Literal, Name, walk
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.judge.credentials.heroku_cli import Call
from asbuilt.workflows.run.secrets import EVERY, read_by
from asbuilt.workflows.shell.variables import env_in, named_in
from asbuilt.workflows.yaml.document import Document, Mapping, Mark, Node, Scalar, text_of

KEY = "HEROKU_API_KEY"
_FETCHES_SECRETS = late(
    r"(?:fetch|load|get|import|export)[\w-]*secret|secrets?[\w-]*(?:fetch|load|get|import|export|env|manager|action)"
    r"|vault|1password|doppler|infisical|\bssm\b|akeyless|bitwarden|keeper"
)
_REFERENCE = late(r"[a-z][\w+-]*://")  # to a store of secrets, for the program that reads it
_LOADS = late(r"^\s*(?:source|\.)\s+\S|\beval\b|\bexport\s+[\"']?\$\(", re.MULTILINE)
_MOST_TEXTS = 8


class Source(Enum):
    """Where a key comes from.

    SECRET where a part of its text is one, OPEN where that cannot be told, ELSEWHERE for a literal and for a variable
    that everybody may read, NOWHERE where nothing sets it.
    """

    SECRET = "a secret"  # noqa: S105 - the name of a kind
    ELSEWHERE = "elsewhere"
    OPEN = "not known before the run"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a call: where it comes from, with the text that says so and its place.

    The text is empty, and there is no place, where nothing sets it. `handed` says that an input hands it to an action.
    """

    source: Source
    written: str = ""
    document: Document | None = None
    mark: Mark | None = None
    handed: bool = False

    @property
    def literal(self) -> bool:
        """Whether it is written out where it stands: then it is not to be shown."""
        names = (node for tree in _trees(self.written) or () for node in walk(tree) if isinstance(node, Name))
        return bool(self.written) and not any(names) and not any(named_in(self.written))


@dataclass(frozen=True, slots=True)
class _Place:
    """Environment variables that a step sees: those set there, and the step in whose context they are read."""

    variables: Mapping
    document: Document
    scope: PlacedStep | None


def key_of(call: Call, sources: Sources) -> Key:
    """Give the key that a call is made with.

    Variables and inputs are followed to the text that they come from. `sources` are those of the call's repository.
    """
    placed = call.placed
    set_here = _set_in_script(call)
    if set_here is not None:
        return Key(_source_in_script(set_here, placed), set_here, placed.document, placed.mark)
    for at, place in enumerate(places := _places(placed)):
        node = place.variables.get(KEY)
        if isinstance(node, Scalar):
            written = text_of(node) or ""
            source = _source(written, place.scope, places[at + 1 :])
            return Key(source, written, place.document, place.variables.place(KEY))
    if _may_be_written(placed, sources):
        return Key(Source.OPEN)
    if handed := handed_over(call):
        source, mark = _source(handed, placed, _places(placed)), placed.step.place(call.key_input)
        return Key(source, handed, placed.document, mark, handed=True)
    return Key(Source.NOWHERE)


def handed_over(call: Call) -> str:
    """Give the text of the input by which an action is handed the key; empty where it is handed none.

    heroku-deploy writes it to `~/.netrc`, where the CLI looks that has no key in its environment. Every release does:
    https://github.com/AkhileshNS/heroku-deploy/blob/v3.13.15/index.js
    """
    return (text_of(call.placed.step.input(call.key_input)) or "").strip() if call.key_input else ""


def secrets_read(call: Call, key: Key) -> Iterator[str]:
    """Give the secrets that a key is read from, by whichever variables; an action may be handed one besides.

    Names as they are written, and they may repeat. All secrets at once are none of them, and neither is one whose name
    an expression works out that GitHub rejects: WF001 judges that.
    """
    handed = call.placed.step.input(call.key_input) if call.key_input else None
    texts = [key.written, text_of(handed) or ""]
    for depth, text in enumerate(texts):
        yield from secrets_of_text(text)
        names = (*named_in(text), *env_in(text))
        nodes = (place.variables.get(name) for place in _places(call.placed) for name in names)
        texts += [text_of(node) or "" for node in nodes if node is not None] if depth < _MOST_TEXTS else []


def secrets_of_text(text: str) -> Iterator[str]:
    """Give the secrets that the expressions of a text name, as they are written; all at once are none of them."""
    for tree in _trees(text) or ():
        with suppress(ExpressionError):
            yield from (name for name in read_by(tree, {}) if name != EVERY)


def _set_in_script(call: Call) -> str | None:
    """Give the text that the script itself sets the key to, for the call or before it."""
    if call.command is None:
        return None
    before = call.command.variables.get(KEY)
    return call.command.environment.get(KEY, before[0] if before else None)


def _source_in_script(text: str, placed: PlacedStep) -> Source:
    trees = _trees(text)
    if trees is None or trees:
        return _source(text, placed, _places(placed))
    if "$(" in text or "`" in text:
        return Source.OPEN
    names = list(named_in(text))
    places = _places(placed)
    return _joined(_of_variable(name, places) for name in names) if names else Source.ELSEWHERE


def _places(placed: PlacedStep) -> list[_Place]:
    """Give where the environment variables of a step are set, from the narrowest."""
    found: list[tuple[Node | None, Document, PlacedStep | None]] = []
    found += [(each.step.env, each.document, each) for each in reversed(placed.lineage)]
    container = placed.job.container
    inner = container.get("env") if isinstance(container, Mapping) else None
    document = placed.workflow_file.document
    found += [(node, document, None) for node in (inner, placed.job.env, placed.workflow_file.env)]
    return [_Place(node, where, scope) for node, where, scope in found if isinstance(node, Mapping)]


def _source(text: str, scope: PlacedStep | None, outer: list[_Place]) -> Source:
    """Tell where a text has its value from; `outer` is what `env` is there."""
    trees = _trees(text)
    if trees is None:
        return Source.OPEN
    if not trees:
        return Source.OPEN if _REFERENCE.match(text) else Source.ELSEWHERE
    return _joined(_of_tree(tree, scope, outer) for tree in trees)


def _of_tree(tree: Expression, scope: PlacedStep | None, outer: list[_Place]) -> Source:
    if any(isinstance(node, Name) and node.name.lower() == "secrets" for node in walk(tree)):
        return Source.SECRET
    members = [node for node in walk(tree) if isinstance(node, Index) and isinstance(node.target, Name)]
    return _joined(_of_member(node, scope, outer) for node in members) if members else Source.ELSEWHERE


def _of_member(node: Index, scope: PlacedStep | None, outer: list[_Place]) -> Source:
    context = node.target.name.lower() if isinstance(node.target, Name) else ""
    name = node.index.value if isinstance(node.index, Literal) and isinstance(node.index.value, str) else None
    if context == "vars":
        return Source.ELSEWHERE
    if context == "env" and name is not None:
        return _of_variable(name, outer)
    if context == "inputs" and name is not None and scope is not None and scope.action is not None:
        return _of_input(name, scope)
    return Source.OPEN


def _of_variable(name: str, places: list[_Place]) -> Source:
    for at, place in enumerate(places):
        if (node := place.variables.get(name)) is not None:
            return _source(text_of(node) or "", place.scope, places[at + 1 :])
    return Source.OPEN


def _of_input(name: str, scope: PlacedStep) -> Source:
    """Tell where an input of a composite action has its value from: what it is given, or else its default."""
    user = scope.within
    if user is None or scope.action is None:
        return Source.OPEN
    given: Node | None = user.step.input(name.lower())
    default = next((each.default for each in scope.action.inputs if each.name.lower() == name.lower()), None)
    text = text_of(given if given is not None else default)
    return _source(text or "", user, _places(user))


def _joined(found: Iterator[Source]) -> Source:
    sources = set(found)
    for each in (Source.SECRET, Source.OPEN):
        if each in sources:
            return each
    return Source.ELSEWHERE


def _may_be_written(placed: PlacedStep, sources: Sources) -> bool:
    """Tell whether something before a call may set its key in a way that cannot be told here."""
    if _loads(script_of(placed.step)):
        return True
    return any(map(_may_write, sources.steps(placed.workflow_file, placed.job)[: placed.number]))


@lru_cache(maxsize=1024)
def _loads(script: str) -> bool:
    """Tell whether a script loads its variables from elsewhere; each of its calls asks that again."""
    return _LOADS.search(script) is not None


def _may_write(placed: PlacedStep) -> bool:
    step = placed.step
    script = script_of(placed.step)
    if script:
        return "GITHUB_ENV" in script and KEY in script
    known = ACTIONS.get(step.action or "")
    if step.action is None or (known is not None and known.key_input):
        return False
    nodes = (node for given in (step.with_, step.env) if given is not None for node in given.values.values())
    named = any(KEY in re.sub(r"\$\{\{.*?\}\}", "", text_of(node) or "") for node in nodes)
    return named or _FETCHES_SECRETS.search(step.action) is not None


def _trees(text: str) -> list[Expression] | None:
    """Give the expressions in a text; None where one cannot be read."""
    try:
        return [parse(part.text) for part in segments(text) if isinstance(part, Embedded)]
    except ExpressionError:
        return None
