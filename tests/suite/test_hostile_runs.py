"""Whole runs over texts that try to be more than texts: of both APIs, of the files of a checkout, of the estate."""

import base64
import json
import os
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
import running
from hostile_texts import (
    ESTATE,
    TEXTS,
    Elements,
    assert_no_command,
    assert_row,
    assert_seen,
    elements,
    observation,
    workflow,
)
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.model import dump

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def listener():
    """A server that hostile addresses lead to, with the paths that it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(port=server.server_port, asked=asked)
    server.shutdown()
    server.server_close()


def run(folder, *arguments, how=running.in_process):
    """Run the suite, its evidence in a folder."""
    files = f"--estate={folder / 'estate.yaml'}", f"--junitxml={folder / 'sub' / 'elsewhere.xml'}"
    played = how(folder, *files, *arguments, environ={"PATH": os.environ["PATH"], "COLUMNS": "100"})
    return SimpleNamespace(code=played.code, out=played.out, directory=played.directory, folder=folder)


ALL_THAT_PYTEST_SHOWS = ("--tb=long", "--showlocals", "-vv", "-rA", "--durations=3")


@pytest.fixture(scope="module")
def lived(tmp_path_factory, listener):
    folder = tmp_path_factory.mktemp("live")
    give = cycle(text for name, text in TEXTS.items() if name != "half")  # which an observation cannot hold
    (folder / "seen.json").write_bytes(dump(observation(lambda: next(give), listener.port)))
    (folder / "estate.yaml").write_text(json.dumps(ESTATE))
    return run(folder, "tests_live", "-m", "live", f"--observed={folder / 'seen.json'}", *ALL_THAT_PYTEST_SHOWS)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("static")
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True)
    # What YAML refuses to hold makes a file that is not read any further.
    give = cycle(text[:3000] for name, text in TEXTS.items() if name not in {"half", "no-character"})
    for number in range(6):
        text = json.dumps(workflow(lambda: next(give)), ensure_ascii=False)
        (workflows / f"deploy{number}.yml").write_text(text)
    steps = "[{run: heroku container:release web --app shop}]"
    small = f"on: push\njobs: {{a: {{runs-on: ubuntu-latest, environment: x, steps: {steps}}}}}\n"
    long = f"heroku container:release web --app shop # {'x' * 2**18}"
    (workflows / "long.yml").write_text(small.replace("heroku container:release web --app shop", f"'{long}'"))
    for name in ("command", "command-below", "old-command", "escape", "cells", "many-backticks", "mention", "image"):
        (workflows / f"{TEXTS[name].replace('/', '_')}.yml").write_text(small)
    (workflows / os.fsdecode(b"\xff\n::error::x.yml")).write_text(small)
    (folder / "estate.yaml").write_text(json.dumps(ESTATE))
    return folder


def assert_harmless(played):
    """What the run printed and left behind is read as what it is."""
    assert played.code == 1, played.out
    assert "INTERNALERROR" not in played.out
    assert "Traceback" not in played.out
    summary = (played.directory / "summary.md").read_text()
    junit = (played.directory / "junit.xml").read_text()
    for shown in (played.out, summary, junit):
        assert_seen(shown)
        assert_no_command(shown)
    rows = [line for line in summary.split("\n") if line.startswith("| ")][1:]
    assert rows
    for row in rows:
        assert_row(row)
    verdicts = json.loads((played.directory / "verdicts.json").read_text())
    suite = ET.fromstring(junit)[0]
    count = {outcome: sum(each["outcome"] == outcome for each in verdicts) for outcome in ("drifted", "unknown")}
    assert {"drifted": int(suite.get("failures")), "unknown": int(suite.get("errors"))} == count
    assert int(suite.get("tests")) == len(verdicts)
    assert (played.folder / "sub" / "elsewhere.xml").read_text() == junit
    for path in (played.directory / "allure-results").glob("*-result.json"):
        result = json.loads(path.read_text())
        message = result.get("statusDetails", {}).get("message", "")
        for shown in (result["name"], message, *(each["value"] for each in result["labels"])):
            assert_seen(shown)
        assert_seen(result["descriptionHtml"])
        assert {name for name, _ in elements(result["descriptionHtml"])} <= {
            "p", "table", "tr", "th", "td", "pre",
        }  # fmt: skip
    return verdicts


def test_what_the_apis_answer_harms_nobody(lived):
    verdicts = assert_harmless(lived)
    assert "drifted" in {each["outcome"] for each in verdicts if each["control"] == "HK003"}
    assert {"drifted", "unknown", "waived"} <= {each["outcome"] for each in verdicts}


def test_texts_of_a_megabyte_leave_little(lived):
    files = [path for path in lived.directory.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 5 * 10**6
    assert max(len(each) for each in lived.out.splitlines()) < 1500


WITHOUT_LINTERS = "-k", "not zizmor and not actionlint"


def test_what_files_say_harms_nobody(checkout):
    verdicts = assert_harmless(run(checkout, "tests_static", f"--checkout={checkout}", *WITHOUT_LINTERS))
    assert max(len(line["excerpt"]) for each in verdicts for line in each["lines"]) == 1000  # of the one long line


def test_what_files_say_harms_no_worker(checkout):
    which = "tests_static/test_syntax.py", f"--checkout={checkout}", "-n", "1", *WITHOUT_LINTERS
    verdicts = assert_harmless(run(checkout, *which, how=running.in_a_process))
    assert {each["outcome"] for each in verdicts if each["control"] == "WF001"} == {"drifted", "conforms", "unknown"}


def test_an_option_that_is_refused_is_told_harmlessly(checkout):
    strange = "\x1b[31mx\n::error::y ##[error]z\u202e"
    played = run(checkout, "tests_static", f"--checkout={strange}")
    assert played.code == 4
    assert_seen(played.out)
    assert_no_command(played.out)


@pytest.mark.parametrize("form", ["table", "json", "mermaid", "svg"])
def test_drawings_of_them_harm_nobody(checkout, form):
    options = ["--checkout", str(checkout), "--estate", str(checkout / "estate.yaml"), "--format", form]
    done = CliRunner().invoke(app, ["paths", *options])
    assert done.exit_code == 0, done.output
    for shown in (done.stdout, done.stderr):
        assert_seen(shown)
        assert_no_command(shown)
    assert "shop" in done.stdout
    if form == "svg":
        assert {each.tag.rpartition("}")[2] for each in ET.fromstring(done.stdout).iter()} <= {
            "svg", "title", "desc", "style", "rect", "text", "path",
        }  # fmt: skip
    if form == "json":
        assert json.loads(done.stdout)


class Page(Elements):
    """What of a page could do something."""

    def __init__(self):
        super().__init__()
        self.title, self.reaching = "", set()

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        held = dict(attrs)
        address = held.get("href") or held.get("src") or ""
        if "srcdoc" in held:
            self.feed_frame(held["srcdoc"])
        if tag in {"a", "img", "object", "embed", "form", "link"} and not address.startswith(("#", "data:")):
            self.reaching.add((tag, address.partition(":")[0]))

    def feed_frame(self, document):
        frame = Page()
        frame.feed(document)
        self.found += frame.found
        self.reaching |= frame.reaching

    def handle_data(self, data):
        if self.lasttag == "title" and not self.title:
            self.title = data


@pytest.mark.skipif(shutil.which("npm") is None, reason="Allure 3 needs Node.js, which this machine lacks")
@pytest.mark.skipif(CHROMIUM is None, reason="this machine has no Chromium to open the report in")
def test_the_report_runs_and_asks_for_nothing(lived, listener, tmp_path):
    done = CliRunner().invoke(app, ["record", str(lived.directory)])
    assert done.exit_code == 0, done.output
    listener.asked.clear()
    report = lived.directory / "report.html"
    results = [json.loads(path.read_text()) for path in (lived.directory / "allure-results").glob("*-result.json")]
    image = "<img src=http://127.0.0.1"
    assert [each for each in results if image in each["descriptionHtml"].replace("&lt;", "<")]
    for name in ("", *opened(report, "the newest release succeeded")):
        page = Page()
        page.feed(dom(report, name, tmp_path))
        assert page.title.strip().startswith(ESTATE["estate"].split("::")[0])
        assert page.reaching <= {("a", "http"), ("a", "https")}
        assert not [each for each in page.found if any(attribute.startswith("on") for attribute in each[1])]
    assert listener.asked == []


def opened(report, *names):
    """Give the ids under which a report shows the results of some names."""
    text = report.read_text()
    for identity, held in re.findall(r'"data/test-results/([0-9a-f]+)\.json",\s*"([\w+/=]+)"', text):
        if any(name in base64.b64decode(held).decode() for name in names):
            yield identity


def dom(report, name, folder):
    """Open a page of a report, as somebody does who has ten seconds, and give what it became."""
    return subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--virtual-time-budget=10000"),
            *("--disable-background-networking", f"--user-data-dir={folder / 'profile'}", "--dump-dom"),
            f"file://{report}#{name}",
        ],
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip
