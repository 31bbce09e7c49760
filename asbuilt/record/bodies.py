r"""What was kept of the answers' bodies, beside the observation: `bodies.json.gz`, each body by its SHA-256.

    {"form": "asbuilt bodies 1", "world": "live", "bodies": {"3f1a...": "[{\"version\":9, ..."}}

A body stands there as the text that its digest is of, so `sha256sum` alone can hold the transcript against it. Equal
bodies stand there once, and the same bodies give the same file.
"""

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from asbuilt import texts
from asbuilt.files import MOST_OF_AN_OBSERVATION
from asbuilt.model import Observation
from asbuilt.record.writing import as_json
from asbuilt.withholding import Secrets

FORM = "asbuilt bodies 1"
Bodies = Mapping[str, str]
_LEVEL = 6
_GZIP = 31  # zlib's number for a header and a checksum of gzip


class NoBodiesError(ValueError):
    """A file that holds no bodies of asbuilt's: the text goes behind its name."""


def digest(body: str) -> str:
    """Give the SHA-256 of a body as the transcript has it."""
    return sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def without_secrets(observation: Observation, bodies: Bodies, secrets: Secrets) -> tuple[Observation, Bodies]:
    """Give bodies without any secret, and the observation with the digests of what is kept then."""
    hidden = {name: _hidden(body, secrets) for name, body in bodies.items()}
    if hidden == bodies:
        return observation, bodies
    renamed = {name: digest(body) for name, body in hidden.items()}
    transcript = tuple(replace(each, sha256=renamed.get(each.sha256, each.sha256)) for each in observation.transcript)
    return replace(observation, transcript=transcript), {renamed[name]: body for name, body in hidden.items()}


def packed(world: str, bodies: Bodies) -> bytes:
    """Give bodies as the file has them; `world` is the observation's. Secrets are out of them already."""
    alike = dict(sorted(bodies.items(), key=lambda each: (each[1], each[0])))  # side by side they compress better
    content = texts.json_bytes(json.dumps({"form": FORM, "world": world, "bodies": alike}, indent=0).encode())
    return gzip.compress(content, _LEVEL, mtime=0)


def unpacked(content: bytes) -> tuple[str, Bodies]:
    """Give back the world and the bodies of a file, of at most 256 MiB. Raises NoBodiesError."""
    try:
        raw = json.loads(inflated(content))
    except (ValueError, RecursionError) as error:
        raise NoBodiesError("holds no bodies that asbuilt kept") from error
    if not isinstance(raw, dict) or raw.get("form") != FORM or not _is_of_texts(raw.get("bodies")):
        raise NoBodiesError("holds no bodies that asbuilt kept")
    return str(raw.get("world")), raw["bodies"]


def inflated(content: bytes) -> bytes:
    """Give what a file of gzip holds, at most 256 MiB. Raises ValueError where it is none, is cut, or holds more."""
    reader = zlib.decompressobj(_GZIP)
    try:
        found = reader.decompress(content, MOST_OF_AN_OBSERVATION)
    except zlib.error as error:
        raise ValueError("is no whole file of gzip") from error
    if not reader.eof or reader.unused_data:
        raise ValueError("is no whole file of gzip, or holds too much")
    return found


def misfits(observation: Observation, world: str, bodies: Bodies) -> str:
    """Say what of bodies does not fit their observation, in one clause behind their file's name; else nothing.

    `world` is the one that their file names.
    """
    if world != observation.world:
        return f"is of the world {texts.line(world)}, and the observation of {texts.line(observation.world)}"
    for name, body in bodies.items():
        if (is_now := digest(body)) != name:
            return f"holds a body that was changed: its digest is {is_now}, and should be {texts.line(name)}"
    named = {each.sha256: each for each in observation.transcript if each.sha256}
    for name, request in named.items():
        if name not in bodies:
            return f"lacks the body of {texts.line(str(request))}, whose digest is {texts.line(name)}"
    if more := bodies.keys() - named.keys():
        return f"holds a body that no request of the observation was answered with: {texts.line(min(more))}"
    return ""


def _hidden(body: str, secrets: Secrets) -> str:
    if secrets.hide(body) == body:
        return body
    return as_json(json.loads(body), secrets, indent=None)


def _is_of_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
