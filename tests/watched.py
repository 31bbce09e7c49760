"""What the tests of the watch look at: looks that were made up, and a sandbox that is watched in this process."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from asbuilt.catalogue import checks
from asbuilt.causes import explained
from asbuilt.model import Observation, Request
from asbuilt.record.kept_causes import kept_causes
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.watch.about import of_source
from asbuilt.watch.day import Head
from asbuilt.watch.looked import Looked
from asbuilt.workflows.yaml.finding import Finding

NOON = datetime(2026, 4, 30, 12, tzinfo=UTC)
SOURCE = b"""\
estate: shop
apps:
  shop-web: { formation: { web: 1 }, url: "https://shop.example", probes: [/health] }
"""
MINUTES = timedelta(minutes=1)
INTERVAL = 300.0
HEAD = Head("shop", sha256(SOURCE).hexdigest(), "live", (), INTERVAL)


def about(tmp_path):
    return of_source(tmp_path / "estate.yaml", SOURCE, ())


def looked(about, at, outcomes=None, *, observed=None, failed="", kept=None, fact="is wrong since 3 min"):
    """Give a look with one verdict for each check: conforms, or what `outcomes` has by control."""
    request = Request("GET", "https://api.heroku.com/apps/shop-web/dynos", 200, at, 0.1, request_id="r-1")
    observation = Observation("live", at, 0.1, {}, {}, (request,))
    verdicts = explained(tuple(_verdict(each, outcomes or {}, observed, fact) for each in about.expected()))
    run = replace(about.run, observation=observation)
    return Looked(at, observation, verdicts, kept_causes(run, verdicts), kept or {}, failed)


def _verdict(identity, outcomes, observed, fact):
    control = dict(checks())[identity.partition("[")[0]]
    outcome = outcomes.get(control.id, Outcome.CONFORMS)
    findings = (Finding(fact, "mend it"),) if outcome is Outcome.DRIFTED else ()
    return Verdict(
        identity,
        control.id,
        control.severity,
        "shop-web",
        control.requirement,
        outcome,
        findings,
        reason=fact if outcome is Outcome.UNKNOWN else "",
        about="app shop-web",
        observed=observed,
        requests=(0,),
    )
