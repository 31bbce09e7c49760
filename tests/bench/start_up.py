"""How long the command takes to begin: `make bench` prints it, and what it is a multiple of.

What it is held against is a pytest with the same plugins that runs one empty test, and a Python that does nothing. Each
is started in turn and held against those of its own turn, as a machine has quick and slow moments; the median counts.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HOME = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ESTATE = HOME / "estate.yaml"
CHECKOUT = HOME / "fixtures/repositories/TradeMasterAPI/before"
TIMES = 10


def main() -> None:
    """Start each command again and again, and print what a start takes."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        turns = [turn(commands(folder), folder) for _ in range(TIMES)]
    print(f"started {TIMES} times in turn, the median of each:")
    for name in turns[0]:
        ratio = median(each[name] / each["a bare pytest"] for each in turns)
        above = median(each[name] - each["python -c pass"] for each in turns) * 1000
        print(f"  {ratio:5.2f} times a bare pytest, {above:5.0f} ms above python -c pass: {name}")


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


def turn(lines: dict[str, list[str]], folder: str) -> dict[str, float]:
    """Start each command line once, and give the seconds that it took."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    took: dict[str, float] = {}
    for name, line in lines.items():
        began = time.perf_counter()
        subprocess.run(line, cwd=folder, env=environ, capture_output=True, check=True)
        took[name] = time.perf_counter() - began
    return took


if __name__ == "__main__":
    main()
