"""Which places of which files a deploy path runs through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asbuilt.workflows.yaml.document import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asbuilt.workflows.files.workflow import Concurrency, Job, WorkflowFile
    from asbuilt.workflows.paths.deploy_path import DeployPath
    from asbuilt.workflows.yaml.finding import Finding


@dataclass(frozen=True, slots=True)
class Extents:
    """The lines of the jobs of a path, by the path of their file; the actions that they use as a whole; single lines.

    Single are those of the concurrency groups that it waits in, which may stand above its jobs.
    """

    lines: tuple[tuple[str, int, int], ...]
    actions: frozenset[str]
    single: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, path: DeployPath) -> Extents:
        """Give those of a path, its own jobs alone: its gates are judged with it."""
        jobs = [(leg.workflow_file, leg.job) for leg in path.run.legs]
        steps = (*path.earlier, path.step.placed, *(each.placed for each in path.later))
        return cls(
            lines=tuple((file.path, *_from_to(file, job)) for file, job in jobs),
            actions=frozenset(each.document.path for each in steps if each.within is not None),
            single=frozenset((each.document.path, line) for each in path.groups for line in _lines_of(each.setting)),
        )

    @property
    def files(self) -> frozenset[str]:
        """The files in which any of it lies."""
        return self.actions | {each[0] for each in self.lines} | {each[0] for each in self.single}

    def has(self, finding: Finding) -> bool:
        """Say whether a finding lies on the path."""
        if finding.path in self.actions:
            return True
        line = finding.mark.line if finding.mark else 0
        if (finding.path, line) in self.single:
            return True
        return any(path == finding.path and first <= line < end for path, first, end in self.lines)


def _from_to(file: WorkflowFile, job: Job) -> tuple[int, int]:
    """Give the first line of a job, and that of what follows it in its file."""
    root = file.document.root
    keys = [each.mark.line for each in root.keys.values()] if isinstance(root, Mapping) else []
    later = (line for line in (*keys, *(each.mark.line for each in file.jobs)) if line > job.mark.line)
    return job.mark.line, min(later, default=job.mark.line + len(file.document.text))


def _lines_of(setting: Concurrency) -> Iterator[int]:
    yield setting.mark.line
    yield from (each.mark.line for each in (setting.group, setting.cancel_in_progress) if each is not None)
