"""How much a run prints: findings alone, each check, in colour or not, and never a line that the terminal breaks."""

import re
import subprocess
import sys

import pytest
from terminals import printed_on_a_terminal

from asbuilt.catalogue import PROJECT
from asbuilt.suite import of_pytest
from asbuilt.verbs import colour

COMMAND = [sys.executable, "-P", "-c", "from asbuilt.start import main; main()"]
INCIDENT = ["live", "--sandbox=incident-2026-04-30"]
HEALTHY = ["live", "--sandbox=healthy", "--app=raxx-api-staging"]
ESCAPES = re.compile(r"\x1b\[[0-9;]*[mK]")
COPIED = ("http", "gh ", "fix:", "runbook:", "curl ", "> uses:")  # commands and addresses stay whole


def said(*arguments, tmp_path, **environ):
    done = subprocess.run(
        [*COMMAND, *arguments, f"--evidence={tmp_path}"], cwd=PROJECT, capture_output=True, text=True,
        check=False, timeout=120, env={"PATH": "/usr/bin:/bin", **environ},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_quiet_is_a_line_for_each_cause_and_nothing_where_all_is_well(workers, tmp_path):
    code, out, err = said(*INCIDENT, "-q", *workers, tmp_path=tmp_path)
    assert (code, err) == (1, "")
    assert [each.split()[0] for each in out.splitlines()] == ["raxx-api-prod", "MooseQuest/TradeMasterAPI"]
    assert "never deployed since it was created" in out
    assert said(*HEALTHY, "-q", *workers, tmp_path=tmp_path) == (0, "", "")


def test_quiet_does_not_keep_to_itself_that_nothing_was_judged(tmp_path):
    code, out, _ = said(*HEALTHY, "-q", "-k", "nothing_is_called_so", tmp_path=tmp_path)
    assert code == 5
    assert out.startswith("nothing was judged: of ")


def test_quiet_tells_what_is_unknown(tmp_path):
    code, out, _ = said("live", "--sandbox=healthy+dynos-forbidden", "-q", tmp_path=tmp_path)
    assert code == 1
    assert "UNKNOWN" in out


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_verbose_is_each_check_by_control_with_what_it_came_to(workers, tmp_path):
    code, out, _ = said(*INCIDENT, "--app=raxx-api-prod", "-v", *workers, tmp_path=tmp_path)
    assert code == 1
    told = [each.split() for each in out.splitlines() if re.match(r"[A-Z]+[0-9]{3} +\S", each)]
    ids = [each[0] for each in told]
    assert ids == sorted(ids)
    assert ["HK002", "raxx-api-prod", "drifted"] in told
    assert ["HK001", "raxx-api-prod", "conforms"] in told
    assert "%]" not in out
    assert "asbuilt: raxx (raxx-api-prod only" in out


def test_without_a_terminal_nobody_is_told_how_far_it_is(tmp_path):
    arguments = ["live", "--sandbox=healthy+probe-times-out", "--app=raxx-api-prod", "--timeout=2"]
    _, out, err = said(*arguments, tmp_path=tmp_path)
    assert "so far" not in out
    assert "observing" not in out + err


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_on_a_terminal_the_line_is_gone_at_the_end(workers, tmp_path):
    arguments = ["live", "--sandbox=healthy+probe-times-out", "--app=raxx-api-prod", "--timeout=2", "-q", *workers]
    out, code = printed_on_a_terminal([*COMMAND, *arguments, f"--evidence={tmp_path}"])
    assert code == 1
    drawn = [each for each in re.split(r"\r\x1b\[K", out) if each.startswith("asbuilt: observing, ")]
    assert drawn
    assert all(re.fullmatch(r"asbuilt: observing, \d+ requests, \d+ s", each) for each in drawn)
    left = re.sub(r"\r\x1b\[K(asbuilt: [^\r\n]*(?=\r))?", "", out)
    assert "asbuilt: " not in left
    assert left.startswith(("raxx-api-prod", "\x1b["))


def test_in_ci_a_terminal_is_told_nothing_either(tmp_path):
    arguments = ["live", "--sandbox=healthy+probe-times-out", "--app=raxx-api-prod", "--timeout=2", "-q"]
    out, _ = printed_on_a_terminal([*COMMAND, *arguments, f"--evidence={tmp_path}"], CI="true")
    assert "observing" not in out


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize(
    "arguments",
    [
        [*INCIDENT, "--evidence={tmp}"],
        [*INCIDENT, "-q", "--evidence={tmp}"],
        [*INCIDENT, "-v", "--evidence={tmp}"],
        ["controls"],
        ["paths", "--checkout", "fixtures/repositories/TradeMasterAPI/before"],
        ["controls", "HK02"],
    ],
    ids=lambda each: " ".join(each[:3]),
)
def test_no_line_of_prose_is_broken_by_the_terminal(columns, arguments, tmp_path):
    given = [each.replace("{tmp}", str(tmp_path)) for each in arguments]
    out, code = printed_on_a_terminal([*COMMAND, *given], columns)
    assert code in {0, 1, 4}
    lines = [ESCAPES.sub("", each).rpartition("\r")[2] for each in out.splitlines()]
    assert lines
    long = [each for each in lines if len(each) > columns and "evidence: " not in each]
    assert [each for each in long if not any(word in each for word in COPIED)] == []
    if "-q" in arguments:
        assert long == []
        assert columns > 100 or any(each.endswith("…") for each in lines)


@pytest.mark.parametrize(
    ("given", "environ", "coloured"),
    [
        (["--color=always"], {}, True),
        (["--color", "yes"], {}, True),
        (["--color=never"], {"FORCE_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {}, False),
    ],
)
@pytest.mark.parametrize("verb", [["controls", "HK02"], [*INCIDENT, "-q"]], ids=lambda each: each[0])
def test_colour_is_as_it_is_asked_for(verb, given, environ, coloured, tmp_path):
    more = [f"--evidence={tmp_path}"] if verb[0] == "live" else []
    done = subprocess.run(
        [*COMMAND, *verb, *given, *more], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": "/usr/bin:/bin", **environ},
    )  # fmt: skip
    assert ("\x1b[" in done.stdout + done.stderr) is coloured


def test_words_for_colours_are_those_of_pytest_and_of_other_commands():
    given = ["--color", "always", "--color=never", "--color=auto", "always", "--help-pytest"]
    assert of_pytest(given) == ["--color", "yes", "--color=no", "--color=auto", "always", "--help"]


def test_what_stands_behind_two_dashes_is_no_option():
    environ = {}
    assert colour.taken(["a", "--", "--color", "never"], environ) == ["a", "--", "--color", "never"]
    assert environ == {}
