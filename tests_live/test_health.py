"""The app answers, and answers what was declared."""

import pytest

from asbuilt import bodies, routers
from asbuilt.controls import Finding, control, none_of

pytestmark = pytest.mark.live


@control(
    "WEB001",
    severity="SEV-1",
    satisfies=["SOC2 CC7.2", "SOC2 A1.2", "NIST SI-4"],
    explained_by=["HK002", "HK006", "HK008", "HK010"],
    declared=["probe.status"],
    observed=["response"],
)
@pytest.mark.watch
@pytest.mark.usefixtures("past_first_deploy")
def test_probe_answers_its_declared_status(probe, response, behind_router, has_time):
    """Each probe answers its declared status, and the app itself does.

    A page of Heroku's router is never the app's answer, whatever its status. It does not say its H code: what is true
    of the app names the cause. The first request to an Eco app that sleeps wakes it; where that brought no answer, it
    is asked again while it starts.

    An app whose certificate is broken is down for its visitors. A watch gives a probe that it has found well the grace
    of its app.

    Remedy: heroku logs --app {app} --num 100
    """
    if response.certificate:
        fact = f"GET {probe.path} turns every visitor away: the app's certificate {response.certificate}"
        _drift([Finding(fact, "heroku certs:auto --app {app}")], has_time)
    location = f" to {response.location}" if response.location else ""
    cause = routers.cause(response.status, *behind_router) if routers.answered(response, behind_router[0]) else None
    router = f" (Heroku's router: {cause.told})" if cause else ""
    fact = f"GET {probe.path} answered {response.status}{location}{router}, declared {probe.status}"
    _drift([Finding(fact, cause.fix if cause else "")] if cause or response.status != probe.status else [], has_time)


@control(
    "WEB002",
    severity="SEV-2",
    satisfies=["SOC2 CC7.2", "SOC2 A1.2", "NIST SI-4"],
    explained_by=["HK006", "HK008", "HK010", "WEB001"],
    declared=["probe.values", "probe.contains", "probe.matches"],
)
@pytest.mark.watch
def test_probe_answers_its_declared_body(probe, body, has_time):
    """The body of each probe is what was declared: an error page can have status 200.

    Remedy: heroku logs --app {app} --num 100
    """
    _drift([Finding(f"GET {probe.path}: {each}") for each in bodies.departures(body, probe)], has_time)


def _drift(wrong, has_time):
    if wrong and has_time:
        pytest.skip(f"{wrong[0].fact}, {has_time}")
    none_of(wrong)
