"""What this machine has of what asbuilt works with: versions, and plugins of pytest that take its options."""

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import entry_points, version

from asbuilt import __version__
from asbuilt.doctor.said import Group, Line, Status
from asbuilt.lint.linters import LINTERS
from asbuilt.lint.scan import find
from asbuilt.record.report import own_or_found as own_allure

_SECONDS = 5
_VERSION = re.compile(r"\d{1,6}\.\d{1,6}[\w.+-]{0,40}")
_OURS = frozenset({"asbuilt", "allure_pytest", "xdist", "xdist.looponfail", "anyio"})
_TAKES = {"timeout": "--timeout"}  # whose options have a longer name then
_GET = {  # where each is published
    "zizmor": "install it beside asbuilt: pip install zizmor",
    "actionlint": "put it on PATH: https://github.com/rhysd/actionlint/blob/main/docs/install.md",
}
_line = partial(Line, Group.VERSIONS)


def lines(*, lints: bool) -> Iterator[Line]:
    """Say which version of each there is, and what lacks for what; `lints` says that linters judge workflow files."""
    calls: dict[str, list[str | None]] = {}
    calls |= {each.name: [find(each.name), each.version_option] for each in LINTERS.values()}
    calls |= {"node": [shutil.which("node"), "--version"]}
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        found = dict(zip(calls, pool.map(_version, calls.values()), strict=True))
    found["allure"] = None if own_allure() is None else ""  # to ask it takes longer than all else together
    python, pytest = platform.python_version(), version("pytest")
    yield _line(Status.WELL, f"asbuilt {__version__}, Python {python}, pytest {pytest}")
    for control, linter in LINTERS.items():
        if not found[linter.name]:
            lacks = "is not there" if found[linter.name] is None else "does not say its version"
            fact = f"{linter.name} {lacks}: {control} of workflow files will be unknown"
            status = Status.WRONG if lints else Status.NOTE
            yield _line(status, fact, f"{_GET[linter.name]}; or let it be: `lint: off` in the estate")
    there = [f"{name} {each}".rstrip() for name, each in found.items() if each is not None]
    if there:
        yield _line(Status.WELL, ", ".join(there))
    if lacking := " and ".join(name for name in ("node", "allure") if found[name] is None):
        need = "Node.js 20 or later; npm install --global allure@3"
        yield _line(Status.NOTE, f"{lacking} not there: report.html is not made without, all else is", need)
    yield from _plugins()


def _plugins() -> Iterator[Line]:
    names = {each.name for each in entry_points(group="pytest11")} - _OURS
    for name in sorted(names & _TAKES.keys()):
        option = _TAKES[name]
        yield _line(
            Status.NOTE, f"the plugin {name} has {option} too", f"write --asbuilt-{option[2:]}, or -p no:{name}"
        )


def _version(command: list[str | None]) -> str | None:
    """Give the version that a program tells of itself: empty where it tells none, None where it is not there."""
    program, option = command
    if not program or not option:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [program, option],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    told = _VERSION.search(done.stdout[:1000])
    return told[0] if told and done.returncode == 0 else ""
