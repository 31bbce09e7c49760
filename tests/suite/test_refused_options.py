"""What cannot be meant for a run is one message and exit 4, before anything is asked, judged or written."""

import os
import sys
from types import SimpleNamespace

import pytest
from _pytest.config import _prepareconfig

from asbuilt import catalogue, options, refusals
from asbuilt.control_ids import every_id, unknown_in

EMPTY = "its value is empty, most likely that of a variable that is not set"


class Neighbour:
    """A plugin that has declared options before us."""

    def __init__(self, *names, **attributes):
        self._names, self._attributes = names, attributes

    def pytest_addoption(self, parser):
        for name in self._names:
            parser.addoption(name, **self._attributes)


@pytest.fixture(autouse=True)
def _at_home(monkeypatch):
    monkeypatch.chdir(catalogue.PROJECT)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


@pytest.fixture
def refused(tmp_path, capsys):
    """Give a function that starts a run, which must be refused, and gives what it says."""

    def start(*arguments, plugins=()):
        evidence = tmp_path / "evidence"
        code = pytest.main(["-p", "no:cacheprovider", f"--evidence={evidence}", *arguments], plugins=plugins)
        told = "".join(capsys.readouterr())
        assert code == 4, told
        assert "Traceback" not in told
        assert "INTERNALERROR" not in told
        assert not evidence.exists()
        return told

    return start


@pytest.fixture
def configured():
    """Give a function that reads a command line as pytest does, and starts nothing."""
    made = []

    def read(*arguments, plugins=()):
        made.append(_prepareconfig([*arguments], plugins))
        return made[-1]

    yield read
    for each in made:
        each._ensure_unconfigure()  # noqa: SLF001 - as pytest itself does


@pytest.mark.parametrize(
    "option", ["--checkout", "--evidence", "--estate", "--app", "--repository", "--observed", "--sandbox", "--commit"]
)
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_value_is_that_of_a_variable_that_is_not_set(option, value, refused):
    assert f"{option}: {EMPTY}" in refused("tests_live", "-m", "live", f"{option}={value}")


@pytest.mark.parametrize("value", ["a\nb", "a\0b", "a\x1b[2Jb", "a\u202eb", "a\udcffb"])
def test_a_value_that_cannot_be_seen_is_refused(value, refused):
    told = refused("tests_static", f"--app={value}")
    assert "--app: " in told
    assert "holds a line break, or a character that cannot be seen" in told
    assert value not in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--alluredir=x",), "--alluredir: each run has allure-results of its own"),
        (("-o", "addopts=", "-p", "no:skipping"), "the plugin skipping is switched off, and waivers"),
        (("--runxfail",), "--runxfail: waivers and suppressions rest on"),
        (("--setup-only",), "--setup-only judges nothing: take --setup-plan"),
        (("--rootdir=/",), "leave out -c and --rootdir"),
        (("-c", "/dev/null"), "leave out -c and --rootdir"),
        (("--settle=inf",), '"inf" is not a number of seconds'),
        (("--settle=-1",), '"-1" is not a number of seconds'),
        (("--timeout=1e999",), '"1e999" is not a number of seconds'),
        (("--deadline=0",), '"0" is not a number of seconds from 1 to 86400'),
        (("--deadline=soon",), '"soon" is not a number of seconds from 1 to 86400'),
        (("--checkout=README.md",), "no folder README.md"),
    ],
)
def test_what_would_lose_findings_or_evidence_is_refused(arguments, said, refused):
    assert said in refused("tests_static", *arguments)


def test_evidence_is_not_written_into_a_run(tmp_path, refused):
    (tmp_path / "run" / "allure-results").mkdir(parents=True)
    assert "is the directory of one run; name the folder above it" in refused(
        "tests_static", f"--evidence={tmp_path / 'run'}"
    )
    (tmp_path / "file").write_text("")
    assert "no folder can be made there" in refused("tests_static", f"--evidence={tmp_path / 'file' / 'below'}")


def test_a_file_of_the_users_that_is_no_file_ends_in_one_line(tmp_path, refused):
    os.mkfifo(tmp_path / "pipe")
    for name, reason in {tmp_path / "pipe": "is a named pipe", "/dev/zero": "is a device"}.items():
        told = refused("tests_static", f"--estate={name}")
        assert f"ERROR: {name}: {reason}; only regular files are read; name a file: --estate FILE" in told
        assert len(told.strip().splitlines()) == 1
    told = refused("tests_live", "-m", "live", "--observed=/dev/zero")
    assert "--observed /dev/zero: is a device; only regular files are read; name a run's observation.json" in told


def test_a_python_without_asserts_is_refused(monkeypatch, refused):
    assert sys.flags.optimize == 0
    begun_so = SimpleNamespace(optimize=1)  # as PYTHONOPTIMIZE=1 and -O do: that process would compile all libraries
    monkeypatch.setattr(refusals, "sys", SimpleNamespace(flags=begun_so))
    assert "no check could fail: unset PYTHONOPTIMIZE" in refused("tests_static", "--assert=plain")


def test_what_was_observed_is_not_judged_again(refused):
    reruns = Neighbour("--reruns", type=int)
    reruns.pytest_addoption = lambda parser: (parser.addoption("--reruns", type=int), parser.addini("reruns", "again"))
    for arguments in (("--reruns=2",), ("-o", "reruns=2")):
        assert "--reruns: what was observed does not change" in refused("tests_static", *arguments, plugins=[reruns])


@pytest.mark.parametrize("name", ["--app", "--repository", "--estate", "--sandbox", "--observed", "--checkout"])
def test_a_name_that_another_plugin_took_is_refused_not_given_to_it(name, refused):
    told = refused("tests_live", "-m", "live", f"{name}=x", plugins=[Neighbour(name)])
    assert f"{name} belongs to the plugin" in told
    assert f"write --asbuilt-{name[2:]}, or leave that plugin out: -p no:" in told


def test_the_plugin_that_took_a_name_is_named(tmp_path, monkeypatch, refused):
    source = "def pytest_addoption(parser): parser.addoption('--timeout', type=float)"
    (tmp_path / "neighbour.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    told = refused("tests_static", "-p", "neighbour", "--timeout", "5")
    assert "--timeout belongs to the plugin neighbour here: write --asbuilt-timeout" in told
    assert "-p no:neighbour" in told
    (tmp_path / "options").write_text("--timeout=5\n")
    assert "belongs to the plugin neighbour" in refused("tests_static", "-p", "neighbour", f"@{tmp_path / 'options'}")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--timeout=5")
    assert "belongs to the plugin neighbour" in refused("tests_static", "-p", "neighbour")


def test_beside_a_plugin_that_took_them_options_have_a_longer_name(configured):
    every = [f"--{name.removeprefix('asbuilt_')}" for name in vars(configured().option) if name.startswith("asbuilt_")]
    assert {"--app", "--timeout", "--evidence"} <= set(every)
    config = configured("tests_static", "--asbuilt-app=a", "--asbuilt-timeout=3", plugins=[Neighbour(*every)])
    asked = options.asked(config)
    assert (asked.apps, asked.timeout, asked.estate) == (["a"], 3.0, None)
    asked = options.asked(configured("tests_static", "--app=a", "--asbuilt-app=b"))
    assert asked.apps == ["a", "b"]


def test_a_name_is_not_abbreviated(refused):
    assert "unrecognized arguments: --repo=a/b" in refused("tests_static", "--repo=a/b")


@pytest.mark.parametrize(
    ("arguments", "name", "meant"),
    [
        (("--setle", "5"), "--setle", "--settle"),
        (("--deadlin=5",), "--deadlin", "--deadline"),
        (("--checkot=.", "--setle=5"), "--checkot", "--checkout"),
        (("--no-such-thing",), "--no-such-thing", None),
        (("--\x1b[2J=5",), "--\\x1b[2J", None),
    ],
)
def test_an_option_that_is_mistyped_is_one_line_with_the_nearest(arguments, name, meant, refused):
    told = refused("-p", "asbuilt.known_options", "tests_static", *arguments)
    hint = f'did you mean "{meant}"? ' if meant else ""
    of_ours = "asbuilt static -h lists those of ours"
    said = f'ERROR: there is no option "{name}", neither here nor in pytest; {hint}{of_ours}'
    assert told.split("\n\n")[0].strip() == said


@pytest.mark.parametrize(
    ("chosen", "wrong", "meant"),
    [("HK999", "HK999", "HK009"), ("GH001 or wf998", "wf998", "WF008"), ("not WEB003", "WEB003", "WEB001")],
)
def test_a_control_that_there_is_not_chooses_nothing_and_is_refused(chosen, wrong, meant, refused):
    told = refused("-p", "asbuilt.known_options", "tests_static", "-k", chosen)
    assert f'-k: there is no control "{wrong}"; did you mean "{meant}"? allowed: GH001, GH002, ' in told


def test_the_begin_of_an_id_and_other_words_choose_as_pytest_has_them():
    ids = list(every_id())
    assert len(ids) > 60
    assert [unknown_in(each, ids) for each in ("HK00", "WF0 and not slug", "test_wf99x", "hk002")] == [""] * 4


@pytest.mark.parametrize("shown", ["--help", "--markers", "--fixtures", "--fixtures-per-test", "--cache-show"])
def test_what_shows_pytest_itself_needs_no_estate(shown, configured):
    assert options.concerns_estate(configured("tests_live", "-m", "live"))
    assert not options.concerns_estate(configured("tests_live", "-m", "live", shown))


def test_checks_that_are_only_listed_ask_nobody_and_leave_nothing(play):
    played = play("tests_live", "-m", "live", "--setup-plan")
    assert played.code == 0, played.out
    assert "test_current_release_has_a_slug[raxx-api-prod]" in played.out
    assert "evidence:" not in played.out
    assert played.directory is None
