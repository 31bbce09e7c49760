"""Ten secrets in ten places, looked for in every file and on the terminal, of runs that end and that are killed."""

import gzip
import shutil
from functools import partial
from pathlib import Path

import pytest
import running
import yaml
from disguised import leaks

from asbuilt.catalogue import PROJECT

SECRETS = {
    "HEROKU_API_KEY": "HRKU-7f3a91c2-5b8e-4d06-9a17-c2e84f60b1d3",
    "GITHUB_TOKEN": "ghp_Zq8Xw2Er5Ty7Ui9Op1As3Df4Gh6Jk0Lz2Xc5",
    "REDIRECT_PASSWORD": "r3d1rect-Qw9Er7Ty5Ui3",
    "BODY_TOKEN": "bod4-Mn8Bv6Cx4Zl2Kj0Hg",
    "ERROR_SECRET": "err0r-Pa1So2Di3Fu4Gy5Ht",
    "ENVIRONMENT_SECRET": "env1ron-La6Ks7Jd8Hf9Gg0",
    "LOCAL_KEY": "l0cal-Qp1Wo2Ei3Ru4Ty5Yt",
    "LOG_TOKEN": "l0gged-Zm1Xn2Cb3Vv4Bc5Nx",
    "CODED_SECRET": "c0ded-Az9Sx8Dc7Fv6Gb5Hn",
    "PERCENT_PASSWORD": "p3rcent-Ki1Lo2Jp3Hq4Gr5",
}
SESSION = "session-that-is-nobodys"
LOUD = ("-vv", "--showlocals", "--tb=long", "-rA", "--color=yes")
KILLED = (
    "after the sweep",
    "among the checks",
    "before it is recorded",
    "while it is recorded",
    "before the last scan",
)
KILLED_WORKER = "gw0, among the checks"


def hostile():
    """A scenario and a fault in which both providers and an app say what they should not."""
    body, error, redirect = (SECRETS[name] for name in ("BODY_TOKEN", "ERROR_SECRET", "REDIRECT_PASSWORD"))
    location = f"https://me:{redirect}@evil.example/{redirect}?code={redirect}&session={SESSION}"
    staging = ["heroku", "apps", "raxx-api-staging"]
    split = f"Deploy {body[:7]}\x1b[31m{body[7:]}"
    api = "GET https://api.heroku.com/apps/raxx-api-prod"
    formation = {"type": f"web {body}", "size": "Basic", "updated_at": "2026-05-01T00:00:00Z"}
    runs = "GET https://api.github.com/repos/MooseQuest/TradeMasterAPI/environments"
    return {
        "summary": "says too much",
        "over": "healthy",
        "world": [
            {"at": [*staging, "responses", "/health"], "set": {"status": 302, "headers": {"Location": location}}},
            {"at": [*staging, "releases", 0, "description"], "set": split},
            {"at": [*staging, "releases", 0, "status"], "set": "failed"},
        ],
        "answers": [
            {"request": f"{api}/dynos", "status": 403, "json": {"message": f"{'x' * 180} {error}, see {location}"}},
            {"request": f"{api}/formation", "status": 200, "json": [{**formation, "quantity": body}]},
            {"request": runs, "status": 403, "json": {"message": f"bad credentials: {error}"}},
        ],
    }


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fixtures")
    for each in ("scenarios", "faults"):
        shutil.copytree(PROJECT / "fixtures" / each, folder / each)
    (folder / "faults" / "hostile.yaml").write_text(yaml.safe_dump(hostile()))
    return folder


def run_planted(folder, fixtures, *arguments, kill="", copies="", world="--sandbox=healthy+hostile"):
    """Run the live suite with secrets planted in it; in a process of its own where it must."""
    run_it = running.in_a_process if kill in {*KILLED, KILLED_WORKER} or "-n" in arguments else running.in_process
    environ = {
        **SECRETS,
        "PYTHONPATH": str(Path(__file__).parent),
        "PLANTED_FIXTURES": str(fixtures),
        "PLANTED_KILL": kill,
        "PLANTED_COPIES": str(copies),
    }
    return run_it(folder, "tests_live", "-m", "live", world, "-p", "planted", *LOUD, *arguments, environ=environ)


@pytest.fixture
def planted(tmp_path, fixtures):
    """Give a function that runs the live suite with secrets planted in it."""
    return partial(run_planted, tmp_path, fixtures)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, fixtures):
    """Give a run that ends by itself, and the JUnit file that it wrote elsewhere; to be read only."""
    folder = tmp_path_factory.mktemp("whole")
    xml = folder / "elsewhere" / "junit.xml"
    return run_planted(folder, fixtures, "-s", f"--junitxml={xml}"), xml


def assert_nothing_leaked(played, *elsewhere):
    assert_nothing_stands_in(played.out, *played.directory.parent.rglob("*"), *elsewhere)


def _text(path):
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode(errors="replace")


def assert_nothing_stands_in(out, *paths):
    files = [each for each in paths if each.is_file()]
    shown = {"the terminal": out} | {str(each): _text(each) for each in files}
    all_of_it = "\0".join(shown.values())
    for name, secret in {**SECRETS, "session": SESSION}.items():
        parts = {secret[at : at + 10] for at in range(len(secret) - 9)}
        # All at once, since each form is looked for: where it stands matters only when there is something to find.
        if leaks(all_of_it, secret) or any(each in all_of_it for each in parts):
            where = [
                place for place, text in shown.items() if leaks(text, secret) or any(each in text for each in parts)
            ]
            pytest.fail(f"{name} stands in {where}")


def test_of_ten_secrets_none_is_in_any_file_or_on_the_terminal(whole):
    assert_all_is_there_but_the_secrets(*whole)


def test_nor_where_a_worker_is_killed_and_another_goes_on(planted, tmp_path):
    xml = tmp_path / "elsewhere" / "junit.xml"
    played = planted("-n", "1", "--max-worker-restart=1", f"--junitxml={xml}", kill=KILLED_WORKER)
    assert "crashed while running" in played.out
    assert_all_is_there_but_the_secrets(played, xml)


def assert_all_is_there_but_the_secrets(played, xml):
    assert played.code == 1, played.out
    assert_nothing_leaked(played, xml)
    assert "Deploy [withheld]" in (played.directory / "observation.json").read_text()
    for said in (
        "quantity is '[withheld]'",
        "https://[withheld]@evil.example/[withheld]",
        "the check itself failed",
        "'Bearer [withheld]'",
    ):
        assert said in played.out
    assert "withheld" in xml.read_text()
    names = [each.name for each in played.directory.iterdir()]
    assert {"observation.json", "verdicts.json", "summary.md", "junit.xml", "sandbox-log.json"} <= set(names)
    bodies = _text(played.directory / "bodies.json.gz")
    assert "Deploy [withheld]" in bodies
    assert "see https://[withheld]@evil.example/" in bodies


def test_what_was_withheld_is_judged_the_same_again(whole, planted):
    first, _ = whole
    again = planted(world=f"--observed={first.directory / 'observation.json'}")
    assert_nothing_leaked(again)
    assert [(each["id"], each["outcome"], each["reason"]) for each in again.verdicts] == [
        (each["id"], each["outcome"], each["reason"]) for each in first.verdicts
    ]


def test_a_secret_that_was_written_all_the_same_is_caught_told_and_no_success(planted):
    played = planted("-k", "HK001 or HK002 or HK003", kill="never, but one is written past the writer")
    assert played.code == 3
    assert "asbuilt: a secret had been written: past.txt held LOCAL_KEY; it is withheld now" in played.out
    assert (played.directory / "past.txt").read_text() == "a [withheld] b"
    assert_nothing_leaked(played)


def test_a_run_that_is_killed_has_leaked_nothing(planted, tmp_path):
    *before, last = KILLED
    played = planted(kill=last, copies=tmp_path / "copies")
    assert played.code == -9
    assert_nothing_leaked(played)
    for moment in before:
        left = list((tmp_path / "copies" / moment).rglob("*"))
        assert [each for each in left if each.name == "estate.yaml"]
        assert_nothing_stands_in(played.out, *left)


def test_a_run_with_workers_that_is_killed_has_leaked_nothing(planted):
    played = planted("-n", "2", kill="among the checks")
    assert played.code == -9
    assert_nothing_leaked(played)
