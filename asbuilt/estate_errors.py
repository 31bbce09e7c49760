"""The errors a person sees for a bad estate: the place, what is wrong, what is allowed, the nearest right name."""

import difflib
import types
import typing
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from asbuilt import texts
from asbuilt.workflows.document import Mapping, Mark, Node, find

_LONGEST_NAME = 100
YamlPath = tuple[str | int, ...]
_EXPECTED = {
    "tuple_type": "a list",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
}


class Problem(NamedTuple):
    """One thing that is wrong, and where; no mark where the file itself is the problem."""

    mark: Mark | None
    message: str


class EstateError(ValueError):
    """An estate that cannot be used: its text has one line for each problem."""

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(_line(path, problem) for problem in self.problems))


def _line(path: str, problem: Problem) -> str:
    place = texts.line(path, texts.LONGEST_WHOLE)
    where = f"{place}:{problem.mark.line}:{problem.mark.column}" if problem.mark else place
    return f"{where}: {texts.line(problem.message, texts.LONGEST_WHOLE)}"


def quoted(name: object) -> str:
    """Give a name or a value of somebody's in quotation marks, no longer than helps to find it."""
    return f'"{texts.line(str(name), _LONGEST_NAME)}"'


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """Give `; did you mean "x"? allowed: ...` for a name that is not among the allowed ones."""
    names = sorted(texts.line(str(each), _LONGEST_NAME) for each in allowed)
    near = difflib.get_close_matches(texts.line(name, _LONGEST_NAME), names, n=1, cutoff=0.5)
    hint = f"; did you mean {quoted(near[0])}?" if near else ";"
    return f"{hint} allowed: {', '.join(names) or '(none is declared)'}"


def locate(root: Node, path: YamlPath) -> Mark:
    """Give the place of a path in the estate file; what an app took from `defaults` is found there."""
    if len(path) > 2 and path[0] in {"apps", "repositories"}:  # noqa: PLR2004
        own = root
        for part in path[:2]:
            own = own.get(str(part)) or own if isinstance(own, Mapping) else own
        if isinstance(own, Mapping) and str(path[2]) not in own:
            kind = "app" if path[0] == "apps" else "repository"
            inherited = find(root, ("defaults", kind, *path[2:]))
            if inherited != find(root, ("defaults", kind)):
                return inherited
    return find(root, path)


def problems_in(error: ValidationError, root: Node, model: type[BaseModel]) -> list[Problem]:
    """Turn pydantic's findings into problems, one for each place."""
    found: dict[Mark, Problem] = {}
    for each in error.errors(include_url=False):
        path = tuple(part for part in each["loc"] if part != "[key]")
        mark = locate(root, path)
        found.setdefault(mark, Problem(mark, _message(each["type"], path, each, model)))
    return sorted(found.values(), key=lambda problem: problem.mark or Mark(0, 0))


def _message(kind: str, path: YamlPath, error: Any, model: type[BaseModel]) -> str:
    *parents, last = path or ("estate",)
    path_of_keys = ".".join(texts.line(str(part), _LONGEST_NAME) for part in parents)
    where = f" in {path_of_keys}" if parents else ""
    if kind == "extra_forbidden":
        return f"unknown key {quoted(last)}{where}{suggestion(str(last), _keys_at(model, tuple(parents)))}"
    if kind == "missing":
        return f"key {quoted(last)} is missing{where}"
    if kind == "literal_error":
        allowed = [str(each).strip("'") for each in str(error["ctx"]["expected"]).replace(" or ", ", ").split(", ")]
        given = str(error["input"])
        return f"{quoted(given)} is invalid for {quoted(last)}{where}{suggestion(given, allowed)}"
    if kind in {"model_type", "dict_type"}:
        return f"{_shown(error['input'])} is invalid for {quoted(last)}{where}: expected a mapping"
    expected = _expected(kind, error)
    if isinstance(last, int):
        return f"{_shown(error['input'])} is invalid as item {last + 1} of {path_of_keys}: {expected}"
    return f"{_shown(error['input'])} is invalid for {quoted(last)}{where}: {expected}"


def _expected(kind: str, error: Any) -> str:
    """Say what is allowed, in words of YAML instead of Python's."""
    if kind.startswith("date_"):
        return "expected a date: YYYY-MM-DD"
    if kind == "string_type" and isinstance(error["input"], int | float):
        return "expected a text: write it in quotes"
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}"
    reason = str(error["msg"]).removeprefix("Value error, ")
    return f"{reason[0].lower()}{reason[1:]}"


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or value == "":
        return "nothing" if value is None else "an empty text"
    return quoted(str(value).lower() if isinstance(value, bool) else value)


def _keys_at(model: type[BaseModel], path: YamlPath) -> list[str]:
    """Give the keys that are allowed at a path, by walking the model's own annotations."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        else:
            current = typing.get_args(current)[-1 if typing.get_origin(current) is dict else 0]
        while typing.get_origin(current) in {typing.Union, types.UnionType, typing.Annotated}:
            current = typing.get_args(current)[0]
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [name for name in current.model_fields if name != "name"]
    return []
