"""What somebody reads who asks for help, or made a mistake: a screen, in words of ours, from one place each."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asbuilt import usage
from asbuilt.cli import app
from asbuilt.declared_options import GROUPS, OF_LIVE_ALONE, declarations
from asbuilt.help_page import Page, lines
from asbuilt.verbs import examples, suite_help

VERBS = sorted((each.name or each.callback.__name__) for each in app.registered_commands)
WIDTHS = (60, 80, 100, 120, 200)
ESCAPES = re.compile(r"\x1b\[[0-9;]*[mK]")


def asked(*arguments, **environ):
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "100", **environ})


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_help_of_each_verb_fits_a_screen_and_no_line_is_broken(verb, width):
    verb = verb.rstrip("_")
    done = asked(verb, "-h", COLUMNS=str(width))
    assert done.exit_code == 0
    told = ESCAPES.sub("", done.output).splitlines()
    assert [each for each in told if len(each) > width and "asbuilt " not in each] == []  # a command stays whole
    assert width < 100 or len(told) <= 40
    assert told[0].startswith(f"usage: asbuilt {verb}")
    assert "<bool>" not in done.output
    assert (
        asked("help", verb, COLUMNS=str(width)).output
        == done.output
        == asked(verb, "--help", COLUMNS=str(width)).output
    )


@pytest.mark.parametrize("verb", ["live", "static"])
def test_each_option_is_told_with_its_text_where_it_is_of_use(verb):
    told = {each.split()[0]: each for each in lines(suite_help.page(verb), 100) if each.startswith("  -")}
    wanted = {name for name in declarations() if verb == "live" or name not in OF_LIVE_ALONE}
    assert wanted <= told.keys()
    assert not told.keys() & set(declarations()) - wanted
    assert {"-q", "-v", "--color", "-k"} <= told.keys()
    assert all(declarations()[name]["help"] in told[name] for name in wanted if len(declarations()[name]["help"]) < 72)


def test_what_is_grouped_is_grouped_once():
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names))


def test_who_asks_for_the_help_of_a_suite_waits_for_no_pytest():
    told = "import sys; from asbuilt.start import main\ntry: main()\nfinally: print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", told, "live", "-h"], capture_output=True, text=True, check=True)
    assert "usage: asbuilt live" in done.stdout
    assert not {"'pytest'", "'typer'", "'pydantic'", "'rich'"} & set(
        done.stdout.splitlines()[-1].strip("[]").split(", ")
    )


def test_without_a_verb_it_is_said_where_to_begin():
    done = asked()
    assert done.exit_code == 0
    told = done.output.splitlines()
    begin = told.index("where to begin:")
    assert told[begin + 1].split()[:2] == ["asbuilt", "demo"]
    assert all(f"asbuilt {verb.rstrip('_')} " in done.output for verb in VERBS)
    assert done.output == asked("-h").output == asked("help").output


def test_an_example_is_of_a_verb_and_its_options():
    for verb, shown in examples.EXAMPLES.items():
        for command, _ in shown:
            assert f"asbuilt {verb}" in command


def test_python_m_asbuilt_is_the_command():
    done = subprocess.run([sys.executable, "-m", "asbuilt", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("asbuilt ")


def test_a_row_that_does_not_fit_goes_on_below_its_text():
    page = Page("x", "s", (("g", (("--a", "one two three four five six seven eight nine"),)),))
    assert list(lines(page, 40))[4:] == [
        "g:", "  --a  one two three four five six seven", "       eight nine",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hlep"], 'there is no verb "hlep"; did you mean "help"? allowed: '),
        (["help", "liv"], 'there is no verb "liv"; did you mean "live"? allowed: '),
        (["--versoin"], 'there is no option "--versoin"; did you mean "--version"? allowed: '),
        (["controls", "HK02"], 'there is no control "HK02"; did you mean "HK002"? allowed: '),
        (["controls", "a", "b"], 'controls: "b" is an argument too many (see asbuilt controls -h)'),
        (["controls", "--color", "blue"], '--color: there is no value "blue"; allowed: always, auto, never'),
        (["verify", "--formt", "json"], 'verify: there is no option "--formt"; did you mean "--format"? allowed: '),
        (["verify", "--rejudge=1"], "verify: option '--rejudge' does not take a value (see asbuilt verify -h)"),
        (["paths", "--app"], "paths: option '--app' requires an argument (see asbuilt paths -h)"),
        (["paths", "--format", "sgv"], 'paths: --format: there is no value "sgv"; did you mean "svg"? allowed: '),
        (["sandbox", "--port", "x"], 'sandbox: --port: "x" is no number from 0 to 65535'),
        (["sandbox", "--scenario", "healthy+dyno-crash"], '"dyno-crash" is not a fault; did you mean "dyno-crashed"?'),
        (["completion", "tcsh"], 'completion: shell: there is no value "tcsh"; did you mean "zsh"? allowed: '),
        (["completion"], "completion: missing argument 'SHELL'"),
        (["schema", "x"], 'schema: "x" is an argument too many'),
    ],
)
def test_a_wrong_use_is_one_line_with_the_nearest_name_and_what_is_allowed(arguments, said):
    done = asked(*arguments)
    assert done.exit_code == 4
    assert done.stderr.startswith(f"asbuilt: {said}")
    assert len(done.stderr.splitlines()) == 1
    assert not re.search("Traceback|Value error|[Uu]sage", done.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["live", "--fail-on", "SEV-9"],
            '--fail-on: there is no value "SEV-9"; did you mean "SEV-1"? allowed: SEV-1, ',
        ),
        (["live", "--settle", "x"], '--settle: "x" is not a number of seconds from 0 to 86400'),
        (["live", "--app"], "--app: its value is missing"),
        (["live", "-n", "x"], '-n: "x" is no value that it can have'),
        (["live", "nofile"], '"nofile" is no file of checks; a folder is judged by --checkout'),
        (["static", "-k", "("], '-k "(" is not an expression: '),
        (["live", "--sandbx"], 'there is no option "--sandbx", neither here nor in pytest; did you mean "--sandbox"? '),
        (["live", "--sandbox=healty"], '"healty" is not a scenario; did you mean "healthy"? allowed: '),
        (["live", "--sandbox=healthy", "--app=raxx"], '--app: "raxx" is not declared in the estate; did you mean '),
    ],
)
def test_a_wrong_use_of_a_suite_is_one_line_too(arguments, said):
    command = [sys.executable, "-P", "-c", "from asbuilt.start import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr.startswith(f"asbuilt: {said}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("usage: x [-h]\nx: error: argument -k: expected one argument\n  inifile: i\n", "-k: its value is missing"),
        ("usage: x\nx: error: argument --a/--asbuilt-a: it is so\n  inifile: i", "--a: it is so"),
        ("our own: words", "our own: words"),
        ("usage: odd", "usage: odd"),
    ],
)
def test_of_what_pytest_says_the_mistake_is_told(said, told):
    assert usage.in_words(said) == told


@pytest.mark.parametrize(
    "arguments", [["live", "-h"], ["static", "-q"], ["live", "--sandbox=healthy", "--format=json"]]
)
def test_what_cannot_be_printed_is_no_drift_and_no_traceback(arguments, tmp_path):
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "ci.yml").write_text("on: [push, pul_request]\njobs: {}\n")
    (tmp_path / "estate.yaml").write_text("estate: shop\napps:\n  raxx-api-prod: {}\n")
    command = [sys.executable, "-P", "-m", "asbuilt", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "asbuilt: cannot go on: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_colour_is_told_with_the_words_of_the_help():
    said = "argument --color: invalid choice: 'allways' (choose from 'yes', 'no', 'auto')"
    told = usage.in_words(f"usage: asbuilt [options]\nasbuilt: error: {said}\n")
    assert told == '--color: there is no value "allways"; did you mean "always"? allowed: always, auto, never'


def test_each_verb_that_can_find_something_wrong_says_what_exit_1_is():
    for verb in ("doctor", "verify", "demo"):
        assert ", 1 " in asked(verb, "-h").output.splitlines()[-1]
