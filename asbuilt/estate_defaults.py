"""An estate as it is written, before its forms are known: its defaults laid under, its names and places put in."""

from collections.abc import Mapping
from typing import Any

from asbuilt.workflows.yaml.document import Document, find

AS_OF = "as_of"  # under `controls` it is a version, and no control
_DEFAULTED = {"app": "apps", "repository": "repositories"}


def expanded(raw: Mapping[str, Any]) -> int:
    """Count the values of an estate, those of `defaults` for each app and each repository."""
    defaults = raw.get("defaults")
    multiplied = (
        _size(defaults.get(kind)) * len(raw[section])
        for kind, section in _DEFAULTED.items()
        if isinstance(defaults, dict) and isinstance(raw.get(section), dict)
    )
    return _size(raw) + sum(multiplied)


def _size(value: object) -> int:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, below))


def with_defaults_and_names(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `defaults` under each app and repository, and give every named thing its name."""
    result = dict(raw)
    controls = raw.get("controls")
    if isinstance(controls, dict) and AS_OF in controls:
        result["controls"] = {name: each for name, each in controls.items() if name != AS_OF}
        result["<as_of>"] = controls[AS_OF]
    defaults = raw.get("defaults")
    for kind, section in _DEFAULTED.items():
        base = defaults.get(kind) if isinstance(defaults, dict) else None
        if isinstance(result.get(section), dict):
            result[section] = {name: _over(base, entry) for name, entry in result[section].items()}
    _name(result.get("apps"))
    repositories = result.get("repositories")
    _name(repositories)
    _name(result.get("workflows"))
    for repository in repositories.values() if isinstance(repositories, dict) else ():
        _name_parts(repository)
    if isinstance(defaults, dict) and isinstance(defaults.get("repository"), dict):
        result["defaults"] = {**defaults, "repository": dict(defaults["repository"])}
        _name_parts(result["defaults"]["repository"])
    return result


def _name_parts(repository: object) -> None:
    if not isinstance(repository, dict):
        return
    for part in ("environments", "workflows"):
        if isinstance(repository.get(part), dict):
            repository[part] = {key: _over(None, value) for key, value in repository[part].items()}
            _name(repository[part])


def _over(base: object, entry: object) -> Any:
    """Give an entry with what lies under it; a name with nothing behind it is an empty one."""
    own = {} if entry is None else entry
    return {**(base if isinstance(base, dict) else {}), **own} if isinstance(own, dict) else own


def _name(section: object) -> None:
    for name, entry in section.items() if isinstance(section, dict) else ():
        if isinstance(entry, dict):
            entry["<name>"] = name


def put_places(waivers: object, parsed: Document) -> None:
    """Give every waiver its place, `file:line:column`: what it is about is known later than what it says."""
    for index, entry in enumerate(waivers) if isinstance(waivers, list) else ():
        if isinstance(entry, dict):
            entry["<place>"] = parsed.at(find(parsed.root, ("waivers", index, "subject")))
