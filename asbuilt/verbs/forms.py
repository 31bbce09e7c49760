"""The forms in which verbs print, as `--format` names them."""

from enum import StrEnum


class Format(StrEnum):
    """How the controls are printed: for people, for programs, as docs/controls.md."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class Listed(StrEnum):
    """How a list is printed: for people, for programs."""

    TABLE = "table"
    JSON = "json"


class Picture(StrEnum):
    """How deploy paths are shown: for people, for programs, in Markdown, as a picture."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


class Told(StrEnum):
    """How what was checked is told: for people, for programs."""

    LINES = "lines"
    JSON = "json"
