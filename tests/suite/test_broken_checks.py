"""A check that cannot be used says where and why, all of them at once; and nothing is judged without it."""

import shutil

import pytest
from typer.testing import CliRunner

from asbuilt import catalogue
from asbuilt.cli import app

GOOD = '''
@control("HK001", severity="SEV-2", satisfies=["SOC2 CC7.2"])
def test_good():
    """It is good.

    Remedy: nothing.
    """
'''
BROKEN = '''
import pytest
from asbuilt.controls import control

def test_without_control():
    """It is required.

    Remedy: do it.
    """

@control("HK001", severity="SEV-2")
@control("HK002", severity="SEV-2")
def test_with_two():
    """It is required.

    Remedy: do it.
    """

@control("HK001", severity="SEV-2")
def test_without_docstring():
    pass

@control("HK001", severity="SEV-2")
def test_without_remedy():
    """It is required."""

@control("XX001", severity="SEV-2")
def test_of_no_system():
    """It is required.

    Remedy: do it.
    """

@pytest.mark.control
def test_bare():
    pass

class TestMethods:
    def test_method(self):
        pass

test_that_is_no_function = []
'''


@pytest.fixture
def problems(tmp_path):
    """Give a function that reads checks from files, and gives what is wrong with them line by line."""

    def read(**files):
        for folder in catalogue.FOLDERS:
            (tmp_path / folder / "below").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (tmp_path / "tests_static" / f"{name.replace('__', '/')}.py").write_text(text)
        with pytest.raises(catalogue.BrokenChecksError) as error:
            catalogue.checks(tmp_path)
        return str(error.value).splitlines()

    return read


def test_each_check_that_lacks_something_is_told_with_its_place(problems):
    told = problems(test_broken=BROKEN)
    assert [each.partition(": ")[0] for each in told] == [
        "tests_static/test_broken.py:5 test_without_control",
        "tests_static/test_broken.py:11 test_with_two",
        "tests_static/test_broken.py:19 test_without_docstring",
        "tests_static/test_broken.py:23 test_without_remedy",
        "tests_static/test_broken.py:27 test_of_no_system",
        "tests_static/test_broken.py:34 test_bare",
        "tests_static/test_broken.py:34 test_bare",
        "tests_static/test_broken.py:38 TestMethods",
    ]
    assert told[0].endswith('has no control: add @control("ID", severity="SEV-2", satisfies=[...])')
    assert "has 2 controls" in told[1]
    assert "has no docstring" in told[2]
    assert 'add a paragraph "Remedy: ..."' in told[3]
    assert 'needs an id such as "HK002" and a severity, one of SEV-1' in told[4]
    assert "is a class; a check is a function" in told[7]


def test_each_file_that_cannot_be_imported_is_told_with_its_line(problems):
    told = problems(
        test_a="import os\nimport asbuilt.nowhere\n",
        test_b="def test_x(:\n    pass\n",
        test_c="x = 1\nraise SystemExit(0)\n",
        test_d="import pytest\npytest.skip('no', allow_module_level=True)\n",
        test_e="raise ValueError('a\\n::error::b')\n",
        below__test_f="1 / 0",
        g_test="1 / 0",
        test_good=f"from asbuilt.controls import control\n{GOOD}",
    )
    assert [each.partition(" cannot be imported: ")[::2] for each in told] == [
        ("tests_static/below/test_f.py:1:", "ZeroDivisionError: division by zero"),
        ("tests_static/g_test.py:1:", "ZeroDivisionError: division by zero"),
        ("tests_static/test_a.py:2:", "ModuleNotFoundError: No module named 'asbuilt.nowhere'"),
        ("tests_static/test_b.py:1:", "SyntaxError: invalid syntax"),
        ("tests_static/test_c.py:2:", "SystemExit: 0"),
        ("tests_static/test_d.py:2:", "Skipped: no"),
        ("tests_static/test_e.py:1:", "ValueError: a \\::error::b"),
    ]


VOCABULARY = """
import pytest

@pytest.fixture
def subject(): ...

@pytest.fixture(name="app")
def _app(subject): ...

@pytest.fixture()
def releases(app): ...
"""
WORDS = '''
import pytest
from asbuilt.controls import control

@pytest.fixture
def newest(releases): ...

@control("HK001", severity="SEV-2", satisfies=[])
def test_misspelled(releases):
    """It is required.

    Remedy: heroku ps --app {ap} of {process}, ${{ app }} and ${APP} aside; {ap}
    """

@control("HK002", severity="SEV-2", satisfies=[])
def test_whole(newest):
    """It is required.

    Remedy: heroku ps:scale {formation} --app {app}; {deploy}
    """

@control("HK003", severity="SEV-2", satisfies=[])
def test_of_nothing():
    """It is required.

    Remedy: heroku ps --app {app}
    """
'''


def test_a_word_that_no_subject_of_the_check_has_is_told_with_its_place(problems, tmp_path):
    (tmp_path / "conftest.py").write_text(VOCABULARY)
    misspelled = "tests_static/test_words.py:8 test_misspelled: its remedy names"
    of_nothing = "tests_static/test_words.py:22 test_of_nothing: its remedy names {app}, and it is about no subject:"
    assert problems(test_words=WORDS) == [
        f'{misspelled} {{ap}}, which apps do not have; did you mean "app"? allowed: app, deploy, formation',
        f"{misspelled} {{process}}, which apps do not have; allowed: app, deploy, formation",
        f"{of_nothing} let it ask for a fact of one, such as app",
    ]


def test_facts_that_cannot_be_read_are_told_with_their_line(problems, tmp_path):
    (tmp_path / "conftest.py").write_text("import pytest\ndef app(:\n")
    assert problems() == ["conftest.py:2: cannot be imported: SyntaxError: invalid syntax"]


@pytest.mark.parametrize("arguments", [["tests_static"], ["tests_live", "-m", "live", "--sandbox=healthy"]])
def test_no_run_judges_beside_a_remedy_with_an_unknown_word(arguments, play, tmp_path):
    project = tmp_path / "project"
    (project / "tests_live").mkdir(parents=True)
    (project / "tests_static").mkdir()
    (project / "tests_live" / "test_words.py").write_text(WORDS)
    for name in ("conftest.py", "pytest.ini", "estate.yaml"):
        shutil.copy(catalogue.PROJECT / name, project / name)
    played = play(*arguments, cwd=project)
    assert played.code == 3, played.out
    assert "checks that cannot be used, so nothing is judged:\ntests_live/test_words.py:8 test_miss" in played.out
    assert "which apps do not have" in played.out
    assert "Traceback" not in played.out


def test_a_run_with_a_broken_check_judges_nothing_and_ends_with_exit_3(tmp_path, monkeypatch, capsys):
    def checks(*_):
        raise catalogue.BrokenChecksError(
            "tests_live/test_a.py:1: cannot be imported\ntests_live/test_b.py:2 test_x: ..."
        )

    monkeypatch.setattr(catalogue, "checks", checks)
    monkeypatch.chdir(catalogue.PROJECT)
    code = pytest.main(["tests_static", f"--evidence={tmp_path / 'evidence'}", "-p", "no:cacheprovider"])
    told = capsys.readouterr().err
    assert code == 3
    assert "checks that cannot be used, so nothing is judged:\ntests_live/test_a.py:1: cannot" in told
    assert "\ntests_live/test_b.py:2 test_x: ...\n" in told
    assert "Traceback" not in told
    assert not (tmp_path / "evidence").exists()
    done = CliRunner().invoke(app, ["controls"])
    assert done.exit_code == 3
    assert "tests_live/test_b.py:2 test_x" in done.output
