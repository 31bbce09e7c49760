"""The statement over a run's manifest, as in-toto has it: what a CI signs, and a policy of somebody else's reads.

The form is in-toto's Statement v1 with the predicate test-result v0.1:
https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and
https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md. `actions/attest` builds a statement of
its own, of `predicate.json` and a subject that it is told, so the predicate by itself says the world too.

What is not reality never reads as a pass: of a sandbox, or of what was judged again, nothing stands in `passedTests`,
the result is WARNED at best, and each test's name begins with the world.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from asbuilt.files import MOST_OF_AN_OBSERVATION, read
from asbuilt.record.directory import ESTATE, MANIFEST, OBSERVATION, PREDICATE, STATEMENT, VERDICTS
from asbuilt.record.manifest import Manifest
from asbuilt.record.writing import write_json
from asbuilt.run import FILES
from asbuilt.verdicts import Outcome
from asbuilt.withholding import Secrets

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
_REAL = frozenset({"live", FILES})
_CONFIGURATION = (ESTATE, OBSERVATION)
_LISTS = {
    Outcome.CONFORMS: "passedTests",
    Outcome.WAIVED: "warnedTests",
    Outcome.DRIFTED: "failedTests",
    Outcome.UNKNOWN: "failedTests",
}


def is_real(world: str) -> bool:
    """Say whether a world is reality as it was when the run asked: no sandbox, and nothing that was judged again."""
    return world in _REAL


def subject_name(world: str) -> str:
    """Give the name of a manifest as the subject of a statement: of what is not reality it says so."""
    return MANIFEST if is_real(world) else f"{MANIFEST} ({world})"


def predicate_of(manifest: Manifest, sha256: str, outcomes: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Give the predicate of a manifest with this digest; `outcomes` are the checks' ids, each with its outcome.

    What is unknown has failed, what is waived passed with a warning. What is not applicable was not tested, and stands
    in no list; so do the checks that were deselected. Without completeness no run has passed.
    """
    real = is_real(manifest.world)
    lists: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for node_id, outcome in outcomes:
        if outcome == Outcome.NOT_APPLICABLE:
            continue
        name = _LISTS.get(Outcome(outcome), "failedTests")
        if name == "passedTests" and not real:
            name = "warnedTests"
        lists[name].append(node_id if real else f"[{manifest.world}] {node_id}")
    return {
        "result": _result(manifest, lists),
        "configuration": [
            {"name": MANIFEST, "digest": {"sha256": sha256}, "annotations": _annotations(manifest)},
            *(
                {"name": name, "digest": {"sha256": manifest.files[name]}}
                for name in _CONFIGURATION
                if name in manifest.files
            ),
            *_sources(manifest),
        ],
        **({"url": url} if (url := _url(manifest.ci)) else {}),
        **lists,
    }


def statement_of(manifest: Manifest, sha256: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    """Give the statement: the manifest is its subject."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": subject_name(manifest.world), "digest": {"sha256": sha256}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": dict(predicate),
    }


def write_statement(directory: Path, manifest: Manifest, secrets: Secrets) -> None:
    """Write the predicate and the statement beside a manifest that was written before. Raises NotWrittenError.

    Both are of what stands in the directory: the digest is that of the file, the outcomes are those of its verdicts.
    Raises RefusedError or ValueError where these cannot be read back.
    """
    sha256 = hashlib.sha256(read(directory / MANIFEST, MOST_OF_AN_OBSERVATION)).hexdigest()
    verdicts = json.loads(read(directory / VERDICTS, MOST_OF_AN_OBSERVATION))
    predicate = predicate_of(manifest, sha256, [(each["id"], each["outcome"]) for each in verdicts])
    write_json(directory / PREDICATE, predicate, secrets)
    write_json(directory / STATEMENT, statement_of(manifest, sha256, predicate), secrets)


def _result(manifest: Manifest, lists: Mapping[str, list[str]]) -> str:
    if not manifest.complete or manifest.verdict != Outcome.CONFORMS or lists["failedTests"]:
        return "FAILED"
    return "WARNED" if lists["warnedTests"] or not is_real(manifest.world) else "PASSED"


def _annotations(manifest: Manifest) -> dict[str, Any]:
    return {
        "run": manifest.run,
        "estate": manifest.estate,
        "world": manifest.world,
        "scope": manifest.covered.said or "the whole estate",
        "verdict": manifest.verdict,
        "complete": manifest.complete,
        "started": manifest.started,
        "ended": manifest.ended,
        "clock": manifest.clock,
    }


def _sources(manifest: Manifest) -> Iterable[dict[str, Any]]:
    """Give what judged, and what of git was judged, by commit and digest; of what has neither nothing can be said."""
    for name, source in manifest.sources.items():
        digest = {"gitCommit": source.commit, "sha256": source.sha256}
        if found := {kind: value for kind, value in digest.items() if value}:
            yield {"name": name, "digest": found, "annotations": {"dirty": source.dirty}}


def _url(ci: Mapping[str, str]) -> str:
    """Give the page of the run on GitHub, where that is where it ran.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    parts = [ci.get(each, "") for each in ("server", "repository", "run")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""
