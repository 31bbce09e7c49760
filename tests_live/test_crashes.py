"""No dyno crashes again and again."""

import pytest

from asbuilt.controls import Finding, control, none_of
from asbuilt.crashes import TWICE, came_by_itself, falls, life_of

pytestmark = pytest.mark.live


@control("HK008", severity="SEV-2", satisfies=["SOC2 CC7.2", "SOC2 A1.2", "NIST SI-4"], explained_by=["HK003"])
@pytest.mark.watch
@pytest.mark.usefixtures("something_to_run")
def test_no_dyno_crashes_again_and_again(looks, release, now):
    """No dyno of a declared process crashes again and again: one look finds it up as often as not.

    A dyno that is not up, or came up within ten minutes without a release, is looked at again: three looks within a
    minute; a watch goes by its looks of the last half hour. Of a dyno that went down twice on one release, the next
    start is no recovery.

    Remedy: heroku logs --app {app} --num 100; heroku ps --app {app}
    """
    lives = [life_of(name, looks) for name in sorted({dyno.name for dyno in looks[-1]})]
    if all(life[-1].state == "crashed" and falls(life) < TWICE for life in lives):
        pytest.skip("it has crashed and was not started again: HK006 judges that")
    none_of(Finding(_told(life)) for life in lives if falls(life) + _fell_before(life, release, now) >= TWICE)


def _fell_before(life, release, now):
    return life[0].state in {"up", "starting"} and came_by_itself(life[0], release, now)


def _told(life):
    seen = ", ".join(f"{dyno.state} since {dyno.updated_at:%H:%M:%S}" for dyno in life)
    return f"{life[-1].name} crashes again and again on v{life[-1].release}: {seen}"
