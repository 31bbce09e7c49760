"""What is true of an app and its probes, and what the checks make of it: observations that differ in one thing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from asbuilt.model import Body, Dyno, Formation, Observed, ProbeResponse, Release, dump, restore

APP = "raxx-api-prod"
DECLARED = "estate: x\napps:\n  raxx-api-prod:\n    url: https://raxx-api-prod-a60a19e5efbf.herokuapp.com\n"
USUAL = "    formation: {web: 1}\n    probes: [{path: /health, json: {/status: ok}}]\n"


@pytest.fixture(scope="module")
def healthy(played):
    return restore(played("tests_live", "-m", "live", "--sandbox=healthy").directory / "observation.json")


@pytest.fixture
def judge(healthy, play_for_verdicts, tmp_path):
    """Give a function that judges the app with changed facts, and gives outcomes by control, and all that was said."""

    def judged(declared=USUAL, **changes):
        state, now = healthy.apps[APP], healthy.as_of
        for part, change in changes.items():
            fact = getattr(state, part)
            if isinstance(fact, dict):
                state = replace(state, probes={"/health": Observed(change)})
            else:
                state = replace(state, **{part: Observed(change(fact.value, now))})
        (tmp_path / "observation.json").write_bytes(dump(replace(healthy, apps={APP: state}, repositories={})))
        (tmp_path / "estate.yaml").write_text(DECLARED + declared)
        observed = f"--observed={tmp_path / 'observation.json'}"
        played = play_for_verdicts("tests_live", "-m", "live", observed, f"--estate={tmp_path / 'estate.yaml'}")
        # A consequence stands on the terminal by its id alone.
        said = [line["fact"] for each in played.verdicts for line in each["lines"]]
        return {each["control"]: each["outcome"] for each in played.verdicts}, "\n".join((played.out, *said))

    return judged


def more(*releases):
    """Add releases, oldest first: a description, with ! where it failed and ? where it is pending, and its age."""

    def change(known, now):
        version = known[0].version
        made = []
        for number, (told, minutes) in enumerate(releases, version + 1):
            status = {"!": "failed", "?": "pending"}.get(told[-1], "succeeded")
            at = now - timedelta(minutes=minutes)
            code = f"c{number}" if told.startswith(("Deploy", "Ship")) else known[0].code
            made.append(Release(number, told.rstrip("!?"), status, current=False, code=code, created_at=at))
        return (*reversed(made), *known)

    return change


RELEASES = {
    "a deploy failed": ([("Deploy b!", 60)], "drifted"),
    "a config change failed in its release phase": ([("Set X config vars!", 60)], "drifted"),
    "a failed deploy is hidden by a config change": ([("Deploy b!", 60), ("Set X, Y config vars", 50)], "drifted"),
    "a failed deploy is hidden by an add-on": ([("Deploy b!", 60), ("Attach DB (@ref:pg-1)", 50)], "drifted"),
    "a failed deploy under a name of its own": ([("Ship it!", 60), ("Set X config vars", 50)], "drifted"),
    "a failed deploy, and a config change is pending": ([("Deploy b!", 60), ("Set X config vars?", 1)], "drifted"),
    "a failed deploy is hidden by what nobody knows": ([("Deploy b!", 60), ("Polish the add-on", 50)], "drifted"),
    "a failed deploy was followed by one under a name of its own": ([("Deploy b!", 60), ("Ship it", 50)], "conforms"),
    "a deploy is pending for too long": ([("Deploy b?", 60)], "drifted"),
    "a pending deploy is hidden by a config change": ([("Deploy b?", 60), ("Set X config vars", 1)], "drifted"),
    "a failed deploy was rolled back": ([("Deploy b!", 60), ("Rollback to v8", 50)], "conforms"),
    "a failed deploy was repaired": ([("Deploy b!", 60), ("Deploy c", 50), ("Set X config vars", 1)], "conforms"),
    "a failed config change was repaired": ([("Set X config vars!", 60), ("Set X config vars", 50)], "conforms"),
    "a deploy is pending and young": ([("Deploy b?", 1)], "not applicable"),
    "a failed deploy is being repaired": ([("Deploy b!", 60), ("Deploy c?", 1)], "not applicable"),
}


@pytest.mark.parametrize("case", RELEASES)
def test_the_newest_release_and_the_newest_deploy_succeeded(case, judge):
    releases, expected = RELEASES[case]
    outcomes, out = judge(releases=more(*releases))
    assert outcomes["HK003"] == expected, out


def test_no_release_at_all_is_a_fact_that_one_control_tells(judge):
    outcomes, out = judge(releases=lambda *_: ())
    assert {each for each, outcome in outcomes.items() if outcome == "drifted"} == {"HK004"}, out
    assert "no deploy among 0 releases (there is none), app created" in out
    assert "unknown" not in outcomes.values()


@pytest.mark.parametrize(("minutes", "expected"), [(1, "not applicable"), (60, "drifted")])
def test_a_first_deploy_that_is_under_way_is_no_drift(minutes, expected, judge):
    page = ProbeResponse("https://raxx-api-prod-a60a19e5efbf.herokuapp.com/health", 502, from_router=True)

    def first(known, now):
        pending = more(("Deploy a?", minutes))(known[-2:], now)
        return (pending[0], replace(pending[1], current=True), pending[2])

    outcomes, out = judge(releases=first, formation=lambda *_: (), dynos=lambda *_: (), probes=page)
    asked = ("HK002", "HK003", "HK004", "HK005", "HK006", "WEB001")
    assert {outcomes[each] for each in asked} == {expected}, out


def scaled(*processes):
    return lambda _, now: tuple(Formation(each, quantity, size, now) for each, quantity, size in processes)


FORMATIONS = {
    "within a range": ("{web: {min: 1, max: 3}}", [("web", 3, "Basic")], ""),
    "above a range": ("{web: {min: 1, max: 3}}", [("web", 5, "Basic")], "formation is web=5, declared web=1..3"),
    "below a range": ("{web: {min: 2, max: 3}}", [("web", 1, "Basic")], "heroku ps:scale web=2 --app raxx-api-prod"),
    "no workers": ("{web: 1, worker: 0}", [("web", 1, "Basic")], ""),
    "workers at rest": ("{web: 1, worker: 0}", [("web", 1, "Basic"), ("worker", 0, "Basic")], ""),
    "workers that run": (
        "{web: 1, worker: 0}",
        [("web", 1, "Basic"), ("worker", 1, "Basic")],
        "ps:scale worker=0 --app",
    ),
    "workers that nobody declared": (
        "{web: 1}",
        [("web", 1, "Basic"), ("worker", 1, "Basic")],
        "ps:scale worker=0 --app",
    ),
    "a size in other letters": ("{web: {quantity: 1, size: standard-1x}}", [("web", 1, "Standard-1X")], ""),
    "another size": ("{web: {quantity: 1, size: Eco}}", [("web", 1, "Basic")], "ps:scale web=1:Eco --app"),
    "workers that are missing": ("{web: 1, worker: 1}", [("web", 1, "Basic")], "ps:scale worker=1 --app"),
}


@pytest.mark.parametrize("case", FORMATIONS)
def test_a_formation_is_held_against_its_declaration(case, judge):
    declared, processes, said = FORMATIONS[case]
    outcomes, out = judge(f"    formation: {declared}\n", formation=scaled(*processes))
    assert outcomes["HK005"] == ("drifted" if said else "conforms"), out
    assert said in out


def test_a_process_that_is_declared_not_to_run_is_not_judged_to_be_up(judge):
    outcomes, _ = judge("    formation: {worker: 0}\n")
    assert outcomes["HK006"] == "not applicable"


def test_dynos_of_an_older_release_are_drift_when_it_is_no_longer_young(judge):
    def older(dynos, _):
        return tuple(replace(each, release=8) for each in dynos)

    def young(releases, now):
        return (replace(releases[0], created_at=now - timedelta(minutes=1)), *releases[1:])

    assert judge(dynos=older)[0]["HK007"] == "drifted"
    assert judge(dynos=older, releases=young)[0]["HK007"] == "not applicable"


STACKS = {
    "supported": ("", "heroku-24", "conforms"),
    "as declared": ("    stack: heroku-24\n", "heroku-24", "conforms"),
    "another than declared": ("    stack: heroku-24\n", "heroku-22", "drifted"),
    "past its end": ("", "heroku-20", "drifted"),
    "as declared and past its end": ("    stack: heroku-20\n", "heroku-20", "drifted"),
    "of images, as declared": ("    stack: container\n", "container", "conforms"),
    "of images": ("", "container", "not applicable"),
    "unheard of": ("", "heroku-99", "not applicable"),
    "unheard of, as declared": ("    stack: heroku-99\n", "heroku-99", "not applicable"),
    "not observed by an older version": ("    stack: heroku-24\n", None, "not applicable"),
}


@pytest.mark.parametrize("case", STACKS)
def test_a_stack_is_as_declared_and_supported(case, judge):
    declared, stack, expected = STACKS[case]
    outcomes, out = judge(declared, app=lambda app, _: replace(app, stack=stack, build_stack=stack))
    assert outcomes["HK011"] == expected, out


def test_the_end_of_a_stack_is_in_the_fact_and_a_build_that_waits_is_said(judge):
    _, out = judge(app=lambda app, _: replace(app, stack="heroku-20", build_stack="heroku-24"))
    assert "raxx-api-prod runs on heroku-20, whose end of life was 2025-04-30" in out
    _, out = judge(
        "    stack: heroku-24\n", app=lambda app, _: replace(app, stack="heroku-22", build_stack="heroku-24")
    )
    assert "raxx-api-prod runs on heroku-22; its next build uses heroku-24, declared heroku-24" in out


def answer(status, **more):
    return ProbeResponse("https://raxx-api-prod-a60a19e5efbf.herokuapp.com/health", status, **more)


@pytest.mark.parametrize("status", [200, 404, 502, 503])
def test_a_page_of_the_router_is_never_the_apps_answer(status, judge):
    declared = f"    probes: [{{path: /health, status: {status}}}]\n"
    assert judge(declared, probes=answer(status))[0]["WEB001"] == "conforms"
    assert judge(declared, probes=answer(status, from_router=True))[0]["WEB001"] == "drifted"


def test_a_declared_503_is_nothing_that_an_app_in_maintenance_answers(judge):
    declared = "    probes: [{path: /health, status: 503}]\n"
    outcomes, out = judge(declared, probes=answer(503), app=lambda app, _: replace(app, maintenance=True))
    assert (outcomes["WEB001"], outcomes["HK010"]) == ("drifted", "drifted")
    assert "H80" in out


BODIES = {
    "as declared": (answer(200, body=Body({"/status": '"ok"'})), "conforms"),
    "another": (answer(200, body=Body({"/status": '"down"'})), "drifted"),
    "no JSON": (answer(200, body=Body({"/status": None}, unread="is no JSON (9 bytes)")), "drifted"),
    "not asked for what is declared now": (answer(200, body=Body({"/other": '"ok"'})), "unknown"),
    "too long": (answer(200, body=Body({"/status": None}, unread="is longer than the 1 MiB that are read")), "unknown"),
    "of an older observation": (answer(200), "not applicable"),
    "of another status": (answer(500, body=Body({"/status": '"down"'})), "not applicable"),
    "the router's": (answer(200, from_router=True), "not applicable"),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_judged_where_the_app_answered_as_declared(case, judge):
    response, expected = BODIES[case]
    outcomes, out = judge(probes=response)
    assert outcomes["WEB002"] == expected, out


def test_a_container_app_conforms_by_what_its_releases_say(judge):
    def images(releases, _):
        deployed = {8: "Deployed web (9f2c1ab54b6e)"}
        return tuple(
            replace(each, code=None, description=deployed.get(each.version, each.description)) for each in releases
        )

    def on_images(app, _):
        return replace(app, stack="container", slug_size=None, repo_size=None)

    outcomes, out = judge(releases=images, app=on_images)
    assert {outcomes[each] for each in ("HK002", "HK003", "HK004", "HK006", "HK007")} == {"conforms"}, out
    outcomes, out = judge(releases=images)
    assert outcomes["HK002"] == "drifted", out  # an app of slugs, whose code was lost


def test_a_dyno_that_is_listed_twice_is_up_once(judge):
    outcomes, _ = judge("    formation: {web: 2}\n", dynos=lambda dynos, _: (*dynos, *dynos))
    assert outcomes["HK006"] == "drifted"


def test_a_crashed_worker_is_down_whatever_its_siblings_do(judge):
    def workers(dynos, now):
        crashed = Dyno("worker.1", "worker", "crashed", 9, now - timedelta(hours=1), "Basic")
        young = Dyno("worker.2", "worker", "starting", 9, now - timedelta(seconds=5), "Basic")
        return (*dynos, crashed, young)

    outcomes, out = judge("    formation: {worker: 2}\n", dynos=workers)
    assert outcomes["HK006"] == "drifted"
    assert "0 of 2 worker up (worker.1 crashed, worker.2 starting) since 1 h" in out
