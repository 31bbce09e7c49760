"""Complete directories of runs, in the documented form: what a run left, with the record made of it."""

import gzip
import hashlib
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from asbuilt.catalogue import PROJECT
from asbuilt.estate import load
from asbuilt.population import Population
from asbuilt.record.manifest import FORM, Covered, Manifest, as_plain, restored
from asbuilt.record.statement import write_statement
from asbuilt.withholding import Secrets

WITHOUT = {"manifest.json", "predicate.json", "statement.intoto.json"}


def complete(played, folder, *, suite="live", **changes):
    """Copy what a run left, and make its record; `changes` are fields of the manifest."""
    directory = folder / played.directory.name
    shutil.copytree(played.directory, directory)
    observation = directory / "observation.json"
    world = json.loads(observation.read_text())["world"] if observation.exists() else "workflow files"
    ids = [each["id"] for each in played.verdicts]
    edit(directory / "verdicts.jsonl", lambda _: "".join(f"{json.dumps(line(each))}\n" for each in played.verdicts))
    estate = load(PROJECT / "estate.yaml")
    collected = {
        "form": "asbuilt collected 1", "world": world, "estate": estate.name, "suites": [suite], "whole": len(ids),
        "ids": ids, "deselected": [], "errors": [],
    }  # fmt: skip
    (directory / "collected.json").write_text(json.dumps(collected))
    counts = Counter(each["outcome"] for each in played.verdicts)
    verdict = "drifted" if counts["drifted"] else "unknown" if counts["unknown"] else "conforms"
    now = datetime.now(UTC).isoformat()
    manifest = Manifest(
        form=FORM, run=directory.name, estate=estate.name, world=world, verdict=verdict,
        exit=0 if verdict == "conforms" else 1, complete=True, lacks=(), started=now, ended=now,
        clock="the providers'", covered=Covered("", (suite,), tuple(estate.apps), tuple(estate.repositories)),
        population=Population(whole=len(ids), collected=tuple(ids)), counts=dict(counts),
    )  # fmt: skip
    write(directory, replace(manifest, **changes))
    return directory


def line(verdict):
    """Give the journal's line of a verdict."""
    return {name: value for name, value in verdict.items() if name != "caused_by"}


def write(directory, manifest):
    """Write the manifest with the digests as they are now, and the statement over it: whatever was changed fits."""
    found = {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
        if path.is_file() and path.name not in WITHOUT
    }
    (directory / "manifest.json").write_text(json.dumps(as_plain(replace(manifest, files=found))))
    write_statement(directory, replace(manifest, files=found), Secrets())


def seal(directory, **changes):
    """Make the digests fit whatever was changed, and change fields of the manifest."""
    write(directory, replace(restored((directory / "manifest.json").read_bytes()), **changes))


def edit(path, change):
    """Change the text of a file; of one that is not there it is empty."""
    path.write_text(change(path.read_text("utf-8") if path.exists() else ""), "utf-8")


def edit_json(path, change):
    """Change what a file holds as JSON: `change` gives the new value, or changes the old one."""
    packed = path.suffix == ".gz"
    value = json.loads(gzip.decompress(path.read_bytes()) if packed else path.read_bytes())
    value = change(value) or value
    written = json.dumps(value).encode()
    path.write_bytes(gzip.compress(written, mtime=0) if packed else written)


def flip(path):
    """Change one byte of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
