"""Every control that there is, read from the checks themselves."""

import importlib.util
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from _pytest.fixtures import FixtureFunctionDefinition

from asbuilt.controls import Control, control_of

PROJECT = Path(__file__).parents[1]
FOLDERS = ("tests_live", "tests_static")


def checks(project: Path = PROJECT) -> Iterator[tuple[str, Control]]:
    """Give each check as `file::function` with its control. Raises LookupError for a check without one."""
    for folder in FOLDERS:
        for path in sorted((project / folder).glob("test_*.py")):
            module = _import(path)
            for name, function in vars(module).items():
                if name.startswith("test_"):
                    yield f"{folder}/{path.name}::{name}", control_of(function)


def vocabulary(project: Path = PROJECT) -> dict[str, tuple[str, ...]]:
    """Give each fact that a check may ask for, with the facts that it rests on: the fixtures of `conftest.py`."""
    facts = vars(_import(project / "conftest.py"))
    return {
        name: tuple(inspect.signature(each).parameters)
        for name, each in facts.items()
        if isinstance(each, FixtureFunctionDefinition)
    }


def _import(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(f"{path.parent.name}.{path.stem}", path)
    if specification is None or specification.loader is None:
        raise LookupError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
