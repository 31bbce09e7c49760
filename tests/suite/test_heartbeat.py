"""A monitor elsewhere hears of each run that it began and how it ended, and of a killed one by its silence."""

import json
import os
from threading import Event, Thread
from types import SimpleNamespace

import pytest
import running
from heartbeat_server import KEY, serving

from asbuilt import heartbeat
from asbuilt.heartbeat import MOST_OF_A_BODY, VARIABLE, Heartbeat, Ping, RunKind, cut, pinged, unheard, variable_of
from asbuilt.record.apart import run_apart
from asbuilt.withholding import Secrets

LIVE = ("tests_live", "-m", "live")
ONE = ("-k", "HK002")
AN_ADDRESS = f"https://hc-ping.com/{KEY}"


@pytest.fixture
def service():
    with serving() as found:
        yield found


@pytest.fixture
def heard(service, tmp_path):
    """Give a function that runs the suite where the service hears of it."""

    def run(*arguments, environ=None, **more):
        told = {VARIABLE: service.address} | (environ or {})
        return running.in_process(tmp_path, *arguments, environ=told, results=False, **more)

    return run


def beating(service, **more):
    said = []
    return Heartbeat(service.address, said.append, **more), said


@pytest.mark.parametrize(("world", "code"), [("healthy", 0), ("incident-2026-04-30", 1)])
def test_a_run_that_came_to_its_end_succeeded_whatever_it_found(heard, service, world, code):
    played = heard(*LIVE, *ONE, f"--sandbox={world}")
    assert played.code == code
    assert service.told == ["/start", ""]
    began, ended = service.heard
    assert began.run == ended.run
    assert ended.body.startswith(f"exit {code}: ")
    assert played.directory.name in ended.body
    assert (played.directory / "terminal.txt").read_text() in ended.body
    assert played.stderr == ""


def test_two_runs_are_two(heard, service):
    for _ in range(2):
        heard(*LIVE, *ONE, "--sandbox=healthy")
    assert len({each.run for each in service.heard}) == 2


class Interrupting:
    """Interrupts a run at one of pytest's hooks."""

    def __init__(self, hook):
        setattr(self, hook, self._interrupt)

    def _interrupt(self):
        raise KeyboardInterrupt


class Breaking:
    def pytest_runtestloop(self):
        raise ZeroDivisionError


FAILING = {
    "interrupted": (("--sandbox=healthy", *ONE), (Interrupting("pytest_runtestloop"),), 2, "the run was interrupted"),
    "before it judged": (("--sandbox=healthy",), (Interrupting("pytest_sessionstart"),), 2, "broke off"),
    "internal error": (("--sandbox=healthy", *ONE), (Breaking(),), 3, "incomplete"),
    "nothing judged": (("--sandbox=healthy", "-k", "nothing-is-called-so"), (), 5, "nothing was judged"),
    "usage error": (("--sandbox=healthy", "--app=nope"), (), 4, 'nothing was begun: --app: "nope" is not declared'),
    "stopped": (("--sandbox=incident-2026-04-30", "-x"), (), 1, "the run is incomplete"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_run_that_did_not_come_to_its_end_failed(heard, service, name):
    arguments, plugins, code, why = FAILING[name]
    played = heard(*LIVE, *arguments, plugins=plugins)
    assert played.code == code
    assert service.told[-1] == "/fail"
    assert service.told[:-1] in ([], ["/start"])
    assert why in service.heard[-1].body


def test_a_record_that_could_not_be_written_failed(heard, service, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("asbuilt.ending.seal", full)
    assert heard(*LIVE, *ONE, "--sandbox=healthy").code == 3
    assert service.told == ["/start", "/fail"]
    assert "record could not be written" in service.heard[-1].body


def test_a_killed_run_is_heard_by_its_silence(service, tmp_path):
    (tmp_path / "killed.py").write_text(
        "import os, signal\ndef pytest_collection_finish(): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environ = {VARIABLE: service.address, "PYTHONPATH": str(tmp_path)}
    played = running.in_a_process(tmp_path, *LIVE, "--sandbox=healthy", "-p", "killed", environ=environ)
    assert played.code == -9
    assert service.told == ["/start"]


def test_workers_tell_nothing_of_their_own(service, tmp_path):
    environ = {VARIABLE: service.address}
    played = running.in_a_process(tmp_path, *LIVE, *ONE, "-n2", "--sandbox=healthy", environ=environ)
    assert played.code == 0, played.out
    assert service.told == ["/start", ""]


def test_what_looks_at_nothing_new_tells_nobody(heard, service, live, tmp_path):
    before = live("healthy").directory
    heard(*LIVE, *ONE, f"--observed={before / 'observation.json'}")
    heard(*LIVE, "--sandbox=healthy", "--collect-only", "-q")
    heard(*LIVE, "--help")
    assert run_apart_of(service, tmp_path).code == 0
    assert service.told == []


def run_apart_of(service, folder):
    """Run the suite as asbuilt itself does for its own sake."""
    os.environ[VARIABLE] = service.address
    try:
        return run_apart(["live", "--sandbox=healthy", "-k", "HK002"], folder)
    finally:
        del os.environ[VARIABLE]


def test_the_checks_of_files_tell_their_own_address_alone(heard, service):
    checks = ("tests_static", "-k", "WF001")
    heard(*checks)
    assert service.told == []
    heard(*checks, environ={f"{VARIABLE}_STATIC": service.address})
    assert service.told == ["/start", ""]


@pytest.mark.parametrize(
    ("kind", "named", "found"),
    [
        (RunKind.LIVE, ["", "_LIVE"], "_LIVE"),
        (RunKind.WATCH, ["", "_LIVE"], ""),
        (RunKind.ALERT, ["", "_ALERT"], "_ALERT"),
        (RunKind.STATIC, ["", "_STATIC"], "_STATIC"),
        (RunKind.STATIC, ["", "_LIVE"], None),
        (RunKind.LIVE, ["_WATCH"], None),
    ],
)
def test_each_kind_of_run_has_an_address_of_its_own_where_there_is_one(kind, named, found):
    environ = {f"{VARIABLE}{each}": f"https://example.com/{each}" for each in named}
    assert variable_of(environ, kind) == ("" if found is None else f"{VARIABLE}{found}")


def test_an_empty_variable_is_as_none():
    assert variable_of({f"{VARIABLE}_LIVE": " ", VARIABLE: AN_ADDRESS}, RunKind.LIVE) == VARIABLE


@pytest.mark.parametrize(
    "address", ["not an address", "ftp://example.com/x", "https://", "http://[::1", "http://a b/c"]
)
def test_an_address_that_is_none_is_said_without_it(address):
    said = []
    assert Heartbeat.of({VARIABLE: address}, RunKind.LIVE, say=said.append).address == ""
    (line,) = said
    assert line.startswith(f"{VARIABLE} is no address of http or https")
    assert address not in line
    assert Secrets.of((), {VARIABLE: address}).hide("said as it is") == "said as it is"


@pytest.mark.parametrize(
    ("address", "rehearses"),
    [(AN_ADDRESS, False), ("http://127.0.0.1:8000/x", True), ("http://localhost/x", True), ("http://[::1]/x", True),
     ("https://127.0.0.1.example.com/x", False), ("https://10.0.0.1/x", False)],
)  # fmt: skip
def test_a_rehearsal_is_told_to_this_machine_alone(address, rehearses):
    assert Heartbeat.of({VARIABLE: address}, RunKind.LIVE, rehearsal=True).address == (address if rehearses else "")
    assert Heartbeat.of({VARIABLE: address}, RunKind.LIVE).address == address


SENTRY = "https://o1.ingest.us.sentry.io/api/45/cron/nightly/0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("address", "ping", "sent"),
    [
        (AN_ADDRESS, Ping.START, f"{AN_ADDRESS}/start?rid=R"),
        (AN_ADDRESS, Ping.SUCCESS, f"{AN_ADDRESS}?rid=R"),
        (f"{AN_ADDRESS}/", Ping.FAIL, f"{AN_ADDRESS}/fail?rid=R"),
        ("https://hc-ping.com/key/slug?create=1", Ping.LOG, "https://hc-ping.com/key/slug/log?create=1&rid=R"),
        ("https://hc-ping.com/key/slug?create=1", Ping.SUCCESS, "https://hc-ping.com/key/slug?create=1&rid=R"),
        (f"{SENTRY}/", Ping.START, f"{SENTRY}/?status=in_progress&check_in_id=R"),
        (f"{SENTRY}?environment=eu", Ping.SUCCESS, f"{SENTRY}?environment=eu&status=ok&check_in_id=R"),
        (SENTRY, Ping.FAIL, f"{SENTRY}?status=error&check_in_id=R"),
    ],
)
def test_what_is_told_goes_into_the_path_or_for_sentry_into_the_query(address, ping, sent):
    assert pinged(address, ping, "R") == sent


def test_sentry_is_asked_by_get_without_a_body_and_hears_no_log(service):
    service.address = service.address.replace(f"/{KEY}", "/api/7/cron/watch/0123456789abcdef0123456789abcdef/")
    beat, said = beating(service)
    beat.start()
    beat.log("a note")
    beat.success("a summary")
    assert [(each.method, each.query["status"], each.body) for each in service.heard] == [
        ("GET", ["in_progress"], ""),
        ("GET", ["ok"], ""),
    ]
    assert len({each.query["check_in_id"][0] for each in service.heard}) == 1
    assert said == []


REDIRECT = (302, {"Location": "http://127.0.0.1:1/elsewhere"}, b"")
ANSWERS = {
    "fails": ([(503, {}, b"")], 2, "it answers 503"),
    "fails once": ([(503, {}, b""), (200, {}, b"OK")], 2, None),
    "refuses": ([(404, {}, b"")], 1, "it answers 404"),
    "sends elsewhere": ([REDIRECT], 1, "it answers 302 and sends elsewhere; set the address that it sends to"),
    "knows no such check": ([(200, {}, b"OK (not found)")], 1, "it knows no check of this address"),
    "has enough": ([(200, {}, b"OK (rate limited)")], 1, "it takes five pings a minute"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_service_does_not_take_is_one_line_without_the_address(service, name, monkeypatch):
    service.answers, attempts, why = ANSWERS[name]
    monkeypatch.setattr(heartbeat, "_PAUSE", 0)
    beat, said = beating(service)
    beat.success("all is well")
    assert len(service.heard) == attempts
    assert len(said) == (why is not None)
    for line in said:
        assert line.startswith("heartbeat: 127.0.0.1 was not told that the run came to its end: ")
        assert why in line
        assert KEY not in line


def test_who_is_not_there_is_said_and_changes_nothing_of_a_run(heard, service, monkeypatch):
    monkeypatch.setattr(heartbeat, "_PAUSE", 0)
    played = heard(*LIVE, *ONE, "--sandbox=healthy", environ={VARIABLE: f"http://127.0.0.1:1/{KEY}"})
    assert played.code == 0
    assert service.told == []
    assert played.stderr.splitlines() == [
        f"asbuilt: heartbeat: 127.0.0.1 was not told {what}: it could not be reached: Connection refused; "
        "that changes nothing of the run"
        for what in ("that the run began", "that the run came to its end")
    ]
    assert json.loads((played.directory / "manifest.json").read_text())["verdict"] == "conforms"


def test_a_service_that_never_answers_holds_nobody_up(service, monkeypatch):
    service.hanging = Event()
    monkeypatch.setattr(heartbeat, "DEADLINE", 0.2)
    beat, said = beating(service)
    beat.start()
    assert "was not told that the run began: no answer within" in said[0]


def test_who_interrupts_the_last_ping_changes_nothing_of_the_run(monkeypatch, service):
    class Interrupted(Event):
        def wait(self, _=None):
            raise KeyboardInterrupt

    beat, said = beating(service)
    monkeypatch.setattr(heartbeat, "threading", SimpleNamespace(Event=Interrupted, Thread=Thread))
    beat.success("done")
    assert "it was interrupted" in said[0]
    with pytest.raises(KeyboardInterrupt):
        beat.start()


def test_five_pings_a_minute_are_sent_and_a_failure_finds_room(service):
    now = [0.0]
    beat, said = beating(service, clock=lambda: now[0])
    for _ in range(5):
        beat.start()
        beat.log("a note")
        beat.success("done")
    beat.fail("broken")
    assert service.told == ["/start", "/log", "", "", "/fail"]
    beat.fail("again")
    assert "five pings a minute" in said[-1]
    now[0] = 61.0
    beat.start()
    assert service.told[-1] == "/start"


def test_a_body_is_cut_between_characters():
    sent = cut("ß" * MOST_OF_A_BODY)
    assert len(sent) <= MOST_OF_A_BODY
    assert sent.decode().endswith("ß\n... (cut)\n")
    assert cut("short") == b"short"


def test_the_address_stands_nowhere(heard, service, tmp_path):
    # An argument stands in the manifest: whoever named a file by the key has it withheld there.
    named = f"--junitxml={tmp_path / KEY}.xml"
    played = heard(*LIVE, "--sandbox=healthy", "--app=raxx-api-prod", "-v", named)
    assert "[withheld].xml" in (played.directory / "manifest.json").read_text()
    assert service.told == ["/start", ""]
    for path in played.directory.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert KEY not in played.out
    assert KEY not in service.heard[-1].body


def test_an_environment_for_a_run_of_our_own_has_no_address():
    environ = {VARIABLE: "x", f"{VARIABLE}_WATCH": "y", "ASBUILT_ESTATE": "z"}
    assert unheard(environ) == {"ASBUILT_ESTATE": "z"}
