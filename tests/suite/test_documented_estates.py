"""docs/estates.md shows estates of other kinds than the example: what stands there is true, and conforms."""

import pytest

from asbuilt.catalogue import PROJECT

KINDS = sorted((PROJECT / "docs/estates").glob("*.yaml"))
PAGE = (PROJECT / "docs/estates.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", KINDS, ids=lambda each: each.stem)
def test_the_page_shows_the_estate_as_it_is(file):
    assert f"```yaml\n{file.read_text(encoding='utf-8')}```" in PAGE
    assert f"(estates/{file.stem}/.github/workflows)" in PAGE
    assert (file.parent / file.stem / ".github/workflows").is_dir()


@pytest.mark.parametrize("file", KINDS, ids=lambda each: each.stem)
def test_its_declared_world_and_its_files_conform(file, play_for_verdicts):
    live = play_for_verdicts("tests_live", "-m", "live", "--sandbox=declared", f"--estate={file}")
    static = play_for_verdicts("tests_static", f"--estate={file}")

    for played in (live, static):
        assert (played.code, played.count("drifted"), played.count("unknown")) == (0, 0, 0), played.out
        assert played.count("conforms") > 0


def test_they_are_of_three_kinds():
    assert [each.stem for each in KINDS] == ["containers-with-a-worker", "monorepo-with-three-apps", "worker-only"]
