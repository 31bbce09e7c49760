"""Make the answer that a probe declares: its status, and a body that says all that is declared of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asbuilt import regular
from asbuilt.observe.body import NowhereError, at
from asbuilt.sandbox.samples import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asbuilt.estate import Probe

_FINAL = 200  # HTTP's 1xx come before an answer, and are none: https://www.rfc-editor.org/rfc/rfc9110#section-15.2
_WITHOUT_BODY = frozenset({204, 205, 304})  # https://www.rfc-editor.org/rfc/rfc9110#section-15


class CannotBeError(ValueError):
    """No answer can be what is declared; the text says why."""


def response(probe: Probe, commit: str) -> dict[str, Any]:
    """Return the answer to a probe as a scenario writes it. Raises CannotBeError.

    `commit` is what the app runs.
    """
    if probe.status < _FINAL:
        raise CannotBeError(f"no answer ends with the status {probe.status}")
    asks = probe.asks_for_body or probe.commit is not None
    if probe.status in _WITHOUT_BODY:
        if asks:
            raise CannotBeError(f"an answer of the status {probe.status} has no body")
        return {"status": probe.status, "text": ""}
    if not asks:
        return {"status": probe.status, "json": {"status": "ok"}}
    text = next((each for each in _bodies(probe, commit) if _says(each, probe)), None)
    if text is None:
        raise CannotBeError("no body was found that says all that is declared of it")
    kind = "application/json" if text[:1] in "{[" else "text/plain"
    return {"status": probe.status, "text": text, "headers": {"Content-Type": kind}}


def _bodies(probe: Probe, commit: str) -> Iterator[str]:
    """Yield bodies to try, the plainest first."""
    made = sample(probe.matches) if probe.matches is not None else ""
    said = [each for each in (probe.contains, made) if each]
    if probe.commit is True:
        yield commit
        return
    if not probe.values and probe.commit is None:
        yield " ".join(said)
        yield from said
        yield made or ""
        yield "".join(said)
        yield "\n".join(said)
        return
    document = _document(probe, commit)
    yield json.dumps(document)
    yield json.dumps(document, separators=(",", ":"))
    yield json.dumps({**document, "says": " ".join(said)}, ensure_ascii=False)
    yield json.dumps({**document, "says": said}, ensure_ascii=False, separators=(",", ":"))


def _document(probe: Probe, commit: str) -> dict[str, Any]:
    wanted: dict[str, Any] = dict(probe.values)
    if isinstance(probe.commit, str):
        wanted.setdefault(probe.commit, commit)
    root: dict[str, Any] = {}
    for pointer, value in wanted.items():
        *parents, last = [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]
        node: Any = root
        for each in parents:
            node = node.setdefault(each, {})
            if not isinstance(node, dict):
                raise CannotBeError(f"a value and what lies below it are both declared: {pointer}")
        if isinstance(node.get(last), dict):
            raise CannotBeError(f"a value and what lies below it are both declared: {pointer}")
        node[last] = value
    return root


def _says(text: str, probe: Probe) -> bool:
    if probe.contains is not None and probe.contains not in text:
        return False
    if probe.matches is not None and not regular.found(probe.matches, text):
        return False
    try:
        return all(_is(at(json.loads(text), pointer), value) for pointer, value in probe.values.items())
    except (ValueError, NowhereError):
        return False


def _is(found: object, wanted: object) -> bool:
    return isinstance(found, bool) == isinstance(wanted, bool) and found == wanted
