"""Make an estate of what was read: as plain data, with what looks wrong beside it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from asbuilt.estate import Tier
from asbuilt.github_server import DOT_COM
from asbuilt.initial import apps, repositories
from asbuilt.initial.fitting import fitted
from asbuilt.initial.nouns import Drafted, Finding, Found, Place, Review

_TIERS = get_args(Tier)
_FIRST = "What is there, {when}, as `asbuilt init` read it of {whom}."
_SECOND = "What looks wrong, or could not be read, is marked `review:`: look at it, then take the line out."


def document(found: Found) -> Drafted:
    """Draft the estate that what was found conforms to."""
    plain: dict[str, Any] = {"estate": _name(found)}
    if found.repository is not None and found.server != DOT_COM:
        plain["providers"] = {"github": found.server.api}
    reviews: list[Review] = []
    every = {each.name: apps.app(each, found, reviews) for each in found.apps}
    drafted_apps = dict(sorted(every.items(), key=lambda each: (_TIERS.index(each[1]["tier"]), each[0])))
    if drafted_apps:
        plain["apps"] = drafted_apps
    if found.repository is not None:
        plain["repositories"] = {found.repository.name: repositories.repository(found, drafted_apps, reviews)}
    plain, unfit = fitted(plain)
    reviews += unfit
    reviews += [Review(_place(subject, plain), told) for subject, told in _findings(found.findings)]
    return Drafted(plain, tuple(dict.fromkeys(reviews)), tuple(_remarks(found, plain)))


def _findings(found: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Give a line for what a control finds of a subject, once where several find the same: the first, and how many."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in found:
        groups.setdefault((each.control, each.subject), []).append(each.fact)
    controls: dict[tuple[str, str], list[str]] = {}
    for (control, subject), facts in groups.items():
        more = f"; and {len(facts) - 1} more" if len(facts) > 1 else ""
        controls.setdefault((subject, f"{facts[0]}{more}"), []).append(control)
    for (subject, told), those in controls.items():
        yield subject, f"{', '.join(those)} {told}".strip()


def _name(found: Found) -> str:
    if found.repository is not None:
        return found.repository.name.rpartition("/")[2]
    return found.apps[0].name if len(found.apps) == 1 else "estate"


def _place(subject: str, plain: Mapping[str, Any]) -> Place:
    """Give the keys that lead to the subject of a check, as its id names it; where it has no keys, to what it is of."""
    name, _, rest = subject.partition(" ")
    for section in ("apps", "repositories"):
        if name in plain.get(section, {}):
            return _part((section, name), rest, plain[section][name])
    return (next((each for each in ("apps", "repositories") if each in plain), "estate"),)


def _part(place: Place, rest: str, entry: Mapping[str, Any]) -> Place:
    for key in ("environments", "workflows"):
        named = next((each for each in entry.get(key, {}) if each.lower() == rest.lower()), None)
        if named is not None:
            return (*place, key, named)
    return place


def _remarks(found: Found, plain: Mapping[str, Any]) -> Iterator[Review]:
    when = f"as of {found.as_of:%Y-%m-%d %H:%M} UTC" if found.as_of else "as far as files say"
    whom = "Heroku, GitHub and the apps" if found.world == "live" else found.world
    yield Review((), _FIRST.format(when=when, whom=whom))
    yield Review((), _SECOND)
    for each in found.left_out:
        yield Review((), f"left out: {each}")
    if "apps" in plain:
        source = "Heroku's Platform API and what the apps answer" if _has_heroku(found) else "the workflow files alone"
        yield Review(("apps",), f"From {source}{'; environment and gates from the workflow files' * _is_read(found)}.")
    if found.others:
        yield Review(("apps",), _others(found.others))
    if "repositories" in plain:
        yield Review(("repositories",), f"From {_sources(found)}.")


def _is_read(found: Found) -> bool:
    return found.checkout is not None and _has_heroku(found)


def _has_heroku(found: Found) -> bool:
    return any(each.state is not None for each in found.apps)


def _sources(found: Found) -> str:
    github = found.repository is not None and found.repository.state is not None
    parts = [*(["GitHub's REST API"] if github else []), *([f"the files in {found.folder}"] if found.checkout else [])]
    return " and ".join(parts) or "the name alone"


_SHOWN = 10


def _others(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    count = f"{len(names)} other app{'' if len(names) == 1 else 's'}"
    return f"The token sees {count} that this leaves out (--app NAME): {', '.join(names[:_SHOWN])}{more}."
