"""Every control that there is, read from the checks themselves."""

import importlib.util
import inspect
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import Any

from _pytest.fixtures import FixtureFunctionDefinition

from asbuilt.controls import Control, control_of, problems_of
from asbuilt.texts import line

PROJECT = Path(__file__).parents[1]
FOLDERS = ("tests_live", "tests_static")
_FILES = ("test_*.py", "*_test.py")  # as pytest collects them


class BrokenChecksError(Exception):
    """Checks that cannot be used: all that is wrong with them, one line each, with its place."""


def checks(project: Path = PROJECT) -> tuple[tuple[str, Control], ...]:
    """Give each check as `file::function` with its control. Raises BrokenChecksError."""
    found: list[tuple[str, Control]] = []
    problems: list[str] = []
    for folder in FOLDERS:
        for path in sorted({each for pattern in _FILES for each in (project / folder).rglob(pattern)}):
            name = path.relative_to(project).as_posix()
            try:
                module = _import(path)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a file may also skip itself, or exit
                problems.append(f"{name}:{_line_of(error, path)}: cannot be imported: {_told(error)}")
                continue
            for function_name, function in _functions(module):
                wrong = [
                    f"{name}:{_first_line(function, path)} {function_name}: {each}" for each in problems_of(function)
                ]
                problems += wrong
                if not wrong:
                    found.append((f"{name}::{function_name}", control_of(function)))
    if problems:
        raise BrokenChecksError("\n".join(problems))
    return tuple(found)


def _functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Give what pytest would collect: functions, and classes, which are none of the ways to write a check."""
    for name, value in vars(module).items():
        if (name.startswith("test_") and callable(value)) or (name.startswith("Test") and inspect.isclass(value)):
            yield name, value


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
        raise ImportError("it is not a Python module")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _line_of(error: BaseException, path: Path) -> int:
    """Give the line of a file at which its import failed."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    lines = [number for frame, number in walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    return lines[-1] if lines else 1


def _told(error: BaseException) -> str:
    return line(f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}")


def _first_line(function: Any, path: Path) -> int:
    """Give the line at which a function begins with its decorators, or a class."""
    if code := getattr(function, "__code__", None):
        return int(code.co_firstlineno)
    begins = f"class {getattr(function, '__name__', '')}"
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, text in enumerate(lines, 1) if text.startswith(begins)), 1)
