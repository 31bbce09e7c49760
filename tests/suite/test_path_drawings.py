"""How deploy paths are drawn, whatever their names are."""

import re
from dataclasses import dataclass, field
from io import StringIO
from itertools import combinations, pairwise
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from asbuilt.drawing.canvas import width_of, wrapped
from asbuilt.drawing.lanes import draw
from asbuilt.drawing.mermaid import mermaid
from asbuilt.drawing.svg import svg
from asbuilt.drawing.table import table
from asbuilt.drawing.words import clean
from asbuilt.estate import App, Estate, Repository

SVG = "{http://www.w3.org/2000/svg}"
NASTY = 'end "] --> x; <b>&amp;#35;`*_\x1b[31m\nline\u202e \ud800 \U0001f680 名前'


@dataclass
class Path:
    """A deploy path as a drawing sees it."""

    app: str | None = "shop"
    gates: tuple = ()
    environment: str | None = None
    workflow: str = ".github/workflows/deploy.yml"
    job: str = "deploy"
    trigger: str = "push"
    refs: tuple = ("refs/heads/main",)
    mechanism: str = "git push"
    verified_by: tuple = ()
    file: str = ".github/workflows/deploy.yml"
    line: int = 7
    undecided: str | None = None
    concurrency: str | None = None
    automatic: bool = True
    review: bool = False
    remarks: tuple = ()
    inputs: dict = field(default_factory=dict)
    types: tuple = ()

    @property
    def notes(self):
        return self.remarks

    @property
    def way(self):
        return " ".join((self.trigger, *(f"{name}={value}" for name, value in self.inputs.items()), *self.refs))

    @property
    def is_environment_open(self):
        return self.environment is None and "the environment:" in (self.undecided or "")

    @property
    def owner(self):
        return SimpleNamespace(path=self.workflow)

    def has_gate(self, name):
        return name.lower() in {gate.lower() for gate in self.gates}


def drawn(*paths, estate=None, apps=()):
    return draw({"o/n" if estate else "": paths}, estate, apps)


def declaring(**apps):
    named = {name: App.model_validate({"<name>": name, **facts}) for name, facts in apps.items()}
    return Estate(estate="e", apps=named, repositories={"o/n": Repository.model_validate({"<name>": "o/n"})})


def printed(drawing, width=100):
    out = StringIO()
    Console(file=out, width=width).print(table(drawing, width))
    return out.getvalue()


def texts(picture):
    return [each.text for each in ET.fromstring(picture).iter(f"{SVG}text")]


def chart(drawing):
    """Give the labels of a flowchart by id, and its edges."""
    source = mermaid(drawing)
    nodes = dict(re.findall(r'^  (n\d+)\W+"(.*)"', source, re.MULTILINE))
    return nodes, re.findall(r"^  (n\d+) --> (n\d+)$", source, re.MULTILINE)


def test_production_comes_first_then_what_is_declared_then_what_is_not_known():
    estate = declaring(qa={"tier": "staging"}, shop={})
    found = drawn(
        Path("other"), Path("qa"), Path(None, review=True), Path(None, undecided="the app: ?"), Path(), estate=estate
    )
    names = [each.app or ("review" if each.review else "unknown") for each in found.destinations]
    assert names == ["shop", "qa", "other", "unknown", "review"]


def test_gates_and_environment_are_read_without_regard_to_case():
    lane = drawn(Path(gates=("Smoke",), environment="Production"), estate=production()).lanes[0]
    assert lane.lacks == ()
    assert lane.expected_environment is None


def production():
    return declaring(shop={"gates": ["smoke"], "environment": "production"})


@pytest.mark.parametrize(("environment", "expected"), [(None, "production"), ("staging", "production")])
def test_another_environment_than_the_declared_one_is_amiss(environment, expected):
    drawing = drawn(Path(gates=("smoke",), environment=environment), estate=production())
    assert drawing.lanes[0].expected_environment == expected
    assert "expected production" in printed(drawing)
    assert "expected production" in texts(svg(drawing))
    assert any(label.endswith("<br>expected production") for label in chart(drawing)[0].values())


def test_an_environment_that_is_not_known_is_not_said_to_be_wrong():
    unknown = Path(gates=("smoke",), undecided="the environment: `${{ vars.E }}` on line 3 is not known before the run")
    drawing = drawn(unknown, estate=production())
    assert drawing.lanes[0].expected_environment is None
    assert re.search("smoke +not known", printed(drawing))
    assert "? not known" in texts(svg(drawing))


def test_a_lacking_gate_stands_in_every_drawing():
    drawing = drawn(Path(gates=("test",)), estate=production())
    assert "lacks smoke" in printed(drawing)
    assert "\u2717 lacks smoke" in texts(svg(drawing))
    assert re.search(r'\{\{"lacks smoke"\}\}:::lacking$', mermaid(drawing), re.MULTILINE)


def test_a_path_is_automatic_or_by_hand_in_every_drawing():
    for automatic, word in ((True, "automatic"), (False, "by hand")):
        drawing = drawn(Path(automatic=automatic))
        assert f"  {word} " in printed(drawing)
        assert word in texts(svg(drawing))
        assert f"push refs/heads/main<br>{word}" in chart(drawing)[0].values()


def test_what_is_undecided_or_to_be_noted_is_said():
    drawing = drawn(Path(None, undecided="the app: `${{ x }}`", remarks=("only GITHUB_TOKEN pushes this tag",)))
    for said in ("undecided: the app: `${{ x }}`", "note: only GITHUB_TOKEN pushes this tag"):
        assert said in printed(drawing)
        assert said in texts(svg(drawing))
    assert any("only GITHUB_TOKEN pushes this tag" in label for label in chart(drawing)[0].values())


def test_a_called_file_is_shown_with_the_workflow_that_starts_it():
    drawing = drawn(Path(file=".github/actions/x/action.yml", workflow=".github/workflows/release.yml"))
    assert drawing.destinations[0].owners == ("release.yml",)
    for said in (" ".join(printed(drawing).split()), " ".join(texts(svg(drawing)))):
        assert ".github/actions/x/action.yml:7" in "".join(said.split(" ")) or ".github/actions/x/action.yml:7" in said
        assert "started by release.yml" in said


def test_where_columns_would_break_words_each_path_is_a_list():
    path = Path(gates=("test",), job="deploy-to-production", refs=("refs/heads/release/**",))
    drawing = drawn(path, Path(line=8), estate=production())
    wide, narrow = printed(drawing, 120), printed(drawing, 60)
    assert wide.splitlines()[0].split()[:3] == ["set", "off", "by"]
    listed = [" ".join(each.split()) for each in narrow.splitlines()]
    begin = listed.index("automatic push refs/heads/release/**")
    assert listed[begin : begin + 6] == [
        "automatic push refs/heads/release/**",
        "job deploy-to-production in deploy.yml:7",
        "gates test",
        "lacks smoke",
        "environment none",
        "expected production",
    ]


@pytest.mark.parametrize("width", [100, 60, 30])
def test_a_table_is_never_cut(width):
    long = "x" * 150
    out = printed(drawn(Path(long, gates=("g" * 70, "h"), environment="e" * 80, job="j" * 70)), width)
    assert max(map(len, out.splitlines())) <= width
    for letter, count in (("g", 70), ("e", 80), ("j", 70)):
        assert out.count(letter) >= count
    assert "…" not in out


def test_the_flowchart_shows_only_paths_that_exist():
    """Whoever follows the arrows from a trigger comes only to the apps that it deploys."""
    gates = ("test",)
    drawing = drawn(
        Path("a", gates, "live"),
        Path("b", gates, "live", trigger="workflow_dispatch", automatic=False),
        Path("c", gates, "live"),
    )
    nodes, edges = chart(drawing)
    assert len(edges) == len(set(edges))

    def ends(start):
        return set().union(*(ends(end) for begin, end in edges if begin == start)) or {nodes[start]}

    starts = {label: key for key, label in nodes.items() if key not in {end for _, end in edges}}
    assert ends(starts["push refs/heads/main<br>automatic"]) == {"a", "c"}
    assert ends(starts["workflow_dispatch refs/heads/main<br>by hand"]) == {"b"}
    assert list(nodes.values()).count("push refs/heads/main<br>automatic") == 1


def test_a_blank_name_is_seen():
    drawing = drawn(Path(" ", (" ",), " ", job=" "))
    assert '""' not in mermaid(drawing)
    assert '" "' in texts(svg(drawing))


def test_no_name_breaks_a_flowchart():
    path = Path(NASTY, (NASTY,), NASTY, job=NASTY, undecided=NASTY)
    first, title, description, *lines = mermaid(drawn(path, estate=production())).splitlines()
    assert (first, title) == ("flowchart LR", "  accTitle: Deploy paths")
    assert re.fullmatch(r"  accDescr: [-\w /,=().:#;]+", description, re.ASCII)
    for line in lines:
        assert re.fullmatch(
            r'  n\d+(\(\[|\[\[|\{\{|\[|\()"[-\w /,=().:#;<>]*"(\]\)|\]\]|\}\}|\]|\))(:::\w+)?'
            r"|  n\d+ --> n\d+|  classDef [\w #:,-]+",
            line,
            re.ASCII,
        ), line
        assert set(re.findall(r"<[^>]*>", line)) <= {"<br>"}
    assert "#34;#93; --#62; x#59; #60;b#62;#38;amp#59;#35;35#59;#96;#42;_" in mermaid(drawn(path))


def test_no_name_breaks_a_picture():
    path = Path(NASTY, (NASTY,), NASTY, job=NASTY, trigger=NASTY, refs=(NASTY,), verified_by=(NASTY,), remarks=(NASTY,))
    picture = svg(drawn(path, estate=declaring()))
    assert picture.isascii()
    root = ET.fromstring(picture)
    assert f"{clean(NASTY)} in deploy.yml:7" in " ".join(texts(picture))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "title", "desc", "style", "rect", "text", "path",
    }  # fmt: skip


def test_no_name_acts_on_the_terminal():
    out = printed(drawn(Path(NASTY, (NASTY,), NASTY, job=NASTY, remarks=(NASTY,))))
    assert not set(out) & set("\x1b\u202e\ud800")


def test_a_picture_says_what_it_is_and_needs_nothing_else():
    picture = svg(drawn(Path(), estate=declaring(shop={})))
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Deploy paths of e"
    assert root.find(f"{SVG}desc").text == "1 path: 1 to shop (1 automatic)"
    assert not re.search(r"<script|href|url\(|@import|(?<!xmlns=\")https?:", picture)
    assert "prefers-color-scheme:dark" in picture


def test_who_cannot_see_a_picture_is_told_what_a_path_lacks():
    drawing = drawn(Path(gates=("test",)), Path(gates=("smoke",), environment="production"), estate=production())
    told = "push refs/heads/main to shop (automatic): lacks smoke; goes through no environment, expected production"
    description = f"2 paths: 2 to shop (2 automatic). {told}"
    assert ET.fromstring(svg(drawing)).find(f"{SVG}desc").text == description
    assert f"  accDescr: {description.replace(';', '#59;')}\n" in mermaid(drawing)


def test_nothing_in_a_picture_overlaps_or_leaves_it():
    long = Path("a" * 64, tuple(f"gate-{n}-{'g' * 30}" for n in range(4)), "e" * 80, refs=("refs/heads/x",) * 9)
    root = ET.fromstring(svg(drawn(long, Path(), Path(line=8), Path(None, undecided="u" * 300), estate=production())))
    written = [
        (float(each.get("x")), float(each.get("y")), width_of(each.text, float(each.get("font-size"))))
        for each in root.iter(f"{SVG}text")
    ]
    page = float(root.get("width"))
    for x, y, width in written:
        assert x + width <= page
        assert y < float(root.get("height"))
        below = [each for each in written if each[1] == y and each[0] > x]
        assert all(x + width <= other for other, _, _ in below)
    assert page <= 1000
    boxes = [
        [float(each.get(name)) for name in ("x", "y", "width", "height")]
        for each in root.iter(f"{SVG}rect")
        if {"ab-card", "ab-production"} & set(each.get("class").split())
    ]
    for (x, y, width, height), (other_x, other_y, other_width, other_height) in combinations(boxes, 2):
        beside = x + width <= other_x or other_x + other_width <= x
        assert beside or y + height <= other_y or other_y + other_height <= y
    rows = sorted({(x, y) for x, y, _ in written})
    assert len(rows) == len(written)
    assert all(low - high >= 11 for (x, high), (other, low) in pairwise(rows) if x == other)


@pytest.mark.parametrize("said", ["a-long-name-with-parts", "x" * 50, "名前" * 20, "two words", ""])
def test_wrapped_text_fits_and_loses_nothing(said):
    lines = wrapped(said, 80, 12)
    assert all(width_of(line, 12) <= 80 for line in lines)
    assert width_of("名", 12) == 2 * width_of("a", 12)
    assert "".join(lines) == said.replace(" ", "") or " ".join(lines) == said


def test_a_path_whose_texts_fit_costs_the_table_no_layout_of_its_own(monkeypatch):
    calls = []
    rendered = Console.render_lines
    monkeypatch.setattr(
        Console, "render_lines", lambda self, *given, **how: calls.append(1) or rendered(self, *given, **how)
    )
    Console(width=200, file=StringIO()).print(table(draw({"": [Path(job=f"j{n}") for n in range(50)]}), 200))
    assert len(calls) < 50
