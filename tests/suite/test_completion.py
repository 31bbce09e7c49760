"""What a shell offers at TAB, and that the scripts have it from us."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.cli import verbs
from asbuilt.declared_options import declarations
from asbuilt.verbs import completing
from asbuilt.verbs.completion import SCRIPTS, Shell

FOLDER = str(Path(sys.executable).parent)
ESTATE = """\
apps:
  shop-web: {}
  "$(touch marks)": {}
  "two words": {}
  '`id`': {}
repositories:
  acme/shop: {}
wrong: [here
"""


def answer(arguments):
    return completing.answer(arguments, verbs)


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch):
    monkeypatch.chdir(PROJECT)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["li"], ["live"]),
        (["live", "--se"], ["--settle"]),
        (["static", "--se"], []),
        (["live", "--app", "raxx-api-p"], ["raxx-api-prod"]),
        (["live", "--app", "=", "raxx-api-p"], ["raxx-api-prod"]),
        (["live", "--asbuilt-app", "raxx-api-p"], ["raxx-api-prod"]),
        (["live", "--app", "="], ["raxx-api-prod", "raxx-api-staging"]),
        (["live", "--estate", "estate.yaml", "--repository", ""], ["MooseQuest/TradeMasterAPI"]),
        (["live", "--estate", "nowhere.yaml", "--app", ""], []),
        (["live", "--sandbox", "inc"], ["incident-2026-04-30"]),
        (["live", "--sandbox", "healthy+slug-l"], ["healthy+slug-lost"]),
        (["sandbox", "--scenario", "healthy+slug-lost+dyno-cr"], [
            "healthy+slug-lost+dyno-crash-loop", "healthy+slug-lost+dyno-crashed",
        ]),
        (["controls", "HK00"], [f"HK00{each}" for each in range(1, 10)]),
        (["live", "-k", "WEB"], ["WEB001", "WEB002"]),
        (["controls", "--format", ""], ["json", "markdown", "table"]),
        (["live", "--fail-on", "SEV-1"], ["SEV-1"]),
        (["live", "--sandbox", "decl"], ["declared"]),
        (["static", "--format", ""], ["github", "json", "sarif", "text"]),
        (["record", "--format", "s"], ["sarif"]),
        (["record", "--fo"], ["--format"]),
        (["static", "--out"], ["--output"]),
        (["live", "--color", "a"], ["always", "auto"]),
        (["help", "hi"], ["history"]),
        (["completion", ""], ["bash", "fish", "zsh"]),
        (["verify", "--rejudge", ""], []),
        (["nonsense", ""], []),
        (["live", "--checkout", ""], []),
    ],
)  # fmt: skip
def test_names_are_offered_that_may_stand_there(words, offered):
    assert answer(["bash", *words]) == offered


def test_other_shells_have_an_option_with_its_value_in_one_word():
    assert answer(["zsh", "live", "--app=raxx-api-p"]) == ["--app=raxx-api-prod"]


def test_every_option_of_ours_is_offered():
    assert set(declarations()) <= set(answer(["bash", "live", "--"]))


@pytest.mark.parametrize("estate", [ESTATE.replace("wrong: [here\n", ""), ESTATE, "", "\0", "- 1", None])
def test_a_broken_estate_is_no_error_and_nothing_of_it_is_a_command(estate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if estate is not None:
        (tmp_path / "estate.yaml").write_text(estate)
    assert answer(["bash", "live", "--app", ""]) in ([], ["shop-web"])
    assert answer([]) == answer(["bash", ""])


def test_what_is_offered_is_harmless(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "estate.yaml").write_text(ESTATE.replace("wrong: [here\n", ""))
    assert answer(["bash", "live", "--app", ""]) == ["shop-web"]


def test_what_the_estate_names_is_known_without_pytest_a_network_or_typer():
    told = "import sys; from asbuilt.start import main\ntry: main()\nfinally: print(sorted(sys.modules))"
    command = [sys.executable, "-P", "-c", told, "__complete", "bash", "live", "--app", ""]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("raxx-api-prod\nraxx-api-staging\n")
    imported = set(done.stdout.splitlines()[-1].strip("[]").split(", "))
    assert not {"'pytest'", "'typer'", "'pydantic'", "'httpx'", "'rich'"} & imported


# In each, what a person has typed, and then TAB: as the shell itself calls the script.
BASH = """
source /dev/stdin <<< "$SCRIPT"
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_asbuilt
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = 'echo $SCRIPT | source; complete -C "{line}"'
ZSH = """
compdef() {{ : }}; compadd() {{ shift 2; print -l -- "$@" }}; _files() {{ print files }}
eval "$SCRIPT"; words=({words}); CURRENT=${{#words}}; _asbuilt
"""
PLAYED = {Shell.BASH: BASH, Shell.FISH: FISH, Shell.ZSH: ZSH}


@pytest.mark.parametrize("shell", list(Shell))
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["asbuilt", "hist"], ["history"]),
        (["asbuilt", "live", "--app", "raxx-api-p"], ["raxx-api-prod"]),
        (["asbuilt", "live", "--sandbox", "healthy+slug-l"], ["healthy+slug-lost"]),
    ],
)
def test_a_shell_offers_it(shell, words, offered):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = PLAYED[shell].format(words=" ".join(f"'{each}'" for each in words), line=" ".join(words))
    done = subprocess.run(
        [shell, "-c", script], capture_output=True, text=True, check=False, timeout=60,
        env=os.environ | {"PATH": f"{FOLDER}:{os.environ['PATH']}", "SCRIPT": SCRIPTS[shell]},
    )  # fmt: skip
    assert [each.partition("\t")[0] for each in done.stdout.splitlines()] == offered, done.stderr


def test_a_shell_is_told_nothing_of_what_went_wrong(tmp_path):
    (tmp_path / "asbuilt").write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    (tmp_path / "asbuilt").chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", BASH.format(words="asbuilt l")], capture_output=True, text=True, check=False,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SCRIPT": SCRIPTS[Shell.BASH]},
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == ("", "")
