"""What a run of many apps costs: `make bench` prints it (`python tests/bench/large_runs.py APPS` for another number).

Three sizes of one estate (`large_estates`) are judged in its sandbox, by `asbuilt live` as anybody would, with all of
their evidence; what the sandbox itself takes counts too. By the smallest, what every run costs is told apart from what
an app costs. Then the observation of the largest is judged once more, which leaves out sweep and sandbox, and held
against a bare pytest of as many empty parametrized tests. Both are whole commands, from their start to their end: the
start, reading the observation and collection are in it too. Time is that of the processor.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from large_estates import Laid, lay_out

BIN = Path(sys.executable).parent
APPS = 1000
BARE = """
import pytest

@pytest.mark.parametrize("number", range({checks}))
def test_nothing(number):
    pass
"""


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of the processor, and megabytes at most."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Judged:
    """A run of some apps: what it cost, what it left, and the checks and requests that it consisted of."""

    apps: int
    cost: Cost
    directory: Path
    checks: int
    requests: int

    @property
    def kilobytes(self) -> float:
        return sum(each.stat().st_size for each in self.directory.rglob("*") if each.is_file()) / 1000


def main() -> None:
    """Judge an estate of three sizes, and print what an app costs."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("apps", nargs="?", type=int, default=APPS)
    most = options.parse_args().apps
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        least, few, many = (in_sandbox(each, folder) for each in (max(10, most // 100), max(20, most // 10), most))
        again = cost_of(asbuilt(lay_out(most, folder), folder, f"--observed={many.directory}/observation.json"), folder)
        bare = cost_of(bare_pytest(many.checks, folder), folder)
        print_costs(least, few, many)
        print(f"judged again from its observation, and recorded: {again.seconds:.1f} s, {again.megabytes:.0f} MB,")
        told = f"a bare pytest of {many.checks} tests ({bare.seconds:.1f} s, {bare.megabytes:.0f} MB)"
        print(f"  {again.seconds / bare.seconds:.2f} times {told}")


def print_costs(least: Judged, few: Judged, many: Judged) -> None:
    """Print what the runs in the sandbox took, in all and for an app."""
    for each in (least, few, many):
        print(
            f"{each.apps} apps in the sandbox, {each.checks} checks, {each.requests} requests: "
            f"{each.cost.seconds:.1f} s of the processor, {each.cost.megabytes:.0f} MB, "
            f"{each.kilobytes / each.apps:.1f} kB of evidence an app"
        )
    seconds = [(each.cost.seconds - least.cost.seconds) / (each.apps - least.apps) for each in (few, many)]
    memory = [(each.cost.megabytes - least.cost.megabytes) / (each.apps - least.apps) for each in (few, many)]
    print(f"one more app, at {few.apps} and at {many.apps}:")
    for (before, after), unit in ((seconds, "ms"), (memory, "kB of memory")):
        print(f"  {before * 1000:.0f} and {after * 1000:.0f} {unit}, {after / before:.2f} times as much")
    packed = packed_size(many.directory) / 1000 / many.apps
    print(f"evidence of an app, of {many.kilobytes / many.apps:.1f} kB ({packed:.1f} kB packed, as CI keeps it):")
    for name, size in sizes(many.directory).items():
        print(f"  {size / many.apps / 1000:6.2f} kB {name}")


def in_sandbox(apps: int, folder: Path) -> Judged:
    """Judge the estate of so many apps in its sandbox."""
    laid = lay_out(apps, folder)
    cost = cost_of(asbuilt(laid, folder, f"--sandbox={laid.world}"), folder)
    directory = (folder / "reports" / "latest").resolve()
    checks = (directory / "verdicts.json").read_text().count('"requirement": ')
    requests = (directory / "sandbox-log.json").read_text().count('"GET ')
    return Judged(apps, cost, directory, checks, requests)


def asbuilt(laid: Laid, folder: Path, *world: str) -> list[str]:
    """Give the command line that judges an estate; what only our own tests need of pytest's plugins stays away."""
    without = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    return [
        str(BIN / "asbuilt"),
        "live",
        f"--estate={laid.estate}",
        *world,
        f"--evidence={folder / 'reports'}",
        *without,
    ]


def bare_pytest(checks: int, folder: Path) -> list[str]:
    """Give the command line of a pytest without any plugin but its own."""
    (folder / "test_nothing.py").write_text(BARE.format(checks=checks))
    own = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}", str(folder / "test_nothing.py")]
    return ["env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", str(BIN / "pytest"), *own]


def cost_of(command: list[str], folder: Path) -> Cost:
    """Run a command to its end, and give what it took. Raises RuntimeError where it failed."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ["ALLURE_NO_ANALYTICS"] = "true"
    said = folder / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said.read_text()[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def sizes(directory: Path) -> dict[str, int]:
    """Give how many bytes the files and the folders of a run have, the largest first."""
    found = {
        each.name: sum(file.stat().st_size for file in [each, *each.rglob("*")] if file.is_file())
        for each in directory.iterdir()
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def packed_size(directory: Path) -> int:
    """Give how many bytes a run's directory has as an archive, packed as `actions/upload-artifact` does."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for each in sorted(directory.rglob("*")):
                archive.write(each, each.relative_to(directory))
        return file.seek(0, os.SEEK_END)


if __name__ == "__main__":
    main()
