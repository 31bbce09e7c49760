"""A thousand looks of a watch over faults that come and go (`make soak`), and what that takes.

    python tests/bench/watch_looks.py [LOOKS] [SEED]
    python tests/bench/watch_looks.py incident

The second is the incident, from the app's creation to its repair, in steps of five minutes.

It prints figures, and ends with exit 1 where an outage was not called, called too early or twice, or never resolved.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from soaked import HAS_GRACE, INTERVAL, incident_watched, soaked

_DAYS = 8 * 86_400


def incident():
    """Watch the incident, and print whom it called when."""
    looks = int((_DAYS + 3600) / INTERVAL)
    with tempfile.TemporaryDirectory(prefix="asbuilt-") as folder:
        called = incident_watched(Path(folder), [number * INTERVAL for number in range(looks)], _DAYS)
    print(f"{looks} looks at the incident, {len(called)} messages")
    for at, kind, title in called:
        print(f"  after {at / 3600:.1f} h: {kind.value}: {title}")


def main():
    """Watch, and print what came of it."""
    if sys.argv[1:] == ["incident"]:
        incident()
        return
    looks, seed = (int(each) for each in (*sys.argv[1:], *("1000", "7")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="asbuilt-") as folder:
        found = soaked(Path(folder), looks, seed)
    long = sum(each.must_be_called for each in found.outages)
    short = sum(each.must_not_be_called for each in found.outages)
    graced = sum(each.kind in HAS_GRACE for each in found.outages)
    print(f"{looks} looks, seed {seed}: {len(found.outages)} outages ({graced} with a grace)")
    print(f"  {long} to be called, {short} never, {len(found.called)} messages")
    heroku, probes = (found.requests[each] / looks for each in ("Heroku", "probes"))
    print(f"requests: {heroku:.2f} of Heroku and {probes:.2f} probes a look")
    print(f"processor: {found.processor / looks * 1000:.0f} ms a look, the sandbox and the forks included")
    for name, (early, late) in (
        ("kB of the watch and of what judges", found.sizes),
        ("open files of both", found.descriptors),
        ("files in the folder", found.files),
    ):
        print(f"{name}: {early} at look {min(100, looks // 2)}, {late} at look {looks}")
    print(f"days: {len(found.days)}")
    for each in found.wrong:
        print(f"WRONG: {each}")
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
