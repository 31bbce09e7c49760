"""How long it takes to judge workflow files: `make bench` prints it, and what it is a multiple of.

A thousand files, the samples of fixtures/workflows over and over, each sample a checkout of its own: read, paths and
every static control but those that run another program.
"""

import resource
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import yaml

HOME = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOME / "tests" / "workflows"))

from judge import judge  # noqa: E402 - found by the line above
from samples import lay_out, samples  # noqa: E402

from asbuilt import estate as estates  # noqa: E402
from asbuilt.workflows import shell  # noqa: E402
from asbuilt.workflows.checkout import read  # noqa: E402

FILES = 1000


def main() -> None:
    """Judge, parse and load the same files, and print what each takes."""
    with tempfile.TemporaryDirectory() as folder:
        roots = []
        for number, files in enumerate([*samples("ok").values(), *samples("err").values()]):
            root = Path(folder) / str(number)
            roots.append((root, estates.load(lay_out(files, root))))
        chosen, count = [], 0
        for root, estate in islice(cycle(roots), FILES):
            chosen.append((root, estate))
            count += len(list(root.glob(".github/**/*.yml")))
            if count >= FILES:
                break
        texts = [path.read_text() for root, _ in chosen for path in root.glob(".github/**/*.yml")]
        judged = timed(lambda: [judge_one(root, estate) for root, estate in chosen]) / count
        composed = timed(lambda: [yaml.compose(text, Loader=yaml.CSafeLoader) for text in texts]) / count
        loaded = timed(lambda: [yaml.safe_load(text) for text in texts]) / count
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} workflow files, each read, its deploy paths found, and judged by every static control:")
    print(f"  {judged * 1000:.2f} ms a file, {memory:.0f} MB at most")
    print(f"  {judged / loaded:.1f} times what yaml.safe_load alone takes, {judged / composed:.0f} times libyaml's parser")


def judge_one(root: Path, estate: estates.Estate) -> None:
    """Judge one checkout as if no script had been seen before."""
    shell.commands.cache_clear()
    (repository,) = estate.repositories.values()
    judge(estate, repository, read(root))


def timed(work) -> float:
    """Give the seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
