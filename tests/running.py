"""How the tests run the suite: pytest with fresh plugins in this process, or as its users do, in one of its own.

A process for each run spends nine tenths of its time on imports. `in_process` gives what a new process would, the same
words, code and evidence, and leaves nothing behind: tests/suite/test_running.py holds it to both. A process of its own,
`in_a_process`, is for what concerns processes: workers (`-n`), signals, full disks, plugins that do not clean up.
"""

import io
import json
import os
import site
import subprocess
import sys
import sysconfig
from collections import OrderedDict, defaultdict
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import invalidate_caches
from pathlib import Path

import allure_commons
import pytest
import stamina
from _pytest.assertion import util
from _pytest.unraisableexception import gc_collect_iterations_key
from allure_commons.reporter import ThreadContextItems

import asbuilt
from asbuilt.observe.http import ATTEMPTS

PROJECT = Path(__file__).parents[1]
CREDENTIALS = ("HEROKU_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "GH_CONFIG_DIR", "ASBUILT_ESTATE")
# What is imported from here is the same for every run; all else belongs to one project, ours or a copy of it.
_LIBRARIES = {*(sysconfig.get_path(each) for each in ("stdlib", "platstdlib")), *site.getsitepackages()}
_LASTING = tuple(f"{each}{os.sep}" for each in (*_LIBRARIES, Path(asbuilt.__file__).parent))


@dataclass(frozen=True)
class Played:
    """What a run of the suite said and left behind; `directory` is that of its evidence, if it made one."""

    code: int
    stdout: str
    stderr: str
    directory: Path | None
    verdicts: list

    @property
    def out(self):
        """All that it printed."""
        return self.stdout + self.stderr

    def count(self, outcome):
        """Give how many checks came to an outcome."""
        return sum(each["outcome"] == outcome for each in self.verdicts)

    @property
    def tally(self):
        """How many checks came to what, as a summary says it."""
        outcomes = {
            "conforms": "conform",
            **{each: each for each in ("drifted", "unknown", "waived", "not applicable")},
        }
        return ", ".join(f"{self.count(outcome)} {word}" for outcome, word in outcomes.items())

    def subjects(self, outcome):
        """Give `{control: [subject, ...]}` of an outcome, as faults declare it."""
        found = {}
        for verdict in self.verdicts:
            if verdict["outcome"] == outcome:
                found.setdefault(verdict["control"], []).append(verdict["id"].partition("[")[2].removesuffix("]"))
        return {control: sorted(names) for control, names in sorted(found.items())}


def in_process(folder, *arguments, environ=None, cwd=PROJECT, plugins=(), results=True):
    """Run pytest in this process; `folder` is HOME, and its `evidence` is where the evidence goes.

    Without `results` it lacks those of Allure: for tests that ask for verdicts alone.
    """
    if any(each.startswith(("-n", "--numprocesses")) for each in arguments):
        raise ValueError("workers are processes: a run with them is a process of its own")
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)

    def run(command):
        with (
            _like_new(environment(folder, environ), cwd),
            nullcontext() if results else _no_results(),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = pytest.main(command, plugins=[_Quick(), *plugins])
        return int(code), *(each.buffer.getvalue().decode() for each in (out, err))

    return _played(folder, arguments, run)


def in_a_process(folder, *arguments, environ=None, cwd=PROJECT):
    """Run pytest in a process of its own; else as `in_process`."""

    def run(command):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *command],
            cwd=cwd,
            env=environment(folder, environ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return _played(folder, arguments, run)


def environment(home, more=None):
    """Give the environment of a run: nobody's credentials, no CI, no tool but those beside Python; and then `more`."""
    clean = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
    clean |= {"HOME": str(home), "PATH": "/nowhere", "COLUMNS": "200"}
    others = ("PYTEST_", "GITHUB_", "ASBUILT_HEARTBEAT_URL")
    return {name: value for name, value in clean.items() if not name.startswith(others)} | (more or {})


def _played(folder, arguments, run):
    evidence = folder / "evidence"
    known = set(evidence.glob("*Z-*"))
    code, stdout, stderr = run(["-p", "no:cacheprovider", f"--evidence={evidence}", *arguments])
    new = sorted(set(evidence.glob("*Z-*")) - known)
    directory = new[0] if new else None
    path = directory / "verdicts.json" if directory else None
    verdicts = json.loads(path.read_text()) if path and path.exists() else []
    return Played(code, stdout, stderr, directory, verdicts)


class _Quick:
    """Leaves out what a process does at its end: it looks through everybody's garbage for errors."""

    def pytest_configure(self, config):
        config.stash[gc_collect_iterations_key] = 0


@contextmanager
def _like_new(environ, cwd):
    """Make this process like one that begins with pytest; in the end it is what it was."""
    with ExitStack() as back:
        patch = back.enter_context(pytest.MonkeyPatch.context())
        patch.chdir(cwd)
        back.callback(_set_environment, dict(os.environ))
        _set_environment(environ)
        paths = filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))
        patch.setattr(sys, "path", [str(cwd), *paths, *filter(_is_lasting, sys.path)])
        patch.setattr(sys, "meta_path", [each for each in sys.meta_path if not hasattr(each, "mark_rewrite")])
        # By these pytest words the failures of the tests that run this, and knows their marks.
        patch.setattr(util, "_config", None)
        patch.setattr(pytest.mark, "_config", None)
        patch.setattr(ThreadContextItems, "_thread_context", defaultdict(OrderedDict))
        back.enter_context(_own_modules())
        back.enter_context(_own_allure())
        back.enter_context(stamina.set_testing(True, attempts=ATTEMPTS))  # which waits no longer before it asks again
        yield


@contextmanager
def _no_results():
    """Let nobody write Allure's results."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asbuilt.record.finish.write_results", lambda *_: {})
        yield


def _set_environment(environ):
    os.environ.clear()
    os.environ.update(environ)


@contextmanager
def _own_modules():
    """Import anew what belongs to a project: conftest.py and checks have the same names in several folders."""
    before = dict(sys.modules)
    _drop_own_modules()
    invalidate_caches()
    try:
        yield
    finally:
        _drop_own_modules()
        sys.modules.update(before)  # what is lasting stays, also where this run was the first to import it


def _drop_own_modules():
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and name != "__main__" and not _is_lasting(file):
            del sys.modules[name]


def _is_lasting(path):
    return f"{path}{os.sep}".startswith(_LASTING)


@contextmanager
def _own_allure():
    """Let Allure know of no other run: its manager of plugins is one for the whole process."""
    manager = allure_commons.plugin_manager
    before = manager.list_name_plugin()
    for _, plugin in before:
        manager.unregister(plugin)
    try:
        yield
    finally:
        for plugin in manager.get_plugins():
            manager.unregister(plugin)
        for name, plugin in before:
            manager.register(plugin, name)
