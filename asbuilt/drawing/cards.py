"""What a picture of deploy paths consists of: the cards of each path, column by column, and the room that they take."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from asbuilt.drawing import words
from asbuilt.drawing.canvas import width_of, wrapped
from asbuilt.drawing.lanes import Destination, Drawing, Lane

SIZE = 12.5
LINE = 17
GAP = 44  # between two columns, where the lines run
STACKED = 6  # between two cards of a column
TAG = 20  # the height of a card's tag, with the space below it
_EDGES = 22  # what a card adds to the width of its text
_WIDEST = (216, 190, 170, 216)  # a column grows no wider than that: text is wrapped instead


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text."""

    said: str
    style: str = "ink"


@dataclass(frozen=True, slots=True)
class Card:
    """A box with lines of text, and perhaps a tag above them; `passed` says whether the path runs through it."""

    lines: tuple[Line, ...]
    edge: str = "edge"
    fill: str = "card"
    tag: str = ""
    passed: bool = True

    @property
    def width(self) -> float:
        """The room that it takes."""
        return max(width_of(line.said, SIZE) for line in self.lines) + _EDGES

    @property
    def height(self) -> float:
        """The height that it takes."""
        return len(self.lines) * LINE + 11 + (TAG if self.tag else 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A path: what is written above its lane, then its cards from left to right."""

    above: tuple[Line, ...]
    trigger: Card
    gates: tuple[Card, ...]
    environment: Card | None
    flow: str

    @property
    def height(self) -> float:
        """The height of its lane."""
        return max(self.trigger.height, stack_height(self.gates), self.environment.height if self.environment else 0)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column begins, and how wide it is."""

    begins: tuple[float, ...]
    widths: tuple[float, ...]

    @property
    def end(self) -> float:
        """Where the last one ends."""
        return self.begins[-1] + self.widths[-1]


def row(lane: Lane) -> Row:
    """Give the cards of a path."""
    path = lane.path
    open_style = "unsure" if path.undecided else "quiet"
    above = [
        Line("; ".join(filter(None, (words.job(lane), words.caller(lane))))),
        Line(words.check(lane), "quiet"),
        *(Line(note, open_style) for note in words.notes(lane)),
        *(Line(said, "bad" if amiss else "unsure") for said, amiss in words.against(lane)),
    ]
    rest = words.clean(path.way.removeprefix(path.trigger).strip())
    trigger = (Line(words.clean(words.event(lane)), "ink strong"), *([Line(rest, "quiet")] if rest else []))
    return Row(
        above=tuple(above),
        trigger=Card(_fitted(trigger, 0), tag=words.how(lane)),
        gates=tuple(_gates(lane)),
        environment=_environment(lane),
        flow="bad-edge" if lane.is_amiss else "unsure-edge dashed" if path.undecided else "flow",
    )


def app_card(destination: Destination, drawing: Drawing) -> Card:
    """Give the card at which the paths of a destination end."""
    standing = words.standing(destination, drawing)
    if destination.is_production:
        lines = (Line(words.name(destination), "on-production strong"), Line(standing, "on-production"))
        return Card(_fitted(lines, 3), edge="none", fill="production")
    is_open = destination.app is None and not destination.review
    lines = (Line(words.name(destination), "unsure" if is_open else "ink strong"), Line(standing, "quiet"))
    edge = "unsure-edge dashed" if is_open else "flow"
    return Card(_fitted(tuple(line for line in lines if line.said), 3), edge=edge)


def columns_of(rows: list[Row], apps: list[Card], headings: tuple[str, ...], begin: float) -> Columns:
    """Make each column as wide as its widest card."""
    cards: tuple[list[Card], ...] = (
        [each.trigger for each in rows],
        [gate for each in rows for gate in each.gates],
        [each.environment for each in rows if each.environment],
        apps,
    )
    widths = tuple(
        max([width_of(heading, SIZE), *(card.width for card in column)])
        for heading, column in zip(headings, cards, strict=True)
    )
    begins = tuple(accumulate((width + GAP for width in widths[:-1]), initial=begin))
    return Columns(begins, widths)


def stack_height(cards: tuple[Card, ...]) -> float:
    """Give the height of cards that stand one below the other."""
    return sum(card.height for card in cards) + STACKED * max(0, len(cards) - 1)


def _gates(lane: Lane) -> Iterator[Card]:
    declared = {gate.lower() for gate in lane.declared.gates} if lane.declared else set()
    for gate in lane.path.gates:
        asked, against = gate.lower() in declared, lane.against_gate(gate)
        mark = ("\u2717 ", "bad", "bad-edge") if against else ("\u2713 ", "good", "good-edge")
        mark = mark if asked else ("", "ink", "edge")
        said = f"{mark[0]}{words.clean(gate)}{f': {words.listed(against)}' if against else ''}"
        yield Card(_fitted((Line(said, mark[1]),), 1), edge=mark[2])
    if lane.lacks and not lane.path.gates:
        yield Card((Line("no gate", "quiet"),))
    for gate in lane.lacks:
        yield Card(_fitted((Line(f"\u2717 {words.lack(lane, gate)}", "bad"),), 1), edge="bad-edge dashed", passed=False)


def _environment(lane: Lane) -> Card | None:
    if lane.expected_environment:
        found = Line(f"\u2717 {words.clean(lane.path.environment or 'no environment')}", "bad")
        lines = (found, Line(f"expected {words.clean(lane.expected_environment)}", "bad"))
        return Card(_fitted(lines, 2), edge="bad-edge dashed", passed=lane.path.environment is not None)
    if lane.path.is_environment_open:
        return Card((Line("? not known", "unsure"),), edge="unsure-edge dashed")
    if lane.path.environment is None:
        return None
    asked = lane.declared is not None and lane.declared.environment is not None
    name = words.clean(lane.path.environment)
    if against := lane.against_environment:
        return Card(_fitted((Line(f"\u2717 {name}: {words.listed(against)}", "bad"),), 2), edge="bad-edge")
    line = Line(f"\u2713 {name}", "good") if asked else Line(name)
    return Card(_fitted((line,), 2), edge="good-edge" if asked else "edge")


def _fitted(lines: tuple[Line, ...], column: int) -> tuple[Line, ...]:
    room = _WIDEST[column] - _EDGES
    return tuple(Line(part, line.style) for line in lines for part in wrapped(line.said, room, SIZE))
