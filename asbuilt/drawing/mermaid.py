"""Deploy paths as a Mermaid flowchart, which GitHub draws in Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from asbuilt import texts
from asbuilt.drawing import words
from asbuilt.drawing.lanes import Destination, Drawing, Lane

_STYLES = (
    "classDef production fill:#0969da,stroke:#0550ae,color:#ffffff,stroke-width:2px",
    "classDef lacking fill:#ffebe9,stroke:#cf222e,color:#82071e,stroke-dasharray:4 3",
    "classDef undecided fill:#fff8c5,stroke:#9a6700,color:#4d2d00,stroke-dasharray:4 3",
)
# Besides ASCII letters and digits, these mean nothing inside a quoted label; all else is written by its number.
_PLAIN = frozenset(" -/,=().:_")

_Key = tuple[object, ...]


@dataclass(slots=True)
class _Chart:
    """The nodes and edges so far: each once, in the order of their first use."""

    ids: dict[_Key, str] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    edges: dict[str, None] = field(default_factory=dict)

    def node(self, key: _Key, shape: str, *lines: str, style: str = "") -> str:
        """Give the id of a node; `shape` has its label at `@`."""
        if key not in self.ids:
            self.ids[key] = f"n{len(self.ids) + 1}"
            label = "<br>".join(_escaped(words.clean(line)) for line in lines)
            self.nodes.append(f"{self.ids[key]}{shape.replace('@', label)}{f':::{style}' if style else ''}")
        return self.ids[key]


def mermaid(drawing: Drawing) -> str:
    """Give the flowchart of a drawing: trigger, job, gates, environment, app.

    What precedes the environment is shared only by paths that begin in the same way, and the environment only by paths
    to the same app: so whoever follows the arrows follows a path that exists.
    """
    chart = _Chart()
    for destination in drawing.destinations:
        _app(chart, destination, drawing)
        for lane in destination.lanes:
            stations = list(_stations(chart, lane, destination))
            ends = (*stations, _app(chart, destination, drawing))
            chart.edges.update(dict.fromkeys(f"{start} --> {end}" for start, end in pairwise(ends)))
    if not chart.nodes:
        chart.node((), '["@"]', words.summary(drawing))
    body = [*chart.nodes, *chart.edges, *_STYLES]
    told = ("accTitle: Deploy paths", f"accDescr: {_escaped(words.description(drawing))}")
    return "\n".join(("flowchart LR", *(f"  {line}" for line in (*told, *body)))) + "\n"


def _stations(chart: _Chart, lane: Lane, destination: Destination) -> Iterator[str]:
    path = lane.path
    begins: _Key = (lane.repository, path.way)
    yield chart.node(begins, '(["@"])', words.way(lane), words.how(lane))
    begins = (*begins, path.workflow, path.job, path.file)
    called = words.caller(lane)
    yield chart.node(begins, '["@"]', path.job, words.place(lane), *([called] if called else []))
    if path.gates:
        begins = (*begins, path.gates)
        yield chart.node(begins, '{{"@"}}', *path.gates)
    if lane.lacks:
        begins = (*begins, "lacks", lane.lacks)
        yield chart.node(begins, '{{"@"}}', *(words.lack(lane, each) for each in lane.lacks), style="lacking")
    for said, amiss in words.against(lane):
        begins = (*begins, said)
        yield chart.node(begins, '["@"]', said, style="lacking" if amiss else "undecided")
    if notes := tuple(words.notes(lane)):
        yield chart.node((*begins, *notes), '["@"]', *notes, style="undecided" if path.undecided else "")
    if path.environment or lane.expected_environment:
        name = path.environment or "no environment"
        wrong = [f"expected {lane.expected_environment}"] if lane.expected_environment else []
        style = "lacking" if wrong else ""
        yield chart.node(("environment", name, _key(destination)), '[["@"]]', name, *wrong, style=style)


def _app(chart: _Chart, destination: Destination, drawing: Drawing) -> str:
    style = "production" if destination.is_production else "undecided" if _is_open(destination) else ""
    lines = [words.name(destination), words.standing(destination, drawing)]
    if destination.app and len(destination.owners) != 1:
        lines.append(words.ownership(destination))
    return chart.node(_key(destination), '("@")', *filter(None, lines), style=style)


def _key(destination: Destination) -> _Key:
    return ("app", destination.app, destination.review)


def _is_open(destination: Destination) -> bool:
    return destination.app is None and not destination.review


def _escaped(text: str) -> str:
    return "".join(
        each if (each.isascii() and each.isalnum()) or each in _PLAIN else f"#{ord(each)};"
        for each in texts.visible(text)
    )
