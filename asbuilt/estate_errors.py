"""The errors a person sees for a bad estate: the place, what is wrong, what is allowed, the nearest right name."""

import re
import types
import typing
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from asbuilt.nearest import quoted, suggestion
from asbuilt.texts import line
from asbuilt.workflows.yaml.document import Mapping, Mark, Node, find

YamlPath = tuple[str | int, ...]
Tell = Callable[[], str]
MOST_PROBLEMS = 20
LONGEST_LINE = 1_000
_LONGEST_QUOTE = 80
_LONGEST_VALUE = 500
_KEY = "[key]"  # pydantic's last part of the place of a key
_USERINFO = re.compile(r"(?<=//).*@|(?<=\\\\).*@|[^\s:/@]+:[^\s/@]+@", re.DOTALL)
_QUERY = re.compile(r"(?<=/)([^\s?]*)\?.*", re.DOTALL)
_EXPECTED = {
    "tuple_type": "a list",
    "string_type": "a text",
    "string_unicode": "a text",
}


class Problem(NamedTuple):
    """One thing that is wrong, and where; no mark where the file itself is the problem.

    What takes time to say, such as the nearest of many names, is a function: it is called where it is shown.
    """

    mark: Mark | None
    message: str | Tell


class EstateError(ValueError):
    """An estate that cannot be used: its text has one line for each problem, in the order of the file, at most 20."""

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        found = sorted(problems, key=lambda problem: problem.mark or Mark(0, 0))
        super().__init__(first_lines(partial(_line, path, each) for each in found))


def first_lines(problems: Iterable[Tell]) -> str:
    """Give the first problems, a line each, and the count of the rest."""
    found = list(problems)
    lines = [tell() for tell in found[:MOST_PROBLEMS]]
    if more := len(found) - len(lines):
        lines.append(f"... and {more} more")
    return "\n".join(lines)


def _line(path: str, problem: Problem) -> str:
    place = f"{path}:{problem.mark.line}:{problem.mark.column}" if problem.mark else path
    message = problem.message if isinstance(problem.message, str) else problem.message()
    return line(f"{place}: {message}", LONGEST_LINE)


def locate(root: Node, path: YamlPath) -> Mark:
    """Give the place of a path in the estate file; what an app took from `defaults` is found there."""
    if len(path) > 2 and path[0] in {"apps", "repositories"}:  # noqa: PLR2004
        own = root
        for part in path[:2]:
            own = own.get(str(part)) or own if isinstance(own, Mapping) else own
        if not isinstance(own, Mapping) or str(path[2]) not in own:
            kind = "app" if path[0] == "apps" else "repository"
            inherited = find(root, ("defaults", kind, *path[2:]))
            if inherited != find(root, ("defaults", kind)):
                return inherited
    return find(root, path)


def is_inherited(root: Node, path: YamlPath) -> bool:
    """Say whether what stands at a path is told where `defaults` gives it."""
    return locate(root, path) != find(root, path)


def told_once(root: Node, problems: Iterable[tuple[YamlPath, Tell]]) -> list[Problem]:
    """Give what is wrong at places of an estate; what several took from `defaults` is one mistake, and told once."""
    found: dict[tuple[Mark, str] | int, Problem] = {}
    for number, (path, tell) in enumerate(problems):
        mark = locate(root, path)
        key = (mark, tell()) if is_inherited(root, path) else number
        found.setdefault(key, Problem(mark, tell))
    return list(found.values())


def problems_in(error: ValidationError, root: Node, model: type[BaseModel]) -> list[Problem]:
    """Turn pydantic's findings into problems, one for each place, and one for each key that is missing there."""
    found: dict[tuple[Mark, YamlPath], Problem] = {}
    for each in error.errors(include_url=False):
        path = _path(each)
        mark = locate(root, path)
        missing = (
            path[2 if is_inherited(root, path) or path[:1] == ("defaults",) else 0 :]
            if each["type"] == "missing"
            else ()
        )
        found.setdefault((mark, missing), Problem(mark, partial(_message, each, model)))
    return list(found.values())


def places_of(error: ValidationError) -> list[YamlPath]:
    """Give the places of pydantic's findings."""
    return [_path(each) for each in error.errors(include_url=False)]


def _path(error: Any) -> YamlPath:
    return tuple(part for part in error["loc"] if part != _KEY)


def _message(error: Any, model: type[BaseModel]) -> str:
    kind, path, value = error["type"], _path(error), error["input"]
    *parents, last = path or ("estate",)
    place = line(".".join(map(str, parents)), _LONGEST_QUOTE)
    where = f" in {place}" if parents else ""
    if kind == "extra_forbidden":
        return f"unknown key {quoted(str(last))}{where}{suggestion(str(last), _keys_at(model, tuple(parents)))}"
    if kind == "missing":
        return f'key "{last}" is missing{where}'
    if error["loc"][-1:] == (_KEY,):
        return f"key {_masked(str(last))} is invalid{where}: {_expected(kind, error)}"
    wrong = f"{_shown(value)} is invalid"
    if kind == "literal_error":
        allowed = [str(each).strip("'") for each in str(error["ctx"]["expected"]).replace(" or ", ", ").split(", ")]
        return f'{wrong} for "{last}"{where}{suggestion(str(value), allowed)}'
    expected = "expected a mapping" if kind in {"model_type", "dict_type"} else _expected(kind, error)
    if isinstance(last, int):
        return f"{wrong} as item {last + 1} of {place}: {expected}"
    return f"{wrong} for {quoted(last)}{where}: {expected}"


def _expected(kind: str, error: Any) -> str:
    """Say what is allowed, in words of YAML instead of Python's."""
    if kind == "string_type" and isinstance(error["input"], int | float):
        return "expected a text: write it in quotes"
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}"
    reason = str(error["msg"]).removeprefix("Value error, ")
    return f"{reason[0].lower()}{reason[1:]}"


def _shown(value: object) -> str:
    """Quote a value, but nothing of it that may be a secret: what a URL has before its host, and its query."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or value == "":
        return "nothing" if value is None else "an empty text"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _masked(text)


def _masked(text: str) -> str:
    return quoted(_QUERY.sub(r"\1?***", _USERINFO.sub("***@", text))) if len(text) <= _LONGEST_VALUE else "a long text"


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
        named = [field.alias or name for name, field in current.model_fields.items()]
        return [name for name in named if not name.startswith("<")]
    return []
