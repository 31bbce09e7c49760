"""The statement over a run's manifest, as in-toto has it: what a CI signs, and a policy of somebody else's reads.

The form is in-toto's Statement v1 with the predicate test-result v0.1:
https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and
https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md. `actions/attest` builds a statement of
its own, of `predicate.json` and a subject that it is told, so the predicate by itself says the world too.

What is not reality never reads as a pass: of a sandbox, or of what was judged again, nothing stands in `passedTests`,
the result is WARNED at best, and each test's name begins with the world. Nor does a part of the estate pass that
somebody picked check by check. The apps and repositories of a part that passes stand in the manifest's annotations.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
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
_LINES = "a line for each file that was read, its sha256, two blanks and its path, in the order of the paths"
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


def predicate_of(manifest: Manifest, sha256: str, outcomes: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Give the predicate of a manifest with this digest; `outcomes` are the checks' ids, each with its outcome.

    And with why it fails nothing, where it does not though it should be otherwise: of that is warned.

    What is unknown has failed, what is waived passed with a warning. What is not applicable was not tested, and stands
    in no list; so do the checks that were deselected. Without completeness no run has passed.
    """
    real = is_real(manifest.world)
    lists: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for node_id, outcome, tolerated in outcomes:
        if outcome == Outcome.NOT_APPLICABLE:
            continue
        name = "warnedTests" if tolerated else _LISTS.get(Outcome(outcome), "failedTests")
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
            *_sources(manifest, {sha256, *manifest.files.values()}),
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
    predicate = predicate_of(manifest, sha256, [(each["id"], each["outcome"], each["tolerated"]) for each in verdicts])
    write_json(directory / PREDICATE, predicate, secrets)
    write_json(directory / STATEMENT, statement_of(manifest, sha256, predicate), secrets)


def _result(manifest: Manifest, lists: Mapping[str, list[str]]) -> str:
    tolerates = bool(manifest.tolerated) and manifest.exit == 0
    if not manifest.complete or lists["failedTests"] or (manifest.verdict != Outcome.CONFORMS and not tolerates):
        return "FAILED"
    passes = is_real(manifest.world) and not manifest.population.is_picked and not lists["warnedTests"]
    return "PASSED" if passes else "WARNED"


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


def _sources(manifest: Manifest, known: Collection[str]) -> Iterable[dict[str, Any]]:
    """Give what judged, and what was judged, by commit and by digest; of what has neither nothing can be said.

    Each stands by itself: the digests of one descriptor are of one thing, and it matches where any of them does.
    https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
    What is `known` is a file of the run, and has been named.
    """
    for name, source in manifest.sources.items():
        if source.commit:
            digest = {"gitCommit": source.commit}
            yield {"name": f"{name}, commit", "digest": digest, "annotations": {"dirty": source.dirty}}
        if source.sha256 and source.sha256 not in known:
            digest = {"sha256": source.sha256}
            yield {"name": f"{name}, files", "digest": digest, "annotations": {"digest of": _LINES}}


def _url(ci: Mapping[str, str]) -> str:
    """Give the page of the attempt on GitHub, where that is where it ran; of the run where no attempt is told.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    parts = [ci.get(each, "") for each in ("server", "repository", "run")]
    if not all(parts):
        return ""
    page = "{}/{}/actions/runs/{}".format(*parts)
    return f"{page}/attempts/{attempt}" if (attempt := ci.get("attempt")) else page
