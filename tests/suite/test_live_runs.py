"""A live run from end to end, over real sockets."""

import json
from collections import Counter

import pytest

from asbuilt.catalogue import PROJECT, checks

INCIDENT = {
    "GH002": ["MooseQuest/TradeMasterAPI production"],
    "GH008": ["MooseQuest/TradeMasterAPI deploy.yml"],
    "GH009": ["raxx-api-prod deploy-heroku.yml workflow_dispatch"],
    "HK002": ["raxx-api-prod"],
    "HK004": ["raxx-api-prod"],
    "HK005": ["raxx-api-prod"],
    "HK006": ["raxx-api-prod web"],
    "WEB001": ["raxx-api-prod /api/system/status", "raxx-api-prod /health"],
}
RUNBOOK = "https://github.com/MooseQuest/TradeMasterAPI/blob/main/docs/ops/runbooks/heroku.md"


def _told(played):
    return {(each["id"], each["outcome"], each["reason"]) for each in played.verdicts}


def _transcript(played):
    return json.loads((played.directory / "observation.json").read_text())["transcript"]


def test_the_incident_is_caught_and_nothing_else(live):
    played = live("incident-2026-04-30")
    assert played.code == 1
    assert played.subjects("drifted") == INCIDENT
    assert played.subjects("unknown") == {}


def test_the_repaired_world_conforms(live):
    played = live("healthy")
    assert played.code == 0
    assert played.subjects("drifted") == played.subjects("unknown") == {}
    controls = {control.id for check, control in checks() if check.startswith("tests_live/")}
    assert controls - played.subjects("conforms").keys() == {"GH010"}  # nothing here runs by a schedule


def test_a_control_is_chosen_by_the_name_that_the_terminal_has_for_it(play):
    played = play("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-k", "HK002")
    assert played.subjects("drifted") == {"HK002": INCIDENT["HK002"]}
    assert {each["control"] for each in played.verdicts} == {"HK002"}


def test_the_summary_can_be_acted_on_at_night(live):
    played = live("incident-2026-04-30")
    out = played.out
    assert "asbuilt: raxx in sandbox incident-2026-04-30, as of 2026-04-30 16:30 UTC" in out
    production, red = (each for each in out.splitlines() if " SEV-" in each)
    assert production.startswith("raxx-api-prod              SEV-1  never deployed since it was created 8 d 1 h ago: ")
    assert production.endswith('environment "production" does not exist in MooseQuest/TradeMasterAPI')
    assert red.startswith("MooseQuest/TradeMasterAPI  GH008  SEV-3  .github/workflows/deploy.yml has failed ")
    settings = "https://github.com/MooseQuest/TradeMasterAPI/settings/environments/new"
    command = "gh workflow run deploy-heroku.yml -R MooseQuest/TradeMasterAPI -f environment=production -f ref=main"
    after = [each.strip() for each in out.splitlines()][out.splitlines().index(production) + 1 :][:3]
    assert after == [
        f"1. create environment production (reviewers Kristerpher, from main only): {settings}   #690",
        f"2. {command}   #690   #692",
        f"explains GH002 GH009 HK002 HK004 HK005 HK006 WEB001 (2)      runbook: {RUNBOOK}",
    ]
    assert f"\n{played.tally}; " in out
    assert "evidence: " in out


def test_workers_reach_the_same_verdicts_with_the_same_requests_and_withhold_no_names(live, play_apart):
    alone = live("incident-2026-04-30")
    names = {"CACHE_KEY": "raxx-api-prod", "SECRET_NAME": "deploy-heroku.yml"}  # both stand in the estate
    shared = play_apart("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-n", "2", environ=names)
    assert _told(alone) == _told(shared)
    served = [json.loads((each.directory / "sandbox-log.json").read_text()) for each in (alone, shared)]
    assert Counter(served[0]) == Counter(served[1])
    results = [len(list((each.directory / "allure-results").glob("*-result.json"))) for each in (alone, shared)]
    assert results == [len(alone.verdicts), len(alone.verdicts)]
    assert "[withheld]" not in (shared.directory / "observation.json").read_text()


def test_each_document_is_asked_for_once_and_only_read(live):
    played = live("healthy")
    served = json.loads((played.directory / "sandbox-log.json").read_text())
    assert [request for request, count in Counter(served).items() if count > 1] == []
    assert {request.split()[0] for request in served} == {"GET"}
    assert len(served) == len(_transcript(played))


def test_collecting_makes_no_request_and_leaves_nothing(play, live):
    played = play("tests_live", "--collect-only", "-m", "live")
    assert played.code == 0
    assert played.directory is None
    assert "test_current_release_has_a_slug[raxx-api-prod]" in played.out
    assert f"{len(live('healthy').verdicts)} tests collected" in played.out


def test_an_observation_judged_again_comes_to_the_same_verdicts(live, play_for_verdicts):
    first = live("incident-2026-04-30")
    again = play_for_verdicts("tests_live", "-m", "live", f"--observed={first.directory / 'observation.json'}")
    assert _told(first) == _told(again)
    assert again.code == 1
    assert "judged again" in again.out


def test_what_is_not_declared_is_held_against_nothing(play, tmp_path):
    (tmp_path / "estate.yaml").write_text("estate: e\napps: {raxx-api-prod: {}}\n")
    played = play("tests_live", "-m", "live", "--sandbox=healthy", f"--estate={tmp_path / 'estate.yaml'}")
    assert played.code == 0, played.out
    assert played.subjects("not applicable")["HK005"] == ["raxx-api-prod"]


def test_an_app_narrows_what_is_asked_and_judged(live):
    played = live("incident-2026-04-30", "--app=raxx-api-staging")
    assert played.code == 0
    repository = "MooseQuest/TradeMasterAPI"
    about = {each["id"].partition("[")[2] for each in played.verdicts if each["subject"] != "raxx-api-staging"}
    nothing = "no scheduled_workflow declared]"
    assert about == {f"{repository}]", f"{repository} deploy-heroku.yml]", nothing}
    assert not [each for each in _transcript(played) if "raxx-api-prod" in each["url"]]


def test_an_app_is_judged_with_what_its_code_comes_through_and_no_more(live):
    played = live("incident-2026-04-30", "--app=raxx-api-prod")
    assert played.subjects("drifted") == {control: each for control, each in INCIDENT.items() if control != "GH008"}
    assert 'environment "production" does not exist' in played.out
    asked = [each["url"] for each in _transcript(played)]
    assert [each for each in asked if "raxx-api-staging" in each or "/workflows/deploy.yml/" in each] == []
    judged = {each["id"] for each in played.verdicts}
    whole = {each["id"] for each in live("incident-2026-04-30").verdicts}
    assert judged < whole
    of_repository = {each.partition("::")[2] for each in judged if each.endswith("[MooseQuest/TradeMasterAPI]")}
    assert {each.partition("[")[0] for each in of_repository} == {
        "test_repository_is_visible",
        "test_repository_runs_workflows",
        "test_default_branch_is_the_declared_one",
        "test_no_unprotected_environment_stands_there_by_mistake",
    }


def test_each_verdict_says_which_explain_it_and_none_is_lost(live):
    verdicts = {each["id"]: each for each in live("incident-2026-04-30").verdicts}
    drifted = [each for each in verdicts.values() if each["outcome"] == "drifted"]
    said = {each["control"]: sorted(verdicts[cause]["control"] for cause in each["caused_by"]) for each in drifted}
    assert said == {
        "GH002": [], "GH008": [], "GH009": ["GH002"], "HK004": ["GH009"], "HK002": ["HK004"], "HK005": ["HK004"],
        "HK006": ["HK002", "HK005"], "WEB001": ["HK002", "HK006"],
    }  # fmt: skip
    assert all(each["lines"] for each in drifted)
    (since,) = (line["since"] for each in drifted if each["control"] == "HK004" for line in each["lines"])
    assert since.startswith("2026-04-22T")


def test_where_the_preconditions_of_a_remedy_were_not_judged_it_says_so(play_for_verdicts):
    out = play_for_verdicts("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-k", "HK002").out
    assert "1. first see whether GH001 GH002 GH003 GH005 GH007 hold: this run did not judge them" in out
    assert "2. gh workflow run deploy-heroku.yml" in out


def test_an_expired_waiver_is_named_where_its_drift_is(play_for_verdicts, tmp_path):
    waiver = "{control: HK002, subject: raxx-api-prod, until: 2026-04-29, owner: ops, issue: 7, reason: known}"
    estate = tmp_path / "estate.yaml"
    text = (PROJECT / "estate.yaml").read_text().replace("    checkout: fixtures", f"    checkout: {PROJECT}/fixtures")
    estate.write_text(f"{text}waivers: [{waiver}]\n")
    played = play_for_verdicts("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", f"--estate={estate}")
    told = "waiver of HK002 for raxx-api-prod expired on 2026-04-29 (ops, #7)"
    assert told in played.out
    assert f"`{told}`" in (played.directory / "summary.md").read_text()
    assert [each["expired"] for each in played.verdicts if each["expired"]] == [told]
    healthy = play_for_verdicts("tests_live", "-m", "live", "--sandbox=healthy", f"--estate={estate}")
    assert "expired on" not in healthy.out


def test_a_repository_narrows_what_is_asked_and_judged(live):
    played = live("healthy", "--repository=MooseQuest/TradeMasterAPI")
    assert {each["control"] for each in played.verdicts if each["control"][:2] != "GH"} == {"HK022"}
    assert not [each for each in _transcript(played) if "herokuapp.com" in each["url"]]


def test_an_unknown_says_the_request_and_the_remedy(live):
    out = live("healthy+environments-forbidden").out
    assert (
        "UNKNOWN GET https://api.github.com/repos/MooseQuest/TradeMasterAPI/environments?per_page=100 answered 403"
        in out
    )
    assert "fix: give the token: actions=read" in out
    assert "for the same reason: GH003, GH004, GH005" in out


def test_settling_waits_for_a_deploy_that_ends_well(live):
    settling = ("--settle=30", "--app=raxx-api-prod", "--commit=5ad0c3f1", "-k", "HK0 or WEB0")
    played = live("healthy+deploy-settles", *settling)
    assert "HK003" not in played.subjects("drifted"), played.out
    assert played.subjects("drifted").keys() & {"HK003", "HK006", "HK007", "HK009", "WEB001"} == set(), played.out
    assert "asbuilt: settling: 06:00:00 raxx-api-prod: release v10 is pending, since 05:59:30" in played.out
    seen = json.loads((played.directory / "observation.json").read_text())
    assert any("(web.1 starting)" in each for each in seen["timeline"])
    assert any(each.endswith("settled, as declared for 15 s") for each in seen["timeline"])
    assert seen["meant"] == {"raxx-api-prod": "5ad0c3f1"}


def test_a_release_that_is_pending_is_excused_until_a_run_has_waited_for_it(live):
    narrowed = ("--app=raxx-api-prod", "-k", "HK003")
    assert live("healthy+release-under-way", *narrowed).subjects("drifted") == {}
    waited = live("healthy+release-under-way", *narrowed, "--settle=3")
    assert waited.code == 1
    assert waited.subjects("drifted") == {"HK003": ["raxx-api-prod"]}
    assert "release v10 still pending after 3 s" in waited.out


@pytest.mark.parametrize("base", ["healthy", "healthy+never-dispatched"])
def test_the_last_job_of_a_run_can_judge_what_the_run_itself_released(live, base):
    settling = ("--app=raxx-api-prod", "--settle=10", "-k", "GH009 or HK009 or HK018")
    played = live(f"{base}+deploy-under-way", *settling, "--commit=9d41c7e2")
    assert set(played.subjects("conforms")) == {"GH009", "HK009", "HK018"}, played.out
    other = live(f"{base}+deploy-under-way", *settling, "--commit=464fd80d")
    assert other.code == 1
    assert other.subjects("drifted") == {"HK009": ["raxx-api-prod"]}, other.out


def test_a_run_that_is_under_way_and_released_nothing_is_found_once_it_was_waited_for(live):
    narrowed = ("--app=raxx-api-prod", "-k", "HK009")
    assert live("healthy+deploy-released-nothing", *narrowed).subjects("drifted") == {}
    waited = live("healthy+deploy-released-nothing", *narrowed, "--settle=10")
    assert waited.code == 1
    assert "and released nothing: raxx-api-prod runs v8" in waited.out


def test_without_settling_the_same_deploy_is_judged_as_it_stands(live):
    played = live("healthy+deploy-settles", "--app=raxx-api-prod")
    assert played.subjects("drifted") == {"WEB001": ["raxx-api-prod /health"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-m", "live"), "no Heroku token: set HEROKU_API_KEY"),
        (("-m", "live"), "no GitHub token: set GITHUB_TOKEN or GH_TOKEN"),
        (("-m", "live", "--sandbox=helthy"), 'did you mean "healthy"?'),
        (("-m", "live", "--sandbox=healthy+dyno-crashd"), 'did you mean "dyno-crashed"?'),
        (("-m", "live", "--sandbox=healthy", "--app=raxx-api-prd"), 'did you mean "raxx-api-prod"?'),
        (("-m", "live", "--sandbox=healthy", "--estate=nowhere.yaml"), "nowhere.yaml: cannot be read"),
        (("-m", "live", "--sandbox=healthy", "--checkout=nowhere"), "nowhere"),
        (("-m", "live", "--observed=nowhere.json"), "--observed nowhere.json"),
        (("-m", "live", "--observed=package.json"), "not an observation"),
        (("-m", "live", "--observed=x", "--sandbox=healthy"), "give one of them"),
        (("--sandbox=healthy",), "add -m live"),
        (("-m", "live", "--sandbox=healthy", "--clean-alluredir"), "--clean-alluredir"),
        (("-m", "live", "--sandbox=healthy", "--timeout=0"), '"0" is not a number of seconds from 0.1 to 86400'),
        (("-m", "live", "--sandbox=healthy", "--settle=nan"), '"nan" is not a number of seconds from 0 to 86400'),
        (("-m", "live", "--sandbox=healthy", "--settle=soon"), '"soon" is not a number of seconds'),
        (("-m", "live", "--sandbox=healthy", "--hold=soon"), '"soon" is not a number of seconds'),
        (("-m", "live", "--sandbox=healthy", "--settle=20", "--hold=11"), "--hold 11: at most half of --settle"),
        (("-m", "live", "--sandbox=healthy", "--hold=5"), "at most half of --settle, which is 0"),
        (("-m", "live", "--sandbox=healthy", "--commit=main"), '"main" is no commit: write 7 to 40 hexadecimal digits'),
        (("-m", "live", "--sandbox=healthy", "--commit=464fd8"), '"464fd8" is no commit'),
        (("-m", "live", "--sandbox=healthy", f"--commit={'a' * 41}"), "is no commit"),
        (("-m", "live", "--sandbox=healthy", "--commit="), "--commit: its value is empty"),
        (
            ("-m", "live", "--sandbox=healthy", "--repository=MooseQuest/TradeMasterAPI", "--commit=464fd80d"),
            "--commit: no app is in scope that could run it; add --app NAME",
        ),
        (("--commit=464fd80d",), "add -m live"),
        (("-m", "live", "--sandbox=healthy", "--evidence=package.json"), "--evidence package.json: no folder can be"),
        (
            (
                "-m",
                "live and (",
            ),
            "-m 'live and (' is not an expression",
        ),
    ],
)
def test_a_mistake_of_the_user_is_one_message_and_exit_4(arguments, said, play):
    played = play("tests_live", *arguments)
    assert played.code == 4, played.out
    assert said in played.out
    assert "Traceback" not in played.out
    assert "INTERNALERROR" not in played.out
    assert played.directory is None


def test_only_the_token_that_is_missing_is_asked_for(play):
    played = play("tests_live", "-m", "live", environ={"HEROKU_API_KEY": "HRKU-0000"})
    assert "no GitHub token" in played.out
    assert "no Heroku token" not in played.out


def test_a_repository_narrows_the_static_run_to_it_and_its_apps(played):
    narrowed = played("tests_static", "--repository=MooseQuest/TradeMasterAPI")
    whole = played("tests_static")
    assert {each["id"] for each in narrowed.verdicts} == {each["id"] for each in whole.verdicts}
    assert any(each["subject"] == "raxx-api-prod" for each in narrowed.verdicts)


def test_a_static_run_without_any_files_is_a_usage_error(play, tmp_path):
    estate = tmp_path / "estate.yaml"
    estate.write_text("estate: x\napps: {a: {}}\n")
    played = play("tests_static", f"--estate={estate}")
    assert played.code == 4
    assert "no workflow files to judge: name their folder, --checkout DIR" in played.out
    estate.write_text("estate: x\nrepositories: {o/r: {}}\n")
    played = play("tests_static", f"--estate={estate}", f"--checkout={tmp_path}")
    assert played.code == 4
    assert f"no workflow files to judge in {tmp_path}: name their folder, --checkout DIR" in played.out


def test_waivers_accept_only_what_drifts_until_their_date(play_for_verdicts, tmp_path):
    waiver = "{{control: {}, subject: {}, until: {}, owner: ops, issue: 1, reason: known}}"
    waived = [
        waiver.format("WEB001", "raxx-api-prod /health", "2026-04-30"),
        waiver.format("HK002", "raxx-api-prod", "2026-04-29"),
        waiver.format("HK001", "raxx-api-prod", "2026-05-30"),
    ]
    text = (PROJECT / "estate.yaml").read_text().replace("checkout: fixtures", f"checkout: {PROJECT}/fixtures")
    estate = tmp_path / "estate.yaml"
    estate.write_text(f"{text}\nwaivers:\n" + "".join(f"  - {each}\n" for each in waived))
    played = play_for_verdicts("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", f"--estate={estate}")
    assert played.subjects("waived") == {"WEB001": ["raxx-api-prod /health"]}
    assert played.subjects("drifted")["HK002"] == ["raxx-api-prod"]
    assert played.subjects("drifted")["HK001"] == ["raxx-api-prod"]
    assert "take the waiver out of the estate" in played.out
    assert "WAIVED GET /health answered 502" in played.out
