"""Worlds for first estates: each a scenario of the sandbox and the files of its repository."""

from textwrap import dedent

_CODE = "1111111111111111111111111111111111111111"


def heroku_app(name, formation, *, stack="heroku-24", more="", paths=("/health",)):
    """Give an app of a scenario that was deployed two hours ago and runs."""
    processes = ", ".join(f"{kind}: {{quantity: {count}, size: Standard-1X}}" for kind, count in formation.items())
    dynos = ", ".join(f"{kind}.{n + 1}: {{}}" for kind, count in formation.items() for n in range(count))
    answers = ", ".join(f"{path}: {{json: {{status: ok}}}}" for path in paths)
    return f"""\
    {name}:
      hash: "0a1b2c3d4e5f"
      created_at: "-30d"
      stack: {stack}
      {more}
      releases:
        - {{version: 1, description: Initial release, created_at: "-30d"}}
        - {{version: 2, description: Deploy 11111111, slug: "{_CODE}", created_at: "-2h"}}
      formation: {{{processes}}}
      dynos: {{{dynos}}}
      responses: {{{answers}}}
"""


def world(apps, workflows=("deploy.yml",), *, environments="{}", repository="", more="", job="deploy"):
    """Give a scenario with some apps, and the repository example/shop, whose workflows deployed them by a push."""
    named = ", ".join(f"{each}: {{}}" for each in workflows)
    runs = "".join(
        f"        - {{workflow: {each}, event: push, branch: main, conclusion: success, last: '-2h3m', took: 8m,"
        f' sha: "{_CODE}", jobs: {{test: success, {job or f"deploy-{each[:-4]}"}: success}}}}\n'
        for each in workflows
    )
    return (
        "summary: a world of its own\nclock: 2026-06-01T12:00:00Z\nheroku:\n  apps:\n"
        + "".join(apps)
        + f"github:\n  repositories:\n    example/shop:\n      created_at: '-90d'\n      environments: {environments}\n"
        + f"      workflows: {{{named}}}\n{repository}      runs:\n{runs}{more}"
    )


def workflow(deploy, *, paths="", job="deploy", more=""):
    """Give a workflow that tests and then deploys what is pushed to main, by some steps."""
    steps = "".join(f"      {line}\n" for line in dedent(deploy).strip().splitlines())
    return f"""\
name: Deploy
on:
  push:
    branches: [main]
{paths}permissions: {{contents: read}}
concurrency: {{group: {job}, cancel-in-progress: false}}
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: {{persist-credentials: false}}
      - run: make test
  {job}:
    needs: test
    runs-on: ubuntu-latest
    timeout-minutes: 20
{more}    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: {{fetch-depth: 0, persist-credentials: false}}
{steps}"""


KEY = 'env: {HEROKU_API_KEY: "${{ secrets.HEROKU_API_KEY }}"}'
CLI = "- run: curl --fail --silent --show-error https://cli-assets.heroku.com/install.sh | sh"


def pushed(name, folder=""):
    """Give the steps that push to an app by git and ask it afterwards."""
    what = f"git subtree push --prefix {folder} heroku main" if folder else "git push heroku HEAD:main"
    return f"""\
{CLI}
- name: Deploy
  {KEY}
  run: |
    heroku git:remote --app {name}
    {what}
"""


def contained(name, *kinds):
    """Give the steps that build, push and release the images of an app."""
    return f"""\
{CLI}
- name: Deploy
  {KEY}
  run: |
    heroku container:login
    heroku container:push {" ".join(kinds)} --recursive --app {name}
    heroku container:release {" ".join(kinds)} --app {name}
"""


def asked(url, path):
    """Give the step that asks an app after its deploy."""
    return f"- run: curl --fail --silent --show-error --retry 10 --retry-all-errors {url}{path}\n"
