"""`asbuilt init`: a first estate of what is there, which conforms to it, and says what looks wrong."""

import re

import pytest
from typer.testing import CliRunner

from asbuilt import estate
from asbuilt.catalogue import PROJECT
from asbuilt.cli import app
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import plain

_PATH = "fixtures/repositories/TradeMasterAPI/{}"
REPOSITORIES = PROJECT / "fixtures/repositories/TradeMasterAPI"
# What no provider and no file says: people know it.
UNSEEN = {
    ("estate",),
    ("links",),
    ("controls",),
    ("repositories", "*", "red_after"),
    ("repositories", "*", "environments", "*", "decision"),
    ("apps", "*", "grace"),
    ("repositories", "*", "checkout"),  # where it is, as seen from the file that was written
}


def init(*arguments):
    return CliRunner().invoke(app, ["init", *(str(each) for each in arguments)])


def written(*arguments):
    done = init(*arguments, "--output", "-")
    assert done.exit_code == 0, done.output
    return done.stdout


def reviews(text):
    """Give each `# review:` line, joined again, with the key that it stands above."""
    found, open_ones = [], []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("# review: "):
            open_ones.append(bare.removeprefix("# review: "))
        elif bare.startswith("#   ") and open_ones:
            open_ones[-1] += f" {bare.removeprefix('#   ')}"
        elif bare and not bare.startswith("#"):
            found += [(bare.partition(":")[0], each) for each in open_ones]
            open_ones = []
    return found


@pytest.fixture(scope="module")
def healthy():
    return written("--sandbox", "healthy", "--checkout", REPOSITORIES / "after")


@pytest.fixture(scope="module")
def incident():
    return written("--sandbox", "incident-2026-04-30", "--checkout", REPOSITORIES / "before")


def loaded(path, text=None):
    found = estate.load(path, (), text.encode() if text is not None else None)
    return found.model_dump(by_alias=True, mode="json", exclude_unset=True)


def lacks(wanted, there, at=()):
    """Give the places at which one estate says less than the other, or something else."""
    if any(len(each) == len(at) and all(a in ("*", b) for a, b in zip(each, at, strict=True)) for each in UNSEEN):
        return
    if isinstance(wanted, dict) and isinstance(there, dict):
        for key, value in wanted.items():
            if key not in there and not any(_is_below((*at, key), each) for each in UNSEEN):
                yield (*at, key)
            elif key in there:
                yield from lacks(value, there[key], (*at, key))
    elif isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
        for index, value in enumerate(wanted):
            if not any(not list(lacks(value, each, (*at, index))) for each in there):
                yield (*at, index)
    elif wanted != there:
        yield at


def _is_below(at, unseen):
    return len(unseen) == len(at) and all(a in ("*", b) for a, b in zip(unseen, at, strict=True))


def test_of_the_healthy_world_it_says_all_of_the_example_that_can_be_seen(healthy):
    example = loaded(PROJECT / "estate.yaml")
    example.pop("defaults")  # they are laid under each app
    assert list(lacks(example, loaded(PROJECT / "made.yaml", healthy))) == []
    assert reviews(healthy) == []


def test_the_healthy_world_conforms_to_it_live_and_static(healthy, tmp_path, play_for_verdicts):
    file = tmp_path / "estate.yaml"
    file.write_text(healthy)
    played = play_for_verdicts(
        "tests_live", "tests_static", "-m", "", "--sandbox=healthy", f"--estate={file}",
        f"--checkout=MooseQuest/TradeMasterAPI={REPOSITORIES / 'after'}",
    )  # fmt: skip
    assert (played.code, played.count("drifted"), played.count("unknown")) == (0, 0, 0), played.out
    assert {each["control"] for each in played.verdicts if each["outcome"] == "conforms"} >= {
        "HK002", "HK005", "HK006", "HK018", "WEB001", "WEB002", "GH002", "GH003", "GH005", "GH009", "WF004", "WF018",
    }  # fmt: skip


INCIDENT = {
    "the missing slug": ("raxx-api-prod", "HK002 current release v7 carries no slug"),
    "the missing environment": ("production", "does not exist"),
    "the two owners": ("deploy.yml", "two owners: it deploys raxx-api-staging and raxx-api-prod, and so does"),
    "the red workflow": ("deploy.yml", "GH008 .github/workflows/deploy.yml has failed 24 times running by push"),
    "the past gate": ("raxx-api-prod", "freeze-check and smoke (not deploy.yml by push refs/tags/v*)"),
    "the unlimited": ("raxx-api-prod", "nothing of it runs: its formation is empty"),
}


@pytest.mark.parametrize("name", INCIDENT)
def test_of_the_incident_the_reviews_name(incident, name):
    key, told = INCIDENT[name]
    assert any(place == key and told in text for place, text in reviews(incident)), reviews(incident)


def test_every_review_stands_above_a_key_and_is_told_once(incident):
    told = reviews(incident)
    assert len(told) == incident.count("# review: ") == len(set(told))
    assert plain(reader.read(incident.encode(), "made.yaml").root)["estate"] == "TradeMasterAPI"


def test_the_page_shows_what_is_written(healthy, incident):
    page = (PROJECT / "docs/first-estate.md").read_text()
    first, second = (each.partition("\n```")[0] for each in page.split("```yaml\n")[1:])
    assert _as_in_the_project(first, "after") == _as_in_the_project(healthy, "after")
    assert _as_in_the_project(incident, "before").endswith(second)


def _as_in_the_project(text, name):
    """Give what was written as it is where it is written beside the project's own files."""
    lines = [line for line in text.rstrip().splitlines() if "$schema" not in line]
    path = re.compile(rf"[./\w]*{_PATH.format(name)}")
    return "\n".join(path.sub(_PATH.format(name), each) for each in lines)
