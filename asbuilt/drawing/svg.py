"""Deploy paths as a picture of lanes: what sets them off, their gates, their environment, the app."""

from collections.abc import Iterable

from asbuilt.drawing import words
from asbuilt.drawing.canvas import Canvas, width_of, wrapped
from asbuilt.drawing.cards import (
    GAP,
    LINE,
    SIZE,
    STACKED,
    TAG,
    Card,
    Columns,
    Line,
    Row,
    app_card,
    columns_of,
    row,
    stack_height,
)
from asbuilt.drawing.lanes import Destination, Drawing

_MARGIN = 20
_INSET = 16  # between a panel's border and what is in it
_SMALL = 11
_SMALL_LINE = 15
_BETWEEN = 14  # between two lanes, two panels
_LEAST = 620  # narrower, the title would be cramped
_HEADINGS = ("set off by", "gates", "environment", "app")
_LEGEND = (
    ("good", "\u2713 declared, and no control finds fault with it"),
    ("bad", "\u2717 declared and missing, or condemned by a control"),
    ("unsure", "? not known before the run"),
)


def svg(drawing: Drawing) -> str:
    """Give the picture of a drawing: one SVG file that needs nothing else."""
    whose = words.clean(drawing.estate.name) if drawing.estate else ""
    title = f"Deploy paths of {whose}" if whose else "Deploy paths"
    rows = {id(lane): row(lane) for lane in drawing.lanes}
    apps = [app_card(destination, drawing) for destination in drawing.destinations]
    columns = columns_of(list(rows.values()), apps, _HEADINGS, _MARGIN + _INSET)
    width = max(_LEAST, columns.end + _INSET + _MARGIN)
    canvas = Canvas()
    y = _write(canvas, _MARGIN, 38, [Line(title, "ink strong")], width - 2 * _MARGIN, 17) + 2
    said = [Line(clause, "quiet") for clause in words.clauses(drawing)]
    y = _write(canvas, _MARGIN, y, said, width - 2 * _MARGIN, _SMALL)
    if rows:
        y += 18
        for heading, begin in zip(_HEADINGS, columns.begins, strict=True):
            canvas.text(begin, y, heading, "quiet", _SMALL)
        y += 10
    for destination, app in zip(drawing.destinations, apps, strict=True):
        own = [rows[id(lane)] for lane in destination.lanes]
        y = _panel(canvas, columns, y, width, destination, app, own) + _BETWEEN
    y = _legend(canvas, y + 4, rows.values())
    page = Canvas()
    page.box(0.5, 0.5, width - 1, y - 1, "page edge", round_by=8)
    return Canvas([*page.parts, *canvas.parts]).document(width, y, title, words.description(drawing))


def _panel(
    canvas: Canvas, columns: Columns, top: float, width: float, destination: Destination, app: Card, rows: list[Row]
) -> float:
    """Draw a destination with its lanes; give where it ends."""
    panel = Canvas()
    left, right = columns.begins[0], columns.begins[-1]
    many = len(destination.owners) != 1 and destination.app
    y = top + 22
    if destination.app:
        said = [Line(words.ownership(destination), "unsure strong" if many else "quiet")]
        y = _write(panel, left, y, said, right - left - GAP, _SMALL) + 4
    lanes = []
    for each in rows:
        y = _write(panel, left, y, each.above, right - left - GAP, _SMALL)
        lanes.append((each, y - 4 + each.height / 2))
        y += each.height + _BETWEEN + 8
    bottom = max(y - 8 if rows else y - 4, top + app.height + 2 * _INSET)
    first, last = (lanes[0][1], lanes[-1][1]) if lanes else (top, bottom)
    middle = min((first + last) / 2, bottom - _INSET - app.height / 2)
    for index, (each, at) in enumerate(lanes):
        arrives = middle + (index - (len(lanes) - 1) / 2) * min(12, (app.height - 14) / len(lanes))
        _lane(panel, columns, each, at, arrives)
    _card(panel, app, right, middle - app.height / 2, columns.widths[-1])
    canvas.box(_MARGIN, top, width - 2 * _MARGIN, bottom - top, "panel edge", round_by=8)
    canvas.parts += panel.parts
    return bottom


def _lane(canvas: Canvas, columns: Columns, row: Row, y: float, arrives: float) -> None:
    """Draw a path: the lines first, so that they run below the cards."""
    begins, widths = columns.begins, columns.widths
    passed = [card for card in row.gates if card.passed]
    tops = _tops(row.gates, y)
    x = begins[0] + widths[0]
    if passed:
        for card, top in zip(row.gates, tops, strict=True):
            if card.passed:
                at = top + card.height / 2
                canvas.flow(x, y, begins[1], at, row.flow)
                canvas.flow(begins[1] + widths[1], at, begins[2], y, row.flow)
    x = begins[2] if passed else x
    canvas.line(f"M{x:.1f} {y:.1f}H{begins[2] + widths[2]:.1f}", row.flow)
    canvas.flow(begins[2] + widths[2], y, begins[3] - 1, arrives, row.flow)
    canvas.arrow(begins[3] - 1, arrives, row.flow)
    _card(canvas, row.trigger, begins[0], y - row.trigger.height / 2, widths[0])
    for card, top in zip(row.gates, tops, strict=True):
        _card(canvas, card, begins[1], top, widths[1])
    if row.environment:
        _card(canvas, row.environment, begins[2], y - row.environment.height / 2, widths[2])


def _tops(cards: tuple[Card, ...], y: float) -> list[float]:
    top = y - stack_height(cards) / 2
    found = []
    for card in cards:
        found.append(top)
        top += card.height + STACKED
    return found


def _card(canvas: Canvas, card: Card, x: float, y: float, width: float) -> None:
    canvas.box(x, y, width, card.height, f"{card.fill} {card.edge}")
    baseline = y + 18.5
    if card.tag:
        tag_width = width_of(card.tag, 10) + 12
        canvas.box(x + 10, y + 8, tag_width, 16, "tag" if card.tag == "automatic" else "panel edge", round_by=8)
        canvas.text(x + 16, y + 19.5, card.tag, "on-tag" if card.tag == "automatic" else "quiet", 10)
        baseline += TAG
    for line in card.lines:
        canvas.text(x + 11, baseline, line.said, line.style, SIZE)
        baseline += LINE


def _write(canvas: Canvas, x: float, y: float, lines: Iterable[Line], room: float, size: float) -> float:
    """Write lines one below the other, wrapped; give the next baseline."""
    for line in lines:
        for part in wrapped(line.said, room, size):
            canvas.text(x, y, part, line.style, size)
            y += max(_SMALL_LINE, size * 1.3)
    return y


def _legend(canvas: Canvas, y: float, rows: Iterable[Row]) -> float:
    """Explain the marks that occur."""
    seen = {
        line.style
        for row in rows
        for card in (*row.gates, *([row.environment] if row.environment else []))
        for line in card.lines
    }
    x: float = _MARGIN
    for style, said in _LEGEND:
        if style in seen:
            canvas.text(x, y + 8, said, style, _SMALL)
            x += width_of(said, _SMALL) + 24
    return y + (22 if seen & {style for style, _ in _LEGEND} else 6)
