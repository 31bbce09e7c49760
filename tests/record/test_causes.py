"""One headline for each cause, the worst first, and remedies in the order in which they can be carried out."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from asbuilt.causes import causes, explained
from asbuilt.estate import App, Deploy, Environment, Estate, Repository, Workflow
from asbuilt.record import headlines
from asbuilt.relations import about, deploys_by_app, needs_of, rests_on
from asbuilt.remedies import parts
from asbuilt.subjects import subjects
from asbuilt.verdicts import NOT_NEEDED, Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding

DISPATCH = "gh workflow run deploy.yml -R o/r"
NEEDS = needs_of("{deploy}")
EXPLAINED_BY = {
    "WEB001": ("HK010", "HK002", "HK006"),
    "HK006": ("HK002", "HK003", "HK005"),
    "HK002": ("HK004",),
    "HK005": ("HK004",),
    "HK004": ("GH009",),
    "GH009": ("GH001", "GH002", "GH007"),
}


def estate():
    """Two apps of one repository, each with its own environment and workflow, and one that stands apart."""
    ways = {"shop": ("deploy.yml", "production"), "cart": ("cart.yml", "Staging")}
    workflows = {
        file: Workflow(**{"<name>": file}, deploys=(Deploy(app=app, trigger="workflow_dispatch"),))
        for app, (file, _) in ways.items()
    }
    environments = {name: Environment(**{"<name>": name}) for _, name in ways.values()}
    repository = Repository(**{"<name>": "o/r"}, environments=environments, workflows=workflows)
    form = {"web": {"quantity": 1}, "worker": {"quantity": 1}}
    apps = {
        app: App(**{"<name>": app}, repository="o/r", environment=name, formation=form, probes=("/health",))
        for app, (_, name) in ways.items()
    }
    apps["apart"] = App(**{"<name>": "apart"}, formation=form, probes=("/health",))
    return Estate(estate="e", apps=apps, repositories={"o/r": repository})


ESTATE = estate()
DEPLOYS = deploys_by_app(ESTATE)
KNOWN = {
    each.id: each
    for kind in ("app", "process", "probe", "deploy", "environment", "workflow", "repository")
    for each in subjects(ESTATE, {}, kind).values()
}


def verdict(control, subject, severity="SEV-2", outcome=Outcome.DRIFTED, fix="", needs=(), **more):
    """Give what a control came to about a subject of the estate, by its id."""
    found = KNOWN[subject]
    reason = more.pop("reason", "")
    finding = Finding(more.pop("fact", f"{control} is not: why"), fix or f"mend {control}", needs=needs, **more)
    return Verdict(
        id=f"t::{control}[{subject}]", control=control, severity=severity, subject=found.name, reason=reason,
        requirement=f"Each {control} holds: it must.", outcome=outcome, findings=(finding.about(found.name),),
        about=about(found), rests_on=rests_on(found, DEPLOYS), explained_by=EXPLAINED_BY.get(control, ()),
    )  # fmt: skip


def dispatched(control, subject, **more):
    return verdict(control, subject, fix=DISPATCH, needs=NEEDS, **more)


def told(*verdicts):
    """Give each cause as its head, the ids that it explains, and its steps."""
    found = causes(explained(verdicts))
    return [(each.head.control, headlines.explains(each), [step.text for step in each.steps]) for each in found]


@pytest.mark.parametrize(
    ("effect", "cause", "related"),
    [
        (("WEB001", "shop /health"), ("HK006", "shop web"), True),
        (("WEB001", "shop /health"), ("HK006", "shop worker"), False),  # no request reaches a worker
        (("WEB001", "shop /health"), ("HK006", "cart web"), False),
        (("HK006", "shop web"), ("HK002", "shop"), True),
        (("HK004", "shop"), ("GH009", "shop deploy.yml workflow_dispatch"), True),
        (("HK004", "cart"), ("GH009", "shop deploy.yml workflow_dispatch"), False),
        (("GH009", "shop deploy.yml workflow_dispatch"), ("GH002", "o/r production"), True),
        (("GH009", "shop deploy.yml workflow_dispatch"), ("GH002", "o/r Staging"), False),
        (("GH009", "cart cart.yml workflow_dispatch"), ("GH002", "o/r Staging"), True),
        (("GH009", "shop deploy.yml workflow_dispatch"), ("GH007", "o/r deploy.yml"), True),
        (("GH009", "shop deploy.yml workflow_dispatch"), ("GH007", "o/r cart.yml"), False),
        (("GH009", "shop deploy.yml workflow_dispatch"), ("GH001", "o/r"), True),
        (("HK006", "apart web"), ("HK002", "shop"), False),
        (("HK003", "shop"), ("HK002", "shop"), False),  # no control says so
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.DRIFTED, Outcome.UNKNOWN])
def test_what_explains_is_about_what_the_other_rests_on(effect, cause, related, outcome):
    found = explained((verdict(*effect, outcome=outcome), verdict(*cause, outcome=outcome)))
    assert found[0].caused_by == ((found[1].id,) if related else ())
    assert found[1].caused_by == ()


@pytest.mark.parametrize(
    "cause",
    [
        {"outcome": Outcome.WAIVED},
        {"outcome": Outcome.UNKNOWN},
        {"outcome": Outcome.CONFORMS},
        {"outcome": Outcome.NOT_APPLICABLE},
        {"reason": NOT_NEEDED},  # it conforms, and its waiver is what is wrong
    ],
)
def test_only_drift_explains_drift(cause):
    effect, _ = explained((verdict("HK006", "shop web"), verdict("HK002", "shop", **cause)))
    assert effect.caused_by == ()


def test_a_cause_has_one_headline_with_the_worst_severity_and_a_count_of_what_it_explains():
    found = told(
        verdict("WEB001", "shop /health", "SEV-1"),
        verdict("HK006", "shop web"),
        verdict("HK003", "shop"),
        verdict("GH008", "o/r cart.yml", "SEV-1"),
    )
    assert found == [
        ("GH008", "", ["mend GH008"]),
        ("HK003", "HK003 HK006 WEB001", ["mend HK003"]),
    ]
    (cause,) = causes(explained((verdict("WEB001", "shop /health", "SEV-1"), verdict("HK006", "shop web"))))
    assert cause.severity == "SEV-1"


def test_what_shares_a_consequence_is_one_cause_and_both_are_said():
    verdicts = (
        verdict("WEB001", "shop /health"),
        verdict("HK010", "shop", fact="in maintenance"),
        verdict("HK006", "shop web"),
    )
    (cause,) = causes(explained(verdicts))
    assert headlines.explains(cause) == "HK006 HK010 WEB001"
    assert "in maintenance" in cause.headline(None)
    assert "HK006 is not" in cause.headline(None)
    assert [each.text for each in cause.steps] == ["mend HK006", "mend HK010"]


def test_of_several_apps_each_has_its_own_consequences():
    verdicts = [
        each
        for app, file in (("shop", "deploy.yml"), ("cart", "cart.yml"))
        for each in (dispatched("GH009", f"{app} {file} workflow_dispatch"), dispatched("HK004", app))
    ]
    judged = [verdict(each, "o/r", outcome=Outcome.CONFORMS) for each in NEEDS]
    ((head, said, steps),) = told(verdict("GH001", "o/r", fix="gh repo unarchive o/r"), *verdicts, *judged)
    assert (head, steps) == ("GH001", ["gh repo unarchive o/r", DISPATCH])
    assert said == "o/r: GH001; cart: GH009 HK004; shop: GH009 HK004"


def test_a_consequence_needs_no_remedy_of_its_own_where_the_cause_mends_nothing_that_it_needs():
    judged = [verdict(each, "o/r", outcome=Outcome.CONFORMS) for each in NEEDS]
    ((_, said, steps),) = told(verdict("HK003", "shop"), dispatched("HK006", "shop web"), *judged)
    assert (said, steps) == ("HK003 HK006", ["mend HK003"])


NEW = "create environment production: https://github.com/o/r/settings/environments/new"


@pytest.mark.parametrize(
    ("beside", "steps"),
    [
        ([], [DISPATCH]),
        ([verdict("GH002", "o/r production", fix=NEW)], [NEW, DISPATCH]),
        ([verdict("GH002", "o/r Staging", fix=NEW)], [DISPATCH]),
        ([verdict("GH003", "o/r production")], ["mend GH003", DISPATCH]),
        ([verdict("GH005", "o/r production"), verdict("GH007", "o/r deploy.yml", "SEV-1")],
         ["mend GH007", "mend GH005", DISPATCH]),
        ([verdict("GH005", "o/r production"), verdict("GH003", "o/r production")],
         ["mend GH003", "mend GH005", DISPATCH]),
        ([verdict("GH003", "o/r production", outcome=Outcome.WAIVED)], [DISPATCH]),
        ([verdict("GH002", "o/r production", outcome=Outcome.UNKNOWN)],
         ["first see whether each GH002 holds (GH002 of o/r is unknown)", DISPATCH]),
    ],
)  # fmt: skip
def test_a_remedy_comes_after_what_it_needs(beside, steps):
    judged = [verdict(each, "o/r", outcome=Outcome.CONFORMS) for each in NEEDS]
    found = causes(explained((dispatched("HK018", "shop"), *beside, *judged)))
    (cause,) = (each for each in found if any(one.control == "HK018" for one in each.members))
    assert [each.text for each in cause.steps] == steps


def test_what_a_remedy_needs_and_nobody_judged_is_said():
    ((_, _, steps),) = told(dispatched("HK018", "shop"), verdict("GH001", "o/r", outcome=Outcome.CONFORMS))
    assert steps == ["first see whether GH002 GH003 GH005 GH007 hold: this run did not judge them", DISPATCH]


def test_a_headline_says_since_when_where_a_fact_tells_it_and_the_fact_does_not():
    now, since = datetime(2026, 4, 30, 16, tzinfo=UTC), datetime(2026, 4, 22, 15, tzinfo=UTC)
    run = SimpleNamespace(observation=SimpleNamespace(as_of=now, status_pages={}))
    for more, expected in (
        ({"fact": "no dyno is up: none", "since": since}, "no dyno is up: none, since 8 d 1 h"),
        ({"fact": "no dyno is up since 8 d 1 h", "since": since}, "no dyno is up since 8 d 1 h"),
        ({"fact": "a long fact", "brief": "down", "since": since}, "down, since 8 d 1 h"),
        ({"fact": "no dyno is up"}, "no dyno is up"),
    ):
        (cause,) = causes((verdict("HK006", "shop web", **more),))
        assert headlines.headline(run, cause) == expected
    never = verdict("HK004", "shop", fact='v7 "Set A: b" is 0: bad', since=since)
    unused = verdict("GH009", "shop deploy.yml workflow_dispatch", fact="never used; not once")
    (cause,) = causes(explained((never, unused)))
    assert headlines.headline(run, cause) == 'v7 "Set A: b" is 0, since 8 d 1 h: never used'


@pytest.mark.parametrize(
    ("remedy", "commands", "prose"),
    [
        ("heroku ps --app a; heroku logs --app a --num 9", ["heroku ps --app a", "heroku logs --app a --num 9"], []),
        ("heroku releases:output --app a   (then repair, and gh workflow run d.yml -f 'x=; (y)')",
         ["heroku releases:output --app a", "gh workflow run d.yml -f 'x=; (y)'"], ["then repair"]),
        ("read why: https://e.com/1 ; then gh run list -R o/r", ["gh run list -R o/r"], ["read why: https://e.com/1"]),
        ("find out who: heroku releases --app a   (then push to main of o/r; d.yml deploys it)",
         ["heroku releases --app a"], ["find out who:", "then push to main of o/r; d.yml deploys it"]),
        ("create it (reviewers a, from main only): https://github.com/o/r/settings", [],
         ["create it (reviewers a, from main only): https://github.com/o/r/settings"]),
        ("add a step after it: run: curl --fail https://e.com", ["curl --fail https://e.com"],
         ["add a step after it: run:"]),
        ("give the token: actions=read", [], ["give the token: actions=read"]),
        ("", [], []),
    ],
)  # fmt: skip
def test_commands_of_a_remedy_are_told_from_its_prose(remedy, commands, prose):
    found = parts(remedy)
    assert [each.text for each in found if each.is_command] == commands
    assert [each.text for each in found if not each.is_command] == prose
