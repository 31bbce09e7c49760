import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest
from judge import HOME
from samples import WHOLE, control_of, lay_out, samples

from asbuilt.judging import CouldNotObserveError, Seen
from asbuilt.lint.keep import lint, plain, restore, told
from asbuilt.lint.linters import ACTIONLINT, LINTERS, ZIZMOR
from asbuilt.lint.scan import Scan, scan
from asbuilt.workflows.files import unread_files
from asbuilt.workflows.paths.checkout import read
from asbuilt.workflows.yaml.finding import Finding, Mark

AFTER = HOME / "fixtures" / "repositories" / "TradeMasterAPI" / "after"
SAMPLES = {
    f"{kind}/{name}": files
    for kind in ("ok", "err")
    for name, files in samples(kind).items()
    if control_of(name) in LINTERS
}
GOOD = """
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: make
"""
INJECTED = GOOD.replace("make", "echo ${{ github.ref_name }}")
WITHOUT_REF = GOOD.replace("run: make", "uses: actions/checkout")


@pytest.fixture
def checkout(tmp_path):
    def lay(**files):
        folder = tmp_path / "checkout" / ".github" / "workflows"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / f"{name}.yml").write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder.parents[1]

    return lay


@pytest.fixture
def everything(tmp_path):
    """Give the option of an estate that asks the linters of every file."""
    file = tmp_path / "lint-all.yaml"
    file.write_text((HOME / "estate.yaml").read_text() + "\nlint: all\n")
    return f"--estate={file}"


def path(name):
    return f".github/workflows/{name}.yml"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """Give a function that lets a linter scan the samples of all linters at once, each in a folder of its own."""
    root = tmp_path_factory.mktemp("samples")
    for name, files in SAMPLES.items():
        lay_out(files, root / name)
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob(".github/workflows/*.yml"))
    return cache(lambda control: scan(LINTERS[control], root, paths))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("control", LINTERS)
def test_a_sample_is_remarked_on_by_the_linter_that_it_names_alone(name, control, scanned):
    if LINTERS[control].name == "actionlint" and shutil.which("actionlint") is None:
        pytest.skip("actionlint is not on PATH")
    found = scanned(control)
    assert any(path.startswith(f"{name}/") for path in found.scanned)
    assert not any(path.startswith(f"{name}/") for path in found.unscanned), found.unscanned
    findings = [each for each in found.findings if each.path.startswith(f"{name}/")]
    assert bool(findings) == name.startswith(f"err/{control}"), findings


@pytest.mark.parametrize("kind", ["ok", "err"])
def test_zizmor_remarks_on_no_sample_of_another_control(kind, tmp_path):
    others = {name: files for name, files in samples(kind).items() if control_of(name) in WHOLE - set(LINTERS)}
    for name, files in others.items():
        lay_out(files, tmp_path / name)
    paths = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob(".github/**/*.yml"))
    found = scan(ZIZMOR, tmp_path, paths)
    assert len(paths) > len(others)
    assert found.findings == ()
    # GitHub cannot read these samples of WF001 either.
    assert {path for path in found.unscanned if "/WF001-" not in path} == set()


def rule(finding):
    """Give the linter's own name for what it finds."""
    return finding.rule.partition(" (")[0]


def test_a_finding_has_the_rule_and_the_place(checkout):
    found = scan(ZIZMOR, checkout(injected=INJECTED), [path("injected")])
    (finding,) = found.findings
    assert (finding.path, finding.mark, rule(finding)) == (path("injected"), Mark(8, 23), "template-injection")
    assert finding.fact.startswith("template-injection (high): code injection via template expansion: ")
    assert finding.fix.endswith("/audits/#template-injection")
    assert found.version
    assert found.version[0].isdigit()


def test_files_that_zizmor_cannot_read_do_not_hide_the_others(checkout):
    bad = {"a": WITHOUT_REF, "c": "on: push\njobs: [\n", "d": b"\xff\xfe", "f": "", "g": WITHOUT_REF}
    root = checkout(**bad, b=INJECTED, e=GOOD, h=INJECTED)
    found = scan(ZIZMOR, root, [path(name) for name in "abcdefgh"])
    assert found.scanned == (path("b"), path("e"), path("h"))
    assert [each.path for each in found.findings] == [path("b"), path("h")]
    assert sorted(found.unscanned) == [path(name) for name in sorted(bad)]
    assert "missing `@<ref>` in actions/checkout" in found.unscanned[path("a")]
    assert "line 3 column 1" in found.unscanned[path("c")]
    assert "valid UTF-8" in found.unscanned[path("d")]


def test_a_file_that_is_not_there_is_not_scanned(checkout):
    assert list(scan(ZIZMOR, checkout(a=GOOD), [path("a"), path("gone")]).unscanned) == [path("gone")]


def test_zizmor_honours_its_own_comments_and_the_checkouts_settings(checkout):
    root = checkout(a=INJECTED.replace("}}", "}} # zizmor: ignore[template-injection]"), b=INJECTED)
    (root / "zizmor.yml").write_text("rules: { template-injection: { ignore: [b.yml] } }\n")
    assert scan(ZIZMOR, root, [path("a"), path("b")]).findings == ()


def test_a_fault_in_zizmors_settings_is_said(checkout):
    root = checkout(a=GOOD)
    (root / "zizmor.yml").write_text("rulez: {}\n")
    (reason,) = scan(ZIZMOR, root, [path("a")]).unscanned.values()
    assert reason.endswith("invalid configuration syntax: unknown field `rulez`, expected `rules`")


@pytest.mark.parametrize("name", ["actionlint.yaml", "actionlint.yml"])
def test_actionlint_is_told_of_its_settings(name, checkout, actionlint):
    calls = actionlint()
    root = checkout(a=GOOD)
    (root / ".github" / name).touch()
    scan(ACTIONLINT, root, [path("a")])
    assert f"-config-file .github/{name} -- {path('a')}" in calls.read_text()


def test_actions_are_scanned_by_zizmor_alone(checkout, actionlint):
    actionlint()
    root = checkout(a=GOOD)
    action = root / ".github" / "actions" / "say" / "action.yml"
    action.parent.mkdir(parents=True)
    action.write_text(
        "name: say\ndescription: say\ninputs: { what: { description: what } }\nruns:\n  using: composite\n  steps:\n"
        "    - run: echo ${{ inputs.what }}\n      shell: bash\n"
    )
    found = lint({"shop": read(root)}, [ZIZMOR, ACTIONLINT])["shop"]
    assert found["zizmor"].scanned == (".github/actions/say/action.yml", path("a"))
    assert [each.path for each in found["zizmor"].findings] == [".github/actions/say/action.yml"]
    assert found["actionlint"].scanned == (path("a"),)


def test_actionlint_is_asked_once_for_all_files(checkout, actionlint):
    calls = actionlint()
    root = checkout(a=GOOD.replace("ubuntu-latest", "nowhere"), b=GOOD)
    found = scan(ACTIONLINT, root, [path("b"), path("a")])
    assert found == Scan(
        "actionlint",
        "1.7.12",
        (path("a"), path("b")),
        {},
        (Finding("runner-label: no such runner", "", path("a"), Mark(6, 14), rule="runner-label"),),
    )
    assert calls.read_text().splitlines() == [
        "-version",
        f"-no-color -verbose -format {{{{json .}}}} -- {path('a')} {path('b')}",
    ]


def test_a_place_before_the_first_line_is_the_first(checkout, actionlint):
    actionlint("found = [dict(message='no YAML', filepath=paths[0], line=0, column=0, kind='syntax-check')]")
    assert scan(ACTIONLINT, checkout(a=GOOD), [path("a")]).findings[0].mark == Mark(1, 1)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("print('half of a JS'); sys.exit(0)", "its answer is not JSON"),
        ("print('{}'); sys.exit(0)", "its answer is not a list of findings"),
        ("print('[{}]'); sys.exit(0)", "answered in another form than actionlint's JSON"),
        ("print('[3]'); sys.exit(0)", "answered in another form than actionlint's JSON"),
        ("print('[]'); sys.exit(0)", "was left out, and the log does not say why"),
        ("sys.exit('no project')", "its answer is not JSON"),
        ("sys.stderr.write('out of memory\\n'); sys.exit(3)", "failed with exit code 3: out of memory"),
        ("os.kill(os.getpid(), 9)", "failed with exit code -9: it does not say why"),
        ("signal.pause()", "took longer than 0.5 s"),
        ("found.append(dict(message='x', filepath='z', line=1, column=1, kind='x'))", "not asked about: z"),
        ("sys.stderr.write(f'Found total 2 errors in 0 ms for {paths[0]}\\n'); print('[]'); sys.exit(0)", "counted 2"),
    ],
)
def test_a_linter_that_fails_has_scanned_nothing(fault, reason, checkout, actionlint):
    actionlint(fault)
    found = scan(ACTIONLINT, checkout(a=GOOD), [path("a")], seconds=0.5 if "pause" in fault else 60)
    assert found.scanned == ()
    assert found.findings == ()
    assert reason in found.unscanned[path("a")]


def test_one_file_that_a_linter_leaves_out_is_asked_for_again(checkout, actionlint):
    calls = actionlint("paths = paths[:1]; found = [each for each in found if each['filepath'] == paths[0]]")
    root = checkout(a=GOOD.replace("ubuntu-latest", "nowhere"), b=GOOD.replace("ubuntu-latest", "nowhere"))
    found = scan(ACTIONLINT, root, [path("a"), path("b")])
    assert [each.path for each in found.findings] == [path("a"), path("b")]
    assert len(calls.read_text().splitlines()) == 3


def test_a_linter_sees_no_tokens_and_nothing_of_the_judged_folder(checkout, actionlint, monkeypatch):
    actionlint("found = [dict(message=repr(sorted(os.environ)), filepath=paths[0], line=1, column=1, kind='x')]")
    for name in ("GITHUB_TOKEN", "HEROKU_API_KEY", "ZIZMOR_CONFIG"):
        monkeypatch.setenv(name, "secret")
    root = checkout(a=GOOD)
    assert "PATH" in (said := scan(ACTIONLINT, root, [path("a")]).findings[0].fact)
    assert "TOKEN" not in said
    assert "KEY" not in said
    assert "ZIZMOR" not in said
    shutil.copy(shutil.which("actionlint"), root / "actionlint")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", ".:")
    assert scan(ACTIONLINT, Path(), [path("a")]).version is None


def test_scans_are_kept_and_told(checkout, actionlint, tmp_path):
    actionlint()
    scans = lint({"shop": read(checkout(a=INJECTED, b=WITHOUT_REF, c=GOOD))}, [ZIZMOR, ACTIONLINT])
    (tmp_path / "lint.json").write_text(json.dumps(plain(scans)))
    assert restore(tmp_path / "lint.json") == scans
    version = scans["shop"]["zizmor"].version
    assert told(scans) == {
        "actionlint": "1.7.12, 3 files scanned",
        "zizmor": f"{version}, 2 files scanned, 1 could not be",
    }
    assert told({"shop": {"actionlint": Scan("actionlint", None)}}) == {"actionlint": "not installed"}
    assert restore(tmp_path / "none.json") == {}


def test_a_run_lints_once_and_says_so(play, tmp_path, actionlint, everything):
    calls = actionlint()
    root = shutil.copytree(AFTER, tmp_path / "checkout")
    file = root / ".github" / "workflows" / "deploy.yml"
    file.write_text(file.read_text().replace("runs-on: ubuntu-latest", "runs-on: nowhere"))
    played = play("tests_static", f"--checkout={root}", everything, environ={"PATH": str(tmp_path / "bin")})
    assert played.subjects("drifted") == {"WF031": ["MooseQuest/TradeMasterAPI deploy.yml"]}, played.out
    (verdict,) = (each for each in played.verdicts if each["outcome"] == "drifted")
    assert verdict["lines"][0]["place"] == ".github/workflows/deploy.yml:16:14"
    assert verdict["lines"][0]["fact"] == "runner-label: no such runner"
    assert verdict["lines"][0]["excerpt"] == "runs-on: nowhere"
    assert len(calls.read_text().splitlines()) == 2
    assert "actionlint `1.7.12, 2 files scanned`" in (played.directory / "summary.md").read_text()
    assert "zizmor=" in (played.directory / "allure-results" / "environment.properties").read_text()


def test_without_actionlint_its_control_is_not_applicable(play, everything):
    played = play("tests_static", f"--checkout={AFTER}", everything, "-k", "actionlint")
    assert {each["outcome"] for each in played.verdicts} == {"not applicable"}
    assert {each["reason"] for each in played.verdicts} == {
        "actionlint is not installed: put it on PATH to have this judged"
    }
    assert "actionlint `not installed`" in (played.directory / "summary.md").read_text()


def test_a_file_that_zizmor_cannot_scan_is_unknown_and_the_others_are_judged(play, tmp_path, everything):
    root = shutil.copytree(AFTER, tmp_path / "checkout")
    (root / ".github" / "workflows" / "deploy.yml").write_text(WITHOUT_REF)
    (root / ".github" / "workflows" / "other.yml").write_text(INJECTED)
    played = play("tests_static", f"--checkout={root}", everything, "-k", "zizmor")
    assert played.subjects("unknown") == {"WF030": ["MooseQuest/TradeMasterAPI deploy.yml"]}
    assert played.subjects("drifted") == {"WF030": ["MooseQuest/TradeMasterAPI other.yml"]}
    assert played.subjects("conforms") == {"WF030": ["MooseQuest/TradeMasterAPI deploy-heroku.yml"]}
    assert "zizmor over .github/workflows/deploy.yml failed with exit code 1: " in played.out
    assert played.code == 1


def test_nothing_is_linted_where_nobody_asks(play, tmp_path, actionlint):
    calls = actionlint()
    path = {"PATH": str(tmp_path / "bin")}
    played = play("tests_static", f"--checkout={AFTER}", "-k", "syntax", environ=path)
    assert played.code == 0
    assert not (played.directory / "lint.json").exists()
    assert play("tests_static", f"--checkout={AFTER}", "--collect-only", environ=path).code == 0
    assert calls.read_text() == ""


LINTED = """
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.ref_name }}
      - uses: ./.github/actions/js
        with: { nope: 1 }
      - uses: ./actions/x
        with: { nope: 1 }
  b:
    uses: ./.github/workflows/called.yml
    with: { nope: 1 }
"""
CALLED = "on: { workflow_call: { inputs: { x: { type: string } } } }\n" + GOOD.removeprefix("\non: push\n")
OUT = "is a link that leads out of the checkout; only files inside it are read"


@pytest.fixture
def repository(checkout):
    """A clone that uses its own actions, one of them behind a link, and calls its own workflow."""
    root = checkout(a=LINTED, called=CALLED)
    for path, content in {
        ".git/HEAD": "",
        ".github/actions/js/action.yml": "name: js\ndescription: js\nruns: { using: node24, main: dist/main.js }\n",
        ".github/actions/js/dist/main.js": "",
        "shared/x/action.yml": "name: x\ndescription: x\nruns: { using: composite, steps: [{run: x, shell: sh}] }\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    (root / "actions").symlink_to("shared")
    return root


def linted(root, linter):
    return lint({"shop": read(root)}, [linter])["shop"][linter.name]


@pytest.mark.parametrize("control", LINTERS)
def test_of_a_copy_a_linter_says_what_it_says_of_the_clone(control, repository):
    linter = LINTERS[control]
    if shutil.which(linter.name) is None and linter is ACTIONLINT:
        pytest.skip("actionlint is not on PATH")
    found = linted(repository, linter)
    assert found == scan(linter, repository, found.scanned)
    assert found.findings
    assert str(repository) not in repr(found)


@pytest.mark.parametrize("control", LINTERS)
def test_settings_hold_in_the_copy_and_none_from_above_it(control, repository, tmp_path, monkeypatch):
    linter = LINTERS[control]
    if shutil.which(linter.name) is None and linter is ACTIONLINT:
        pytest.skip("actionlint is not on PATH")
    (tmp_path / "zizmor.yml").write_text("rules: { template-injection: { disable: true } }\n")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = linted(repository, linter).findings
    (repository / "zizmor.yml").write_text("rules: { template-injection: { disable: true } }\n")
    (repository / ".github" / "actionlint.yaml").write_text("paths: { '**': { ignore: ['input .*'] } }\n")
    after = linted(repository, linter).findings
    gone = {rule(each) for each in before} - {rule(each) for each in after}
    assert gone >= ({"template-injection"} if linter is ZIZMOR else {"workflow-call"})


@pytest.mark.parametrize("name", ["zizmor.yml", ".github/zizmor.yml"])
def test_settings_of_a_folder_that_is_no_clone_hold(name, checkout):
    root = checkout(a=INJECTED)
    (root / name).write_text("rules: { template-injection: { disable: true } }\n")
    assert not (root / ".git").exists()
    assert linted(root, ZIZMOR).findings == ()


def test_settings_above_the_copy_hold_for_no_folder_that_is_no_clone(checkout, tmp_path, monkeypatch):
    (tmp_path / "zizmor.yml").write_text("rules: { template-injection: { disable: true } }\n")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert [rule(each) for each in linted(checkout(a=INJECTED), ZIZMOR).findings] == ["template-injection"]


@pytest.mark.parametrize("settings", ["zizmor.yml", ".github/zizmor.yaml", "shared/x/zizmor.yml"])
def test_settings_that_lead_out_of_the_checkout_are_not_shown(settings, repository):
    (repository / settings).symlink_to("/proc/self/environ")
    found = linted(repository, ZIZMOR)
    assert (found.scanned, found.findings) == ((), ())
    assert set(found.unscanned.values()) == {f"its settings cannot be read: {settings} {OUT}"}
    assert set(found.unscanned) == {path("a"), path("called"), "shared/x/action.yml", ".github/actions/js/action.yml"}


def test_actionlints_settings_that_lead_out_of_the_checkout_are_not_shown(checkout, actionlint):
    calls = actionlint()
    root = checkout(a=GOOD)
    (root / ".github" / "actionlint.yml").symlink_to("/proc/self/environ")
    found = linted(root, ACTIONLINT)
    assert found.unscanned == {path("a"): f"its settings cannot be read: .github/actionlint.yml {OUT}"}
    assert calls.read_text() == "-version\n"


def test_a_linter_finds_no_link_and_nothing_that_was_refused(checkout, actionlint, tmp_path):
    actionlint(
        "found = [dict(message=' '.join(each for _, _, names in os.walk('.') for each in names), "
        "filepath=paths[0], line=1, column=1, kind='x')]"
    )
    root = checkout(a=GOOD, large=GOOD + "#" * 2**20)
    (tmp_path / "secret.yml").write_text(GOOD)
    for name, target in {"x": "/proc/self/environ", "y": "a.yml", "z": tmp_path / "secret.yml"}.items():
        (root / path(name)).symlink_to(target)
    found = linted(root, ACTIONLINT)
    assert (found.scanned, [each.fact.partition(": ")[2] for each in found.findings]) == ((path("a"),), ["a.yml"])
    # Of a link GitHub itself reads nothing: WF001 says so, and there is nothing to scan.
    assert found.unscanned == {path("large"): "is larger than 1 MiB; no more is read"}


def test_a_file_that_was_refused_is_unknown_to_its_linter_with_the_reason():
    seen = Seen()
    document = unread_files.file(path("a"), "is larger than 1 MiB; no more is read")
    seen.rest_on([document])
    with pytest.raises(CouldNotObserveError) as error:
        seen.findings(Scan("zizmor", "1", (), {path("a"): "is larger than 1 MiB; no more is read"}), path("a"))
    assert error.value.fact.remedy == "make it a regular file that can be read, of at most 1 MiB"
    with pytest.raises(pytest.skip.Exception, match="WF001 judges that"):
        seen.findings(Scan("zizmor", "1"), path("link"))


def test_a_name_that_is_too_long_to_be_copied_is_unscanned(checkout):
    root = checkout(a=GOOD)
    name = "\udcff" * 100 + ".yml"
    (root / ".github" / "workflows" / name).write_text(GOOD)
    found = linted(root, ZIZMOR)
    assert found.scanned == (path("a"),)
    assert list(found.unscanned.values()) == ["cannot be copied for the linters: File name too long"]
