"""SVG by hand: shapes and texts whose size is known without a font, in colours for light and for dark."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from asbuilt import texts

Number = int | float

# Of a text that many names make up; each of them is cut before.
_LONGEST = 100_000

# Every text is set in a fixed-width font, the only kind whose width can be told without measuring it.
_ADVANCE = 0.62
_COLOURS = {
    # class: (what it paints, in light, in dark)
    "page": ("fill", "#ffffff", "#0d1117"),
    "panel": ("fill", "#f6f8fa", "#151b23"),
    "card": ("fill", "#ffffff", "#212830"),
    "tag": ("fill", "#57606a", "#9198a1"),
    "on-tag": ("fill", "#ffffff", "#0d1117"),
    "production": ("fill", "#0969da", "#1f6feb"),
    "on-production": ("fill", "#ffffff", "#ffffff"),
    "ink": ("fill", "#1f2328", "#f0f6fc"),
    "quiet": ("fill", "#59636e", "#9198a1"),
    "good": ("fill", "#1a7f37", "#3fb950"),
    "bad": ("fill", "#c4262e", "#f97068"),
    "unsure": ("fill", "#8a5a00", "#d9a531"),
    "edge": ("stroke", "#d1d9e0", "#3d444d"),
    "flow": ("stroke", "#818b98", "#818b98"),
    "good-edge": ("stroke", "#1a7f37", "#3fb950"),
    "bad-edge": ("stroke", "#c4262e", "#f97068"),
    "unsure-edge": ("stroke", "#8a5a00", "#d9a531"),
}


@dataclass(slots=True)
class Canvas:
    """What was drawn so far."""

    parts: list[str] = field(default_factory=list)

    def box(self, x: Number, y: Number, width: Number, height: Number, style: str, *, round_by: Number = 6) -> None:
        """Draw a rectangle; its style is one or more classes."""
        place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(round_by)}"'
        self.parts.append(f'<rect {place} class="{_classes(style)}"/>')

    def text(self, x: Number, y: Number, said: str, style: str, size: Number) -> None:
        """Write one line; `y` is its baseline."""
        where = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"'
        self.parts.append(f'<text {where} class="{_classes(style)}">{_plain(said)}</text>')

    def line(self, path: str, style: str) -> None:
        """Draw a path that is not filled."""
        self.parts.append(f'<path d="{path}" class="{_classes(style)} ab-line"/>')

    def flow(self, x: Number, y: Number, to_x: Number, to_y: Number, style: str) -> None:
        """Draw a curve that leaves and arrives level."""
        middle = _n((x + to_x) / 2)
        self.line(f"M{_n(x)} {_n(y)}C{middle} {_n(y)} {middle} {_n(to_y)} {_n(to_x)} {_n(to_y)}", style)

    def arrow(self, x: Number, y: Number, style: str) -> None:
        """Draw the head of an arrow that points right, its tip at a place."""
        self.line(f"M{_n(x - 5)} {_n(y - 4)}L{_n(x)} {_n(y)}L{_n(x - 5)} {_n(y + 4)}", style)

    def document(self, width: Number, height: Number, title: str, description: str) -> str:
        """Give the whole picture, in ASCII, with what a screen reader says of it."""
        size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" class="ab">'
        told = f"<title>{_plain(title)}</title>\n<desc>{_plain(description)}</desc>"
        lines = (head, told, f"<style>{''.join(_rules())}</style>", *self.parts, "</svg>")
        return "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode() + "\n"


def width_of(said: str, size: Number) -> float:
    """Give the room that a line takes at a font size."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in texts.visible(said)) * size * _ADVANCE


def wrapped(said: str, room: Number, size: Number) -> list[str]:
    """Break a text into lines that fit: between words, else after a separator, else anywhere."""
    lines = [""]
    for word in texts.visible(said).split(" "):
        candidate = f"{lines[-1]} {word}".strip()
        if width_of(candidate, size) <= room:
            lines[-1] = candidate
            continue
        lines += _pieces(word, room, size)
    return [line for line in lines if line] or [""]


def _pieces(word: str, room: Number, size: Number) -> Iterator[str]:
    while width_of(word, size) > room:
        fits = max((end for end in range(1, len(word)) if width_of(word[:end], size) <= room), default=1)
        after = max(word.rfind(each, 0, fits) for each in "-/_.=") + 1
        end = after if after > fits // 2 else fits
        yield word[:end]
        word = word[end:]
    yield word


def _rules() -> Iterator[str]:
    font = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
    yield f".ab text{{font-family:{font}}}.ab .ab-strong{{font-weight:600}}.ab .ab-line{{fill:none;stroke-width:1.5}}"
    yield ".ab .ab-dashed{stroke-dasharray:4 3}"
    yield from (f".ab .ab-{name}{{{what}:{light}}}" for name, (what, light, _) in _COLOURS.items())
    dark = "".join(f".ab .ab-{name}{{{what}:{colour}}}" for name, (what, _, colour) in _COLOURS.items())
    yield f"@media (prefers-color-scheme:dark){{{dark}}}"


def _classes(style: str) -> str:
    return " ".join(f"ab-{each}" for each in style.split())


def _plain(text: str) -> str:
    return texts.marked_up(text, _LONGEST)


def _n(number: Number) -> str:
    return f"{number:.1f}".removesuffix(".0")
