"""Whether every file of a run says the same world: a sandbox's evidence must not pass for reality's."""

from collections.abc import Iterator

from asbuilt import texts
from asbuilt.judged_again import is_world_of
from asbuilt.record.directory import COLLECTED, CONTEXT, MANIFEST, OBSERVATION, PREDICATE, RESULTS, STATEMENT, SUMMARY
from asbuilt.record.manifest import Manifest
from asbuilt.record.statement import is_real, subject_name
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence
from asbuilt.record.verifying.renderings import JUNIT, junit_of

_OF_A_SANDBOX = "sandbox-log.json"


def world(found: Evidence, manifest: Manifest) -> Checked:
    """Hold the world of each file against the manifest's."""
    what = "" if is_real(manifest.world) else ": not reality as it was then"
    return checked("world", f"{manifest.world}{what}; every file says so", list(_misfits(found, manifest)))


def _misfits(found: Evidence, manifest: Manifest) -> Iterator[Misfit]:
    said = manifest.world
    for path, there, wanted in _said(found, said):
        if there != wanted:
            fact = f'says "{there}"' if there else "does not say its world, or cannot be read"
            yield Misfit(path, f'{fact}, and {MANIFEST} "{said}"')
    if _OF_A_SANDBOX in found.files and not said.startswith("sandbox"):
        yield Misfit(_OF_A_SANDBOX, f'is there, as a sandbox alone leaves it, and {MANIFEST} says "{said}"')


def _said(found: Evidence, said: str) -> Iterator[tuple[str, str, str]]:
    """Give each file with the world that it says, empty where none, and the one that it should say."""
    yield COLLECTED, _text((found.collected or {}).get("world")), said
    if OBSERVATION in found.files:
        observed = found.json(OBSERVATION, dict) or {}
        there = _text(observed.get("world"))
        yield OBSERVATION, said if is_world_of(said, there) else there, said
        heading = (found.content(SUMMARY) or b"").decode("utf-8", "replace").partition("\n")[0]
        yield SUMMARY, said if texts.code(said) in heading else heading, said
    root = junit_of(found)
    properties = root.iter("property") if root is not None else ()
    told = {each.get("value", "") for each in properties if each.get("name") == "world"}
    for each in sorted(told) or [""]:
        yield JUNIT, each, texts.line(said)
    yield f"{RESULTS}/{CONTEXT}", _of_context(found), texts.line(said)
    yield PREDICATE, _of_predicate(found.json(PREDICATE, dict)), said
    statement = found.json(STATEMENT, dict) or {}
    yield STATEMENT, _of_predicate(statement.get("predicate")), said
    subjects = statement.get("subject")
    first = subjects[0] if isinstance(subjects, list) and len(subjects) == 1 else None
    yield f"{STATEMENT} (its subject)", _text(first.get("name")) if isinstance(first, dict) else "", subject_name(said)


def _of_context(found: Evidence) -> str:
    content = found.content(f"{RESULTS}/{CONTEXT}") or b""
    lines = content.decode("utf-8", "replace").splitlines()
    told = [each.removeprefix("World=").replace("\\\\", "\\") for each in lines if each.startswith("World=")]
    return told[0] if len(told) == 1 else ""


def _of_predicate(predicate: object) -> str:
    """Give the world that a predicate says of the manifest."""
    listed = predicate.get("configuration") if isinstance(predicate, dict) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get("name") == MANIFEST and isinstance(each.get("annotations"), dict):
            return _text(each["annotations"].get("world"))
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
