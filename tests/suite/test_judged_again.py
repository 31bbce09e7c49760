"""What is judged again is what its run recorded; what was changed is refused, or judged and said to be changed."""

import gzip
import shutil
from hashlib import sha256
from types import SimpleNamespace

import pytest

from asbuilt.judged_again import Again
from asbuilt.model import restore
from asbuilt.population import Population
from asbuilt.record.bodies import unpacked
from asbuilt.record.directory import BODIES, MANIFEST, OBSERVATION
from asbuilt.record.manifest import FORM, Covered, Manifest, as_plain
from asbuilt.record.writing import write_json
from asbuilt.run import RUN
from asbuilt.withholding import Secrets

WORLD = "sandbox healthy"
AGAIN, EDITED = f"{WORLD}, judged again", f"{WORLD}, judged again, edited"


def record(directory, world=WORLD, again=None):
    """Write the manifest of a run, as far as what is judged again is held against it."""
    names = [each for each in (OBSERVATION, BODIES) if (directory / each).exists()]
    manifest = Manifest(
        FORM, directory.name, "raxx", world, "conforms", 0, complete=True, lacks=(), started="", ended="", clock="",
        covered=Covered("", ("live",), (), ()), population=Population(), counts={}, again=again,
        files={each: sha256((directory / each).read_bytes()).hexdigest() for each in names},
    )  # fmt: skip
    write_json(directory / MANIFEST, as_plain(manifest), Secrets())


@pytest.fixture
def saved(live, tmp_path):
    """A copy of a run's directory, without its manifest."""
    copy = tmp_path / "20260508T060000Z-0001"
    shutil.copytree(live("healthy").directory, copy)
    (copy / MANIFEST).unlink(missing_ok=True)
    return copy


@pytest.fixture
def judge(play_for_verdicts):
    """Give a function that judges the observation in a directory again: what was played, and what it knew."""

    def run(directory, *arguments, name=OBSERVATION):
        known = SimpleNamespace(again=None, world="")

        class Looks:
            def pytest_collection_finish(self, session):
                known.again, known.world = session.config.stash[RUN].again, session.config.stash[RUN].world

        observed = f"--observed={directory / name}"
        return play_for_verdicts("tests_live", "-m", "live", observed, *arguments, plugins=[Looks()]), known

    return run


def change(path, before, after):
    """Change a file, gzip or not, once."""
    packed = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    assert before in content
    content = content.replace(before, after, 1)
    path.write_bytes(gzip.compress(content, mtime=0) if packed else content)


def test_what_fits_its_manifest_is_judged_and_kept_as_it_was(saved, judge):
    record(saved)
    digest = sha256((saved / OBSERVATION).read_bytes()).hexdigest()
    played, known = judge(saved)
    assert (played.code, known.world) == (0, AGAIN)
    assert known.again == Again(saved.name, digest, fits=True)
    assert "vouches" not in played.out
    assert [(played.directory / each).read_bytes() for each in (OBSERVATION, BODIES)] == [
        (saved / each).read_bytes() for each in (OBSERVATION, BODIES)
    ]


def test_without_a_manifest_it_is_judged_and_a_line_says_that_nothing_vouches_for_it(saved, judge):
    played, known = judge(saved)
    assert (played.code, known.world) == (0, AGAIN)
    assert (known.again.run, known.again.fits) == (saved.name, None)
    assert played.out.count("nothing vouches for it: no manifest.json beside it speaks of it") == 1


def test_a_file_that_was_moved_is_of_no_run(saved, judge, tmp_path):
    (tmp_path / "apart").mkdir()
    (saved / OBSERVATION).rename(tmp_path / "apart" / "mine.json")
    played, known = judge(tmp_path / "apart", name="mine.json")
    assert (played.code, known.again.run, known.again.fits) == (0, "", None)
    assert "mine.json: nothing vouches for it" in played.out
    assert not (played.directory / BODIES).exists()


def test_a_file_that_the_manifest_does_not_name_is_not_vouched_for(saved, judge):
    record(saved)
    shutil.copy(saved / OBSERVATION, saved / "mine.json")
    played, known = judge(saved, name="mine.json")
    assert (played.code, known.again.fits) == (0, None)


def _fact(saved):
    change(saved / OBSERVATION, b'"maintenance":false', b'"maintenance":true')


def _world(saved):
    change(saved / OBSERVATION, f'"{WORLD}"'.encode(), b'"live"')


def _body(saved):
    change(saved / BODIES, b'maintenance\\":false', b'maintenance\\":true')


def _world_of_bodies(saved):
    change(saved / BODIES, f'"{WORLD}"'.encode(), b'"live"')


def _no_bodies(saved):
    (saved / BODIES).unlink()


def _cut(saved):
    (saved / BODIES).write_bytes((saved / BODIES).read_bytes()[:-9])


def _nothing(saved):
    pass


def _torn(saved):
    (saved / MANIFEST).write_bytes((saved / MANIFEST).read_bytes()[:-9])


# What is changed before and after the manifest is written: what stands before it has digests that fit.
CHANGES = {
    "a fact": (_nothing, _fact, "it is not as its run recorded it: its SHA-256 is "),
    "the world": (_nothing, _world, "it is not as its run recorded it: its SHA-256 is "),
    "the world, with a digest that fits": (_world, _nothing, f'its world is "live", and by the {MANIFEST} beside it'),
    "a body": (_nothing, _body, f"{BODIES} beside it is not as its run recorded it: its SHA-256 is "),
    "a body, with a digest that fits": (_body, _nothing, f"{BODIES} beside it holds a body that was changed"),
    "no bodies": (_nothing, _no_bodies, f"{BODIES} beside it is not there, and its {MANIFEST} lists it"),
    "bodies cut": (_nothing, _cut, f"{BODIES} beside it is not as its run recorded it"),
    "the manifest": (_nothing, _torn, f"{MANIFEST} beside it is no manifest that asbuilt wrote"),
    "the world, without a manifest": (_world, None, f"{BODIES} beside it is of the world {WORLD}"),
    "a body, without a manifest": (_body, None, f"{BODIES} beside it holds a body that was changed"),
    "the world of the bodies": (_world_of_bodies, _nothing, f"{BODIES} beside it is of the world live"),
    "bodies cut, without a manifest": (_cut, None, f"{BODIES} beside it holds no bodies that asbuilt kept"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_is_refused_unless_it_is_asked_for(name, saved, judge):
    before, after, said = CHANGES[name]
    before(saved)
    if after:
        record(saved)
        after(saved)
    played, _ = judge(saved)
    assert (played.code, played.directory) == (4, None)
    told = " ".join(played.out.split())
    assert f"--observed {saved / OBSERVATION}: {said}" in told
    assert "--edited" in told
    assert "Traceback" not in told
    played, known = judge(saved, "--edited")
    assert known.again.fits is False
    assert known.world.endswith(", judged again, edited")
    assert f"judged although it was changed (--edited): {said}" in " ".join(played.out.split())
    assert known.world in played.out
    assert restore(played.directory / OBSERVATION).world.endswith(", edited")


def test_the_digest_that_is_and_the_one_that_should_be_are_told(saved, judge):
    should_be = sha256((saved / OBSERVATION).read_bytes()).hexdigest()
    record(saved)
    _fact(saved)
    played, _ = judge(saved)
    is_now = sha256((saved / OBSERVATION).read_bytes()).hexdigest()
    assert f"its SHA-256 is {is_now}, and should be {should_be} by the {MANIFEST}" in " ".join(played.out.split())


def test_what_was_changed_stays_so_when_it_is_judged_a_second_time(saved, judge):
    record(saved)
    _fact(saved)
    first, known = judge(saved, "--edited")
    assert known.world == EDITED
    record(first.directory, known.world, known.again)
    second, known = judge(first.directory)
    assert known.again.fits is False
    assert known.world == EDITED
    assert "judged although it was changed" in second.out
    assert unpacked((second.directory / BODIES).read_bytes())[0] == f"{WORLD}, edited"


def test_what_nothing_vouched_for_is_not_vouched_for_by_a_run_that_judged_it(saved, judge):
    first, known = judge(saved)
    record(first.directory, known.world, known.again)
    second, known = judge(first.directory)
    assert (second.code, known.again.fits) == (0, None)
    assert f"nothing vouches for it: run {first.directory.name} judged what nothing vouched for" in second.out


def test_what_a_run_vouched_for_can_be_judged_again_and_again(saved, judge):
    record(saved)
    first, known = judge(saved)
    record(first.directory, known.world, known.again)
    _, known = judge(first.directory)
    assert (known.again.run, known.again.fits, known.world) == (first.directory.name, True, AGAIN)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-m", "live", "--edited"), "name the file, --observed=FILE"),
        (("-m", "live", "--sandbox=healthy", "--edited"), "name the file, --observed=FILE"),
        (("--edited",), "add -m live"),
    ],
)
def test_the_option_is_for_what_is_judged_again(play_for_verdicts, arguments, said):
    played = play_for_verdicts("tests_live", *arguments)
    assert played.code == 4
    assert said in " ".join(played.out.split())
