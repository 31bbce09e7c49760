"""Whether all that shows a run's verdicts shows the same: manifest, JUnit, Allure, summary, causes, the exit status."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from asbuilt.estate_defaults import AS_OF
from asbuilt.record.allure_results import STATUS, full_name, identity_of
from asbuilt.record.directory import CAUSES, ESTATE, MANIFEST, OUTPUTS, RESULTS, SUMMARY, VERDICTS
from asbuilt.record.junit import names, shown_as
from asbuilt.record.kept_causes import restored
from asbuilt.record.manifest import Manifest
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence
from asbuilt.verdicts import NEVER, Outcome, Verdict, all_well, tally
from asbuilt.workflows.yaml.document import plain
from asbuilt.workflows.yaml.reader import read

JUNIT = "junit.xml"
_HEAD = b'<?xml version="1.0" encoding="utf-8"?>'
_KINDS = {
    ("failure", ""): Outcome.DRIFTED,
    ("error", ""): Outcome.UNKNOWN,
    ("skipped", "pytest.xfail"): Outcome.WAIVED,
    ("skipped", "pytest.skip"): Outcome.NOT_APPLICABLE,
}
_BAD = (Outcome.DRIFTED, Outcome.UNKNOWN)
_EXITS = {"conforms": 0, "drifted": 1, "unknown": 1, "nothing": 5}


def totals(found: Evidence, manifest: Manifest) -> Checked:
    """Hold what each rendering says of each check against its verdict."""
    outcomes = found.outcomes
    kept = ", causes" if CAUSES in found.files else ""
    said = f"manifest, verdicts{kept}, JUnit, Allure and summary agree: {tally(_stand_ins(found))}"
    wrong = [*_counts(manifest, outcomes), *_junit(found, manifest), *_allure(found), *_summary(found, manifest)]
    wrong += _causes(found)
    return checked("totals", said, wrong)


def outcome(found: Evidence, manifest: Manifest) -> Checked:
    """Hold the verdict and the exit status of the run against the verdicts of its checks."""
    said = f"{manifest.verdict}, exit {manifest.exit}: both follow from the verdicts"
    return checked("verdict", said, [*_followed(found, manifest), *_tolerated(found, manifest)])


def junit_of(found: Evidence) -> ET.Element | None:
    """Give the JUnit file's root; None where it is not there, or is not of the form that asbuilt writes."""
    content = found.content(JUNIT)
    if content is None or not content.startswith(_HEAD) or b"<!" in content:  # a declaration could grow without end
        return None
    try:
        return ET.fromstring(content)  # noqa: S314 - no entity is declared in it
    except ET.ParseError:
        return None


def results_of(found: Evidence) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Give Allure's results by their paths; None for one that cannot be read."""
    for path in sorted(found.files):
        if path.startswith(f"{RESULTS}/") and path.endswith("-result.json"):
            yield path, found.json(path, dict)


def _counts(manifest: Manifest, outcomes: Mapping[str, Outcome]) -> Iterator[Misfit]:
    there = Counter(each.value for each in outcomes.values())
    for word in sorted(there.keys() | manifest.counts.keys()):
        if there[word] != manifest.counts.get(word, 0):
            yield Misfit(MANIFEST, f"counts {manifest.counts.get(word, 0)} {word}, {VERDICTS} has {there[word]}")


def _junit(found: Evidence, manifest: Manifest) -> Iterator[Misfit]:
    root = junit_of(found)
    if root is None:
        yield Misfit(JUNIT, "is missing, or is not what asbuilt writes there")
        return
    shown = Counter((each.get("classname", ""), each.get("name", ""), _kind(each)) for each in root.iter("testcase"))
    spared = {each: str(record.get("tolerated", "")) for each, record in (found.records or {}).items()}
    told = {each: shown_as(came_to, spared.get(each, "")) for each, came_to in found.outcomes.items()}
    wanted = Counter((*names(each), came_to.value) for each, came_to in told.items())
    wanted += Counter((*names(each.id), Outcome.UNKNOWN.value) for each in manifest.population.errors)
    yield from (Misfit(JUNIT, f"lacks {module}.{name}, which is {came_to}") for module, name, came_to in wanted - shown)
    for module, name, came_to in shown - wanted:
        yield Misfit(JUNIT, f"says {came_to or 'nothing that there is'} of {module}.{name}, and no verdict does")


def _kind(case: ET.Element) -> str:
    kinds = [
        _KINDS.get((each.tag, each.get("type", "") if each.tag == "skipped" else ""), "")
        for each in case
        if each.tag in {"failure", "error", "skipped"}
    ]
    return str(kinds[0]) if len(kinds) == 1 else "" if kinds else Outcome.CONFORMS.value


def _allure(found: Evidence) -> Iterator[Misfit]:
    seen: dict[str, str] = {}
    outcomes = found.outcomes
    known = {name: each for each in outcomes for name in (identity_of(each), full_name(each))}
    for path, result in results_of(found):
        told = [str(result.get(each)) for each in ("historyId", "fullName")] if result else []
        node_id = next((known[each] for each in told if each in known), "")
        if result is None:
            yield Misfit(path, "is no result of a check")
        elif not node_id:
            yield Misfit(path, f"is the result of {told[-1]}, which has no verdict")
        elif node_id in seen:
            yield Misfit(path, f"is a second result of {node_id}, after {seen[node_id]}")
        else:
            seen[node_id] = path
            if result.get("status") != STATUS[outcomes[node_id]]:
                yield Misfit(path, f'says "{result.get("status")}" of {node_id}, which is {outcomes[node_id]}')
    yield from (Misfit(each, f"has no result in {RESULTS}") for each in sorted(outcomes.keys() - seen.keys()))


def _summary(found: Evidence, manifest: Manifest) -> Iterator[Misfit]:
    verdicts = _stand_ins(found)
    content = found.content(SUMMARY)
    lines = content.decode("utf-8", "replace").splitlines() if content is not None else []
    if not lines:
        yield Misfit(SUMMARY, "is missing, or empty")
        return
    if f"**{tally(verdicts)}**" not in lines:
        yield Misfit(SUMMARY, f"does not say {tally(verdicts)}")
    if "✅" in lines[0] and not (all_well(verdicts) and manifest.complete):
        yield Misfit(SUMMARY, "begins with ✅, and not everything was judged and conforms")


def _causes(found: Evidence) -> Iterator[Misfit]:
    """Hold the causes, of which somebody is called, against the verdicts; an older asbuilt kept none."""
    if CAUSES not in found.files:
        return
    try:
        kept = restored(found.content(CAUSES) or b"")
    except ValueError:
        yield Misfit(CAUSES, "is not what asbuilt writes there")
        return
    told = {each.id: cause.outcome for cause in kept for each in cause.members}
    wanted = {
        each: str(record["outcome"])
        for each, record in (found.records or {}).items()
        if record["outcome"] in _BAD and not str(record.get("reason", "")).startswith(NEVER)
    }
    for node_id in sorted(told.keys() | wanted.keys()):
        if told.get(node_id) != wanted.get(node_id):
            is_told = told.get(node_id, "nothing")
            yield Misfit(CAUSES, f"tells {is_told} of {node_id}, which is {found.outcomes.get(node_id, 'not judged')}")


def _followed(found: Evidence, manifest: Manifest) -> Iterator[Misfit]:
    came_to = _verdict(_stand_ins(found))
    if manifest.verdict != came_to:
        yield Misfit(MANIFEST, f'says "{manifest.verdict}", and the verdicts come to "{came_to}"')
    wanted = _exit(found, came_to)
    complete = manifest.complete and manifest.exit == wanted
    # A run that was interrupted, or that failed of itself, says so by its exit, whatever it came to before.
    if not complete and (manifest.complete or manifest.exit == 0):
        yield Misfit(MANIFEST, f"says exit {manifest.exit}; what it came to is exit {wanted}")
    content = found.content(OUTPUTS)
    if content is not None:
        told = [each for each in content.decode("utf-8", "replace").splitlines() if each.startswith("verdict=")]
        # To the next step of a workflow, what is not known to be well is unknown: it has no word for nothing.
        well = came_to == Outcome.CONFORMS and manifest.complete and manifest.exit == 0
        word = came_to if well or came_to in {Outcome.DRIFTED, Outcome.UNKNOWN} else Outcome.UNKNOWN.value
        if told != [f"verdict={word}"]:
            yield Misfit(OUTPUTS, f"says {json.dumps(told)}, and the verdicts come to {came_to}")


def _exit(found: Evidence, came_to: str) -> int | None:
    """Give the exit that verdicts come to: that of what is tolerated is the one of a run in which it is not there."""
    records = (found.records or {}).values()
    failing = [each for each in records if each["outcome"] in _BAD and not each.get("tolerated")]
    return 0 if came_to in _BAD and not failing else _EXITS.get(came_to)


def _tolerated(found: Evidence, manifest: Manifest) -> Iterator[Misfit]:
    """Hold what the manifest says of what fails nothing against the verdicts: nothing else is tolerated."""
    records = found.records or {}
    there = Counter(str(each["tolerated"]) for each in records.values() if each.get("tolerated"))
    if there != Counter(manifest.tolerated):
        yield Misfit(MANIFEST, f"counts {dict(manifest.tolerated)} as what fails nothing, {VERDICTS} has {dict(there)}")
    for node_id, each in records.items():
        if each.get("tolerated") and each["outcome"] not in _BAD:
            yield Misfit(node_id, f"is {each['outcome']}, and says why it fails nothing")
    if there and not (manifest.fail_on or manifest.base or _is_as_of(found)):
        yield Misfit(VERDICTS, "tolerates what the run was not asked to tolerate")


def _is_as_of(found: Evidence) -> bool:
    """Say whether the estate is as of a version: of newer controls it is told, and fails for none."""
    content = found.content(ESTATE)
    root = plain(read(content, ESTATE).root) if content else None
    controls = root.get("controls") if isinstance(root, dict) else None
    return isinstance(controls, dict) and AS_OF in controls


def _verdict(verdicts: tuple[Verdict, ...]) -> str:
    came_to = {each.outcome for each in verdicts}
    worst = next((each for each in (Outcome.DRIFTED, Outcome.UNKNOWN) if each in came_to), None)
    if worst is not None:
        return worst
    return "conforms" if came_to - {Outcome.NOT_APPLICABLE} else "nothing"


def _stand_ins(found: Evidence) -> tuple[Verdict, ...]:
    """Give verdicts that say what each came to, and no more: what a heading counts."""
    return tuple(Verdict(each, "", "", "", "", outcome=came_to) for each, came_to in found.outcomes.items())
