"""The declared processes run, and run what was released."""

import pytest

from asbuilt.controls import Finding, control, none_of
from asbuilt.model import ago

pytestmark = pytest.mark.live


@control("HK005", severity="SEV-3", satisfies=["NIST CM-2", "ISO27001 A.8.9"])
def test_formation_is_as_declared(app, formation):
    """The formation is as declared.

    Remedy: heroku ps:scale {formation} --app {app}
    """
    if not app.formation:
        pytest.skip(f"{app.name} declares no formation")
    declared = {name: _shown(each.quantity, each.size) for name, each in app.formation.items()}
    observed = {
        name: _shown(each.quantity, each.size if name not in app.formation or app.formation[name].size else None)
        for name, each in formation.items()
        if each.quantity or name in app.formation
    }
    fact = f"formation is {_listed(observed)}, declared {_listed(declared)}"
    none_of([Finding(fact, "" if formation else "{deploy}")] if observed != declared else [])


@control("HK006", severity="SEV-2", satisfies=["SOC2 CC7.2", "SOC2 A1.2", "NIST SI-4"])
def test_declared_process_is_up(app, process, dynos, formation, release, now, grace):
    """Each declared process is up, as many dynos of it as declared.

    Remedy: heroku ps --app {app}; heroku logs --app {app} --num 100
    """
    declared = app.formation[process].quantity
    found = [dyno for dyno in dynos if dyno.type == process]
    up = [dyno for dyno in found if dyno.state == "up"]
    changes = [release.created_at, *(each.updated_at for each in (*found, *formation.values()) if each.type == process)]
    since = max(changes)
    states = ", ".join(f"{dyno.name} {dyno.state}" for dyno in found) or f"no {process} dyno exists"
    fact = f"{len(up)} of {declared} {process} up ({states}) since {ago(since, now)}, grace {ago(now, now + grace)}"
    down = len(up) < declared and now - since > grace
    none_of([Finding(fact, "" if release.code else "{deploy}")] if down else [])


@control("HK007", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3"])
def test_every_dyno_runs_the_current_release(running, release, now, grace):
    """Every dyno runs the current release.

    Remedy: heroku ps:restart --app {app}
    """
    old = [f"{dyno.name} runs v{dyno.release}" for dyno in running if dyno.release != release.version]
    fresh = now - release.created_at <= grace
    assert not old or fresh, f"{', '.join(old)}; current is {release} since {ago(release.created_at, now)}"


def _shown(quantity, size):
    return f"{quantity}:{size}" if size else f"{quantity}"


def _listed(processes):
    return " ".join(f"{name}={shown}" for name, shown in sorted(processes.items())) or "empty"
