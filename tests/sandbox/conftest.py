"""What the sandbox's own tests share: sandboxes that end with their test, and a folder to write worlds in."""

from __future__ import annotations

import pytest
from sandbox_caller import WORLDS, Caller

from asbuilt.sandbox.server import Sandbox


@pytest.fixture
def start():
    """Start sandboxes that end with the test."""
    begun = []

    def begin(name, **options):
        caller = Caller(Sandbox.start(name, **options))
        begun.append(caller)
        return caller

    yield begin
    for caller in begun:
        caller.close()
        caller.sandbox.close()


@pytest.fixture(scope="module", params=["incident-2026-04-30", "healthy", "rich"])
def everywhere(request):
    """Each world in turn, the whole module on one sandbox."""
    folder = WORLDS if request.param == "rich" else None
    with Sandbox.start(request.param, folder=folder) as sandbox:
        caller = Caller(sandbox)
        yield caller
        caller.close()


@pytest.fixture
def rich(start):
    return start("rich", folder=WORLDS)


@pytest.fixture
def folder(tmp_path):
    """A folder of fixtures to write in: `folder("faults", "crashed", text)`."""
    for kind in ("scenarios", "faults"):
        (tmp_path / kind).mkdir()
    for file in (WORLDS / "scenarios").iterdir():
        (tmp_path / "scenarios" / file.name).write_text(file.read_text())

    def write(kind, name, text):
        (tmp_path / kind / f"{name}.yaml").write_text(text)
        return tmp_path

    return write
