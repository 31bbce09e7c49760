"""Where in a document of JSON something stands, by a pointer such as `/build/commit`.

Source: https://www.rfc-editor.org/rfc/rfc6901
"""

from typing import Any


def at(document: Any, pointer: str) -> Any:
    """Give what a pointer names; all of it for an empty one. Raises LookupError where there is nothing."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        match document:
            case dict():
                document = document[key]
            case list() if key.isdecimal() and (key == "0" or not key.startswith("0")):
                document = document[int(key)]
            case _:
                raise LookupError(pointer)
    return document
