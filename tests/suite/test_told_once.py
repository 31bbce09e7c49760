"""What is wrong with an estate or a value is told once, where it stands, with what is allowed and the nearest."""

import pytest
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.estate import load
from asbuilt.estate_errors import EstateError

ENVIRONMENTS = "repositories: {o/n: {environments: {prod: }}}\n"


@pytest.mark.parametrize(
    ("default", "apps", "places"),
    [
        ("formation: {web: -1}", "a-b: , c-d: {grace: 5m}, e-f: ", ["2:30"]),
        ("probes: [{status: 204}]", "a-b: , c-d: , e-f: ", ["2:27"]),
        ("probes: [/x, /x]", "a-b: , c-d: , e-f: ", ["2:31"]),
        ("repository: o/m", "a-b: , c-d: , e-f: ", ["2:18"]),
        ("repository: o/n, environment: prd", "a-b: , c-d: {environment: prd}", ["2:35", "3:21"]),
    ],
)
def test_a_mistake_of_the_defaults_is_told_once_and_one_of_an_app_as_well(default, apps, places, tmp_path):
    path = tmp_path / "estate.yaml"
    path.write_text(f"estate: shop\ndefaults: {{app: {{{default}}}}}\napps: {{{apps}}}\n{ENVIRONMENTS}")
    with pytest.raises(EstateError) as error:
        load(path)
    told = [each.removeprefix(f"{path}:").partition(": ")[0] for each in str(error.value).splitlines()]
    assert told == places, str(error.value)


@pytest.mark.parametrize(("name", "what"), [("nowhere", "is not there"), ("estate.yaml", "is no folder")])
def test_a_folder_that_is_none_is_told_where_the_estate_names_it(name, what, tmp_path, monkeypatch):
    (tmp_path / "estate.yaml").write_text(f"estate: shop\nrepositories:\n  o/n:\n    checkout: {name}\n")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["paths"])
    assert done.exit_code == 4
    assert f'asbuilt: estate.yaml:4:5: checkout "{name}" of o/n {what}: ' in done.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["controls", "HK0021"], 'there is no control "HK0021"; did you mean "HK00'),
        (["controls", "gh02"], 'did you mean "GH0'),
        (
            ["paths", "--format", "jsn"],
            '--format: there is no value "jsn"; did you mean "json"? allowed: json, mermaid',
        ),
        (["verify", "--format", "nonsense", "x"], '--format: there is no value "nonsense"; allowed: json, lines'),
        (["controls", "--format", "markdwn"], 'did you mean "markdown"?'),
        (["controls", "--format", "\x1b[2J"], "there is no value"),
    ],
)
def test_a_slip_is_told_in_plain_words_with_the_nearest(arguments, told):
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, told in done.output) == (4, True), done.output
    assert "Value error" not in done.output
    assert "\x1b" not in done.output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("apps: {a-b: {tier: prod, repository: o/m}}", ['"prod" is invalid', 'repository "o/m" is not declared']),
        ("apps: {a-b: {teir: x, probes: [/x, /x]}}", ['unknown key "teir"', 'probe "/x" is declared twice']),
        (
            "defaults: {app: {grace: x, repository: o/m}}\napps: {a-b: , c-d: }",
            ['"x" is invalid', '"o/m" is not declared'],
        ),
        ("apps: {a-b: {probes: [x], repository: o/m}}", ['"x" is invalid', 'repository "o/m" is not declared']),
        # What a wrong key may have named is not missed a second time.
        (
            "apps: {a-b: {tier: prod, repository: o/m}}\nrepositorys: {o/m: }",
            ['"prod" is invalid', 'unknown key "repositorys"'],
        ),
    ],
)
def test_values_and_names_are_told_in_one_round(text, told, tmp_path):
    path = tmp_path / "estate.yaml"
    path.write_text(f"estate: shop\n{text}\n{ENVIRONMENTS}")
    with pytest.raises(EstateError) as error:
        load(path)
    lines = str(error.value).splitlines()
    assert len(lines) == len(told), str(error.value)
    assert all(each in line for each, line in zip(told, lines, strict=True)), str(error.value)
