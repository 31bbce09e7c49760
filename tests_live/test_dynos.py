"""The declared processes run, and run what was released."""

import shlex

import pytest

from asbuilt import under_way
from asbuilt.controls import Finding, control, none_of
from asbuilt.model import ago, codes

pytestmark = pytest.mark.live


@control(
    "HK005",
    severity="SEV-3",
    satisfies=["NIST CM-2", "ISO27001 A.8.9"],
    explained_by=["HK004"],
    declared=["app.formation"],
)
@pytest.mark.usefixtures("past_first_deploy")
def test_formation_is_as_declared(app, formation):
    """The formation is as declared.

    A declared 0 is the absence of the process: Heroku has no entry for one that the code does not know.

    Remedy: heroku ps:scale {formation} --app {app}
    """
    if not app.formation:
        pytest.skip(f"{app.name} declares no formation")
    kinds = {*app.formation, *(name for name, each in formation.items() if each.quantity)}
    wrong = {name: _bound(app.formation.get(name), formation.get(name)) for name in sorted(kinds)}
    to_scale = [f"{name}={bound}" for name, bound in wrong.items() if bound]
    declared = {name: _declared(each) for name, each in app.formation.items()}
    observed = {name: _observed(app.formation.get(name), formation[name]) for name in kinds if name in formation}
    fact = f"formation is {_listed(observed)}, declared {_listed(declared)}"
    fix = f"heroku ps:scale {shlex.join(to_scale)} --app {{app}}" if formation else "{deploy}"
    none_of([Finding(fact, fix)] if to_scale else [])


@control(
    "HK006",
    severity="SEV-2",
    satisfies=["SOC2 CC7.2", "SOC2 A1.2", "NIST SI-4"],
    explained_by=["HK002", "HK003", "HK005", "HK008"],
    declared=["app.formation", "app.grace"],
    observed=["dynos", "formation_if_asked"],
)
@pytest.mark.watch
@pytest.mark.usefixtures("past_first_deploy", "something_to_run")
def test_declared_process_is_up(
    app, process, dynos, formation_if_asked, release, releases, runs_images, now, grace, down_since
):
    """Each declared process is up, as many dynos of it as declared.

    `grace` is for what is under way: dynos that start on a young release, dynos that a deploy or a scaling has just
    asked for. A crashed dyno is down whatever else goes on. An Eco dyno that is idle is asleep, not down. A watch gives
    each process its grace, since it went down by the timestamps of what is down, or by the first look that found it so.

    Remedy: heroku ps --app {app}; heroku logs --app {app} --num 100
    """
    least = app.formation[process].least
    if not least:
        pytest.skip(f"no {process} is declared to run: HK005 judges that")
    own = formation_if_asked.get(process)
    down = under_way.down(process, least, dynos, own, releases, images=runs_images, now=now, grace=grace)
    if down is None:
        return
    since = down_since or down.since
    fact = f"{down.up} of {least} {process} up ({down.states}) since {ago(since, now)}, grace {ago(now, now + grace)}"
    if down.waits_for and not down_since:
        pytest.skip(f"{fact}: {down.waits_for}")
    if down_since and under_way.young(since, now, grace):
        pytest.skip(f"{fact}: {down.waits_for or 'the next looks tell whether it comes up'}")
    fix = "" if codes(releases, images=runs_images).get(release.version) else "{deploy}"
    none_of([Finding(fact, fix, since=since)])


@control("HK007", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3"])
def test_every_dyno_runs_the_current_release(running, release, now, grace):
    """Every dyno runs the current release: each release restarts all of them, one of container images too.

    Remedy: heroku ps:restart --app {app}
    """
    old = [f"{dyno.name} runs v{dyno.release}" for dyno in running if dyno.release != release.version]
    since = ago(release.created_at, now)
    if old and under_way.young(release.created_at, now, grace):
        pytest.skip(f"{', '.join(old)}; current is {release} since {since}, grace {ago(now, now + grace)}")
    assert not old, f"{', '.join(old)}; current is {release} since {since}"


def _bound(declared, observed):
    """Give the number, and the size, that a process is to be scaled to; nothing where it is as declared."""
    least, most, size = (declared.least, declared.most, declared.size) if declared else (0, 0, None)
    quantity = observed.quantity if observed else 0
    right = least <= quantity <= most and (not size or not quantity or observed.size.lower() == size.lower())
    bound = min(max(quantity, least), most)
    return "" if right else f"{bound}:{size}" if size and bound else f"{bound}"


def _declared(process):
    span = f"{process.least}" if process.least == process.most else f"{process.least}..{process.most}"
    return _shown(span, process.size)


def _observed(declared, formation):
    return _shown(formation.quantity, formation.size if not declared or declared.size else None)


def _shown(quantity, size):
    return f"{quantity}:{size}" if size else f"{quantity}"


def _listed(processes):
    return " ".join(f"{name}={shown}" for name, shown in sorted(processes.items())) or "empty"
