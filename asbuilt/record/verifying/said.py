"""Who ran a run, and what was accepted when it judged, by the word of its manifest, as a person reads it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from asbuilt.record.accepted import IN_FORCE
from asbuilt.record.manifest import Accepted, Manifest

_NOBODY = "nobody that CI names"
_WAIVER = "waiver"
_MOST = 10  # waivers that are named; --format json has them all


def by(manifest: Manifest) -> str:
    """Say who ran it: the person, the workflow, the run and its attempt."""
    ci = manifest.ci
    if not ci:
        return _NOBODY
    run = f"run {ci.get('run', '')}" + (f" attempt {ci['attempt']}" if ci.get("attempt") else "")
    actor = ci.get("actor") or _NOBODY
    again = ci.get("triggering actor", actor)
    who = actor if again == actor else f"{actor}, set off by {again}"
    of = f" of {ci['repository']}" if ci.get("repository") else ""
    workflow = [f"workflow {ci['workflow']}{of}"] if ci.get("workflow") else []
    system = f" ({ci['system']})" if ci.get("system") else ""
    return ", ".join((who, *workflow, run)) + system


def accepted(manifest: Manifest) -> str:
    """Say which waivers were in force, each with its end, owner and issue, and count what else was accepted."""
    waivers = [each for each in manifest.accepted if each.kind == _WAIVER]
    suppressions = [each for each in manifest.accepted if each.kind != _WAIVER]
    return f"{_waivers(waivers)}, {_suppressions(suppressions)}"


def _waivers(waivers: Collection[Accepted]) -> str:
    if not waivers:
        return "0 waivers"
    in_force = [each for each in waivers if each.state == IN_FORCE]
    named = [_named(each) for each in in_force[:_MOST]]
    if (more := len(in_force) - _MOST) > 0:
        named.append(f"and {more} more")
    told = f"{_count(len(in_force), 'waiver')} in force" + (f" ({'; '.join(named)})" if named else "")
    return ", ".join((told, *_by_state(each for each in waivers if each.state != IN_FORCE)))


def _suppressions(suppressions: Collection[Accepted]) -> str:
    told = _count(len(suppressions), "suppression")
    return f"{told} ({', '.join(_by_state(suppressions))})" if suppressions else told


def _by_state(found: Iterable[Accepted]) -> Iterator[str]:
    states = Counter(each.state for each in found)
    shown = sorted(states.items(), key=lambda each: -each[1])
    yield from (f"{count} {state}" for state, count in shown[:_MOST])
    if len(shown) > _MOST:
        yield f"{len(shown) - _MOST} more states"


def _named(waiver: Accepted) -> str:
    issue = [f"#{waiver.issue}"] if waiver.issue else []
    return ", ".join((f"{waiver.control} {waiver.subject} until {waiver.until}", waiver.owner, *issue))


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
