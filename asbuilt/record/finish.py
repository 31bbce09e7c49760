"""Complete a run's directory once every verdict is in."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from asbuilt.lint.keep import restore, told
from asbuilt.record.directory import LINT, RESULTS, VERDICTS, point_latest, withhold
from asbuilt.record.evidence import settle_results, write_context
from asbuilt.record.summary import markdown
from asbuilt.run import Run
from asbuilt.verdicts import Verdict


def finish(run: Run, verdicts: tuple[Verdict, ...], tokens: Iterable[str]) -> None:
    """Write all that a run's directory holds beside the observation, and let `latest` point to it."""
    if run.directory is None:
        return
    results = run.directory / RESULTS
    linters = told(restore(run.directory / LINT))
    write_context(results, run, linters)
    settle_results(results, verdicts)
    (run.directory / "summary.md").write_text(markdown(run, verdicts, linters), encoding="utf-8")
    (run.directory / VERDICTS).write_text(json.dumps([asdict(each) for each in verdicts], indent=1), encoding="utf-8")
    withhold(run.directory, tokens)
    point_latest(run.directory)


def write_sandbox_log(directory: Path, served: list[str]) -> None:
    """Keep what a sandbox was asked: the other side's own count of the requests."""
    (directory / "sandbox-log.json").write_text(json.dumps(served, indent=1), encoding="utf-8")
