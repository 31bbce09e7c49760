"""Deploy paths as a table for a terminal, grouped by app."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from asbuilt.drawing import words
from asbuilt.drawing.lanes import Destination, Drawing, Lane

WIDTH = 100  # where no terminal says otherwise

_HEADINGS = ("set off", "by", "job", "gates before it", "environment")
_INDENT = 2
_GAP = 2
_LABEL = len("environment")
_LONGEST_WORD = 32  # a longer one is folded


def table(drawing: Drawing, width: int) -> RenderableType:
    """Give the table of a drawing; nothing is cut. Where the columns would break words, each path is a list instead."""
    rows = {id(lane): _cells(lane) for lane in drawing.lanes}
    widths = _widths([tuple(Text(each) for each in _HEADINGS), *rows.values()], width - _INDENT)
    parts: list[RenderableType] = []
    if rows and widths:
        parts.append(_row(tuple(Text(each, "dim") for each in _HEADINGS), widths))
    for destination in drawing.destinations:
        parts += [*([""] if parts else []), _heading(destination, drawing)]
        parts += _lanes([(lane, rows[id(lane)]) for lane in destination.lanes], widths)
    return Group(*parts, *([""] if parts else []), Text(words.summary(drawing)))


def _lanes(lanes: list[tuple[Lane, tuple[Text, ...]]], widths: list[int]) -> Iterator[RenderableType]:
    """Give the paths to a destination: rows where there are widths, else lists that are set apart."""
    indent = _INDENT + (widths[0] if widths else _LABEL) + _GAP
    for index, (lane, cells) in enumerate(lanes):
        if widths:
            yield _row(cells, widths)
        else:
            yield from ([""] if index else [])
            yield _list(cells)
        yield from (Padding(note, (0, 0, 0, indent)) for note in _below(lane))


def _heading(destination: Destination, drawing: Drawing) -> Text:
    text = Text(words.name(destination), "bold")
    if standing := words.standing(destination, drawing):
        text.append(f"  {standing}", "not bold")
    if destination.app:
        many = len(destination.owners) != 1
        text.append(f"  {words.ownership(destination)}", "not bold yellow" if many else "not bold")
    return text


def _cells(lane: Lane) -> tuple[Text, ...]:
    gates = Text(", ".join(words.clean(each) for each in lane.path.gates) or "none")
    if lane.lacks:
        gates.append(f"\nlacks {', '.join(words.clean(each) for each in lane.lacks)}", "red")
    environment = Text(words.environment(lane))
    if lane.expected_environment:
        environment.append(f"\nexpected {words.clean(lane.expected_environment)}", "red")
    job = Text("\n".join(filter(None, (words.job(lane), words.caller(lane)))))
    return Text(words.how(lane)), Text(words.clean(lane.path.way)), job, gates, environment


def _below(lane: Lane) -> Iterator[Text]:
    yield Text("; ".join((words.clean(lane.path.mechanism), words.concurrency(lane), words.check(lane))), "dim")
    yield from (Text(note, "yellow") for note in words.notes(lane))


def _row(cells: tuple[Text, ...], widths: list[int]) -> RenderableType:
    grid = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
    for width in widths:
        grid.add_column(width=width, overflow="fold")
    grid.add_row(*cells)
    return Padding(grid, (0, 0, 0, _INDENT), expand=False)


def _list(cells: tuple[Text, ...]) -> RenderableType:
    """Give the cells of a path one below the other, each behind its heading."""
    grid = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
    grid.add_column(width=_LABEL)
    grid.add_column(overflow="fold")
    how, way, *rest = cells
    grid.add_row(Text(how.plain, "bold"), way)
    for label, cell in zip(("job", "gates", "environment"), rest, strict=True):
        grid.add_row(Text(label, "dim"), cell)
    return Padding(grid, (0, 0, 0, _INDENT), expand=False)


def _widths(rows: list[tuple[Text, ...]], room: int) -> list[int]:
    """Give each column what it needs; where that is too much, the widest give way. Nothing where words would break."""
    columns = list(zip(*rows, strict=True))
    widths = [max(line.cell_len for text in column for line in text.split("\n")) for column in columns]
    least = [
        min(_LONGEST_WORD, max(Text(word).cell_len for text in column for word in text.plain.split()))
        for column in columns
    ]
    room -= _GAP * (len(widths) - 1)
    if sum(least) > room:
        return []
    while sum(widths) > room:
        can_give = [index for index, width in enumerate(widths) if width > least[index]]
        widths[max(can_give, key=lambda index: widths[index])] -= 1
    return widths
