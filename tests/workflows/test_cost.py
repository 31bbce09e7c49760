"""What a check looks for in a whole script is looked for once, and not for each command of it."""

import pytest
from making import sources_of, step

from asbuilt.workflows.health import script as health_script
from asbuilt.workflows.health import steps as health
from asbuilt.workflows.judge.authentication import gaps
from asbuilt.workflows.judge.credentials import heroku_key
from asbuilt.workflows.shell.script import work
from asbuilt.workflows.shell.syntax import marks


class Counting:
    """A pattern that notes the texts it is asked about."""

    def __init__(self, pattern):
        self.pattern = pattern
        self.asked = []

    def search(self, text):
        self.asked.append(text)
        return self.pattern.search(text)


@pytest.fixture
def counting(monkeypatch):
    def made(module, name):
        found = Counting(getattr(module, name))
        monkeypatch.setattr(module, name, found)
        return found.asked

    return made


def test_the_requests_of_a_script_look_once_for_what_it_is_about(counting):
    asked = counting(health_script, "_ABOUT")
    script = "curl -fsS https://shop.example/x\n" * 20
    health.check_of(step(script))
    assert [text.count("curl") for text in asked].count(20) == 1


def test_the_calls_of_a_script_look_once_for_what_it_loads(counting):
    asked = counting(heroku_key, "_LOADS")
    lines = "          heroku config -a shop\n" * 20
    job = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n{lines}"
    sources = sources_of(deploy=job)
    (file,) = sources.workflow_files
    assert list(gaps(file, sources))
    assert len(asked) == 1


@pytest.mark.parametrize(
    "line",
    ["make {n}\n", "make {n} || true\n", "x=$(make {n})\n", "if make {n}; then echo; fi\n", "make {n} | tee log\n"],
)
def test_what_each_failure_leads_to_is_not_played_through_from_the_first_command_to_the_last(line):
    scripts = ["".join(line.format(n=n) for n in range(count)) for count in (50, 400)]
    few, many = (work(each) - marks(each) ** 2 // 20 for each in scripts)  # what the parser takes is the square
    assert many < 12 * few


def test_a_function_of_many_commands_is_not_played_through_for_each_of_them():
    few, many = (work("main() {\n" + "make\n" * count + "}\nmain") for count in (50, 400))
    assert many < 12 * few
