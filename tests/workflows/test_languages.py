"""Which program reads or runs what, and how a script names a variable: told once, for all that read scripts."""

import pytest

from asbuilt.workflows.deploys.targets import as_expression
from asbuilt.workflows.shell.languages import BUILDERS, FETCHERS, RUNNERS, SHELLS, is_shell, language
from asbuilt.workflows.shell.script import expand
from asbuilt.workflows.shell.variables import VARIABLE, env_in, named_in, sole


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        ("python", "python"),
        ("python3", "python"),
        ("/usr/bin/python3.12 {0}", "python"),
        ("node {0}", "node"),
        ("nodejs", "node"),
        ("ruby", "ruby"),
        ("perl {0}", "perl"),
        ("php8.3", "php"),
        ("deno", "deno"),
        ("bun", "bun"),
        ("Rscript {0}", "rscript"),
        ("pwsh", "pwsh"),
        ("powershell.exe -File {0}", "powershell"),
        ("bash", None),
        ("bash -c python", None),
        ("python-dotenv", None),
        ("bunx", None),
        ("node-gyp", None),
        ("", None),
    ],
)
def test_a_language_is_told_by_its_program(called, expected):
    assert language(called) == expected


@pytest.mark.parametrize("called", ["bash", "sh", "/bin/dash {0}", "bash --noprofile {0}", "zsh", "ksh"])
def test_a_shell_is_no_other_language(called):
    assert is_shell(called)
    assert language(called) is None


@pytest.mark.parametrize("called", ["pwsh", "python {0}", "", "bashful", "${{ matrix.shell }}", "cmd"])
def test_what_is_no_shell(called):
    assert not is_shell(called)


def test_what_runs_others_is_no_language_but_bun():
    assert {each for each in SHELLS | RUNNERS | FETCHERS | BUILDERS if language(each)} == {"bun"}


@pytest.mark.parametrize(
    ("text", "named", "whole"),
    [
        ("$APP-prod", ["APP"], ["$APP"]),
        ("${APP:-shop}", ["APP"], ["${APP:-shop}"]),
        ("${APPS[@]} ${#APPS[@]} ${!APP}", ["APPS", "APPS", "APP"], ["${APPS[@]}", "${#APPS[@]}", "${!APP}"]),
        ("${APP:-${OTHER}}", ["APP", "OTHER"], ["${OTHER}"]),
        ("$1 ${2} $? $$", [], ["$1", "${2}", "$?", "$$"]),
        ("${{ env.APP }} $(APP) \\\\$", [], []),
        ("${APP", ["APP"], []),
    ],
)
def test_a_variable_is_named_in_one_way(text, named, whole):
    assert list(named_in(text)) == named
    assert [match[0] for match in VARIABLE.finditer(text)] == whole


@pytest.mark.parametrize("written", ["${APPS[$KEY]}", "${APP:+$KEY-x}", "${#APPS[$KEY]}", "${APP%%$KEY*}"])
def test_what_is_done_to_a_variable_may_name_another(written):
    assert expand(written, {"KEY": ("a", "b")}) == tuple(written.replace("$KEY", each) for each in "ab")
    assert as_expression(written) == written.replace("$KEY", "${{ env.KEY }}")


@pytest.mark.parametrize("written", ["$?", "$$-$@", "${#APP}", "${!APP}", "${APP:0:7}", "$OTHER"])
def test_what_is_not_known_stays_as_it_is_written(written):
    assert expand(written, {"APP": ("shop",)}) == (written,)


def test_an_expression_names_variables_in_its_own_way():
    assert list(env_in("${{ env.APP }}-${{env.STAGE }} myenv.Y")) == ["APP", "STAGE"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("$APP", "APP"),
        ("${APP}", "APP"),
        ("${APPS[@]}", "APPS"),
        ("$1", "1"),
        ("${{ env.APP }}", "APP"),
        ("${{env.APP}}", "APP"),
        ("${APP:-x}", None),
        ("${#APP}", None),
        ("$APP-prod", None),
        ("APP", None),
        ("${{ inputs.app }}", None),
        ("", None),
    ],
)
def test_a_text_that_is_one_variable(text, name):
    assert sole(text) == name
