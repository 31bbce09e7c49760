"""GitHub's syntax of workflows and actions: as GitHub publishes it, but for where its own reading is another.

In goes `published.json`, which `make tables` copies from npm's @actions/workflow-parser, GitHub's own schema for
editors. Out come definitions: what may stand in a place, what below it, and what an expression has there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_Raw = Mapping[str, Any]  # a definition as it is published
_BUILT_IN: Mapping[str, _Raw] = {
    **{name: {name: {}} for name in ("null", "boolean", "number", "string", "any")},
    "sequence": {"sequence": {"item-type": "any"}},
    "mapping": {"mapping": {"loose-key-type": "string", "loose-value-type": "any"}},
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What may stand in a place; of `alternatives`, by their names, all that one of them takes.

    `scalars` are of null, boolean, number, string, non-empty-string and any; `words` are the texts of which it is one.
    `items` names what a list holds, `keys` what stands below each key of a mapping, `others` below those that the
    author names; `required` are the keys that it cannot be without. `allowed` are the contexts and functions that an
    expression has here beside those that it has above, as GitHub writes them: `github`, `hashFiles(1,255)`.
    """

    alternatives: tuple[str, ...]
    scalars: frozenset[str]
    words: tuple[str, ...]
    items: str | None
    keys: Mapping[str, str]
    others: str | None
    required: tuple[str, ...]
    allowed: frozenset[str]


Syntax = Mapping[str, Definition]


def read(published: Mapping[str, _Raw]) -> Syntax:
    """Give the definitions of a schema of GitHub's, and those that are built into its reader, by their names.

    `published` has the definitions as they are in GitHub's file, by their names. What one of several alternatives
    takes, a definition takes itself. Raises KeyError for a name that is used and not defined.
    """
    found: dict[str, Definition] = {}
    known = {**_BUILT_IN, **published}
    for name in known:
        _read(name, known, found)
    return found


def _read(name: str, known: Mapping[str, _Raw], found: dict[str, Definition]) -> Definition:
    if name in found:
        return found[name]
    raw = known[name]
    mapping = raw.get("mapping", {})
    properties = mapping.get("properties", {})
    alternatives = tuple(raw.get("one-of", ()))
    each = [_read(one, known, found) for one in alternatives]
    found[name] = Definition(
        alternatives,
        scalars=frozenset(_scalars(raw)).union(*(one.scalars for one in each)),
        words=(*_words(raw), *(word for one in each for word in one.words)),
        items=next((one.items for one in each if one.items), raw.get("sequence", {}).get("item-type")),
        keys={key: said if isinstance(said, str) else said["type"] for key, said in properties.items()}
        | {key: below for one in each for key, below in one.keys.items()},
        others=next((one.others for one in each if one.others), mapping.get("loose-value-type")),
        required=(
            *(key for key, said in properties.items() if not isinstance(said, str)),
            *(key for one in each for key in one.required),
        ),
        allowed=frozenset(raw.get("context", ())),
    )
    return found[name]


def _scalars(raw: _Raw) -> Iterator[str]:
    yield from (kind for kind in ("null", "boolean", "number", "any") if kind in raw)
    if "string" in raw and "constant" not in raw["string"]:
        yield "non-empty-string" if "require-non-empty" in raw["string"] else "string"


def _words(raw: _Raw) -> Iterator[str]:
    yield from raw.get("allowed-values", ())
    if "constant" in raw.get("string", {}):
        yield raw["string"]["constant"]


def differences(published: Mapping[str, _Raw]) -> Mapping[str, _Raw]:
    """Give the definitions of a workflow that GitHub reads otherwise than it publishes them, as it reads them.

    Each is what the runner's own schema says: src/Sdk/WorkflowParser/workflow-v1.0.json of actions/runner. That knows
    fewer events and keys than the published one, so it is no source for the rest.
    """
    # A container without an image is none: the job runs without it.
    with_images = ("container-mapping", "service-container-mapping")
    imageless = {name: _with_key(published[name], "image", "string") for name in with_images}
    # A filter with nothing below its key filters nothing; an input of which nothing is said is one.
    filters = [name for name in published if name.startswith("event-") or name.endswith("-activity")]
    empty = [*filters, "workflow-dispatch-inputs", "workflow-dispatch-input"]
    return {
        **imageless,
        "services-container": {**published["services-container"], "one-of": ("string", "service-container-mapping")},
        **{name: {"one-of": ("null", f"{name}, given")} for name in empty},
        **{f"{name}, given": published[name] for name in empty},
        # One type needs no list.
        "repository-dispatch-mapping": _with_key(published["repository-dispatch-mapping"], "types", "event-names"),
        # An image has its name where the job has its runner, and whether it is made is asked where the steps are.
        "snapshot": {**published["snapshot"], "context": published["runs-on"]["context"]},
        "snapshot-if": published["step-if"],
    }


def _with_key(raw: _Raw, key: str, below: str) -> _Raw:
    return {"mapping": {**raw["mapping"], "properties": {**raw["mapping"]["properties"], key: below}}}


PUBLISHED: Mapping[str, Any] = json.loads(Path(__file__).with_name("published.json").read_text("utf-8"))
WORKFLOW = read({**PUBLISHED["workflow"], **differences(PUBLISHED["workflow"])})
ACTION = read(PUBLISHED["action"])
