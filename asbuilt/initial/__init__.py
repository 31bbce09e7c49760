"""A first estate: what is there, read, and written as the estate that it conforms to.

`found` reads the apps, the repository and the workflow files; `document` makes an estate of that, as plain data with
what looks wrong beside it; `text` writes it as YAML with comments.
"""

from asbuilt.initial.drafting import document
from asbuilt.initial.nouns import Drafted, Found, Wanted
from asbuilt.initial.reading import found
from asbuilt.initial.yaml_text import text

# ruff: noqa: RUF022 - in the order of the work
__all__ = ["Wanted", "Found", "found", "Drafted", "document", "text"]
