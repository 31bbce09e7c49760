"""A run's Allure results as one HTML file, which opens without a server and asks nobody for anything."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from asbuilt.files import RefusedError, read
from asbuilt.record.directory import CONTEXT, RESULTS

_PROJECT = Path(__file__).parents[2]
_ALLURE = _PROJECT / "node_modules" / ".bin" / "allure"
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


def render(directory: Path) -> Path:
    """Write `report.html` into a run's directory and give its path. Raises NoReportError."""
    results = directory / RESULTS
    if not results.is_dir():
        raise NoReportError(f"{directory} holds no {RESULTS}: name a run's directory, such as reports/latest")
    if not (results / CONTEXT).exists():
        raise NoReportError(f"{directory} holds no {RESULTS}/{CONTEXT}: its run did not come to an end")
    name = _name(results)
    _ensure_allure()
    print("rendering the report ...", file=sys.stderr)  # noqa: T201 - progress of something slow
    with tempfile.TemporaryDirectory() as scratch:
        command = [str(_ALLURE), "generate", "--config", str(_PROJECT / "reports" / "allurerc.mjs")]
        _call([*command, "--cwd", scratch, "--output", f"{scratch}/out", "--report-name", name, str(results.resolve())])
        page = (Path(scratch) / "out" / "index.html").read_text(encoding="utf-8")
    report = directory / "report.html"
    report.write_text(_closed(page), encoding="utf-8")
    return report


def _closed(page: str) -> str:
    """Take the analytics out of a page, and let it load nothing from elsewhere."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return _ANALYTICS.sub("", page).replace("<head>", f"<head>\n    {policy}", 1)


def _name(results: Path) -> str:
    """Give the report's name: it stands on every page, and says so where the world is a sandbox."""
    try:
        text = read(results / CONTEXT).decode("utf-8", "replace")
        facts = dict(line.split("=", 1) for line in text.splitlines() if line)
        world, estate = facts["World"], facts["Estate"]
    except RefusedError as error:
        raise NoReportError(f"{results / CONTEXT} {error}") from error
    except (ValueError, KeyError) as error:
        raise NoReportError(f"{results / CONTEXT} is not what a run of asbuilt writes: name another run") from error
    sandbox = "SANDBOX: " if world.startswith("sandbox") else ""
    as_of = f", as of {facts['As_of']}" if "As_of" in facts else ""
    return f"{sandbox}{estate}, {world}{as_of}"


def _ensure_allure() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NoReportError("report.html needs Node.js 20 or later with npm: install it, then `make report`")
    if not _ALLURE.exists():
        print("installing Allure 3 (once) ...", file=sys.stderr)  # noqa: T201 - progress of something slow
        _call(["npm", "ci", "--prefix", str(_PROJECT), "--no-progress", "--loglevel=error"])


def _call(command: list[str]) -> None:
    environment = {**os.environ, "ALLURE_NO_ANALYTICS": "true"}
    done = subprocess.run(  # noqa: S603 - our own command line
        command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        raise NoReportError(f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()}")
