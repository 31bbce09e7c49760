"""Every control that there is, read from the checks themselves."""

import ast
import importlib.util
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import Any

from asbuilt.controls import Control, control_of, problems_of
from asbuilt.home import PROJECT
from asbuilt.nearest import suggestion
from asbuilt.subjects import KINDS, kind_of, plural, words_in
from asbuilt.texts import line

__all__ = ["FOLDERS", "PROJECT", "BrokenChecksError", "checks", "kinds_judged"]

FOLDERS = ("tests_live", "tests_static")
_VOCABULARY = "conftest.py"
_FILES = ("test_*.py", "*_test.py")  # as pytest collects them


class BrokenChecksError(Exception):
    """Checks that cannot be used: all that is wrong with them, one line each, with its place."""


def checks(project: Path = PROJECT) -> tuple[tuple[str, Control], ...]:
    """Give each check as `file::function` with its control. Raises BrokenChecksError."""
    found: list[tuple[str, Control]] = []
    facts, problems = _vocabulary(project)
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
                wrong = list(problems_of(function))
                if not wrong:
                    control = control_of(function)
                    control = replace(control, kind=_kind(control, facts, path) or "")
                    found.append((f"{name}::{function_name}", control))
                    wrong = list(_unknown_words(control))
                problems += [f"{name}:{_first_line(function, path)} {function_name}: {each}" for each in wrong]
    if problems:
        raise BrokenChecksError("\n".join(problems))
    return tuple(found)


def _functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Give what pytest would collect: functions, and classes, which are none of the ways to write a check."""
    for name, value in vars(module).items():
        if (name.startswith("test_") and callable(value)) or (name.startswith("Test") and inspect.isclass(value)):
            yield name, value


def kinds_judged(known: Iterable[tuple[str, Control]]) -> dict[str, frozenset[str]]:
    """Give the kinds of subject that each control of the checks is judged of, by its id."""
    found: dict[str, set[str]] = {}
    for _, control in known:
        found.setdefault(control.id, set()).update({control.kind} if control.kind else ())
    return {control: frozenset(kinds) for control, kinds in found.items()}


def _unknown_words(control: Control) -> Iterator[str]:
    """Say which words of a remedy no subject of the check has, and what there is."""
    kind = control.kind
    known = KINDS[kind].words if kind else frozenset[str]()
    for word in dict.fromkeys(words_in(control.remedy)):
        if not kind:
            yield f"its remedy names {{{word}}}, and it is about no subject: let it ask for a fact of one, such as app"
        elif word not in known:
            yield f"its remedy names {{{word}}}, which {plural(kind)} do not have{suggestion(word, known)}"


def _kind(control: Control, facts: Mapping[str, tuple[str, ...]], path: Path) -> str | None:
    """Give the kind of subject that a check is about, by all that it asks for; its own file may define facts too."""
    known = facts if facts.keys() >= set(control.asks) else {**facts, **_facts_in(path)}
    asked: set[str] = set()
    left = list(control.asks)
    while left:
        each = left.pop()
        if each not in asked:
            asked.add(each)
            left += known.get(each, ())
    return kind_of(asked)


def facts_asked(control: Control, project: Path = PROJECT) -> frozenset[str]:
    """Give every fact that the check of a control rests on, those on which the facts it asks for rest included."""
    facts, asked, left = _known_facts(project), set[str](), list(control.asks)
    while left:
        each = left.pop()
        if each not in asked:
            asked.add(each)
            left += facts.get(each, ())
    return frozenset(asked)


@cache
def _known_facts(project: Path) -> dict[str, tuple[str, ...]]:
    return _vocabulary(project)[0]


def _vocabulary(project: Path) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Give each fact that a check may ask for with those that it rests on, and what is wrong with the files of them."""
    found: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    below = (path for folder in FOLDERS for path in sorted((project / folder).rglob(_VOCABULARY)))
    for path in (project / _VOCABULARY, *below):
        try:
            found |= _facts_in(path) if path.exists() else {}
        except SyntaxError as error:
            name = path.relative_to(project).as_posix()
            problems.append(f"{name}:{error.lineno or 1}: cannot be imported: {_told(error)}")
    return found, problems


def _facts_in(path: Path) -> dict[str, tuple[str, ...]]:
    """Give the fixtures that a file defines, with those that they ask for. Nothing of the file is run."""
    found: dict[str, tuple[str, ...]] = {}
    for each in ast.parse(path.read_bytes(), path).body:
        if isinstance(each, ast.FunctionDef) and (fixture := _fixture(each)):
            asked = (*each.args.posonlyargs, *each.args.args, *each.args.kwonlyargs)
            found[fixture] = tuple(argument.arg for argument in asked)
    return found


def _fixture(function: ast.FunctionDef) -> str | None:
    """Give the name of the fixture that a function is; None where it is none."""
    for each in function.decorator_list:
        call = each if isinstance(each, ast.Call) else None
        if ast.unparse(call.func if call else each) in {"pytest.fixture", "fixture"}:
            given = (keyword.value for keyword in (call.keywords if call else ()) if keyword.arg == "name")
            return next((str(value.value) for value in given if isinstance(value, ast.Constant)), function.name)
    return None


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
