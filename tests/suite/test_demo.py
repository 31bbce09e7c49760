"""`asbuilt demo` where it cannot be played."""

import subprocess
import sys


def test_where_nothing_can_be_recorded_it_is_said_once(tmp_path):
    (tmp_path / "taken").write_text("a file")
    command = [sys.executable, "-P", "-m", "asbuilt", "demo", "--evidence=taken"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert done.stderr.count("asbuilt: --evidence taken: no folder can be made there: ") == 1
    assert "expected one new run" not in done.stdout
