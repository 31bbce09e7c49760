"""How long it takes to judge workflow files: `make bench` prints it, and what it is a multiple of.

A thousand files: the samples of fixtures/workflows over and over, each copy a checkout of its own with an app of its
own, so that nothing is known from before. Each is read, its deploy paths are found, and every static control judges it,
but those that run another program.
"""

import resource
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

import yaml

HOME = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOME / "tests" / "workflows"))

from judge import judge  # noqa: E402 - found by the line above
from samples import lay_out, samples  # noqa: E402

from asbuilt import estate as estates  # noqa: E402
from asbuilt.workflows.paths.checkout import read  # noqa: E402

FILES = 1000


def main() -> None:
    """Judge, load and parse the same files, and print what each takes."""
    with tempfile.TemporaryDirectory() as folder:
        checkouts = list(copies(Path(folder)))
        texts = [path.read_text() for root, _ in checkouts for path in root.glob(".github/**/*.yml")]
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        judged = timed(judge_one, checkouts) / len(texts)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        loaded = timed(yaml.safe_load, texts) / len(texts)
        parsed = timed(lambda text: yaml.compose(text, Loader=yaml.CSafeLoader), texts) / len(texts)
    print(f"{len(texts)} workflow files in one process, read and judged:")
    print(f"  {judged * 1000:.2f} ms a file")
    print(f"  {judged / loaded:.2f} times yaml.safe_load, {judged / parsed:.1f} times libyaml's parser alone")
    print(f"  {memory / 1024:.0f} MB in all at most, {(memory - begun) / 1024:.0f} MB of them while judging")
    with tempfile.TemporaryDirectory() as folder:
        few, many = (timed(read, [one_file(Path(folder) / str(jobs), jobs)]) for jobs in (30, 300))
    print(f"one file of 300 jobs with 3,000 deploys: {many:.2f} s to read it and find its ways,")
    print(f"  {many / few:.1f} times a file of 30 jobs with 300 deploys")


def copies(folder: Path):
    """Give the folder and the estate of each copy."""
    count = 0
    for number, files in enumerate(cycle([*samples("ok").values(), *samples("err").values()])):
        root = folder / str(number)
        estate_file = lay_out(files, root)
        own = folder / f"{number}.yaml"
        own.write_text(estate_file.read_text().replace("shop", f"shop{number}"))
        for path in root.glob(".github/**/*.yml"):
            path.write_text(path.read_text().replace("shop", f"shop{number}"))
            count += 1
        yield root, estates.load(own)
        if count >= FILES:
            return


def one_file(root: Path, jobs: int) -> Path:
    """Lay out a checkout with one workflow, each of whose jobs deploys ten apps."""
    lines = ["on: workflow_dispatch", "jobs:"]
    for number in range(jobs):
        lines += [f"  job{number}:", "    runs-on: ubuntu-latest", "    steps:", "      - run: |"]
        lines += [f"          git push https://git.heroku.com/shop-{number}-{each}.git main" for each in range(10)]
    path = root / ".github" / "workflows" / "deploy.yml"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(lines) + "\n")
    return root


def judge_one(checkout) -> None:
    """Read a checkout and judge it."""
    root, estate = checkout
    (repository,) = estate.repositories.values()
    judge(estate, repository, read(root))


def timed(work, items) -> float:
    """Give the seconds of the processor that a piece of work takes for all items."""
    start = time.process_time()
    for item in items:
        work(item)
    return time.process_time() - start


if __name__ == "__main__":
    main()
