"""The file `collected.json`: what a run was to judge, written at collection, before anything is judged."""

import json
from dataclasses import asdict
from typing import Any

from asbuilt.population import LeftOut, Population

FORM = "asbuilt collected 1"


def as_plain(population: Population, *, estate: str, world: str) -> dict[str, Any]:
    """Give a population at collection as what JSON can hold."""
    return {
        "form": FORM,
        "estate": estate,
        "world": world,
        "suites": population.suites,
        "whole": population.whole,
        "ids": population.collected,
        "deselected": [asdict(each) for each in population.deselected],
        "errors": [asdict(each) for each in population.errors],
    }


def restored(content: bytes) -> Population:
    """Give back the population of a file. Raises ValueError where it is none."""
    try:
        raw = json.loads(content)
        return Population(
            suites=tuple(raw["suites"]),
            whole=raw["whole"],
            collected=tuple(raw["ids"]),
            deselected=tuple(LeftOut(**each) for each in raw["deselected"]),
            errors=tuple(LeftOut(**each) for each in raw["errors"]),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"is not what asbuilt writes: {error}") from error
