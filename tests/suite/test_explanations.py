"""What the controls say explains them, and what their remedies need and name."""

from graphlib import TopologicalSorter

import pytest

from asbuilt import catalogue
from asbuilt.relations import NEEDS
from asbuilt.subjects import WORDS, words_in

CONTROLS = {control.id: control for _, control in catalogue.checks()}


def test_what_explains_a_control_is_a_control_and_no_circle():
    graph: dict[str, set[str]] = {}
    for _, control in catalogue.checks():
        graph.setdefault(control.id, set()).update(control.explained_by)
    assert {each for causes in graph.values() for each in causes} - CONTROLS.keys() == set()
    assert set(TopologicalSorter(graph).static_order()) == graph.keys()  # raises CycleError


def test_what_a_remedy_needs_is_a_control():
    assert {need for needs in NEEDS.values() for need in needs} - CONTROLS.keys() == set()
    assert {need for control in CONTROLS.values() for need in control.needs} - CONTROLS.keys() == set()
    assert NEEDS.keys() - WORDS.keys() == set()


@pytest.mark.parametrize("world", ["incident-2026-04-30", "healthy+app-deleted"])
def test_every_word_of_a_remedy_is_filled(live, world):
    fixes = [line["fix"] for each in live(world).verdicts for line in each["lines"]]
    assert fixes
    assert [each for each in fixes if words_in(each)] == []
