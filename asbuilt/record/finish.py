"""Complete a run's directory once every verdict is in."""

from collections.abc import Iterable
from pathlib import Path

from asbuilt.lint.keep import told
from asbuilt.record.allure_results import write_results
from asbuilt.record.directory import OUTPUTS, RESULTS, VERDICTS, point_latest
from asbuilt.record.evidence import write_context
from asbuilt.record.junit import junit
from asbuilt.record.outputs import outputs
from asbuilt.record.summary import markdown
from asbuilt.record.writing import Written, folder, write_json, write_records, write_text
from asbuilt.run import Run
from asbuilt.verdicts import Verdict
from asbuilt.withholding import Secrets


def finish(
    run: Run,
    verdicts: tuple[Verdict, ...],
    *,
    uncollected: Iterable[tuple[str, str]] = (),
    xml: Path | None = None,
) -> dict[str, Written]:
    """Write all that a run's directory holds beside the observation, and let `latest` point to it.

    `uncollected` are the checks that could not be collected, each with the reason. `xml` is where somebody wants the
    JUnit file too. What was written of the results is given by its path in the directory. Raises NotWrittenError.
    """
    if run.directory is None:
        return {}
    results = run.directory / RESULTS
    linters = told(run.scans or {})
    point_latest(run.directory)
    write_records(run.directory / VERDICTS, [each.as_dict() for each in verdicts], run.secrets)
    write_text(run.directory / "summary.md", markdown(run, verdicts, linters), run.secrets)
    if run.observation is not None:
        write_text(run.directory / OUTPUTS, outputs(run, verdicts), run.secrets)
    write_context(results, run, linters)
    known = write_results(results, verdicts, run)
    written = junit(run, verdicts, uncollected)
    write_text(run.directory / "junit.xml", written, run.secrets)
    if xml is not None:
        folder(xml.parent)
        write_text(xml, written, run.secrets)
    return {f"{RESULTS}/{name}": each for name, each in known.items()}


def write_sandbox_log(directory: Path, served: list[str], secrets: Secrets) -> None:
    """Keep what a sandbox was asked: the other side's own count of the requests. Raises NotWrittenError."""
    write_json(directory / "sandbox-log.json", served, secrets)
