"""How long the command takes to begin: `make bench` prints it, and what it is a multiple of.

What it is held against is a pytest with the same plugins that runs one empty test, and a Python that does nothing. Each
is started in turn, and the fastest start of each counts: whatever else the machine does only makes one slower.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ESTATE = HOME / "estate.yaml"
CHECKOUT = HOME / "fixtures/repositories/TradeMasterAPI/before"
TIMES = 10


def main() -> None:
    """Start each command again and again, and print what the fastest start takes."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        began = fastest(commands(folder), folder)
    bare, nothing = began["a bare pytest"], began["python -c pass"]
    print(f"started {TIMES} times in turn, the fastest of each:")
    for name, seconds in began.items():
        above = (seconds - nothing) * 1000
        print(f"  {seconds / bare:5.2f} times a bare pytest, {above:5.0f} ms above python -c pass: {name}")


def commands(folder: str) -> dict[str, list[str]]:
    """Give each command line by the name that it is printed with."""
    pytest = str(BIN / "pytest")
    suite = ["-c", str(HOME / "pytest.ini"), f"--rootdir={HOME}", str(HOME / "tests_live"), "-m", "live"]
    live = ["--sandbox=healthy", f"--estate={ESTATE}", f"--evidence={folder}/reports", "-p", "no:cacheprovider"]
    asbuilt, python = str(BIN / "asbuilt"), sys.executable
    return {
        "python -c pass": [python, "-c", "pass"],
        "a bare pytest": [pytest, "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", folder],
        "asbuilt --version": [asbuilt, "--version"],
        "asbuilt --help": [asbuilt, "--help"],
        "asbuilt paths": [asbuilt, "paths", "--checkout", str(CHECKOUT)],
        "asbuilt paths, with an estate": [asbuilt, "paths", "--checkout", str(CHECKOUT), "--estate", str(ESTATE)],
        "pytest -m live --sandbox=healthy": [pytest, *suite, *live],
        "asbuilt live --sandbox=healthy": [asbuilt, "live", *live],
    }


def fastest(lines: dict[str, list[str]], folder: str) -> dict[str, float]:
    """Give the seconds of the fastest start of each command line."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    took: dict[str, float] = {}
    for _ in range(TIMES):
        for name, line in lines.items():
            began = time.perf_counter()
            subprocess.run(line, cwd=folder, env=environ, capture_output=True, check=True)
            took[name] = min(took.get(name, 60.0), time.perf_counter() - began)
    return took


if __name__ == "__main__":
    main()
