"""The lockfile of a repository's workflows: what stands in it is pinned, whatever tag or branch the workflow names.

`.github/workflows/actions.lock` lists workflows with the pins of all that they use, and each pin with its commit; a
workflow that it lists runs these commits and no others, and one that it does not list is not held by it. Its form:
https://github.com/github/actions-lockfile/blob/main/schema/lockfile-v0.0.2.json, what it does:
https://docs.github.com/en/actions/concepts/security/workflow-dependency-lockfiles. Of a called workflow of another
repository GitHub's pages do not agree whether it is held, so it counts as pinned by its own commit alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from asbuilt.files import NotThereError, RefusedError
from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import Mark, plain, text_of
from asbuilt.workflows.yaml.finding import Finding

PATH = ".github/workflows/actions.lock"
VERSION = "v0.0.2"
RULE = "unpinned-uses"
_COMMIT = re.compile(r"sha1-[0-9a-f]{40}|sha256-[0-9a-f]{64}")
_USED = re.compile(r"([^/@\s]+)/([^/@\s]+)(?:/[^@\s]*)?@(\S+)")
_PINS = "workflows", "dependencies"


@dataclass(frozen=True, slots=True)
class Lock:
    """What the lockfile pins, by the path of each workflow that it lists; `untold` says why that cannot be told."""

    pins: Mapping[str, frozenset[str]] = field(default_factory=dict)
    untold: str = ""

    def holds(self, workflow: str, uses: str) -> bool:
        """Say whether what a workflow uses is pinned in it: OWNER/REPO@REF, whatever folder of it is used."""
        return _pin(uses) in self.pins.get(workflow, ())


def lock_of(checkout: Checkout) -> Lock:
    """Read the lockfile of a checkout; one that pins nothing where there is none."""
    try:
        content = checkout.content(PATH)
    except NotThereError:
        return Lock()
    except RefusedError as error:
        return Lock(untold=f"{PATH} {error}")
    document = reader.read(content, PATH)
    raw = plain(document.root)
    if document.root is None or document.problems or document.unread or not isinstance(raw, dict):
        return Lock(untold=f"{PATH} cannot be read")
    if raw.get("version") != VERSION:
        return Lock(untold=f'{PATH} is of version "{raw.get("version")}", and {VERSION} is read')
    workflows, dependencies = (raw.get(each) or {} for each in _PINS)
    if not isinstance(workflows, dict) or not isinstance(dependencies, dict):
        return Lock(untold=f"{PATH} is not of the form of {VERSION}")
    known = frozenset(_pin(str(name)) for name, each in dependencies.items() if _is_pinned(each))
    listed = {str(path): each for path, each in workflows.items() if isinstance(each, list)}
    return Lock({path: known & {_pin(str(one)) for one in each} for path, each in listed.items()})


def settled(findings: Iterable[Finding], checkout: Checkout) -> Iterator[Finding]:
    """Give what a linter found, without what the lockfile pins; what it may pin is open."""
    lock: Lock | None = None
    for each in findings:
        if not each.rule.startswith(RULE):
            yield each
            continue
        lock = lock or lock_of(checkout)
        if lock.untold:
            fix = "name the commit here: uses: OWNER/REPO@COMMIT, all of its digits"
            yield replace(each, fact=f"cannot be told whether this is pinned: {lock.untold}", fix=fix, open=True)
        elif not _is_locked(each, checkout, lock):
            yield each


def _is_locked(finding: Finding, checkout: Checkout, lock: Lock) -> bool:
    """Say whether every workflow in which a line counts has what it uses pinned; an action counts in those using it."""
    uses = _used_at(finding, checkout)
    if not uses or not lock.pins:
        return False
    files = checkout.workflow_files
    if any(each.path == finding.path for each in files):
        return lock.holds(finding.path, uses)
    using = [each for each in files if any(one.path == finding.path for one in checkout.sources.documents_of(each))]
    return bool(using) and all(lock.holds(each.path, uses) for each in using)


def _used_at(finding: Finding, checkout: Checkout) -> str:
    """Give what a step uses on the line of a finding; nothing where that cannot be told from another on it."""
    steps: list[Step] = []
    for file in checkout.workflow_files:
        if file.path == finding.path:
            steps += [step for job in file.jobs for step in job.steps]
    for action in checkout.sources.actions.values():
        if action.path == finding.path:
            steps += action.steps
    line = (finding.mark or Mark(0, 0)).line
    there = {text_of(each.uses) or "" for each in steps if each.uses is not None and each.uses.mark.line == line}
    return next(iter(there)) if len(there) == 1 else ""


def _is_pinned(dependency: object) -> bool:
    commit = dependency.get("commit") if isinstance(dependency, dict) else None
    return isinstance(commit, str) and _COMMIT.fullmatch(commit) is not None


def _pin(uses: str) -> str:
    """Give the key that the lockfile has for something: names in lower case, the ref as it is written."""
    found = _USED.fullmatch(uses.strip())
    return f"{found[1].lower()}/{found[2].lower()}@{found[3]}" if found else uses
