import json
import os
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asbuilt.files import RefusedError
from asbuilt.keeping import as_kept
from asbuilt.model import (
    Absent,
    App,
    AppState,
    Body,
    Build,
    Code,
    Commit,
    Comparison,
    Deployment,
    DeploymentStatus,
    Environment,
    Formation,
    Job,
    Observation,
    Observed,
    ProbeResponse,
    ProtectedBranch,
    Release,
    Repository,
    RepositoryState,
    Request,
    RunPage,
    Unobserved,
    WaitingRun,
    Workflow,
    WorkflowRun,
    ago,
    codes,
    current_release,
    deploys,
    dump,
    load,
    restore,
)
from asbuilt.terms import Stretch
from asbuilt.withholding import Secret, Secrets

NOW = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)


def history(*codes):
    """Give releases, newest first, of codes, oldest first: `-` for none, `a`, `a!` failed, `a?` pending."""
    states = {"!": "failed", "?": "pending"}
    made = [
        Release(
            version=number,
            description="",
            status=states.get(code[1:], "succeeded"),
            current=False,
            code=None if code[0] == "-" else code[0],
            created_at=NOW,
        )
        for number, code in enumerate(codes, 1)
    ]
    return tuple(reversed(made))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((), []),
        (("-", "-", "-"), []),
        (("-", "-", "a"), [3]),
        (("-", "a", "a", "a"), [2]),
        (("-", "a", "b", "b", "c"), [2, 3, 5]),
        (("-", "a", "b", "a"), [2, 3, 4]),
        (("a",), [1]),
        (("a", "a"), [1]),
        (("-", "a!"), []),
        (("-", "a?"), []),
        (("-", "a!", "-"), []),
        (("-", "a", "b!"), [2]),
        (("-", "a", "b!", "a"), [2]),
        (("-", "a", "b!", "b"), [2, 4]),
        (("-", "a", "-", "a"), [2, 4]),
        (("-", "a", "b?"), [2]),
    ],
)
def test_a_deploy_brings_other_code_than_the_one_before_it(codes, expected):
    assert [each.version for each in deploys(history(*codes))] == expected
    assert [each.version for each in deploys(tuple(reversed(history(*codes))))] == expected


def images(*descriptions):
    """Give the releases of a container app, newest first, by their descriptions, oldest first."""
    return tuple(
        Release(
            version=number,
            description=told.rstrip("!~"),
            status={"!": "failed", "~": "expired"}.get(told[-1], "succeeded"),
            current=False,
            code=None,
            created_at=NOW,
        )
        for number, told in reversed(list(enumerate(descriptions, 1)))
    )


@pytest.mark.parametrize(
    ("descriptions", "expected"),
    [
        (("Initial release", "Set X config vars"), []),
        (("Initial release", "Deployed web (f5ce2d583e48)"), [2]),
        (("Initial release", "Deployed web (f5ce2d583e48)~", "Set X config vars"), [2]),
        (("Deployed web (f5ce2d583e48)", "Set X config vars", "Deployed worker (9d10aa02b7c1)"), [1, 3]),
        (("Initial release", "Deployed web (f5ce2d583e48)!"), []),
        (("Initial release", "Deploy 1a2b3c4d", "Set X config vars"), [2]),
        (("Deployed web (f5ce2d583e48)", "Deployed web (9d10aa02b7c1)", "Rollback to v1"), [1, 2, 3]),
        (("Initial release", "Rollback to v1"), []),
    ],
)
def test_a_container_app_is_deployed_by_what_its_releases_say(descriptions, expected):
    found = images(*descriptions)
    assert [each.version for each in deploys(found, images=True)] == expected
    assert bool(codes(found, images=True).get(found[0].version)) is bool(expected)


def test_a_release_without_slug_lost_its_code_where_the_app_runs_no_images():
    lost = (replace(images("Deploy nothing")[0], version=2), *history("a"))
    assert codes(lost) == {1: "a", 2: None}
    assert codes(lost, images=True)[2]


def test_the_current_release_is_not_always_the_newest():
    newest, older, oldest = history("-", "a", "b!")
    assert current_release((newest, replace(older, current=True), oldest)).version == 2
    assert current_release((newest, older, oldest)) is None
    assert current_release(()) is None


def test_a_release_is_called_as_heroku_calls_it():
    assert str(history("a")[0]) == "v1"


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=5, seconds=1), "5 min 1 s"),
        (timedelta(hours=1), "1 h"),
        (timedelta(days=8, hours=1, minutes=27), "8 d 1 h"),
        (timedelta(days=400), "400 d"),
        (timedelta(hours=-1), "0 s"),
    ],
)
def test_how_long_ago_is_said_in_two_units(passed, said):
    assert ago(NOW, NOW + passed) == said


# Saved and restored.


@pytest.fixture
def whole():
    """An observation in which every noun, every kind of fact and every field has a value of its own."""
    unobserved = Unobserved(
        "dynos of b", "GET https://x.example/", "answered 403: no", "give the token: x=read", (1, 2)
    )
    run = WorkflowRun(9_000_000_001, 7, "push", "completed", None, None, "a" * 40, NOW, NOW, "https://x.example/1")
    body = Body({"/a": None}, {"b": True}, {"c": None}, "d")
    shop = AppState(
        app=Observed(
            App("shop", None, NOW, maintenance=True, slug_size=7, repo_size=None, generation="fir", stack="cnb"), (0,)
        ),
        releases=Observed((Release(1, "Déploiement “é”", "succeeded", current=True, code="a", created_at=NOW),), (1,)),
        formation=Observed((Formation("web", 2, "Basic", NOW),)),
        dynos=Observed(()),
        builds=Observed((Build("r", "c", "any text", NOW), Build(None, None, None, NOW))),
        codes={"c": Observed(Code("c", None))},
        probes={
            "/health": Observed(ProbeResponse("https://x.example/h", 302, "/l", from_router=True, body=body)),
            "/x": unobserved,
        },
    )
    gone = AppState(Absent("app gone", (3,)), Absent("r"), unobserved, unobserved)
    repository = RepositoryState(
        repository=Observed(Repository("example/shop", "main", archived=True, private=False)),
        environments=Observed((Environment("prod/eu", ("operator", "@ops"), 30, ("main", "tag:v*")),)),
        workflows=Observed((Workflow("Deploy", ".github/workflows/deploy.yml", "disabled_manually"),)),
        runs={".github/workflows/deploy.yml": Observed((run, replace(run, conclusion="failure", branch="main")))},
        histories={
            Stretch("deploy.yml", "push"): Absent("runs"),
            Stretch("x.yml"): Observed(RunPage((run,), whole=True)),
        },
        jobs={7: Observed((Job(8, "deploy (eu)", ran=True, started_at=NOW, completed_at=None),))},
        statuses={9: Observed((DeploymentStatus("inactive", NOW, 7, 8),))},
        comparisons={"a...main": Observed(Comparison("ahead", (Commit("b", "a", NOW),), ("x.py",), whole=True))},
        deployments={"prod/eu": Observed((Deployment("prod/eu", "a" * 40, NOW),))},
        cut={".github/workflows/deploy.yml": ("push",)},
        waiting=Observed((WaitingRun(".github/workflows/deploy.yml", 7, "push", None, NOW, "https://x.example/1"),)),
        protected=Observed((ProtectedBranch("main", by_rule=True),)),
    )
    transcript = (
        Request("GET", "https://x.example/", 200, NOW, 0.1234, '"e"', "id", "0" * 64),
        Request("GET", "https://x.example/", None, None, 10.0, error="no answer"),
    )
    return Observation(
        world="sandbox x",
        as_of=NOW + timedelta(microseconds=1),
        seconds=1.25,
        apps={"shop": shop, "gone": gone},
        repositories={"example/shop": repository},
        transcript=transcript,
        timeline=("16:30:00 shop: web.1 is starting",),
    )


def test_a_whole_observation_comes_back_as_it_was(whole, tmp_path):
    (tmp_path / "observation.json").write_bytes(dump(whole))
    assert restore(tmp_path / "observation.json") == whole
    assert {each.name for each in fields(whole)} == set(whole.__slots__)


# As every version has written them: an observation is kept, and judged again by later ones.
WRITTEN = {
    "deploy.yml push *": Stretch("deploy.yml", "push"),
    "ship it now.yml * 2026-04-30T16:30:00Z": Stretch.to("ship it now.yml", NOW),
    " .yml push 2026-04-30T16:30:00Z": Stretch.to(" .yml", NOW, "push"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_stretch_is_written_as_a_text_and_read_back(whole, written):
    repository = replace(whole.repositories["example/shop"], histories={WRITTEN[written]: Absent("runs")})
    content = dump(replace(whole, repositories={"example/shop": repository}))
    assert json.loads(content)["repositories"]["example/shop"]["histories"].keys() == {written}
    assert load(content).repositories["example/shop"].histories == {WRITTEN[written]: Absent("runs")}


@pytest.mark.parametrize("damaged", ["", "push", "deploy.yml push", "deploy.yml  *", "  ", "deploy.yml push "])
def test_what_names_no_stretch_is_an_error_of_value(whole, damaged):
    content = dump(whole).replace(b'"deploy.yml push *"', json.dumps(damaged).encode())
    with pytest.raises(ValueError, match="a workflow, a trigger and an instant, such as"):
        load(content)


def test_a_secret_in_a_stretch_is_withheld(whole):
    secrets = Secrets.of([Secret("TOKEN", "s3cr3t-w0rd-0f-4-k1nd")], {})
    histories = {Stretch("s3cr3t-w0rd-0f-4-k1nd", "push"): Absent("runs")}
    repository = replace(whole.repositories["example/shop"], histories=histories)
    kept, _ = as_kept(replace(whole, repositories={"example/shop": repository}), {}, secrets)
    assert b"s3cr3t" not in dump(kept)
    assert "s3cr3t" not in repr(kept)


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "{}", '{"world": "live"}', '"text"', b"\xff\xfe", b"\x00" * 9],
)
def test_what_is_no_observation_is_an_error_of_value(tmp_path, text):
    file = tmp_path / "observation.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError):
        restore(file)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"kind":"absent"', '"kind":"missing"'),
        ('"as_of": "2026', '"as_of": "then'),
        ('"version":1', '"version":null'),
    ],
)
def test_an_observation_that_was_damaged_is_an_error_of_value(whole, tmp_path, right, wrong):
    file = tmp_path / "observation.json"
    file.write_bytes(dump(whole))
    assert right in file.read_text()
    file.write_text(file.read_text().replace(right, wrong))
    with pytest.raises(ValueError):
        restore(file)


def test_a_file_that_is_no_file_is_refused(tmp_path):
    for path, reason in {tmp_path / "nowhere.json": "is not there", Path("/dev/zero"): "is a device"}.items():
        with pytest.raises(RefusedError, match=reason):
            restore(path)


def test_of_an_observation_no_more_than_its_bound_is_read(tmp_path):
    file = tmp_path / "observation.json"
    file.touch()
    os.truncate(file, 256 * 2**20 + 1)
    with pytest.raises(RefusedError, match="is larger than 256 MiB"):
        restore(file)
