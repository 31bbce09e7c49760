"""Figures of the package at some revisions, side by side: `python tests/bench/figures.py [REVISION ...]`.

Files, lines and docstrings by package, imports between packages, and the modules that name a way to deploy. Everything
is counted in what git holds, so an old revision needs no checkout. `--tests REVISION=FILE` adds what a JUnit file says
of a run.
"""

import argparse
import ast
import re
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
SOURCES = "asbuilt"
INNER = "asbuilt/workflows"


@dataclass(frozen=True)
class Module:
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        """The package that it counts for: those of `asbuilt.workflows` count one by one."""
        folders = self.path.split("/")[:-1]
        return ".".join(folders[: 3 if self.path.startswith(f"{INNER}/") else 2])

    @cached_property
    def docstring_lines(self) -> int:
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        bodies = (node.body for node in ast.walk(self.tree) if isinstance(node, kinds) and node.body)
        firsts = (body[0] for body in bodies if isinstance(body[0], ast.Expr))
        return sum(
            each.end_lineno - each.lineno + 1
            for each in firsts
            if isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
        )

    def imports(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == SOURCES:
                yield from (f"{node.module}.{each.name}" for each in node.names)

    def texts(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def modules(revision: str) -> list[Module]:
    paths = git("ls-tree", "-r", "--name-only", revision, SOURCES).splitlines()
    return [Module(each, git("show", f"{revision}:{each}")) for each in paths if each.endswith(".py")]


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True).stdout


def arrows(found: list[Module], end: Callable[[Module], str]) -> set[tuple[str, str]]:
    """Give the pairs of ends, packages or modules, of which one imports from the other."""
    by_name = {each.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): each for each in found}
    pairs = set()
    for module in found:
        for name in module.imports():
            target = by_name.get(name) or by_name.get(name.rpartition(".")[0])
            if target and end(target) != end(module):
                pairs.add((end(module), end(target)))
    return pairs


def naming_a_mechanism(found: list[Module]) -> list[str]:
    """Give the modules, other than `mechanisms` itself, in which something of its tables is named."""
    table = next(each for each in found if each.path.endswith("/mechanisms.py"))
    names = names_in(table)
    constants = {
        node.targets[0].id
        for node in table.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Constant) and node.value.value in names
    }
    return sorted(
        each.path
        for each in found
        if each is not table
        if names & set(each.texts()) or constants & {name.rpartition(".")[2] for name in each.imports()}
    )


def names_in(table: Module) -> set[str]:
    """Give the actions and the subcommands that the tables of `mechanisms` name."""
    return {each for each in table.texts() if re.fullmatch(r"[a-z0-9-]+(/[\w.-]+|:[a-z]+)", each)}


def row_of(found: list[Module], package: str) -> tuple[int, int, int]:
    own = [each for each in found if each.package == package]
    return len(own), sum(each.text.count("\n") for each in own), sum(each.docstring_lines for each in own)


def tests_of(file: str) -> dict[str, str]:
    suite = ET.parse(file).getroot().find("testsuite")
    return {"tests": suite.get("tests"), "seconds of the tests, added up": f"{seconds_of(suite):.0f}"}


def seconds_of(suite: ET.Element) -> float:
    return sum(float(each.get("time")) for each in suite.iter("testcase"))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("revisions", nargs="*", default=["HEAD"])
    options.add_argument("--tests", action="append", default=[], metavar="REVISION=FILE")
    given = options.parse_args()
    told = {each: modules(each) for each in given.revisions}
    runs = {name: tests_of(file) for name, _, file in (each.partition("=") for each in given.tests)}
    print_table(told, runs)


def print_table(told: dict[str, list[Module]], runs: dict[str, dict[str, str]]) -> None:
    table = Table(title="files / lines / lines of docstring")
    table.add_column("")
    for each in told:
        table.add_column(each, justify="right")
    packages = sorted({module.package for found in told.values() for module in found})
    for package in packages:
        counts = [row_of(found, package) for found in told.values()]
        table.add_row(package, *(" / ".join(map(str, each)) if each[0] else "" for each in counts))
    table.add_section()
    everything = {"all": lambda found: f"{len(found)} / {lines(found)} / {docstrings(found)}"}
    more = {
        "share of docstrings": lambda found: f"{docstrings(found) / lines(found):.0%}",
        "most modules in one package": lambda found: max(Counter(each.package for each in found).values()),
        "arrows between packages": lambda found: len(arrows(found, lambda each: each.package)),
        "arrows between modules": lambda found: len(arrows(found, lambda each: each.path)),
        "modules that name a mechanism": lambda found: len(naming_a_mechanism(found)),
    }
    for name, count in (everything | more).items():
        table.add_row(name, *(str(count(found)) for found in told.values()))
    for name in dict.fromkeys(key for run in runs.values() for key in run):
        table.add_row(name, *(runs.get(each, {}).get(name, "") for each in told))
    Console(width=max(80, 32 + 22 * len(told))).print(table)


def lines(found: list[Module]) -> int:
    return sum(each.text.count("\n") for each in found)


def docstrings(found: list[Module]) -> int:
    return sum(each.docstring_lines for each in found)


if __name__ == "__main__":
    main()
