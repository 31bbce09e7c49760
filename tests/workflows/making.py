"""Make the sources of a repository from texts: workflow files by file name, actions by folder."""

import yaml

from asbuilt.workflows.files import sources
from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.paths.tracing import deploy_paths

DEPLOY = """
      - uses: akhileshns/heroku-deploy@v3
        with: {{ heroku_app_name: {app} }}
"""


def sources_of(actions=None, repository="", **files):
    """Give the sources: `deploy="..."` is .github/workflows/deploy.yml, `actions={"x": "..."}` .github/actions/x."""
    return sources.Sources(
        tuple(load(text, f".github/workflows/{name}.yml") for name, text in files.items()),
        {
            f".github/actions/{name}": sources.action(text, f".github/actions/{name}/action.yml")
            for name, text in (actions or {}).items()
        },
        repository,
    )


def paths_of(actions=None, **files):
    """Give the deploy paths of such a repository."""
    made = sources_of(actions, **files)
    for each in made.workflow_files:
        assert each.document.problems == (), each.document.problems
    return deploy_paths(made)


def deploying(app="shop", job="", on="push"):
    """Give a workflow whose one job deploys; `job` is more lines of it."""
    return f"on: {on}\njobs:\n  deploy:\n    runs-on: x\n{job}    steps:{DEPLOY.format(app=app)}"


CHECKOUT = "      - uses: actions/checkout@v7\n"
SHIP = "      - uses: akhileshns/heroku-deploy@v3\n        with: { heroku_app_name: shop }\n"


def gated(on, gate=CHECKOUT, deploy=CHECKOUT, condition="", action=SHIP):
    """Give a workflow whose job deploys behind a gate: what each checks out, and how the one deploys."""
    return (
        f"on: {on}\njobs:\n  test:\n    runs-on: x\n    steps:\n{gate}      - run: y\n"
        f"  deploy:\n    needs: test\n{condition}    runs-on: x\n    steps:\n{deploy}{action}"
    )


def of_ref(ref):
    """Give the step that checks a ref out."""
    return f'{CHECKOUT}        with: {{ ref: "{ref}" }}\n'


def script(command, more=""):
    """Give the step that runs a script; `more` is more lines of it."""
    return f"      - run: {command}\n{more}"


# A workflow that tests what is pushed, one that follows it, and how that one asks for its success.
CI = "name: CI\non: {push: {branches: [main]}}\njobs: {ci: {runs-on: x, steps: [{run: y}]}}\n"
AFTER = "{workflow_run: {workflows: [CI]}}"
SUCCEEDED = "    if: github.event.workflow_run.conclusion == 'success'\n"


def step(run=None, *, name=None, env=None, **keys):
    """Give a step of a job, of its keys."""
    keys = {"name": name, "run": run, "env": env, **keys}
    text = yaml.safe_dump({key: value for key, value in keys.items() if value is not None}, allow_unicode=True)
    indented = "".join(f"        {line}\n" for line in text.splitlines())
    file = load(f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      -\n{indented}", "w.yml")
    assert not file.document.problems, text
    return file.jobs[0].steps[0]
