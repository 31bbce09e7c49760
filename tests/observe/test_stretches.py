"""Outages that come and go, as looks see them: each that lasts is called in time, and none before its grace is over."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.estate import load
from asbuilt.model import Dyno, Observed, Release, Unobserved
from asbuilt.observe.look_states import Seen, counting, state_of

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
RELEASES = (
    Release(9, "Deploy 1a2b3c4d", "succeeded", current=True, code="slug", created_at=BEGIN - timedelta(days=9)),
)
LOST = Unobserved("dynos", "GET dynos", "answered 503", "ask again")
GRACE = 300
STATES = {"crash": "crashed", "start": "starting"}


@pytest.fixture(scope="module")
def app():
    return load(PROJECT / "estate.yaml").apps["raxx-api-prod"].model_copy(update={"probes": ()})


def _outages(kinds, between, until):
    """Make outages that do not touch: `(begins, ends, kind)` in seconds."""
    ends, found = 1000, []
    while ends < until:
        begins = ends + random.randint(*between)
        ends = begins + random.choice([20, 60, 200, 290, 299, 301, 400, 700, 2000])
        found.append((begins, ends, random.choice(kinds)))
    return found


def _dynos(outage, up_since):
    begins, _, kind = outage or (up_since, 0, "up")
    if kind == "gone":
        return ()
    return (Dyno("web.1", "web", STATES.get(kind, "up"), 9, BEGIN + timedelta(seconds=begins)),)


@pytest.mark.parametrize("interval", [60, 300, 600])
@pytest.mark.parametrize(
    ("kinds", "least"), [(["crash"], 40), (["start"], 40), (["gone"], 700), (["crash", "start", "gone"], 700)]
)
def test_each_outage_is_called_when_its_grace_is_over_and_not_before(app, interval, kinds, least):
    random.seed(f"{interval} {kinds}")
    until, every = 400 * interval, timedelta(seconds=interval)
    outages = _outages(kinds, (least, 4000), until)
    kept, called, is_lost = None, set(), False
    for at in range(0, until, interval):
        now = BEGIN + timedelta(seconds=at)
        outage = next((each for each in outages if each[0] <= at < each[1]), None)
        up_since = max((ends for _, ends, _ in outages if ends <= at), default=-3600)
        was_lost, is_lost = is_lost, random.random() < 0.05
        dynos = LOST if is_lost else Observed(_dynos(outage, up_since))
        state, kept = state_of(
            app, Seen(releases=Observed(RELEASES), dynos=dynos), {}, counting(kept, now, every), now, goes_on=False
        )
        if is_lost:
            continue
        down = state.watched.down.get("web")
        assert (down is None) == (outage is None)
        if outage is None:
            continue
        lasts, seen = at - outage[0], now - down.value if isinstance(down, Observed) else timedelta()
        if seen >= app.grace:
            called.add(outage)
            assert lasts >= GRACE, outage
        # What no timestamp tells of is down since a look; and that may have been lost.
        elif lasts >= GRACE + (interval if outage[2] == "gone" else 0):
            assert outage[2] == "gone", outage
            assert was_lost or lasts < GRACE + 2 * interval, outage
    assert called
