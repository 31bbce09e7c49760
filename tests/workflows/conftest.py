"""What stands in for actionlint, which is no dependency."""

import sys

import pytest

# What actionlint prints, and what it logs with -verbose; `fault` is what this one does wrong.
STAND_IN = """#!{python} -S
import sys
with open({log!r}, "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1:] == ["-version"]:
    print("1.7.12\\ninstalled by hand")
    sys.exit(0)
import json, os, signal
paths = sys.argv[sys.argv.index("--") + 1:]
found = [
    dict(message="no such  runner", filepath=path, line=number, column=14, kind="runner-label", end_column=20)
    for path in paths
    for number, line in enumerate(open(path, errors="replace"), 1)
    if "nowhere" in line
]
{fault}
for path in paths:
    count = sum(1 for each in found if each["filepath"] == path)
    sys.stderr.write(f"verbose: verbose: Linting {{path}}\\nFound total {{count}} errors in 0 ms for {{path}}\\n")
print(json.dumps(found))
sys.exit(bool(found))
"""


@pytest.fixture
def actionlint(tmp_path, monkeypatch):
    """Put an executable on PATH that answers as actionlint does; give the calls that it got."""

    def put(fault=""):
        folder = tmp_path / "bin"
        folder.mkdir()
        log = tmp_path / "calls"
        log.touch()
        program = folder / "actionlint"
        program.write_text(STAND_IN.format(python=sys.executable, log=str(log), fault=fault))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return log

    return put
