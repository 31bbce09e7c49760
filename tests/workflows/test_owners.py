"""The owner of a deploy: the workflow file in which it stands."""

from making import deploying, paths_of

from asbuilt.workflows.judge.owners import first_of_each_owner

CALL = "on: {on}\njobs:\n  go:\n    uses: ./.github/workflows/deploy.yml\n"


def owners(paths):
    return [path.owner.file_name for path in first_of_each_owner(paths)]


def test_all_that_go_through_one_workflow_leave_it_the_owner():
    paths = paths_of(deploy=deploying(on="workflow_call"), one=CALL.format(on="push"), two=CALL.format(on="release"))
    assert {path.workflow.rpartition("/")[2] for path in paths} == {"one.yml", "two.yml"}
    assert owners(paths) == ["deploy.yml"]


def test_each_file_that_deploys_is_an_owner_once():
    assert owners(paths_of(a=deploying(), b=deploying(on="release"))) == ["a.yml", "b.yml"]


def test_files_of_one_name_in_two_repositories_are_two_owners():
    assert owners((*paths_of(deploy=deploying()), *paths_of(deploy=deploying()))) == ["deploy.yml", "deploy.yml"]
