"""What the linters said of a run's checkouts: made once, kept in its directory, read from there by every check."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from asbuilt.files import RefusedError
from asbuilt.lint.copy import copied, settings_of
from asbuilt.lint.locked import settled
from asbuilt.lint.on_paths import actions_of, on_paths
from asbuilt.lint.scan import Linter, Scan, scan
from asbuilt.workflows.bounds import LINTED, LINTED_TEXT
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.yaml import finding
from asbuilt.workflows.yaml.document import Document
from asbuilt.workflows.yaml.finding import Finding

Scans = dict[str, dict[str, Scan]]


def lint(checkouts: Mapping[str, Checkout], linters: Iterable[Linter], *, everything: bool = True) -> Scans:
    """Run linters over the files of each repository; give their scans by repository and by the linter's name.

    Without `everything`, over those that stand on a way to an app.
    """
    asked = tuple(linters)
    scans: Scans = {}
    for name, checkout in checkouts.items():
        only = None if everything else on_paths(checkout)
        scans[name] = {linter.name: _over(checkout, linter, only) for linter in asked}
    return scans


def _over(checkout: Checkout, linter: Linter, only: Collection[str] | None) -> Scan:
    """Run a linter over a copy of what was read: what was refused is not scanned."""
    asked = tuple(each for each in _paths(checkout, linter) if only is None or each in only)
    paths = [path for path in asked if path in checkout.contents]
    refused = {path: reason for path, reason in _refused(checkout).items() if path in asked}
    refused |= beyond([path for path in paths if path not in refused], checkout.contents)
    settings: dict[str, bytes] = {}
    try:
        settings = settings_of(linter, checkout, paths)
    except RefusedError as error:
        refused |= dict.fromkeys(paths, str(error))
    # What looks for its settings by itself finds those of the checkout in the root of a clone alone.
    is_clone = not linter.settings_option or (checkout.root / ".git").exists()
    with copied(checkout, {**checkout.contents, **settings}, is_clone=is_clone) as (folder, failed):
        refused |= {path: failed[path] for path in paths if path in failed}
        found = scan(linter, folder, [path for path in paths if path not in refused])
    if found.version is None:
        return found
    findings = tuple(settled(found.findings, checkout))
    return replace(found, unscanned={**refused, **found.unscanned}, findings=findings)


def _refused(checkout: Checkout) -> dict[str, str]:
    """Give the workflow files and actions that were not read, and why; without links, of which GitHub reads nothing.

    What is past a bound here is handed to no other program either.
    """
    workflows = [each.document for each in checkout.workflow_files]
    actions = [each.document for each in checkout.sources.actions.values()]
    return {each.path: each.unread.fact for each in (*workflows, *actions) if each.unread is not None}


def beyond(paths: Iterable[str], contents: Mapping[str, bytes]) -> dict[str, str]:
    """Give the files that are past what a linter is handed, in the order of their paths, and why."""
    found: dict[str, str] = {}
    size = 0
    for count, path in enumerate(sorted(paths), 1):
        size += len(contents[path])
        if count > LINTED or size > LINTED_TEXT:
            most = f"{LINTED:,} files" if count > LINTED else f"{LINTED_TEXT // 2**20} MiB of files"
            found[path] = f"comes after {most}, and no more are handed to a linter"
    return found


def quoted(findings: Iterable[Finding], documents: Iterable[Document]) -> tuple[Finding, ...]:
    """Give what a linter found, each with its line: linters name a place, and the documents have what stands there."""
    by_path = {each.path: each for each in documents}
    return tuple(
        replace(each, excerpt=by_path[each.path].excerpt(each.mark)) if each.mark and each.path in by_path else each
        for each in findings
    )


def plain(scans: Scans) -> dict[str, Any]:
    """Give scans as what JSON can hold."""
    return {name: {linter: _plain(each) for linter, each in by_linter.items()} for name, by_linter in scans.items()}


def scans_of(raws: Mapping[str, Any]) -> Scans:
    """Give back the scans of their `plain` form."""
    return {name: {linter: _scan(raw) for linter, raw in by_linter.items()} for name, by_linter in raws.items()}


def restore(path: Path) -> Scans:
    """Give back the scans whose `plain` form was written to a file; nothing where no linter was asked."""
    return scans_of(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def told(scans: Scans) -> dict[str, str]:
    """Say which version of each linter scanned how many files."""
    found: dict[str, list[Scan]] = {}
    for by_linter in scans.values():
        for name, each in by_linter.items():
            found.setdefault(name, []).append(each)
    return {name: _told(each) for name, each in sorted(found.items())}


def _told(scans: list[Scan]) -> str:
    version = scans[0].version
    if version is None:
        return "not installed"
    count = sum(len(each.scanned) for each in scans)
    left = sum(len(each.unscanned) for each in scans)
    scanned = f"{version or 'of an unknown version'}, {count} file{'' if count == 1 else 's'} scanned"
    return f"{scanned}, {left} could not be" if left else scanned


def _paths(checkout: Checkout, linter: Linter) -> tuple[str, ...]:
    workflows = tuple(each.path for each in checkout.workflow_files)
    return (*workflows, *actions_of(checkout)) if linter.reads_actions else workflows


def _plain(scan: Scan) -> dict[str, Any]:
    return {**asdict(scan), "findings": [finding.plain(each) for each in scan.findings]}


def _scan(raw: dict[str, Any]) -> Scan:
    found = tuple(map(finding.restored, raw["findings"]))
    return Scan(**{**raw, "scanned": tuple(raw["scanned"]), "findings": found})
