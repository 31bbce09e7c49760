"""A repository of more jobs than anybody remembers at once is judged as one of few: nothing is taken for another."""

import pytest

from asbuilt.workflows.paths.checkout import read

FILES, JOBS = 3, 350  # more than a thousand jobs
SHUT = 50  # each of so many is shut by its condition


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    root = tmp_path_factory.mktemp("many")
    (root / ".github/workflows").mkdir(parents=True)
    for file in range(FILES):
        lines = ["on: {push: {branches: [main]}}", "jobs:"]
        for job in range(JOBS):
            condition = "    if: false\n" if job % SHUT == 0 else ""
            lines.append(
                f"  job{job}:\n    runs-on: ubuntu-24.04\n{condition}    steps:\n"
                f"      - run: git push https://git.heroku.com/kettle-{file}-{job}.git main"
            )
        (root / f".github/workflows/w{file}.yml").write_text("\n".join(lines) + "\n")
    return read(root)


def test_each_deploy_is_on_a_way_or_shut_and_never_both(many):
    shut = [each.app for each in many.blocked_paths]
    assert len(shut) == len(set(shut)) == FILES * JOBS // SHUT
    assert all(each.obstacles for each in many.blocked_paths)
    assert {each.app for each in many.deploy_paths}.isdisjoint(shut)
    assert len(many.deploy_paths) == FILES * JOBS - len(shut)


def test_the_ways_of_each_step_file_and_app_are_found(many):
    for file in many.workflow_files:
        steps = many.ways.deploys_in(file)
        assert len(steps) == JOBS
        found = [path for step in steps for path in many.ways.through(step.placed)]
        assert found == list(many.ways.owned_by(file)) == list(many.ways.begun_by(file))
        assert [each for each in many.blocked_paths if each.step.workflow_file is file] == list(many.ways.shut_in(file))
    assert [each.app for each in many.ways.to("kettle-1-7")] == ["kettle-1-7"]
    assert [each.app for each in many.ways.shut_to("kettle-1-50")] == ["kettle-1-50"]
    assert many.ways.to("kettle-1-50") == many.ways.shut_to("kettle-1-7") == ()
