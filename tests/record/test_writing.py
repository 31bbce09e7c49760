"""A file of a run is written whole, without a secret, or not at all; and what a run left behind is read again."""

import errno
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from asbuilt import faults, keeping, refusals
from asbuilt.model import Observation, Request, dump, load
from asbuilt.option_values import OptionError
from asbuilt.record import writing
from asbuilt.record.directory import scan
from asbuilt.record.writing import (
    NotWrittenError,
    put,
    write_bytes,
    write_json,
    write_new,
    write_records,
    write_text,
    written,
)
from asbuilt.texts import kept
from asbuilt.withholding import Secret, Secrets

TOKEN = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"
SECRETS = Secrets.of([Secret("the GitHub token", TOKEN)])
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def full(monkeypatch):
    """Fill the disk: what is written arrives in part."""

    def write(path, content):
        with path.open("wb") as file:
            file.write(content[:3])
        raise FULL

    monkeypatch.setattr(writing.Path, "write_bytes", write)


def test_what_is_written_holds_no_secret(tmp_path):
    write_bytes(tmp_path / "bytes", b"\xff" + TOKEN.encode(), SECRETS)
    write_text(tmp_path / "text", f"\ud800 é {TOKEN}", SECRETS)
    write_json(tmp_path / "json", {TOKEN: [TOKEN, 1]}, SECRETS)
    assert (tmp_path / "bytes").read_bytes() == b"\xff[withheld]"
    assert (tmp_path / "text").read_text() == "\\ud800 é [withheld]"
    assert json.loads((tmp_path / "json").read_text()) == {"[withheld]": ["[withheld]", 1]}
    assert {each.name for each in tmp_path.iterdir()} == {"bytes", "text", "json"}


@pytest.mark.usefixtures("full")
def test_on_a_full_disk_there_is_no_file_or_the_one_before(tmp_path):
    old = tmp_path / "old.json"
    with old.open("w") as file:
        file.write("before")
    for path in (old, tmp_path / "new.json"):
        with pytest.raises(NotWrittenError, match=rf"{path}: No space left on device"):
            write_json(path, {}, SECRETS)
    assert old.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["old.json"]


def test_a_device_is_written_to_and_never_replaced(tmp_path):
    device = tmp_path / "junit.xml"
    device.symlink_to("/dev/full")
    with pytest.raises(NotWrittenError, match="No space left"):
        put(device, b"x")
    assert device.is_char_device()


def test_a_new_file_that_cannot_be_written_whole_is_not_there(tmp_path, monkeypatch):
    some = iter((1, 1))
    whole = os.write

    def write(file, content):
        if next(some, None) is None:
            raise FULL
        return whole(file, content[:1])

    monkeypatch.setattr(writing.os, "write", write)
    with pytest.raises(NotWrittenError, match="No space left on device"):
        write_new(tmp_path / "a.json", b"abc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("values", [[], [{"a": 1}, {"b": f"x {TOKEN}"}], [{TOKEN: 1}]])
def test_records_are_a_list_with_a_line_for_each_and_hold_no_secret(values, tmp_path):
    write_records(tmp_path / "a.json", values, SECRETS)
    text = (tmp_path / "a.json").read_text()
    assert json.loads(text) == json.loads(json.dumps(values).replace(TOKEN, "[withheld]"))
    assert len(text.splitlines()) == max(3, len(values) + 2)


def test_each_writer_says_what_it_wrote(tmp_path):
    told = {
        "bytes": write_bytes(tmp_path / "bytes", TOKEN.encode(), SECRETS),
        "text": write_text(tmp_path / "text", f"é {TOKEN}", SECRETS),
        "json": write_json(tmp_path / "json", [TOKEN], SECRETS),
        "records": write_records(tmp_path / "records", [TOKEN], SECRETS),
        "new": write_new(tmp_path / "new", b"x"),
    }
    for name, each in told.items():
        content = (tmp_path / name).read_bytes()
        assert (each.size, each.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_what_still_stands_is_withheld_and_told_by_whose_it_is(tmp_path):
    held, clean = tmp_path / "run" / "folder" / "held", tmp_path / "run" / "clean"
    held.parent.mkdir(parents=True)
    xml = tmp_path / "junit.xml"
    for path in (held, xml):
        path.write_text(f"before {TOKEN} after")
    clean.write_text("nothing here, https://me:pw@host")
    (tmp_path / "run" / "link").symlink_to(xml)
    digests, caught = scan(tmp_path / "run", SECRETS, xml, tmp_path / "gone.xml")
    assert caught == ("folder/held held the GitHub token", f"{xml} held the GitHub token")
    assert digests == {
        name: hashlib.sha256((tmp_path / "run" / name).read_bytes()).hexdigest() for name in ("clean", "folder/held")
    }
    assert held.read_text() == xml.read_text() == "before [withheld] after"
    assert clean.read_text() == "nothing here, https://me:pw@host"


def test_what_is_known_as_it_was_written_is_not_read_again(tmp_path):
    for name in ("known", "changed", "more"):
        (tmp_path / name).write_text(TOKEN)
    known = {"known": written(TOKEN.encode()), "changed": written(b"else")}
    digests, caught = scan(tmp_path, SECRETS, known=known)
    assert caught == ("changed held the GitHub token", "more held the GitHub token")
    withheld = written(b"[withheld]").sha256
    assert digests == {"known": known["known"].sha256, "changed": withheld, "more": withheld}


@pytest.mark.usefixtures("full")
def test_what_still_stands_and_cannot_be_withheld_is_deleted(tmp_path):
    with (tmp_path / "held").open("w") as file:
        file.write(TOKEN)
    assert scan(tmp_path, SECRETS) == ({}, ("held held the GitHub token",))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_told_from_a_folder_that_is_wrong():
    assert faults.is_full(FULL)
    assert not faults.is_full(OSError(errno.ENOTDIR, "Not a directory"))


def config(**option):
    manager = SimpleNamespace(hasplugin=lambda _: True)
    stash = pytest.Stash()
    return SimpleNamespace(stash=stash, option=SimpleNamespace(**option), pluginmanager=manager, getini=lambda _: "")


def test_a_worker_is_told_the_credentials_in_memory_and_tells_what_it_could_not_write(tmp_path):
    node = SimpleNamespace(workerinput={}, config=config())
    keeping.hand_over(node, SimpleNamespace(secrets=SECRETS))
    worker = config()
    worker.workerinput, worker.workeroutput = node.workerinput, {}
    faults.begin(worker)
    keeping.begin(worker, {"X_TOKEN": "s3cret-x-value"}, SimpleNamespace(enter_context=lambda _: None))
    assert keeping.secrets(worker).hide(f"{TOKEN} s3cret-x-value") == "[withheld] [withheld]"
    faults.note_unwritten(worker, NotWrittenError(tmp_path / "a", FULL))
    faults.report(worker)
    faults.begin(node.config)
    keeping.begin(node.config, {}, SimpleNamespace(enter_context=lambda _: None))
    node.workeroutput = worker.workeroutput
    faults.hear(node.config, node)
    said = f"the evidence could not be written: {tmp_path}/a: No space left on device; make room, or write elsewhere"
    assert faults.lines(node.config) == (f"{said}: --evidence DIR",)


@pytest.mark.parametrize("name", ["log_file", "debug", "pastebin", "report_log", "htmlpath", "json_report"])
def test_an_option_that_writes_past_us_is_refused(name):
    with pytest.raises(OptionError, match="what is written there would hold secrets; leave it out"):
        refusals.refuse_ways_around(config(**{name: "x"}))


def test_the_options_of_every_day_are_not():
    refusals.refuse_ways_around(config(log_file=None, debug=None))


def test_an_observation_is_judged_as_it_is_kept_bounded_writable_and_without_secrets():
    asked = Request("GET", "https://x", 200, None, 0.1, etag="x" * 2**20, request_id=f"a {TOKEN}", error="a\ud800b")
    whole = Observation("live", datetime(2026, 5, 1, tzinfo=UTC), 0.1, {}, {}, (asked,))
    seen, _ = keeping.as_kept(whole, {}, SECRETS)
    (request,) = seen.transcript
    assert (request.etag, request.request_id, request.error) == (kept("x" * 2**20), "a [withheld]", "a\\ud800b")
    assert load(dump(seen)) == seen


def test_two_processes_that_write_one_file_at_one_time_do_not_disturb_each_other(tmp_path, monkeypatch):
    path, replace, processes = tmp_path / "collected.json", Path.replace, iter((1, 2))
    monkeypatch.setattr("os.getpid", lambda: next(processes))

    def late(unfinished, target):
        monkeypatch.setattr(Path, "replace", replace)
        put(path, b"the other's")
        return replace(unfinished, target)

    monkeypatch.setattr(Path, "replace", late)
    put(path, b"the slower one's")
    assert path.read_bytes() == b"the slower one's"
    assert [each.name for each in tmp_path.iterdir()] == ["collected.json"]
