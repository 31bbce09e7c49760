"""Copies of runs' directories, to be changed: with the digests as they were, or made to fit what was changed."""

import gzip
import hashlib
import json
import shutil
from dataclasses import replace

from asbuilt.record.manifest import as_plain, restored
from asbuilt.record.statement import write_statement
from asbuilt.withholding import Secrets

WITHOUT = {"manifest.json", "predicate.json", "statement.intoto.json"}


def copied(played, folder, **changes):
    """Copy what a run left; `changes` are fields of its manifest."""
    directory = shutil.copytree(played.directory, folder / played.directory.name)
    if changes:
        seal(directory, **changes)
    return directory


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
