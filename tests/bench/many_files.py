"""What a repository of many workflow files costs: `make bench` prints it (`many_files.py FILES ...` for other numbers).

One checkout of so many files, of three kinds in turn: a deploy of two apps behind gates, a small deploy of one app, and
one that only tests; with an estate that declares the few apps. `asbuilt paths` and `asbuilt static`, without linters,
are whole commands, from their start to their end, and so is zizmor over the same folder. Of the processor's time and of
the clock's, both are printed: zizmor works on all cores.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
FILES = (100, 300, 1000)
APPS = 20
WHOLE = (HOME / "fixtures/repositories/TradeMasterAPI/after/.github/workflows/deploy-heroku.yml").read_text()
SMALL = """name: small {number}
on: {{push: {{branches: [main]}}}}
permissions: {{contents: read}}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: make test
  deploy:
    needs: test
    runs-on: ubuntu-24.04
    environment: small-{number}
    concurrency: {{group: small-{number}, cancel-in-progress: false}}
    timeout-minutes: 20
    env:
      HEROKU_API_KEY: ${{{{ secrets.HEROKU_API_KEY }}}}
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}}
      - run: test -n "$HEROKU_API_KEY"
      - run: git push "https://heroku:$HEROKU_API_KEY@git.heroku.com/small-{number}.git" HEAD:main
      - run: curl --fail --retry 10 https://small-{number}.example/version | grep "$GITHUB_SHA"
"""
TEST = """name: test {number}
on: {{pull_request: , push: {{branches: [main]}}}}
permissions: {{contents: read}}
jobs:
  test:
    runs-on: ${{{{ matrix.os }}}}
    strategy: {{matrix: {{os: [ubuntu-24.04, macos-15], python: ['3.12', '3.13']}}}}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{python-version: "${{{{ matrix.python }}}}"}}
      - run: |
          python -m pip install --requirement requirements-{number}.txt
          if ! python -m pytest --quiet tests; then
            echo "tests failed" >> "$GITHUB_STEP_SUMMARY"
            exit 1
          fi
"""


class Cost(NamedTuple):
    """Seconds of the processor, and of the clock."""

    processor: float
    clock: float


def main() -> None:
    """Measure each size, and print what each command takes, and how many times another."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("files", nargs="*", type=int, default=FILES)
    print(
        "workflow files in one repository:  paths, static (without linters), zizmor; seconds of the processor (clock)"
    )
    before: tuple[int, Cost] | None = None
    for files in options.parse_args().files:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "shop"
            estate = lay_out(root, files)
            given = [f"--estate={estate}", f"--checkout={root}"]
            paths = cost([str(BIN / "asbuilt"), "paths", *given])
            chosen = ["-k", "not zizmor and not actionlint", f"--evidence={folder}/evidence", "-p", "no:cacheprovider"]
            static = cost([str(BIN / "asbuilt"), "static", *given, *chosen])
            linter = cost([str(BIN / "zizmor"), "--offline", "--no-progress", str(root)])
        told = ", ".join(f"{each.processor:.1f} ({each.clock:.1f})" for each in (paths, static, linter))
        times = f"paths {paths.clock / linter.clock:.2f} times zizmor"
        times += f", static {static.processor / paths.processor:.2f} times paths"
        grown = (
            f"; static {static.processor / before[1].processor:.1f} times that of {before[0]} files" if before else ""
        )
        print(f"  {files:5}:  {told};  {times}{grown}", flush=True)
        before = files, static


def lay_out(root: Path, files: int) -> Path:
    """Write a repository of so many files; give its estate."""
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    apps, environments = [], []
    for number in range(files):
        few = number % APPS
        match number % 3:
            case 0:
                text = WHOLE.replace("raxx-api-prod", f"whole-{few}-prod").replace("raxx-api-stag", f"whole-{few}-stag")
                own = {f"whole-{few}-prod": "production", f"whole-{few}-staging": "staging"}
                gates = "gates: [freeze-check, smoke], "
            case 1:
                text, own, gates = (
                    SMALL.format(number=number),
                    {f"small-{number}": f"small-{number}"},
                    "gates: [test], ",
                )
            case _:
                text, own, gates = TEST.format(number=number), {}, ""
        (folder / f"w{number}.yml").write_text(text)
        environments += own.values()
        apps += [
            f"  {app}: {{environment: {environment}, {gates}repository: team/shop}}" for app, environment in own.items()
        ]
    apps = list(dict.fromkeys(apps))
    named = "\n".join(f"      {each}:" for each in dict.fromkeys(environments))
    estate = root.parent / "estate.yaml"
    repository = f"repositories:\n  team/shop:\n    environments:\n{named}\n"
    estate.write_text("\n".join(["estate: bench", "apps:", *apps, repository]))
    return estate


def cost(command: list[str]) -> Cost:
    """Run a command to its end."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1 and "zizmor" not in command[0]:
        sys.exit(done.stdout.decode() + done.stderr.decode())
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(spent, time.monotonic() - begun)


if __name__ == "__main__":
    main()
