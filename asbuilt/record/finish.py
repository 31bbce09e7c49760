"""Complete a run's directory once every verdict is in."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from asbuilt import texts
from asbuilt.lint.keep import restore, told
from asbuilt.record.directory import LINT, RESULTS, VERDICTS, point_latest, withhold
from asbuilt.record.evidence import settle_results, write_context
from asbuilt.record.junit import junit
from asbuilt.record.summary import markdown
from asbuilt.run import Run
from asbuilt.verdicts import Verdict


def finish(
    run: Run,
    verdicts: tuple[Verdict, ...],
    tokens: Iterable[str],
    *,
    uncollected: Iterable[tuple[str, str]] = (),
    xml: Path | None = None,
) -> None:
    """Write all that a run's directory holds beside the observation, and let `latest` point to it.

    `uncollected` are the checks that could not be collected, each with the reason. `xml` is where somebody wants the
    JUnit file too.
    """
    if run.directory is None:
        return
    results = run.directory / RESULTS
    linters = told(restore(run.directory / LINT))
    write_context(results, run, linters)
    settle_results(results, verdicts)
    (run.directory / "summary.md").write_text(markdown(run, verdicts, linters), encoding="utf-8")
    (run.directory / VERDICTS).write_text(texts.as_json([asdict(each) for each in verdicts], 1), encoding="utf-8")
    written = junit(run, verdicts, uncollected)
    (run.directory / "junit.xml").write_text(written, encoding="utf-8")
    if xml is not None:
        xml.parent.mkdir(parents=True, exist_ok=True)
        xml.write_text(written, encoding="utf-8")
    withhold(run.directory, tokens)
    point_latest(run.directory)


def write_sandbox_log(directory: Path, served: list[str]) -> None:
    """Keep what a sandbox was asked: the other side's own count of the requests."""
    (directory / "sandbox-log.json").write_text(texts.as_json(served, 1), encoding="utf-8")
