"""What of an answer's body is kept as evidence: what our readers use of it, so that others can read it as they did."""

import json
from typing import Any

from asbuilt.observe.endpoints import GITHUB, Shape, endpoint_of, message

MOST_OF_A_BODY = 2**20
_OK, _NO_MORE_OK, _REFUSED = 200, 300, 400
# Of these an unobserved fact says the status alone, and of all others what the provider says too.
_SPEAKS_FOR_ITSELF = frozenset({401, 404, 429, 500, 502, 503, 504})


def kept(url: str, status: int, body: bytes, github: str = GITHUB) -> str:
    """Give what is kept of an API's answer, as JSON in ASCII; nothing of one that is not known, and of no JSON.

    Of an answer that refuses it is what the provider says. What is longer than 1 MiB is not kept.
    """
    shape = _shape(url, status, github)
    if shape is None:
        return ""
    try:
        written = json.dumps(_pruned(json.loads(body), shape), separators=(",", ":"))
    except (ValueError, RecursionError):
        return ""
    return written if len(written) <= MOST_OF_A_BODY else ""


def _shape(url: str, status: int, github: str) -> Shape | None:
    endpoint = endpoint_of(url, github)
    if endpoint is None:
        return None
    if _OK <= status < _NO_MORE_OK:
        return endpoint.shape
    return {"message": message} if status >= _REFUSED and status not in _SPEAKS_FOR_ITSELF else None


def _pruned(value: Any, shape: Shape) -> Any:
    """Give of a value what its shape names; of one of another kind than it should be, the kind alone."""
    match value:
        case dict() if isinstance(shape, dict):
            return {name: _pruned(value[name], each) for name, each in shape.items() if name in value}
        case list() if isinstance(shape, list):
            return [_pruned(each, shape[0]) for each in value]
        case str() if callable(shape):
            return shape(value)
        case str() | list() | dict():
            return type(value)()
        case _:
            return value
