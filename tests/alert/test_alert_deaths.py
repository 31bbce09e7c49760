import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
EXPECTED = Counter(
    f"{target} {kind}" for target in ("env:PAGER_URL", "env:CHAT_URL") for kind in ("first", "first", "resolved")
)


def test_wherever_it_dies_nothing_is_lost_and_nothing_told_twice_but_what_it_died_at(tmp_path):
    stories = told_at_each_moment(tmp_path)
    assert sum(each["died"] for each in stories) > 50
    assert stories[-1]["died"] == 0  # there was no later moment
    for each in stories:
        got = Counter(one.rpartition(" ")[0] for one in each["got"])
        twice = Counter(each["got"]) - Counter(set(each["got"]))
        assert not EXPECTED - got, each
        assert (each["open"], each["outbox"]) == (1, 0), each
        assert twice.total() <= each["died"], each
        assert max(twice.values(), default=0) <= 1, each
    assert any(len(each["got"]) > EXPECTED.total() for each in stories)  # who dies between delivery and state


def told_at_each_moment(folder):
    """Give what came of two runs that died at each moment at which they can, and were made again."""
    done = subprocess.run(
        [sys.executable, HERE / "dying_calls.py", folder],
        env={"PYTHONPATH": f"{HERE}:{HERE.parents[1]}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
