"""The app serves, on what Heroku maintains."""

import shlex

import pytest

from asbuilt.controls import Finding, control, none_of
from asbuilt.stacks import SUPPORTED_THROUGH, WITHOUT_END

pytestmark = pytest.mark.live


@control("HK010", severity="SEV-2", satisfies=["SOC2 A1.2", "NIST SI-4"], observed=["heroku_app.maintenance"])
def test_app_is_not_in_maintenance(app, heroku_app):
    """The app is not in maintenance: while it is, the router answers everybody with its own page (H80).

    A deploy that failed half-way often leaves it on. The dynos run on meanwhile, and nothing else looks wrong.

    Remedy: heroku maintenance:off --app {app}   (when nobody works on it)
    """
    assert not heroku_app.maintenance, f"{app.name} is in maintenance: the router answers all requests with 503 (H80)"


@control(
    "HK011",
    severity="SEV-3",
    satisfies=["NIST SI-2", "ISO27001 A.8.8"],
    declared=["app.stack"],
    observed=["heroku_app.stack", "heroku_app.build_stack"],
)
def test_stack_is_supported(app, heroku_app, now):
    """The app runs on the declared stack, and on one that Heroku supports: past its end of life none is patched.

    The ends of life are those that Heroku publishes, by day; the API does not tell them. A container brings its own.

    Remedy: heroku stack:set heroku-24 --app {app}   (then deploy: the next build uses it)
    """
    stack = heroku_app.stack
    if stack is None:
        pytest.skip("the observation is older than the question for the stack")
    end = SUPPORTED_THROUGH.get(stack)
    findings = []
    if app.stack and stack != app.stack:
        later = f"; its next build uses {heroku_app.build_stack}" if heroku_app.build_stack not in {None, stack} else ""
        to_set = f"heroku stack:set {shlex.quote(app.stack)} --app {{app}}   (then deploy: the next build uses it)"
        fix = "{deploy}" if heroku_app.build_stack == app.stack else to_set
        findings.append(Finding(f"{app.name} runs on {stack}{later}, declared {app.stack}", fix))
    if end and now.date() > end:
        findings.append(
            Finding(f"{app.name} runs on {stack}, whose end of life was {end}: it gets no security updates")
        )
    none_of(findings)
    if end is None and not (app.stack and stack in WITHOUT_END):
        pytest.skip(f"{app.name} runs on {stack}, whose end of life is not known here")
