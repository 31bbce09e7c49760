"""What a check looks for in a whole script is looked for once, and not for each command of it."""

import pytest
from making import sources_of, step

from asbuilt.workflows.health import script as health_script
from asbuilt.workflows.health import steps as health
from asbuilt.workflows.judge.authentication import gaps
from asbuilt.workflows.judge.credentials import heroku_key


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
