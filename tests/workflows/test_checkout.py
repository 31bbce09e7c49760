import pytest
from making import deploying

from asbuilt.workflows.paths.checkout import CheckoutError, read


def test_a_checkout_is_read_from_its_folder(tmp_path):
    workflows = tmp_path / ".github" / "workflows"
    (workflows / "nested").mkdir(parents=True)
    for path in ("b.yml", "a.yaml", "notes.md", "nested/c.yml"):
        (workflows / path).write_text("on: push\n")
    for folder in (".git", "node_modules/x"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_text("")
    (tmp_path / "Procfile").write_text("web: gunicorn app:app\n")
    checkout = read(tmp_path)
    assert [each.path for each in checkout.workflow_files] == [".github/workflows/a.yaml", ".github/workflows/b.yml"]
    assert checkout.procfile.processes["web"].starts_of(()) == "app.py"
    assert checkout.files == {
        "Procfile",
        ".github/workflows/b.yml",
        ".github/workflows/a.yaml",
        ".github/workflows/notes.md",
        ".github/workflows/nested/c.yml",
    }


@pytest.mark.parametrize(
    ("test", "repository", "expected"),
    [
        ("github.repository == 'Example/Shop'", "example/shop", [True]),
        ("github.repository_owner == 'example'", "example/shop", [True]),
        ("github.repository == 'example/former'", "example/shop", []),
        ("github.repository == 'example/shop'", "", [False]),
    ],
)
@pytest.mark.parametrize("on", ["{push: {branches: [main]}}", "{workflow_run: {workflows: [CI]}}"])
def test_a_condition_can_ask_whose_checkout_it_is(tmp_path, on, test, repository, expected):
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "ci.yml").write_text(
        "name: CI\non: {push: {branches: [main]}}\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n"
    )
    (workflows / "deploy.yml").write_text(deploying(on=on, job=f"    if: {test}\n"))
    assert [path.undecided is None for path in read(tmp_path, repository).deploy_paths] == expected


def test_a_folder_without_workflows_is_an_empty_checkout(tmp_path):
    empty = read(tmp_path)
    assert (empty.workflow_files, empty.procfile, empty.files, empty.deploy_paths) == ((), None, frozenset(), ())


def test_a_folder_that_is_not_there_is_an_error_of_one_sentence(tmp_path):
    with pytest.raises(CheckoutError, match=r"^no folder .*gone: a checkout is the folder of a repository's files$"):
        read(tmp_path / "gone")


def test_a_file_in_its_place_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckoutError, match="no folder"):
        read(tmp_path / "file")


def test_a_file_that_is_no_text_is_read_as_a_problem(tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_bytes(b"on: \xff\n")
    (tmp_path / "Procfile").write_bytes(b"web: \xff\n")
    checkout = read(tmp_path)
    assert [each.fact for each in checkout.workflow_files[0].document.problems] == ["not UTF-8 text"]


@pytest.mark.parametrize(("first", "second"), [("shop", "other"), ("other", "shop")])
def test_of_two_files_of_an_action_the_runner_takes_the_first(tmp_path, first, second):
    for name, app in (("action.yml", first), ("action.yaml", second)):
        made = tmp_path / "own" / name
        made.parent.mkdir(exist_ok=True)
        push = f"git push https://git.heroku.com/{app}.git main"
        made.write_text(f"name: x\nruns: {{using: composite, steps: [{{run: '{push}', shell: bash}}]}}\n")
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    on = "{push: {branches: [main]}}"
    (workflows / "deploy.yml").write_text(f"on: {on}\njobs: {{a: {{runs-on: x, steps: [{{uses: ./own}}]}}}}\n")
    assert [path.app for path in read(tmp_path).deploy_paths] == [first]
