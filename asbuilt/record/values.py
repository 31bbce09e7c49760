"""What a check was given, as evidence: declared and observed side by side on a page, and as JSON."""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

import yaml
from pydantic import BaseModel

from asbuilt import texts
from asbuilt.workflows.paths.deploy_path import DeployPath

_CELL = '<td style="vertical-align:top;padding-right:2em"><pre style="white-space:pre-wrap">'
_LONGEST_OF_YAML = 2000  # a line of it can hold several texts
_BEYOND = "\\U000"  # libyaml, which is much the faster, escapes what has no place in 16 bits: emoji above all
_MOST_ITEMS = 20  # of a list, on a page
_MOST_IN_FULL = 128 * 2**10  # bytes of texts in one attachment: each check has one, and the observation holds them


def plain(value: Any) -> Any:
    """Turn declared and observed values into what JSON can hold."""
    match value:
        case BaseModel():
            return value.model_dump(mode="json", exclude_defaults=True)
        case DeployPath():
            return value.as_dict()
        case datetime() | timedelta():
            return str(value)
        case dict():
            return {str(key): plain(each) for key, each in value.items()}
        case tuple() | list() | set() | frozenset():
            return [plain(each) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        case None | str() | int() | float():
            return value
        case _:
            return str(value)


def attachment(declared: Any, observed: Any, asked: list[str]) -> str:
    """Give plain values as JSON: their texts whole where these are not so long that each check would hold much."""
    both = {"declared": declared, "observed": observed, "requests": asked}
    return texts.as_json(both if _is_moderate(both) else _brief(both))


def page(requirement: str, declared: Any, observed: Any, asked: list[str]) -> str:
    """Give plain values as HTML, side by side, with the requests that they rest on; of a long list the begin."""
    cells = "".join(f"{_CELL}{_cell(value)}</pre></td>" for value in (declared, observed))
    requests = "".join(f"<li><code>{texts.marked_up(each)}</code></li>" for each in asked[:_MOST_ITEMS])
    more = f"<li>and {len(asked) - _MOST_ITEMS} more</li>" if len(asked) > _MOST_ITEMS else ""
    return (
        f"<p>{texts.marked_up(requirement)}</p>"
        f'<table><tr><th align="left">declared</th><th align="left">observed</th></tr><tr>{cells}</tr></table>'
        + (f"<p>Rests on</p><ul>{requests}{more}</ul>" if requests else "")
    )


def _cell(value: Any) -> str:
    """Give plain values for a cell of the page, as YAML, line by line."""
    brief = _brief(value, _MOST_ITEMS)
    written = _yaml(brief, yaml.CSafeDumper)
    if _BEYOND in written:
        written = _yaml(brief, yaml.SafeDumper)
    return "\n".join(texts.marked_up(each, _LONGEST_OF_YAML) for each in written.split("\n"))


def _yaml(value: Any, dumper: type[yaml.CSafeDumper | yaml.SafeDumper]) -> str:
    written: str = yaml.dump(
        value, Dumper=dumper, default_flow_style=None, sort_keys=False, allow_unicode=True, width=48
    )
    return written


def _brief(value: Any, most: int | None = None) -> Any:
    """Give plain values with their texts as they are shown, and of each list at most so many items."""
    match value:
        case dict():
            return {texts.line(key): _brief(each, most) for key, each in value.items()}
        case list():
            more = [f"and {len(value) - most} more"] if most is not None and len(value) > most else []
            return [*(_brief(each, most) for each in value[:most]), *more]
        case str():
            return texts.line(value)
        case _:
            return value


def _is_moderate(value: Any) -> bool:
    """Say whether all texts in plain values together are short enough, without looking at more than that."""
    room = _MOST_IN_FULL
    for each in texts.within(value):
        room -= len(each.encode("ascii", "backslashreplace"))
        if room < 0:
            return False
    return True
