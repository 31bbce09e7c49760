"""Whether a run's directory holds what its manifest has the digests of, all of it and nothing else."""

import hashlib
from collections.abc import Iterator

from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read_inside
from asbuilt.record.directory import MANIFEST, PREDICATE, STATEMENT
from asbuilt.record.manifest import Manifest
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence

_WITHOUT = frozenset({MANIFEST, PREDICATE, STATEMENT})  # what a manifest cannot hold the digest of
RENDERED_LATER = ("report.html", "allure.html")


def digests(found: Evidence, manifest: Manifest) -> Checked:
    """Hold each file against the digest that the manifest has of it."""
    later = [each for each in RENDERED_LATER if each in found.files and each not in manifest.files]
    not_covered = f"; {' and '.join(later)} not covered: rendered after the run" if later else ""
    count = len(manifest.files)
    return checked(
        "digests",
        f"{count} file{' fits' if count == 1 else 's fit'}{not_covered}",
        list(_misfits(found, manifest, later)),
    )


def _misfits(found: Evidence, manifest: Manifest, later: list[str]) -> Iterator[Misfit]:
    for path, reason in sorted(found.refused.items()):
        yield Misfit(path or ".", reason)
    for path in sorted(found.files - _WITHOUT - set(later)):
        if path not in manifest.files:
            yield Misfit(path, "was added: the manifest does not know it")
            continue
        try:
            sha256 = hashlib.sha256(read_inside(found.directory, path, MOST_OF_AN_OBSERVATION)).hexdigest()
        except RefusedError as error:
            yield Misfit(path, str(error))
            continue
        if sha256 != manifest.files[path]:
            yield Misfit(path, f"was changed: its sha256 is {sha256}, the manifest has {manifest.files[path]}")
    for path in sorted(manifest.files.keys() - found.files - found.refused.keys()):
        yield Misfit(path, "is missing: the manifest has its digest")
