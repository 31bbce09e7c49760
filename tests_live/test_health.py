"""The app answers."""

import pytest

from asbuilt.controls import Finding, control, none_of

pytestmark = pytest.mark.live

# https://devcenter.heroku.com/articles/heroku-error-codes
BLANK = 502
ROUTER = {
    404: "Heroku's router: no such app",
    BLANK: "Heroku's router: H81, blank app",
    503: "Heroku's router: H10 crashed, H12 timed out or H14 no web dyno",
}


@control(
    "WEB001", severity="SEV-1", satisfies=["SOC2 CC7.2", "SOC2 A1.2", "NIST SI-4"], explained_by=["HK002", "HK006"]
)
def test_probe_answers_its_declared_status(probe, response):
    """Each probe answers its declared status.

    Remedy: heroku logs --app {app} --num 100
    """
    router = f" ({ROUTER.get(response.status, 'by the router')})" if response.from_router else ""
    location = f" to {response.location}" if response.location else ""
    fact = f"GET {probe.path} answered {response.status}{location}{router}, declared {probe.status}"
    blank = response.from_router and response.status == BLANK
    none_of([Finding(fact, "{deploy}" if blank else "")] if response.status != probe.status else [])
