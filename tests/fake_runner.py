"""A runner that runs the steps of a job or of a composite action as GitHub's does, on this machine and offline.

Conditions and `${{ }}` are worked out by `asbuilt.workflows.expressions`, each `run:` is a script that bash runs in the
workspace, with the files that GitHub gives a step. An action is run where it stands in the workspace; what a test says
of one that is GitHub's (`uses`) is done in its place.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from asbuilt.workflows.expressions.evaluate import Whole, condition, interpolate, truth
from asbuilt.workflows.files import modelling
from asbuilt.workflows.yaml import document

SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


def plain(path):
    """Give a workflow or an action as plain values."""
    return document.plain(modelling.load(path.read_bytes(), path.name).document.root)


# It notes what it is asked, and leaves the evidence that LEAVES has in its outputs.txt. A look leaves the day DAY, and
# ends the day ENDS.
_NOTING = """#!/bin/bash
printf "%s\\n" "$*" >> "$HOME/asked"
case "$1" in
  verify) exit "${VERIFIED:-0}" ;;
  record) exit 0 ;;
esac
printf "%s\\n" "$@" > "$HOME/arguments"
pwd > "$HOME/stood"
env > "$HOME/env"
for each in "$@"; do
  case "$each" in --evidence=*) evidence=${each#--evidence=} ;; esac
done
if [ "$1" = alert ]; then
  ls -A "$2" > "$HOME/found"
  printf "%b" "$TOLD"
elif [ "$1" = watch ]; then
  for each in ${DAY:+"$DAY/now.json"} ${ENDS:+"$ENDS/day.json"}; do
    mkdir -p "$(dirname "$evidence/$each")"
    echo "{}" > "$evidence/$each"
  done
elif [ -n "$LEAVES" ]; then
  mkdir -p "$evidence/run-1"
  ln -sfn run-1 "$evidence/latest"
  echo summary > "$evidence/run-1/summary.md"
  printf "%b" "$LEAVES" > "$evidence/run-1/outputs.txt"
  echo '{"counts": {"drifted": 1, "conforms": 4}}' > "$evidence/run-1/manifest.json"
fi
exit "${CODE:-0}"
"""


@dataclass
class Ran:
    """What came of some steps."""

    outcome: str
    outputs: dict[str, str]
    steps: dict[str, str]
    log: str


@dataclass
class Runner:
    """One machine for one job. `uses` has what an action does: from its inputs, the outputs."""

    root: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    github: dict[str, object] = field(default_factory=dict)
    uses: dict[str, Callable[[dict[str, str]], dict[str, str]]] = field(default_factory=dict)
    log: str = ""

    def __post_init__(self):
        self.workspace, self.temp, self.summary = self.root / "workspace", self.root / "temp", self.root / "summary.md"
        self.workspace.mkdir(parents=True, exist_ok=True)
        self.temp.mkdir(exist_ok=True)
        self.summary.touch()

    def has_a_noting_asbuilt(self):
        """Let the machine have an asbuilt already, which judges nothing and notes what it is asked."""
        locked = hashlib.sha256((self.home / "requirements.lock").read_bytes()).hexdigest()
        for suite in ("live", "static"):
            venv = self.temp / "asbuilt" / f"{suite}-{locked}"
            (venv / "bin").mkdir(parents=True)
            (venv / "installed").write_text(f"{self.home}\n")
            for name, script in (("python", f'#!/bin/bash\nexec {sys.executable} "$@"\n'), ("asbuilt", _NOTING)):
                (venv / "bin" / name).write_text(script)
                (venv / "bin" / name).chmod(0o755)
        self.environment |= {"LEAVES": "verdict=conforms\\n"}

    def noted(self, name="arguments"):
        """Give the lines of what a noting asbuilt noted: its `arguments`, where it `stood`, its `env`, all `asked`."""
        return (self.root / name).read_text().splitlines()

    def action(self, name="", /, **inputs):
        """Run the action of this repository, or the one of a folder of it, with inputs."""
        return self._composite(self.home / name, inputs)

    def job(self, job, /, *, inputs, secrets=None, **contexts):
        """Run a job of a workflow, with its inputs."""
        whole = {"inputs": _whole(inputs), "secrets": _whole(secrets or {}), "job": Whole(), **contexts}
        return self._steps(job["steps"], whole, job.get("outputs", {}), job.get("env", {}), None)

    def _composite(self, folder, inputs):
        self.log += f"== {folder.name} {inputs}\n"
        file = modelling.load((folder / "action.yml").read_bytes(), "action.yml")
        whole = document.plain(file.document.root)
        unknown = set(inputs) - set(whole["inputs"])
        assert not unknown, f"the action has no input {unknown}"
        given = {name: str(each.get("default", "")) for name, each in whole["inputs"].items()} | inputs
        outputs = {name: each["value"] for name, each in whole.get("outputs", {}).items()}
        return self._steps(whole["runs"]["steps"], {"inputs": _whole(given)}, outputs, {}, folder)

    def _steps(self, steps, contexts, outputs, environment, folder):
        done, failed = {}, False
        known = Whole()
        whole = {"github": _whole({"token": "", **self.github}), **contexts, "steps": known}
        whole["env"] = _whole({name: _text(each, whole) for name, each in environment.items()})
        for number, step in enumerate(steps):
            name = step.get("id", f"step {number}")
            status = {"success": not failed, "failure": failed, "cancelled": False, "always": True}
            if truth(condition(str(step.get("if", ""))), whole, status):
                outcome, given = self._step(step, whole, folder)
            else:
                outcome, given = "skipped", {}
            failed |= outcome == "failure" and not step.get("continue-on-error")
            done[step["name"]] = outcome
            known[name] = Whole(outcome=outcome, conclusion=outcome, outputs=_whole(given))
        handed = {name: _text(each, whole) for name, each in outputs.items()}
        return Ran("failure" if failed else "success", handed, done, self.log)

    def _step(self, step, whole, folder):
        environment = {**dict(whole["env"]), **{name: _text(each, whole) for name, each in step.get("env", {}).items()}}
        if "uses" in step:
            given = {name: _text(each, whole) for name, each in step.get("with", {}).items()}
            name = step["uses"].partition("@")[0]
            if name.startswith("./"):
                before, self.environment = self.environment, {**self.environment, **environment}
                ran = self._composite((self.workspace / name).resolve(), given)
                self.environment = before
                return ran.outcome, ran.outputs
            return "success", self.uses[name](given)
        return self._script(step, whole, environment, folder)

    def _script(self, step, whole, environment, folder):
        files = {name: self.root / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for each in files.values():
            each.write_text("")
        told = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_RUN_ID": "4242",
            "GITHUB_RUN_ATTEMPT": "1",
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_OS": "Linux",
            **({"GITHUB_ACTION_PATH": str(folder)} if folder else {}),
            **{name: str(path) for name, path in files.items()},
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
            **self.environment,
            **environment,
        }
        script = self.root / "script.sh"
        script.write_text(_text(step["run"], whole))
        where = self.workspace / _text(step.get("working-directory", "."), whole)
        done = subprocess.run(
            [*SHELL, str(script)], cwd=where, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False,
        )  # fmt: skip
        self.log += f"-- {step['name']}: {done.returncode}\n{done.stdout}"
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        return "failure" if done.returncode else "success", dict(line.split("=", 1) for line in lines)


def _whole(values):
    """Give a context that lacks nothing: what is not in it is null, as at GitHub."""
    return Whole({name: _whole(each) if isinstance(each, dict) else each for name, each in values.items()})


def _text(value, whole):
    if isinstance(value, bool):
        return str(value).lower()
    text = interpolate(str(value), whole)
    assert isinstance(text, str), f"{value} is not known to the fake runner"
    return text
