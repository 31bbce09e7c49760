"""The map of `asbuilt.workflows`: what a package says of its face is what the import walls hold."""

import ast
import pkgutil
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from asbuilt import workflows
from asbuilt.catalogue import PROJECT

PACKAGES = [each.name for each in pkgutil.iter_modules(workflows.__path__) if each.ispkg]
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def named_in(module):
    """Give the modules that a docstring lists, each with what it is."""
    return re.findall(r"^    (\w+) {2,}", module.__doc__, re.MULTILINE)


def package(name):
    return import_module(f"asbuilt.workflows.{name}")


def test_the_map_of_the_package_names_every_package_and_no_other():
    assert sorted(named_in(workflows)) == sorted(each.name for each in pkgutil.iter_modules(workflows.__path__))


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_not_on_the_face_of_a_package_is_behind_a_wall(name):
    found = {each.name for each in pkgutil.iter_modules(package(name).__path__)}
    face = set(named_in(package(name)))
    walled = {
        module.rpartition(".")[2]
        for contract in CONTRACTS
        if contract["type"] == "protected" and contract["allowed_importers"] == [f"asbuilt.workflows.{name}"]
        for module in contract["protected_modules"]
    }
    assert face <= found, "the docstring names a module that is not there"
    assert walled == found - face, "add it to the docstring's face, or to protected_modules in pyproject.toml"


@pytest.mark.parametrize("name", PACKAGES)
def test_a_face_is_small_and_nobody_loads_more_by_it(name):
    assert len(ast.parse(Path(package(name).__file__).read_text()).body) == 1, "the face is its modules"
    if name != "judge":  # its face is one module for each file of tests_static
        assert len(named_in(package(name))) <= 6, "so many names say that the package is cut in the wrong place"


@pytest.mark.parametrize("path", sorted((PROJECT / "tests_static").glob("*.py")), ids=lambda path: path.stem)
def test_a_check_asks_faces_alone(path):
    for node in ast.walk(ast.parse(path.read_text())):
        module = getattr(node, "module", None) or ""
        if module.startswith("asbuilt.workflows.") and not module.startswith("asbuilt.workflows.bounds"):
            name, _, below = module.removeprefix("asbuilt.workflows.").partition(".")
            asked = [below] if below else [each.name for each in node.names]
            assert set(asked) <= set(named_in(package(name))), f"{path.name}:{node.lineno} asks for {module}"
