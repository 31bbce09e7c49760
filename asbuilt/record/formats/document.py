"""What a run found as one JSON document: what its manifest says of it, and its verdicts as `verdicts.json` has them."""

from dataclasses import asdict
from typing import Any

from asbuilt.record.formats.found import FoundRun

FORM = "asbuilt findings 1"


def document(run: FoundRun) -> dict[str, Any]:
    """Give the document; a field is never taken away or given another meaning while its form is the same."""
    manifest = run.manifest
    head = {
        name: getattr(manifest, name)
        for name in (
            "run", "estate", "world", "verdict", "exit", "complete", "lacks", "started", "ended", "clock", "counts",
            "tolerated", "fail_on", "base", "ci", "tools",
        )
    }  # fmt: skip
    covered = asdict(manifest.covered)
    sources = {name: asdict(each) for name, each in manifest.sources.items()}
    return {"form": FORM, **head, "covered": covered, "sources": sources, "verdicts": run.records}
