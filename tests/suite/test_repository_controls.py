"""What the controls of a repository come to, over a healthy observation of which some facts are others."""

import json

import pytest
import yaml

from asbuilt.catalogue import PROJECT

NAME = "MooseQuest/TradeMasterAPI"
DEPLOY = ".github/workflows/deploy.yml"


def declared(**production):
    """Give what changes of the declared production."""
    return lambda repository: repository["environments"]["production"].update(production)


def environment(name="production", **values):
    """Give what changes of an observed environment; one that is not there comes to be."""

    def change(state):
        found = state["environments"]["value"]
        known = next((each for each in found if each["name"] == name), None)
        if known is None:
            known = dict(next(each for each in found if each["name"] == "staging"), name=name)
            found.append(known)
        known.update(values)

    return change


def repository(**values):
    return lambda state: state["repository"]["value"].update(values)


def protected(*branches, **other):
    """Give the protected branches, by a rule where the name has no `~`; or a fact of another kind."""
    found = [{"name": each.strip("~"), "by_rule": "~" not in each} for each in branches]
    fact = other or {"kind": "observed", "value": found, "requests": []}
    only = environment(branches=["@protected"])
    return lambda state: (state.update(protected=fact), only(state))


def unseen(reason):
    return {"kind": "unobserved", "what": "x", "request": "GET x", "reason": reason, "remedy": "y", "requests": []}


def runs(*events, cut=()):
    """Give runs of deploy.yml, newest first, as `event conclusion`."""

    def change(state):
        like = state["runs"][DEPLOY]["value"][0]
        made = [dict(like, event=event, conclusion=conclusion) for event, conclusion in map(str.split, events)]
        state["runs"][DEPLOY]["value"] = made
        if state["cut"] is not None:
            state["cut"][DEPLOY] = list(cut)

    return change


def waits(since, event="workflow_dispatch", workflow="deploy-heroku.yml"):
    run = {"number": 7, "event": event, "branch": "main", "since": since, "url": "https://x.example/7"}
    path = {"workflow": f".github/workflows/{workflow}"}
    return lambda state: state["waiting"]["value"].append(run | path)


def timer(minutes):
    return environment(wait_timer=minutes)


@pytest.fixture
def judged(play_for_verdicts, live, tmp_path):
    """Give a function that judges one control of a changed world against a changed estate."""
    observation = json.loads((live("healthy").directory / "observation.json").read_text())
    estate = yaml.safe_load((PROJECT / "estate.yaml").read_text())
    estate["repositories"][NAME]["checkout"] = str(PROJECT / estate["repositories"][NAME]["checkout"])

    def judge(control, seen=(), asked=(), by="subject_id"):
        for change in seen:
            change(observation["repositories"][NAME])
        for change in asked:
            change(estate["repositories"][NAME])
        (tmp_path / "observation.json").write_text(json.dumps(observation))
        (tmp_path / "estate.yaml").write_text(yaml.safe_dump(estate))
        files = (f"--estate={tmp_path / 'estate.yaml'}", f"--observed={tmp_path / 'observation.json'}")
        played = play_for_verdicts("tests_live", "-m", "live", *files, "-k", control)
        return {each[by]: each for each in verdicts(played)}

    return judge


def verdicts(played):
    """Give the verdicts, each with the subject in the brackets of its test."""
    for each in played.verdicts:
        yield {**each, "subject_id": each["id"].partition("[")[2].rstrip("]")}
    assert played.verdicts, played.out


PROTECTED = declared(deployment_branches=["@protected"])


@pytest.mark.parametrize(
    ("seen", "asked", "outcome", "says"),
    [
        (protected("main"), PROTECTED, "conforms", ""),
        (protected(), PROTECTED, "drifted", "every branch may"),
        (protected("~main"), PROTECTED, "unknown", "by rulesets alone"),
        (protected("~main", "trunk"), PROTECTED, "conforms", ""),
        (protected(**unseen("answered 403: no")), PROTECTED, "not applicable", "the token needs Contents: read"),
        (protected(**unseen("answered 404, though")), PROTECTED, "not applicable", "the token needs Contents: read"),
        (protected(**unseen("answered 403: rate limit, again in 9 s")), PROTECTED, "unknown", "rate limit"),
        (protected(**unseen("answered 500")), PROTECTED, "unknown", "answered 500"),
        (environment(branches=["@protected"]), PROTECTED, "not applicable", "older than the question"),
        (protected(**unseen("answered 403: no")), declared(), "drifted", "declared main"),
    ],
)
def test_protected_branches_alone_means_that_there_are_some(judged, seen, asked, outcome, says):
    found = judged("GH005", [seen], [asked])[f"{NAME} production"]
    assert (found["outcome"], says in told(found)) == (outcome, True), found


@pytest.mark.parametrize(
    ("seen", "asked", "outcome", "says"),
    [
        (environment(admins_can_bypass=True), declared(), "drifted", "administrators can deploy past its rules"),
        (environment(admins_can_bypass=None), declared(), "unknown", "does not say admins_can_bypass"),
        (environment(admins_can_bypass=False), declared(admins_can_bypass=True), "drifted", "cannot deploy past"),
        (environment(prevent_self_review=False), declared(prevent_self_review=True), "drifted", "approving a run"),
        (environment(prevent_self_review=True), declared(prevent_self_review=True), "conforms", ""),
        (
            environment(admins_can_bypass=None, prevent_self_review=False),
            declared(prevent_self_review=True),
            "drifted",
            "approving a run",
        ),
        (environment(), declared(admins_can_bypass=None), "not applicable", "declares neither"),
    ],
)
def test_rules_are_passed_by_whom_the_estate_declares(judged, seen, asked, outcome, says):
    found = judged("GH006", [seen], [asked])[f"{NAME} production"]
    assert (found["outcome"], says in told(found)) == (outcome, True), found


@pytest.mark.parametrize(
    ("seen", "outcome", "says"),
    [
        (environment(reviewers=[], reviewers_gone=1), "drifted", "1 that no longer exist"),
        (environment(reviewers_gone=1), "drifted", "approves nothing"),
        (environment(reviewers=["KRISTERPHER"]), "conforms", ""),
        (environment(reviewers=[]), "drifted", "GitHub Enterprise alone"),
    ],
)
def test_reviewers_are_those_who_can_approve(judged, seen, outcome, says):
    found = judged("GH003", [seen])[f"{NAME} production"]
    assert (found["outcome"], says in told(found)) == (outcome, True), found


def test_a_rule_that_a_plan_may_not_have_is_said_to_be_so_of_a_private_repository_alone(judged):
    none = environment(reviewers=[], admins_can_bypass=True)
    private = judged("GH006", [none])[f"{NAME} production"]
    assert "make it public, upgrade, or take `admins_can_bypass` out of the estate" in told(private)
    public = judged("GH006", [none, repository(private=False)])[f"{NAME} production"]
    assert (public["outcome"], "public" in told(public)) == ("drifted", False)


@pytest.mark.parametrize("control", ["GH002", "GH003", "GH004", "GH005", "GH006"])
def test_case_tells_no_environments_apart(judged, control):
    def called(state):
        next(each for each in state["environments"]["value"] if each["name"] == "production")["name"] = "Production"

    def declare(repository):
        repository["environments"] = {"PRODUCTION": repository["environments"]["production"]}

    found = judged(control, [called], [declare])
    assert found[f"{NAME} PRODUCTION"]["outcome"] == "conforms", found


@pytest.mark.parametrize(
    ("name", "values", "outcome"),
    [
        ("production-", {}, "drifted"),
        ("Prodcution", {}, "drifted"),
        ("prodcution", {"wait_timer": 5}, "conforms"),
        ("prodcution", {"branches": ["main"]}, "conforms"),
        ("prodcution", {"reviewers": ["operator"]}, "conforms"),
        ("prodcution", {"guarded_by_apps": True}, "conforms"),
        ("production2", {}, "conforms"),
        ("preview", {}, "conforms"),
        ("staging", {}, "conforms"),
    ],
)
def test_an_open_environment_with_nearly_a_declared_name_is_a_stray(judged, name, values, outcome):
    assert judged("GH021", [environment(name, **values)])[NAME]["outcome"] == outcome


def deployed(name="qa", *, latest=None):
    """Give what changes where a run deployed to an environment that nobody names."""

    def change(state):
        environment(name)(state)
        made = state["runs"][".github/workflows/deploy-heroku.yml"]["value"][0]
        found = {"environment": name.upper(), "sha": made["sha"], "created_at": made["created_at"]}
        state["latest"] = latest or {"kind": "observed", "value": [found], "requests": []}

    return change


@pytest.mark.parametrize(
    ("seen", "outcome", "says"),
    [
        (deployed(), "drifted", "a run of a declared deploy deployed to it: https://github.com/"),
        (deployed("prodcution"), "drifted", "nearly"),
        (deployed("staging"), "conforms", ""),
        (deployed(latest={"kind": "observed", "value": [], "requests": []}), "conforms", ""),
        (deployed(latest=unseen("answered 403: no")), "unknown", "answered 403"),
        (deployed("prodcution", latest=unseen("answered 403: no")), "drifted", "nearly"),
        (lambda each: (deployed()(each), each.update(latest=None)), "not applicable", "older than the question"),
    ],
)
def test_an_open_environment_that_a_deploy_used_is_declared(judged, seen, outcome, says):
    found = judged("GH021", [alone, seen])[NAME]
    assert (found["outcome"], says in told(found)) == (outcome, True), found


def test_an_open_environment_that_one_of_several_runs_used_cannot_be_told(judged):
    found = judged("GH021", [deployed()])[NAME]
    assert (found["outcome"], "nothing tells by which" in told(found)) == ("unknown", True), found


def alone(state):
    """Keep the runs of deploy-heroku.yml alone: a run of another workflow has each of their commits too."""
    state["runs"][DEPLOY]["value"] = []


@pytest.mark.parametrize(
    ("seen", "outcome", "says"),
    [
        ([], "conforms", ""),
        ([waits("2026-05-02T06:00:00Z")], "drifted", "has waited for 6 d, allowed are 2 d"),
        ([waits("2026-05-02T06:00:00Z")], "drifted", "https://x.example/7"),
        ([waits("2026-05-07T06:00:00Z")], "conforms", ""),
        ([waits("2026-05-02T06:00:00Z", event="pull_request")], "conforms", ""),
        ([waits("2026-05-02T06:00:00Z", workflow="deploy.yml")], "conforms", ""),
        ([waits("2026-05-02T06:00:00Z"), timer(7 * 24 * 60)], "conforms", ""),
        ([waits("2026-05-02T06:00:00Z"), lambda each: each.update(environments=unseen("answered 403"))], "unknown", ""),
        ([lambda each: each.update(environments=unseen("answered 403"))], "conforms", ""),
        ([lambda each: each.update(waiting=unseen("answered 403: no"))], "unknown", "answered 403"),
        ([lambda each: each.update(waiting=None)], "not applicable", "older than the question"),
    ],
)
def test_a_deploy_waits_no_longer_than_declared(judged, seen, outcome, says):
    found = judged("GH016", seen)
    assert found[f"{NAME} deploy.yml"]["reason"] == "the estate declares no deploy of this workflow"
    found = found[f"{NAME} deploy-heroku.yml"]
    assert (found["outcome"], says in told(found)) == (outcome, True), found


def test_how_long_a_deploy_may_wait_is_declared(judged):
    found = judged("GH016", [waits("2026-05-02T06:00:00Z")], [lambda each: each.update(max_wait="7d")])
    assert found[f"{NAME} deploy-heroku.yml"]["outcome"] == "conforms"


@pytest.mark.parametrize(
    ("seen", "outcome", "says"),
    [
        (runs(*["push failure"] * 3, cut=["push"]), "drifted", "failed at least 3 times running by push on main"),
        (runs(*["push failure"] * 3), "drifted", "failed 3 times running by push on main"),
        (runs(*["push failure"] * 2), "conforms", ""),
        (runs(*["push failure"] * 2, cut=["push"]), "unknown", "the bound of what is read was reached"),
        (runs(*["schedule success"] * 3, *["push failure"] * 3), "drifted", "by push"),
        (runs(*["schedule success"] * 3, cut=["push"]), "unknown", "by push"),
        (runs(*["schedule failure"] * 3, cut=["push"]), "drifted", "by schedule"),
        (runs("push cancelled", "push skipped"), "not applicable", "no run of .github/workflows/deploy.yml on main"),
        (runs(), "not applicable", "no run of .github/workflows/deploy.yml on main has passed or failed"),
    ],
)
def test_each_event_of_a_workflow_is_red_by_itself(judged, seen, outcome, says):
    found = judged("GH008", [seen])
    assert found[NAME]["outcome"] == "not applicable", found
    found = found[f"{NAME} deploy.yml"]
    assert (found["outcome"], says in told(found)) == (outcome, True), found


@pytest.mark.parametrize(
    ("seen", "asked", "drift"),
    [
        (repository(archived=True), {}, "is archived: no workflow runs there"),
        (repository(disabled=True), {}, "is disabled by GitHub: no workflow runs there"),
        (repository(disabled=None), {}, ""),
        (repository(default_branch="trunk"), {}, "the default branch is trunk, declared main"),
        (repository(default_branch="trunk"), {"default_branch": "trunk"}, ""),
        (repository(default_branch="trunk"), {"default_branch": None}, ""),
    ],
)
def test_a_repository_runs_workflows_and_has_its_declared_default_branch(judged, seen, asked, drift):
    def declare(repository):
        repository.update(asked)
        if repository["default_branch"] is None:
            del repository["default_branch"]

    found = judged("GH001", [seen], [declare], by="id").values()
    facts = [told(each) for each in found if each["outcome"] == "drifted"]
    assert len(facts) == bool(drift)
    assert not drift or drift in facts[0]
    assert any(each["outcome"] == "conforms" for each in found)


def told(verdict):
    """Give all that a verdict says."""
    return json.dumps(verdict, ensure_ascii=False)
