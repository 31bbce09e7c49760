"""Complete a run's directory once every verdict is in, and seal it with the manifest."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from asbuilt.lint.keep import told
from asbuilt.record.allure_results import write_results
from asbuilt.record.assembling import Ended, assembled
from asbuilt.record.covered import counted
from asbuilt.record.directory import CAUSES, MANIFEST, OUTPUTS, RESULTS, SUMMARY, TERMINAL, VERDICTS
from asbuilt.record.evidence import write_context
from asbuilt.record.junit import junit
from asbuilt.record.kept_causes import as_plain as plain_causes
from asbuilt.record.kept_causes import kept_causes
from asbuilt.record.manifest import as_plain
from asbuilt.record.outputs import outputs
from asbuilt.record.statement import write_statement
from asbuilt.record.summary import markdown
from asbuilt.record.terminal import summary
from asbuilt.record.writing import Written, folder, write_json, write_records, write_text
from asbuilt.run import Run
from asbuilt.verdicts import Verdict
from asbuilt.withholding import Secrets


def finish(run: Run, verdicts: tuple[Verdict, ...], *, well: bool, xml: Path | None = None) -> dict[str, Written]:
    """Write all that a run's directory holds beside the observation, but for what seals it.

    `well` says whether the run may say that all is. `xml` is where somebody wants the JUnit file too. What was written
    of the results is given by its path in the directory. Raises NotWrittenError.
    """
    if run.directory is None:
        return {}
    results = run.directory / RESULTS
    write_records(run.directory / VERDICTS, [each.as_dict() for each in verdicts], run.secrets)
    write_json(run.directory / CAUSES, plain_causes(kept_causes(run, verdicts)), run.secrets)
    write_context(results, run, told(run.scans or {}), counted(run))
    known = write_results(results, verdicts, run)
    written = junit(run, verdicts)
    write_text(run.directory / "junit.xml", written, run.secrets)
    if xml is not None:
        folder(xml.parent)
        write_text(xml, written, run.secrets)
    _say(run, verdicts, well=well)
    return {f"{RESULTS}/{name}": each for name, each in known.items()}


def withdraw(run: Run, verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    """Take back that all is well, in every file that says so; give the new digest of each. Raises NotWrittenError."""
    return {name: each.sha256 for name, each in _say(run, verdicts, well=False).items()}


def seal(run: Run, verdicts: tuple[Verdict, ...], ended: Ended, files: Mapping[str, str]) -> None:
    """Write the manifest, and the statement over it: a run without one did not end. Raises NotWrittenError."""
    if run.directory is not None:
        manifest = assembled(run, verdicts, ended, files)
        write_json(run.directory / MANIFEST, as_plain(manifest), run.secrets)
        if (run.directory / VERDICTS).is_file():  # what it is over could be written
            write_statement(run.directory, manifest, run.secrets)


def disown(directory: Path) -> None:
    """Take away what would say that all is well of a run that could not be sealed; on a full disk too."""
    for name in (SUMMARY, TERMINAL, OUTPUTS, MANIFEST):
        with suppress(OSError):
            (directory / name).unlink(missing_ok=True)


def _say(run: Run, verdicts: tuple[Verdict, ...], *, well: bool) -> dict[str, Written]:
    """Write what is read first, by people and by the next step of a workflow."""
    if run.directory is None:
        return {}
    page = markdown(run, verdicts, told(run.scans or {}), well=well)
    shown = "".join(f"{each.text}\n" for each in summary(run, verdicts)).lstrip("\n")
    return {
        SUMMARY: write_text(run.directory / SUMMARY, page, run.secrets),
        TERMINAL: write_text(run.directory / TERMINAL, shown, run.secrets),
        OUTPUTS: write_text(run.directory / OUTPUTS, outputs(run, verdicts, well=well), run.secrets),
    }


def write_sandbox_log(directory: Path, served: list[str], secrets: Secrets) -> None:
    """Keep what a sandbox was asked: the other side's own count of the requests. Raises NotWrittenError."""
    write_json(directory / "sandbox-log.json", served, secrets)
