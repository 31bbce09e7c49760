import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import running
import yaml
from heartbeat_server import serving
from typer.testing import CliRunner

from asbuilt.cli import app

ALERTS = {"SEV-1": ["env:PAGER_URL"], "SEV-3": [], "default": ["env:CHAT_URL"]}
WORLD = "incident-2026-04-30@2026-04-22T23:00:00Z"


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    """Give an estate that says whom to call."""
    folder = tmp_path_factory.mktemp("estate")
    declared = yaml.safe_load((running.PROJECT / "estate.yaml").read_text())
    for repository in declared["repositories"].values():
        repository["checkout"] = str(running.PROJECT / repository["checkout"])
    (folder / "estate.yaml").write_text(yaml.safe_dump(declared | {"alerts": ALERTS}))
    return folder / "estate.yaml"


@pytest.fixture(scope="module")
def night(tmp_path_factory, estate):
    """Give the directory of the incident's first night."""
    folder = tmp_path_factory.mktemp("night")
    done = running.in_process(folder, "tests_live", "-m", "live", f"--sandbox={WORLD}", f"--estate={estate}")
    return done.directory


@pytest.fixture(scope="module")
def without_alerts(tmp_path_factory):
    """Give the directory of a run whose estate declares nobody to call."""
    folder = tmp_path_factory.mktemp("silent")
    return running.in_process(folder, "tests_live", "-m", "live", f"--sandbox={WORLD}").directory


@pytest.fixture
def pager():
    """Give a server of this machine that takes what Apprise sends as JSON."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.got, server.url = got, f"json://127.0.0.1:{server.server_port}/hook-9f3Kq27xLmP4"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def service():
    """Give a monitor on this machine."""
    with serving() as found:
        yield found


def asked(*arguments, **environ):
    return CliRunner().invoke(
        app, ["alert", *map(str, arguments)], env={"COLUMNS": "100", "GITHUB_TOKEN": "", **environ}
    )


def test_it_calls_once_and_says_whom_for_what(night, tmp_path, pager):
    done = asked(night, "--state", tmp_path / "state.json", PAGER_URL=pager.url)
    assert (done.exit_code, len(pager.got)) == (0, 1)
    assert done.stdout.startswith("called env:PAGER_URL: SEV-1 HK004 raxx-api-prod: never deployed")
    assert "open, not called" in done.stdout  # the red workflow: nobody is to be called for it
    assert "never deployed" in pager.got[0]["title"]
    again = asked(night, "--state", tmp_path / "state.json", PAGER_URL=pager.url)
    assert (again.exit_code, len(pager.got)) == (0, 1)
    assert "told already" in again.stderr
    assert "nobody can be called at env:PAGER_URL" not in again.stderr
    unset = asked(night, "--state", tmp_path / "state.json")
    assert "nobody can be called at env:PAGER_URL: PAGER_URL is not set, or empty" in unset.stderr


def test_what_is_told_names_the_run_and_not_what_is_the_newest_today(night, tmp_path, pager):
    (tmp_path / "latest").symlink_to(night)
    asked(tmp_path / "latest", "--state", tmp_path / "state.json", PAGER_URL=pager.url)
    assert f"Evidence: {night}" in pager.got[0]["message"]
    assert "latest" not in pager.got[0]["message"]


def test_what_is_not_delivered_fails_names_the_target_and_is_tried_again(night, tmp_path, pager):
    done = asked(night, "--state", tmp_path / "state.json")
    assert done.exit_code == 1
    assert "not delivered to env:PAGER_URL: PAGER_URL is not set" in done.stdout
    assert done.stdout.count("the next run tries again") == 1
    again = asked(night, "--state", tmp_path / "state.json", PAGER_URL=pager.url)
    assert (again.exit_code, len(pager.got)) == (0, 1)


def test_nothing_that_is_printed_or_kept_holds_the_secret(night, tmp_path):
    url = "json://127.0.0.1:9/hook-9f3Kq27xLmP4"  # nobody listens there
    for form in ("lines", "json"):
        done = asked(night, "--state", tmp_path / "state.json", "--format", form, PAGER_URL=url)
        assert done.exit_code == 1
        assert "9f3Kq27xLmP4" not in done.output
    assert "9f3Kq27xLmP4" not in (tmp_path / "state.json").read_text()


def test_a_program_reads_what_came_of_it(night, tmp_path, pager):
    done = asked(night, "--state", tmp_path / "state.json", "--format", "json", PAGER_URL=pager.url)
    told = json.loads(done.stdout)
    assert (told["done"], [each["target"] for each in told["sent"]]) == (True, ["env:PAGER_URL"])
    assert told["sent"][0]["events"][0]["kind"] == "first"
    assert {each["control"] for each in told["open"]} == {"HK004", "GH008"}


def test_a_dry_run_tells_and_keeps_nothing(night, tmp_path, pager):
    done = asked(night, "--state", tmp_path / "state.json", "--dry-run", PAGER_URL=pager.url)
    assert done.exit_code == 0
    assert done.stdout.startswith("would be: called env:PAGER_URL: SEV-1")
    assert pager.got == []
    assert list(tmp_path.iterdir()) == []
    done = asked(night, "--state", tmp_path / "none/state.json", "--dry-run", PAGER_URL=pager.url)
    assert (done.exit_code, list(tmp_path.iterdir())) == (0, [])


def test_where_there_is_nothing_to_say_no_line_is_empty(without_alerts, tmp_path, estate):
    state = tmp_path / "state.json"
    asked(without_alerts, "--state", state, "--estate", estate, PAGER_URL="json://127.0.0.1:9")
    kept = json.loads(state.read_text())
    state.write_text(json.dumps(kept | {"open": [], "outbox": []}))
    again = asked(without_alerts, "--state", state, "--estate", estate)
    assert "told already" in again.stderr
    assert again.stdout == ""


def test_an_estate_that_calls_nobody_is_said_with_what_to_write(without_alerts, tmp_path):
    done = asked(without_alerts, "--state", tmp_path / "state.json")
    assert done.exit_code == 4
    assert "declares no one to call" in done.stderr
    assert "default: [env:CHAT_URL]" in done.stderr
    assert not (tmp_path / "state.json").exists()


def test_another_estate_may_say_whom_to_call_and_not_one_of_another_name(without_alerts, tmp_path, pager, estate):
    done = asked(without_alerts, "--state", tmp_path / "s.json", "--estate", estate, PAGER_URL=pager.url)
    assert (done.exit_code, len(pager.got)) == (0, 1)
    other = tmp_path / "other.yaml"
    other.write_text("estate: another\nalerts: {default: [env:X]}\napps: {a: {tier: staging}}\n")
    done = asked(without_alerts, "--state", tmp_path / "t.json", "--estate", other)
    assert done.exit_code == 4
    assert '"another"' in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{night}", "--state", ""], "--state"),
        (["{night}", "--state", "github-issue:nobody"], "github-issue:OWNER/NAME"),
        (["{night}", "--state", "github-issue:acme/shop"], "GITHUB_TOKEN"),
        (["{night}", "--state", "{folder}"], "is a folder"),
        (["{night}", "--state", "/dev/null"], "is no regular file"),
        (["{night}", "--state", "{night}/s.json"], "in a run's record"),
        (["{folder}", "--state", "s.json"], "not a run's directory"),
        (["{folder}/no", "--state", "s.json"], "is no folder"),
    ],
)
def test_a_mistake_is_one_error(night, tmp_path, arguments, says):
    done = asked(*(each.format(night=night, folder=tmp_path) for each in arguments))
    assert done.exit_code == 4
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_a_state_of_another_form_is_said_and_stays(night, tmp_path):
    (tmp_path / "state.json").write_text('{"form": "asbuilt alert state 9"}')
    done = asked(night, "--state", tmp_path / "state.json")
    assert done.exit_code == 4
    assert "asbuilt alert state 9" in done.stderr
    assert (tmp_path / "state.json").read_text() == '{"form": "asbuilt alert state 9"}'


def test_a_state_that_cannot_be_kept_fails(night, tmp_path):
    (tmp_path / "file").touch()
    done = asked(night, "--state", tmp_path / "file" / "state.json", PAGER_URL="json://127.0.0.1:9")
    assert done.exit_code == 1
    assert "cannot be opened" in done.stderr


def test_what_was_judged_again_calls_nobody(night, tmp_path, estate):
    again = running.in_process(
        tmp_path, "tests_live", "-m", "live", f"--observed={night / 'observation.json'}", f"--estate={estate}"
    )
    done = asked(again.directory, "--state", tmp_path / "state.json")
    assert done.exit_code == 4
    assert "judged the observation" in done.stderr


def test_a_monitor_elsewhere_hears_that_it_began_and_that_all_were_told(night, tmp_path, pager, service):
    asked(night, "--state", tmp_path / "s.json", PAGER_URL=pager.url, ASBUILT_HEARTBEAT_URL_ALERT=service.address)
    assert service.told == ["/start", ""]
    assert service.heard[0].run == service.heard[1].run
    assert "called env:PAGER_URL: SEV-1 HK004" in service.heard[1].body


def test_a_monitor_elsewhere_hears_that_somebody_was_not_told(night, tmp_path, service):
    url = "json://127.0.0.1:9/hook-9f3Kq27xLmP4"
    asked(night, "--state", tmp_path / "s.json", PAGER_URL=url, ASBUILT_HEARTBEAT_URL=service.address)
    assert service.told == ["/start", "/fail"]
    assert "not delivered to env:PAGER_URL" in service.heard[1].body
    assert "9f3Kq27xLmP4" not in service.heard[1].body


def test_a_monitor_elsewhere_hears_that_the_state_could_not_be_used(night, tmp_path, service):
    (tmp_path / "state.json").write_text('{"form": "asbuilt alert state 9"}')
    asked(night, "--state", tmp_path / "state.json", ASBUILT_HEARTBEAT_URL=service.address)
    assert service.told == ["/start", "/fail"]
    assert "asbuilt alert state 9" in service.heard[1].body


def test_a_monitor_elsewhere_hears_nothing_of_what_calls_nobody(night, tmp_path, service):
    asked(night, "--state", tmp_path / "s.json", "--dry-run", ASBUILT_HEARTBEAT_URL=service.address)
    assert service.heard == []
