"""Deploy paths as a table for a terminal, grouped by app.

Its lines are laid out here, and not by grids of rich: of those each path would need its own, and 3,000 of them take
longer than all that is drawn in them took to find.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from asbuilt.drawing import words
from asbuilt.drawing.lanes import Destination, Drawing, Lane

WIDTH = 100  # where no terminal says otherwise

_HEADINGS = ("set off", "by", "job", "gates before it", "environment")
_INDENT = 2
_GAP = 2
_LABEL = len("environment")
_LONGEST_WORD = 32  # a longer one is folded

_Said = tuple[str, str]  # a text, and its style
_Cell = tuple[_Said, ...]  # one below the other
_Row = tuple[_Cell, ...]
_Line = list[Segment]


def table(drawing: Drawing, width: int) -> RenderableType:
    """Give the table of a drawing; nothing is cut. Where the columns would break words, each path is a list instead."""
    rows = {id(lane): _cells(lane) for lane in drawing.lanes}
    headings: _Row = tuple(((each, "dim"),) for each in _HEADINGS)
    page = _Page(Console(width=width), tuple(_widths([headings, *rows.values()], width - _INDENT)))
    lines: list[_Line] = []
    if rows and page.widths:
        lines += page.beside(headings, page.widths, filled=True)
    for destination in drawing.destinations:
        lines += [[]] if lines else []
        lines += page.wrapped(width, *_heading(destination, drawing))
        lines += page.lanes([(lane, rows[id(lane)]) for lane in destination.lanes])
    for index, way in enumerate(drawing.never_gone):
        lines += [[]] if lines and not index else []
        lines += page.wrapped(width, (f"shut: {words.shut(way)}", "yellow"))
    lines += [[]] if lines else []
    ended = chain.from_iterable((*line, Segment.line()) for line in lines)
    return Group(Segments(ended), Text(words.summary(drawing)))


@dataclass(frozen=True, slots=True)
class _Page:
    """How wide the lines are, and the columns; these are empty where each path is a list."""

    console: Console
    widths: tuple[int, ...]

    def lanes(self, lanes: list[tuple[Lane, _Row]]) -> Iterator[_Line]:
        """Give the paths to a destination: rows where there are widths, else lists that are set apart."""
        indent = _INDENT + (self.widths[0] if self.widths else _LABEL) + _GAP
        for index, (lane, cells) in enumerate(lanes):
            if self.widths:
                yield from self.beside(cells, self.widths)
            else:
                yield from [[]] if index else []
                yield from self._list(cells)
            for note in _below(lane):
                for line in self.wrapped(self.console.width - indent, note):
                    yield [Segment(" " * indent), *line]

    def wrapped(self, width: int, *said: _Said) -> list[_Line]:
        """Break texts that follow each other into lines that fit: between words, else anywhere."""
        if sum(cell_len(text) for text, _ in said) <= width:
            return [[Segment(text, Style.parse(style)) for text, style in said]]
        lines = Text.assemble(*said).wrap(self.console, width, overflow="fold")
        return [list(line.render(self.console)) for line in lines]

    def _list(self, cells: _Row) -> Iterator[_Line]:
        """Give the cells of a path one below the other, each behind its heading."""
        (((how, _),), way, *rest) = cells
        widths = (_LABEL, self.console.width - _INDENT - _LABEL - _GAP)
        yield from self.beside((((how.ljust(_LABEL), "bold"),), way), widths)
        for label, cell in zip(("job", "gates", "environment"), rest, strict=True):
            yield from self.beside((((label.ljust(_LABEL), "dim"),), cell), widths)

    def beside(self, cells: _Row, widths: tuple[int, ...], *, filled: bool = False) -> Iterator[_Line]:
        """Give the lines of cells that stand beside each other; filled, each is in its style as wide as its column."""
        columns = (
            [line for each in cell for line in self.wrapped(width, each)]
            for cell, width in zip(cells, widths, strict=True)
        )
        for parts in zip_longest(*columns, fillvalue=()):
            line, blank = [], _INDENT
            for part, width in zip(parts, widths, strict=True):
                if part:
                    own: Sequence[Segment] = [Segment(part[0].text.ljust(width), part[0].style)] if filled else part
                    line += [Segment(" " * blank), *own]
                    blank = width + _GAP - sum(each.cell_length for each in own)
                else:
                    blank += width + _GAP
            yield line


def _heading(destination: Destination, drawing: Drawing) -> Iterator[_Said]:
    yield words.name(destination), "bold"
    if standing := words.standing(destination, drawing):
        yield f"  {standing}", ""
    if destination.app:
        yield f"  {words.ownership(destination)}", "yellow" if len(destination.owners) != 1 else ""


def _cells(lane: Lane) -> _Row:
    against = {each: lane.against_gate(each) for each in lane.path.gates}
    firm = ", ".join(words.clean(each) for each, controls in against.items() if not controls)
    gates = [(firm or "none", "")] if firm or not against else []
    gates += [
        (f"{words.clean(each)}: {words.listed(controls)}", "red") for each, controls in against.items() if controls
    ]
    gates += [(words.lack(lane, each), "red") for each in lane.lacks]
    environment = [(words.environment(lane), "")]
    if lane.expected_environment:
        environment.append((f"expected {words.clean(lane.expected_environment)}", "red"))
    elif lane.against_environment:
        environment = [(f"{words.environment(lane)}: {words.listed(lane.against_environment)}", "red")]
    job = tuple((each, "") for each in (words.job(lane), words.caller(lane)) if each)
    return ((words.how(lane), ""),), ((words.way(lane), ""),), job, tuple(gates), tuple(environment)


def _below(lane: Lane) -> Iterator[_Said]:
    yield "; ".join((words.clean(lane.path.mechanism), words.concurrency(lane), words.check(lane))), "dim"
    yield from ((note, "yellow") for note in words.notes(lane))
    colours = ("red", "yellow")
    yield from (
        (told, colours[each.accepted or each.finding.open])
        for told, each in zip(words.found(lane), lane.found, strict=True)
    )


def _widths(rows: list[_Row], room: int) -> list[int]:
    """Give each column what it needs; where that is too much, the widest give way. Nothing where words would break."""
    columns = [{text for cell in column for text, _ in cell} for column in zip(*rows, strict=True)]
    widths = [max(map(cell_len, column)) for column in columns]
    least = [min(_LONGEST_WORD, max(cell_len(word) for text in column for word in text.split())) for column in columns]
    room -= _GAP * (len(widths) - 1)
    if sum(least) > room:
        return []
    while sum(widths) > room:
        can_give = [index for index, width in enumerate(widths) if width > least[index]]
        widths[max(can_give, key=lambda index: widths[index])] -= 1
    return widths
