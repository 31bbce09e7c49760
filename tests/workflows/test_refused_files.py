"""A checkout in which not every file can be read, or must be: what is said of it, and what is not."""

import os

import pytest
from judge import HOME, judge
from making import deploying

from asbuilt import estate as estates
from asbuilt.files import RefusedError
from asbuilt.workflows.files import folder, listing
from asbuilt.workflows.judge.procfile import procfiles_of
from asbuilt.workflows.paths.checkout import CheckoutError, read

CANARY = "canary-of-another-place"
OUT = "is a link that leads out of the checkout; only files inside it are read"
FOLLOWS_NONE = "; GitHub follows none, and runs nothing of this file"
WORKFLOWS = ".github/workflows"
ESTATE = """
estate: shop
apps: { shop: { repository: example/shop } }
repositories:
  example/shop: { procfile: { web: app.py }, workflows: { deploy.yml: { deploys: [{ app: shop, trigger: push }] } } }
"""
USES = "on: push\njobs: {a: {runs-on: x, steps: [{uses: ./.github/actions/x}]}}\n"
ACTION = "name: x\ndescription: x\nruns: {using: composite, steps: [{run: make, shell: bash}]}\n"


@pytest.fixture
def root(tmp_path):
    """A checkout with one workflow that deploys, a Procfile, and a secret beside it."""
    (tmp_path / "secret").write_text(CANARY)
    root = tmp_path / "checkout"
    put(root, f"{WORKFLOWS}/deploy.yml", deploying())
    put(root, "Procfile", "web: python app.py\n")
    put(root, "app.py", "")
    return root


def put(root, path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)


def link(root, path, target):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).unlink(missing_ok=True)
    (root / path).symlink_to(target)


def found_by(control, root, tmp_path):
    """Give the places, facts and fixes of a control's findings."""
    (tmp_path / "estate.yaml").write_text(ESTATE)
    estate = estates.load(tmp_path / "estate.yaml")
    found = judge(estate, estate.repositories["example/shop"], read(root))
    return [(each.place, each.fact, each.fix) for each in sum(found.get(control, {}).values(), ())]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("/proc/self/environ", OUT),
        ("/dev/zero", OUT),
        ("../../../secret", OUT),
        ("../../Procfile", "is a link to another file"),
        ("gone", "is a link, and what it leads to is not there"),
        ("../../.git/config", "is a link that leads into .git; nothing of what git keeps there is read"),
        ("..", "is a link, and what it leads to is a folder; only regular files are read"),
    ],
)
def test_a_workflow_file_that_is_a_link_is_a_finding_and_not_read(root, tmp_path, target, told):
    put(root, ".git/config", CANARY)
    link(root, f"{WORKFLOWS}/x.yml", target)
    assert found_by("WF001", root, tmp_path) == [
        (f"{WORKFLOWS}/x.yml:1:1", told + FOLLOWS_NONE, "put the file itself there, not a link")
    ]
    checkout = read(root)
    assert CANARY not in repr(checkout)
    assert {each.run.entry.workflow_file.file_name for each in checkout.deploy_paths} == {"deploy.yml"}
    # GitHub runs nothing of it: nothing rests on it.
    assert checkout.unread == ()


def test_a_workflow_file_that_is_too_large_is_a_finding_and_what_rests_on_it_unknown(root, tmp_path):
    put(root, f"{WORKFLOWS}/x.yml", deploying("other") + "#" * 2**20)
    fix = "make it a regular file that can be read, of at most 1 MiB"
    expected = (f"{WORKFLOWS}/x.yml:1:1", "is larger than 1 MiB; no more is read", fix)
    assert found_by("WF001", root, tmp_path) == [expected]
    assert [each.path for each in read(root).unread] == [f"{WORKFLOWS}/x.yml"]


def test_that_nothing_deploys_an_app_is_not_said_of_files_that_were_not_read(root, tmp_path):
    put(root, f"{WORKFLOWS}/deploy.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n")
    assert [each[1] for each in found_by("WF007", root, tmp_path)] == ["no workflow deploys shop"]
    put(root, f"{WORKFLOWS}/deploy.yml", deploying() + "#" * 2**20)
    assert found_by("WF007", root, tmp_path) == []


def test_a_pipe_in_the_place_of_a_workflow_is_a_finding(root, tmp_path):
    os.mkfifo(root / WORKFLOWS / "x.yml")
    ((place, fact, _),) = found_by("WF001", root, tmp_path)
    assert (place, fact) == (f"{WORKFLOWS}/x.yml:1:1", "is a named pipe; only regular files are read")


@pytest.mark.parametrize("name", [".github", WORKFLOWS])
def test_a_link_in_the_place_of_githubs_folder_is_a_finding(root, tmp_path, name):
    (root / name).rename(tmp_path / "elsewhere")
    put(tmp_path / "elsewhere", "secret.yml", CANARY)
    link(root, name, tmp_path / "elsewhere")
    checkout = read(root)
    assert (checkout.workflow_files, checkout.unread) == ((), ())
    ((place, fact, fix),) = [each for each in found_by("WF001", root, tmp_path) if "deploy.yml" not in each[0]]
    assert place == f"{name}:1:1"
    assert fact == f"{OUT}; GitHub follows none, and runs no workflow behind it"
    assert fix == "put the folder itself there, not a link"
    assert CANARY not in repr(checkout)


def test_a_refused_action_is_a_finding_of_the_workflow_that_uses_it(root, tmp_path):
    put(root, f"{WORKFLOWS}/uses.yml", USES)
    link(root, ".github/actions/x/action.yml", "/proc/self/environ")
    assert found_by("WF001", root, tmp_path) == [
        (".github/actions/x/action.yml:1:1", f"{OUT} (used by uses.yml:2)", "put the file itself there, not a link")
    ]
    assert [each.path for each in read(root).unread] == [".github/actions/x/action.yml"]


def test_a_refused_action_that_nobody_uses_is_a_finding_on_which_nothing_rests(root, tmp_path):
    link(root, ".github/actions/x/action.yml", "/proc/self/environ")
    ((place, fact, _),) = found_by("WF001", root, tmp_path)
    assert (place, fact) == (".github/actions/x/action.yml:1:1", OUT)
    assert read(root).unread == ()


@pytest.mark.parametrize(("path", "target"), [("actions/x", "../shared/x"), ("actions", "shared")])
def test_an_action_behind_a_link_inside_is_read_as_the_runner_reads_it(root, path, target):
    put(root, f"{WORKFLOWS}/uses.yml", USES.replace(".github/", ""))
    put(root, "shared/x/action.yml", ACTION)
    link(root, path, target)
    checkout = read(root)
    uses = next(each for each in checkout.workflow_files if each.file_name == "uses.yml")
    assert [placed.step.label for placed in checkout.sources.steps_of(uses)] == ["./actions/x", "make"]


def test_an_action_behind_a_link_that_leads_out_is_not_read(root, tmp_path):
    put(tmp_path, "away/action.yml", CANARY)
    put(root, f"{WORKFLOWS}/uses.yml", USES)
    link(root, ".github/actions/x", tmp_path / "away")
    ((place, fact, _),) = found_by("WF001", root, tmp_path)
    assert (place, fact) == (".github/actions/x/action.yml:1:1", f"{OUT} (used by uses.yml:2)")
    assert CANARY not in repr(read(root))


def test_a_refused_procfile_leaves_its_processes_unknown(root, tmp_path):
    link(root, "Procfile", "/proc/self/environ")
    ((place, fact, _),) = found_by("WF001", root, tmp_path)
    assert (place, fact) == ("Procfile:1:1", OUT)
    assert found_by("WF017", root, tmp_path) == []
    assert {each.unread.fact for each in procfiles_of(read(root))} == {OUT}


def test_a_folder_that_is_shut_is_a_finding(root, tmp_path, monkeypatch):
    put(root, "data/file", "")
    shut(monkeypatch, "data")
    assert found_by("WF001", root, tmp_path) == [
        (
            "data:1:1",
            "cannot be read: Permission denied; nothing in this folder is judged",
            "let it be read, or judge a fresh clone",
        )
    ]
    assert read(root).unread == ()


def test_on_the_folder_of_workflows_that_is_shut_all_rests(root, tmp_path, monkeypatch):
    shut(monkeypatch, WORKFLOWS)
    assert [each.path for each in read(root).unread] == [WORKFLOWS]
    # Whether a declared workflow is there, nobody can tell: it is no finding.
    assert [each[0] for each in found_by("WF001", root, tmp_path)] == [f"{WORKFLOWS}:1:1"]
    assert read(root).workflow_file(f"{WORKFLOWS}/deploy.yml").document.unread is not None


def test_a_file_that_nobody_may_read_is_a_finding(root, tmp_path, monkeypatch):
    real = os.open

    def refuse(path, *more, **others):
        if path == "deploy.yml":
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **others)

    monkeypatch.setattr(os, "open", refuse)
    ((place, fact, _),) = found_by("WF001", root, tmp_path)
    assert (place, fact) == (f"{WORKFLOWS}/deploy.yml:1:1", "cannot be read: Permission denied")


def test_on_more_workflows_than_are_read_all_rests(root, monkeypatch):
    monkeypatch.setattr("asbuilt.workflows.files.folder.FILES", 2)
    for name in ("y.yml", "z.yml"):
        (root / WORKFLOWS / name).write_text("on: push\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n")
    found = read(root)
    assert [each.path for each in found.unread] == [WORKFLOWS]
    assert len(found.workflow_files) == 2
    assert found.workflow_file(f"{WORKFLOWS}/z.yml").document.unread is not None
    assert "more than 2 workflow files" in found.unread[0].unread.fact


def shut(monkeypatch, name):
    """Shut a folder; permissions do not keep a superuser out."""
    real = os.open

    def refuse(path, *more, **others):
        if str(path).endswith(f"/{name}"):
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **others)

    monkeypatch.setattr(os, "open", refuse)


def test_names_that_are_no_text_are_shown_readably_and_read(root):
    for name in (b"caf\xe9.yml", b"a\x1b]0;b\xe2\x80\xae.yml", b"a\n::warning::b.yml", b"a ::warning::b.yml"):
        (root / WORKFLOWS / os.fsdecode(name)).write_text(deploying("other"))
    checkout = read(root)
    assert [each.file_name for each in checkout.workflow_files] == [
        "a ::warning::b.yml",
        "a\\x1b]0;b\\u202e.yml",
        "a ::warning::b (2).yml",
        "caf\\xe9.yml",
        "deploy.yml",
    ]
    assert {each.app for each in checkout.deploy_paths} == {"shop", "other"}
    assert all(path.isprintable() for path in checkout.files)
    assert checkout.content(f"{WORKFLOWS}/caf\\xe9.yml") == deploying("other").encode()


def test_any_file_of_a_checkout_is_read_by_its_path(root):
    put(root, "Makefile", "deploy:\n")
    link(root, "script.sh", "/proc/self/environ")
    checkout = read(root)
    assert checkout.content("Makefile") == b"deploy:\n"
    for path in ("script.sh", "../secret", ".git/config", "gone"):
        with pytest.raises(RefusedError):
            checkout.content(path)
    # What a Procfile may start is there where the link leads to it.
    link(root, "own.py", "app.py")
    assert {"own.py", "Makefile"} <= read(root).files
    assert "script.sh" not in read(root).files


def test_the_walk_follows_no_link_and_has_an_end(root):
    link(root, "loop", ".")
    link(root, "away", "/")
    assert {each.split("/")[0] for each in read(root).files} == {".github", "Procfile", "app.py"}
    with pytest.raises(CheckoutError, match=r"holds more than 5 files and folders.*wrong folder: --checkout DIR"):
        listing.listed(root, 5)


def test_a_checkout_that_is_shut_is_an_error(root, monkeypatch):
    monkeypatch.setattr(folder, "listed", lambda root: listing.listed(root / "Procfile"))
    with pytest.raises(CheckoutError, match="Procfile cannot be read: Not a directory"):
        read(root)


def test_the_checkouts_of_the_fixtures_hold_nothing_that_is_refused():
    for name in ("before", "after"):
        assert read(HOME / "fixtures" / "repositories" / "TradeMasterAPI" / name).refused == ()
