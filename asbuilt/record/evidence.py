"""What Allure's report says of a run as a whole: the environment block, who ran it, the categories of its verdicts."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from asbuilt import texts
from asbuilt.home import PROJECT
from asbuilt.record.clocks import whose
from asbuilt.record.directory import CONTEXT
from asbuilt.record.writing import folder, write_bytes, write_json, write_text
from asbuilt.run import Run

CATEGORIES = PROJECT / "reports" / "categories.json"


def write_context(
    results: Path, run: Run, linters: Mapping[str, str], covered: Mapping[str, str] | None = None
) -> None:
    """Write what the report says of the run as a whole: its world, its clock, who ran it, what the linters did.

    `covered` says how much of the estate was judged, by what each says it of, in a few words. Raises NotWrittenError.
    """
    folder(results)
    observation = run.observation
    facts = {
        "Estate": run.estate.name,
        "World": run.world,
        **(covered or {}),
        **({"As of": f"{observation.as_of:%Y-%m-%d %H:%M:%S} UTC"} if observation else {}),
        "Clock": whose(run),
        "Requests": str(len(observation.transcript)) if observation else "0",
        "asbuilt": version("asbuilt"),
        "Python": platform.python_version(),
        **linters,
    }
    lines = [f"{key.replace(' ', '_')}={_property(value)}" for key, value in facts.items()]
    write_text(results / CONTEXT, "\n".join(lines) + "\n", run.secrets)
    write_json(results / "executor.json", _executor(), run.secrets, indent=2)
    write_bytes(results / CATEGORIES.name, CATEGORIES.read_bytes(), run.secrets)


def _executor() -> dict[str, str]:
    environ = os.environ
    if "GITHUB_RUN_ID" not in environ:
        return {"name": "local", "type": "local"}
    run = (
        f"{environ.get('GITHUB_SERVER_URL')}/{environ.get('GITHUB_REPOSITORY')}/actions/runs/{environ['GITHUB_RUN_ID']}"
    )
    return {
        "name": "GitHub Actions",
        "type": "github",
        "buildName": texts.line(f"{environ.get('GITHUB_WORKFLOW')} #{environ.get('GITHUB_RUN_NUMBER')}"),
        "buildUrl": texts.link(run),
    }


def _property(value: str) -> str:
    """Give a value for a file of properties: a backslash begins an escape there."""
    return texts.line(value).replace("\\", "\\\\")
