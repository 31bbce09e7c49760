"""A waiver is of a control that its subject can have."""

import json

import pytest

from asbuilt.catalogue import checks, kinds_judged
from asbuilt.estate import load
from asbuilt.option_values import OptionError
from asbuilt.run import prepared
from asbuilt.scope import scope_of
from asbuilt.subjects import kind_of
from asbuilt.workflows.paths import checkout

ESTATE = """estate: x
apps:
  shop: {repository: o/r, environment: prod, formation: {web: 1}, probes: [/up]}
repositories:
  o/r:
    environments: {prod: }
    procfile: {web: app.py}
    workflows: {deploy.yml: {deploys: [{app: shop, trigger: push}]}}
  o/unread:
waivers:
"""


@pytest.fixture
def waived(written, tmp_path):
    """Prepare a run with waivers: of `o/r` the files are there, of `o/unread` they are not."""

    def prepare(*waivers):
        lines = "".join(
            f"  - {{control: {control}, subject: {subject}, until: 2030-01-01, owner: o, issue: 1, reason: r}}\n"
            for control, subject in waivers
        )
        path = written(ESTATE + lines)
        workflows = tmp_path / "r" / ".github" / "workflows"
        workflows.mkdir(parents=True)
        (workflows / "ci.yml").write_text("on: push\njobs: {a: {runs-on: x, environment: lab, steps: [{run: a}]}}\n")
        estate = load(path)
        return prepared(estate, scope_of(estate, [], []), {"o/r": checkout.read(tmp_path / "r", "o/r")}, checks())

    return prepare


def test_each_kind_of_subject_can_be_waived(waived):
    run = waived(
        ("HK002", "shop"),
        ("HK006", "shop"),
        ("HK006", "shop web"),
        ("WEB001", "shop /up"),
        ("GH009", "shop deploy.yml push"),
        ("GH001", "o/r"),
        ("GH002", "o/r prod"),
        ("GH002", "o/r lab"),
        ("GH002", "o/r"),
        ("GH008", "o/r deploy.yml"),
        ("WF010", "o/r ci.yml"),
        ("WF017", "o/r web"),
        ("WF030", "o/r"),
        ("GH002", "o/unread staging"),
        ("WF010", "o/unread ci.yml"),
    )
    assert len(run.estate.waivers) == 15


@pytest.mark.parametrize(
    ("control", "subject", "expected"),
    [
        ("HK002", "o/r", 'HK002 is never judged of "o/r": it is judged of apps; allowed: shop'),
        ("HK002", "shop web", 'of "shop web": it is judged of apps; did you mean "shop"? allowed: shop'),
        ("HK006", "shop worker", 'of processes; did you mean "shop web"? allowed: shop, shop web'),
        (
            "GH002",
            "shop",
            'GH002 is never judged of "shop": it is judged of environments; allowed: o/r, o/r lab, o/r prod',
        ),
        (
            "GH007",
            "o/r prod",
            'of "o/r prod": it is judged of workflows; did you mean "o/r"? allowed: o/r, o/r deploy.yml',
        ),
        ("WF010", "shop", "of workflow files; allowed: o/r, o/r ci.yml, o/r deploy.yml"),
        ("WF010", "o/r cd.yml", 'of workflow files; did you mean "o/r ci.yml"? allowed: o/r, o/r ci.yml'),
        ("WF003", "o/r", 'WF003 is never judged of "o/r": it is judged of apps; allowed: shop'),
        ("GH008", "o/r prod", "it is judged of repositories and workflows"),
        ("GH001", "o/r prod", 'it is judged of repositories; did you mean "o/r"? allowed: o/r, o/unread'),
    ],
)
def test_a_waiver_of_what_its_subject_can_never_have_is_refused(control, subject, expected, waived, tmp_path):
    with pytest.raises(OptionError) as refused:
        waived(("HK001", "shop"), (control, subject))
    assert str(refused.value).startswith(f"{tmp_path}/estate.yaml:12:22: {control} is never judged of ")
    assert expected in str(refused.value)


def test_twenty_wrong_waivers_are_told_and_the_rest_is_counted(waived):
    with pytest.raises(OptionError) as refused:
        waived(*[("HK002", "o/r")] * 30)
    assert len(str(refused.value).splitlines()) == 21
    assert str(refused.value).endswith("\n... and 10 more")


def test_the_kinds_of_a_control_are_those_that_pytest_finds(play, tmp_path):
    (tmp_path / "told.py").write_text(
        "import json, pathlib\n"
        "def pytest_collection_modifyitems(items):\n"
        "    found = [(item.get_closest_marker('control').args[0], item.fixturenames) for item in items]\n"
        f"    pathlib.Path({str(tmp_path / 'told.json')!r}).write_text(json.dumps(found))\n"
    )
    args = ("tests_live", "tests_static", "-m", "", "--collect-only", "-p", "told")
    assert play(*args, environ={"PYTHONPATH": str(tmp_path)}).code == 0
    found = {}
    for control, fixtures in json.loads((tmp_path / "told.json").read_text()):
        found.setdefault(control, set()).add(kind_of(fixtures))
    assert found == kinds_judged(checks())
