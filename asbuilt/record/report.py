"""A run's Allure results as one HTML file, which opens without a server and asks nobody for anything."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from asbuilt import texts
from asbuilt.files import MOST_OF_AN_OBSERVATION, NotThereError, RefusedError, read
from asbuilt.home import IS_PACKAGED, PROJECT
from asbuilt.progress import progress
from asbuilt.record.directory import CHECKOUTS, MANIFEST, RESULTS
from asbuilt.record.manifest import FORM, restored
from asbuilt.record.past import is_run
from asbuilt.record.title import title
from asbuilt.record.writing import NotWrittenError, write_text
from asbuilt.withholding import Secrets

_OWN = PROJECT / "node_modules" / ".bin" / "allure"
_SECONDS = 600
# Allure's own script and data stand in the page as inline scripts and data: URLs; nothing else may run or load.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; style-src 'unsafe-inline' data:; "
    "img-src data: blob:; font-src data:; connect-src data: blob:; frame-src data: blob:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'"
)
_ANALYTICS = re.compile(
    r'<script async src="https://www\.googletagmanager\.com/[^"]*"></script>\s*<script>.*?</script>', re.DOTALL
)


class NoReportError(Exception):
    """The report cannot be made: the text says in one line what to install or to run."""


def render(directory: Path, secrets: Secrets) -> Path:
    """Write `report.html` into a run's directory, without a secret, and give its path. Raises NoReportError."""
    name = _name(directory)
    results = _results(directory)
    allure = _allure()
    with progress("rendering the report"), tempfile.TemporaryDirectory() as scratch:
        command = [allure, "generate", "--config", str(PROJECT / "reports" / "allurerc.mjs")]
        command += ["--cwd", scratch, "--output", f"{scratch}/out", f"--report-name={name}"]
        _call([*command, str(results.resolve())])
        page = (Path(scratch) / "out" / "index.html").read_text(encoding="utf-8")
    report = directory / "report.html"
    try:
        write_text(report, _closed(page), secrets)
    except NotWrittenError as error:
        raise NoReportError(str(error)) from error
    return report


def _closed(page: str) -> str:
    """Take the analytics out of a page, and let it load nothing from elsewhere."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return _ANALYTICS.sub("", page).replace("<head>", f"<head>\n    {policy}", 1)


def _name(directory: Path) -> str:
    """Give the report's name, from the manifest: of a run without one there is no report, whatever it left."""
    path, told = directory / MANIFEST, f"`asbuilt verify {shlex.quote(str(directory))}`"
    _refuse_what_is_no_run(directory)
    try:
        manifest = restored(read(path, MOST_OF_AN_OBSERVATION))
        name = title(manifest)
    except NotThereError as error:
        raise NoReportError(
            f"{directory} has no {MANIFEST}: its run did not come to its end, so there is no report of it; "
            f"{told} says how far it came"
        ) from error
    except RefusedError as error:
        raise NoReportError(f"{path} {error}, so there is no report of its run; {told} says more") from error
    except (ValueError, OverflowError) as error:
        raise NoReportError(
            f"{path} is no manifest that asbuilt wrote, so there is no report of its run; {told} says more"
        ) from error
    if manifest.form != FORM:
        raise NoReportError(f'{path} is not of the form "{FORM}": render it with the asbuilt that wrote it')
    return name


def _refuse_what_is_no_run(directory: Path) -> None:
    if not directory.is_dir():
        raise NoReportError(f"{directory} is no folder: name a run's directory, such as reports/latest")
    begun = any((directory / each).exists() for each in (CHECKOUTS, RESULTS, MANIFEST))
    if not begun and not is_run(directory):
        raise NoReportError(f"{directory} is not a run's directory: name one, such as reports/latest")


def _results(directory: Path) -> Path:
    """Give the folder of results. Allure reads what is in it as it comes, so all of it has to be plain files."""
    results = directory / RESULTS
    try:
        with os.scandir(results) as entries:
            odd = next((each.name for each in entries if not each.is_file(follow_symlinks=False)), None)
    except OSError as error:
        raise NoReportError(f"{results} cannot be read: {error.strerror}; no report without it") from error
    if odd is not None:
        raise NoReportError(f"{results / odd} is a link, or no file: no run writes one there")
    return results


def own_or_found() -> str | None:
    """Give the renderer that is there: the repository's own, else the one on PATH; None without Node.js, or either."""
    if shutil.which("node") is None:
        return None
    return str(_OWN) if _OWN.exists() else shutil.which("allure")


def _allure() -> str:
    """Give the renderer: the repository's own, else the one on PATH; in the repository it is installed on demand."""
    found = own_or_found()
    if found == str(_OWN):
        return found
    has_node = shutil.which("node") is not None
    version = _call([found, "--version"]).strip() if found else ""
    if found and version.startswith("3."):
        return found
    if IS_PACKAGED:
        other = f", and {found} is Allure {texts.line(version)}" if found else ""
        raise NoReportError(f"report.html needs Allure 3{other}: npm install --global allure@3 (Node.js 20 or later)")
    if not has_node or shutil.which("npm") is None:
        raise NoReportError("report.html needs Node.js 20 or later with npm: install it, then `make report`")
    print("installing Allure 3 (once) ...", file=sys.stderr)  # noqa: T201 - progress of something slow
    _call(["npm", "ci", "--prefix", str(PROJECT), "--no-progress", "--loglevel=error"])
    return str(_OWN)


def _call(command: list[str]) -> str:
    environment = {**os.environ, "ALLURE_NO_ANALYTICS": "true"}
    done = subprocess.run(  # noqa: S603 - our own command line
        command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        raise NoReportError(f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout
