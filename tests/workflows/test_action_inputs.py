"""What a heroku-deploy step is given, as the action reads it."""

from pathlib import Path

import pytest
from making import sources_of

from asbuilt.workflows.deploys.steps import deploy_steps
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.judge.action_inputs import CREATES, as_boolean, inputs_of, logins_by_mistake, meant_by
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.tracing import deploy_paths

CHOICE = "{ workflow_dispatch: { inputs: { to: { type: choice, options: [a, b] } } } }"


def workflow(given, on="push"):
    lines = "".join(f"          {line}\n" for line in given.splitlines())
    return (
        f"on: {on}\njobs:\n  one:\n    runs-on: x\n    steps:\n"
        "      - uses: akhileshns/heroku-deploy@v3\n        with:\n"
        f"          heroku_app_name: shop\n{lines}"
    )


def inputs(text, actions=None, **files):
    sources = sources_of(actions, one=text, **files)
    file = sources.by_path[".github/workflows/one.yml"]
    checkout = Checkout(Path(), sources, deploy_steps=deploy_steps(file, sources), deploy_paths=deploy_paths(sources))
    return list(inputs_of(file, checkout))


def only(given, on="push", actions=None):
    (found,) = inputs(workflow(given, on), actions)
    return found


@pytest.mark.parametrize(
    ("given", "on", "told"),
    [
        ("dontautocreate: true", True, "true"),
        ('dontautocreate: "true"', True, "true"),
        ("DontAutoCreate: true", True, "true"),
        ("dontautocreate: False", False, "false"),
        ('dontautocreate: "False"', True, "False"),
        ("dontautocreate: no", True, "no"),
        ("dontautocreate: 0", True, "0"),
        ("dontautocreate:", True, '""'),
        ('dontautocreate: " false "', False, "false"),
        ("branch: main", False, "false"),
        ("dontautocreate: ${{ vars.X }}", None, "`${{ vars.X }}`, which is not known before the run"),
        (
            "dontautocreate: ${{ github.ref_type == 'branch' }}",
            True,
            "`${{ github.ref_type == 'branch' }}`, which comes to true (push refs/heads/**)",
        ),
    ],
)
def test_every_text_but_false_is_a_yes(given, on, told):
    value = next(only(given).values(CREATES))
    assert (value.on, value.told) == (on, told)


def test_each_way_has_its_own_value():
    found = only("dontautocreate: ${{ inputs.to == 'a' }}", CHOICE)
    assert {value.path.inputs["to"]: value.text for value in found.values(CREATES)} == {"a": "true", "b": "false"}


@pytest.mark.parametrize("row", ["[true, false]", "[false, true]"])
def test_each_row_of_a_matrix_has_its_own_value(row):
    text = workflow("dontautocreate: ${{ matrix.create }}")
    (found,) = inputs(text.replace("    steps:", f"    strategy: {{ matrix: {{ create: {row} }} }}\n    steps:"))
    assert {value.text for value in found.values(CREATES)} == {"false", "true"}


def test_each_ref_has_its_own_value():
    found = only("dontautocreate: ${{ github.ref == 'refs/heads/main' }}", "{ push: { branches: [main, next] } }")
    assert {value.text for value in found.values(CREATES)} == {"false", "true"}


def test_an_action_is_told_by_those_who_use_it():
    action = (
        "inputs: { create: { default: 'true' } }\nruns:\n  using: composite\n  steps:\n"
        "    - uses: akhileshns/heroku-deploy@v3\n"
        "      with: { heroku_app_name: x, dontautocreate: '${{ inputs.create }}' }\n"
    )
    use = "on: push\njobs: { one: { runs-on: x, steps: [{ uses: ./.github/actions/ship, with: { create: NO } }] } }"
    (found,) = inputs(use.replace("NO", "false"), {"ship": action})
    assert {value.text for value in found.values(CREATES)} == {"false"}
    assert found.caller == "; used by one.yml:2"
    (found,) = inputs(use.replace(", with: { create: NO }", ""), {"ship": action})
    assert {value.text for value in found.values(CREATES)} == {"true"}
    (found,) = inputs(use.replace("NO", "false").replace("runs-on: x", "runs-on: x, if: false"), {"ship": action})
    assert ([value.text for value in found.values(CREATES)], found.paths) == (["false"], ())


def test_a_called_workflow_is_told_by_its_callers():
    called = workflow(
        "dontautocreate: ${{ inputs.keep }}", "{ workflow_call: { inputs: { keep: { type: boolean } } } }"
    )
    caller = "on: push\njobs: { a: { uses: ./.github/workflows/one.yml, with: { keep: WORD } } }"
    for word in ("true", "false"):
        (found,) = inputs(called, two=caller.replace("WORD", word))
        assert {value.text for value in found.values(CREATES)} == {word}
        assert found.caller == "; called by two.yml:2"
    (found,) = inputs(called)
    assert all(isinstance(value.text, Unknown) for value in found.values(CREATES))


def test_a_step_that_only_logs_in_is_none():
    assert inputs(workflow("justlogin: true")) == []
    assert inputs(workflow("justlogin: ${{ github.event_name == 'push' }}")) == []
    assert len(inputs(workflow("justlogin: ${{ github.event_name == 'x' }}"))) == 1
    assert len(inputs(workflow("justlogin: ${{ vars.X }}"))) == 1


@pytest.mark.parametrize(
    ("given", "mistaken"),
    [
        ("justlogin: no", True),
        ('justlogin: "False"', True),
        ("justlogin: 0", True),
        ("justlogin:", True),
        ("justlogin: False", False),  # YAML's own false
        ("justlogin: false", False),
        ("justlogin: true", False),
        ('justlogin: "1"', False),  # odd, and does what it says
        ("justlogin: ${{ vars.LOGIN }}", False),
        ("branch: main", False),
    ],
)
def test_a_step_that_logs_in_where_it_is_told_not_to(given, mistaken):
    sources = sources_of(one=workflow(given))
    checkout = Checkout(Path(), sources, deploy_steps=(), deploy_paths=())
    assert len(list(logins_by_mistake(*sources.workflow_files, checkout))) == mistaken


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("usedocker: yes", ["usedocker"]),
        ('usedocker: "False"', ["usedocker"]),
        ("usedocker: 1", ["usedocker"]),
        ("usedocker:", ["usedocker"]),
        ("dontautocreate: yes\ndontuseforce: no", ["dontuseforce", "dontautocreate"]),
        ("usedocker: ${{ inputs.docker }}", ["usedocker"]),
        ("usedocker: true\ndontuseforce: false", []),
        ("usedocker: TRUE", []),
        ("usedocker: ${{ vars.DOCKER }}", []),
        ("usedocker: ${{ github.ref == 'refs/heads/main' }}", []),
        ("healthcheck: yes\nbranch: no", []),
    ],
)
def test_what_is_neither_true_nor_false(given, names):
    assert [name for name, _ in only(given).misread()] == names


@pytest.mark.parametrize(
    ("given", "unknown"),
    [
        ("dontautocrate: true", ["dontautocrate"]),
        ("app_dir: api", ["app_dir"]),
        ("APPDIR: api\nUseDocker: true", []),
        ("heroku_team: x", ["heroku_team"]),
        ("procfile: 'web: x'\nenv_file: .env\nstack: heroku-24\nteam: x\nregion: eu", []),
    ],
)
def test_what_the_action_does_not_know(given, unknown):
    assert [key.text for key in only(given).unknown()] == unknown


@pytest.mark.parametrize(
    ("ref", "unknown"),
    [
        ("v3.10.9", []),
        ("2b2cf430a1f428bcf8936ba946fe846baa6eba02", []),
        ("v3.13.15", ["remote_branch"]),
        ("master", ["remote_branch"]),
    ],
)
def test_what_only_some_releases_know(ref, unknown):
    (found,) = inputs(workflow("remote_branch: main").replace("@v3", f"@{ref}"))
    assert [key.text for key in found.unknown()] == unknown


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("dontautocrate", "dontautocreate"),
        ("dont_auto_create", "dontautocreate"),
        ("dont-autocreate", "dontautocreate"),
        ("health_check", "healthcheck"),
        ("app_dir", "appdir"),
        ("heroku_app", "heroku_app_name"),
        ("nonsense", None),
    ],
)
def test_what_a_misspelled_name_means(name, meant):
    assert meant_by(name) == meant
    key = only(f"{name}: true").meant("dontautocreate")
    assert (key.text if key else None) == (name if meant == "dontautocreate" else None)


@pytest.mark.parametrize(
    ("given", "dead"),
    [
        ("checkstring: ok\ndelay: 5", ["checkstring", "delay"]),
        ("rollbackonhealthcheckfailed: true", ["rollbackonhealthcheckfailed"]),
        ("delay: 5\nhealthcheck: ''", ["delay"]),
        ("delay: 5\nhealthcheck: https://shop.example", []),
        ("delay: 5\nhealthcheck: ${{ vars.URL }}", []),
        ("delay: 5\nhealthcheck: ${{ github.ref_type == 'branch' && 'https://shop.example' || '' }}", []),
        ("delay: ${{ vars.DELAY }}", ["delay"]),
        ("delay: 0\ncheckstring: ''\nrollbackonhealthcheckfailed: false", []),
        ("docker_heroku_process_type: worker", ["docker_heroku_process_type"]),
        ("docker_build_args: A\nusedocker: false", ["docker_build_args"]),
        ("docker_build_args: A\nusedocker: true", []),
        ("docker_build_args: A\nusedocker: yes", []),
        ("docker_build_args: A\nusedocker: ${{ vars.DOCKER }}", []),
        ("docker_heroku_process_type: web", []),
        ("dontautocreate: true\nregion: eu\nteam: x\nbuildpack: y", ["buildpack", "region", "team"]),
        ("region: eu\nteam: x\nbuildpack: y", []),
        ("dontautocreate: false\nregion: eu", []),
        ("dontautocreate: true\nregion: ''\nstack: heroku-24\nbranch: main\nprocfile: x", []),
        ("dontautocreate: ${{ vars.X }}\nregion: eu", []),
        ("dontautocreate: ${{ github.ref_type == 'tag' }}\nregion: eu", []),
    ],
)  # fmt: skip
def test_an_option_that_is_never_read(given, dead):
    assert [name for name, _ in only(given).dead()] == dead


@pytest.mark.parametrize(("text", "boolean"), [("no", "false"), ("False", "false"), ("", "false"), ("yes", "true")])
def test_what_a_text_was_meant_to_be(text, boolean):
    assert as_boolean(text) == boolean


@pytest.mark.parametrize(
    ("ref", "old"),
    [("v3.8.9", "v3.8.9"), ("3.6.8", "3.6.8"), ("v3.9.9", ""), ("v3.10.9", ""), ("v3", ""), ("master", "")],
)
def test_a_release_that_is_too_old_creates_whatever_is_set(ref, old):
    (found,) = inputs(workflow("dontautocreate: true").replace("@v3", f"@{ref}"))
    assert found.creates_whatever_is_set == old
