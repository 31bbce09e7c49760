import pytest

from asbuilt.workflows.deploys import deploy_steps
from asbuilt.workflows.sources import Sources
from asbuilt.workflows.workflow import load


def steps(text):
    indented = "".join(f"        {line}\n" for line in text.splitlines())
    return load(f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      -\n{indented}", "w.yml")


def deploys(step):
    workflow_file = steps(step)
    return deploy_steps(workflow_file, Sources((workflow_file,)))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("uses: akhileshns/heroku-deploy@v3.13.15\nwith: {heroku_app_name: a}", [("akhileshns/heroku-deploy", "a")]),
        ("uses: AkhileshNS/Heroku-Deploy@abc\nwith: {HEROKU_APP_NAME: a}", [("akhileshns/heroku-deploy", "a")]),
        ("uses: akhileshns/heroku-deploy@v3", [("akhileshns/heroku-deploy", None)]),
        ("uses: akhileshns/heroku-deploy@v3\nwith: {heroku_app_name: a, justlogin: true}", []),
        ('uses: akhileshns/heroku-deploy@v3\nwith: {heroku_app_name: a, justlogin: "1"}', []),
        (
            "uses: akhileshns/heroku-deploy@v3\nwith: {heroku_app_name: a, justlogin: false}",
            [("akhileshns/heroku-deploy", "a")],
        ),
        ("uses: someone/deploy-to-heroku@v1\nwith: {app: a}", [("someone/deploy-to-heroku", None)]),
        ("uses: someone/install-heroku-cli@v1", []),
        ("uses: actions/checkout@v7", []),
        ("run: git push https://git.heroku.com/shop.git HEAD:main", [("git push", "shop")]),
        ("run: git push --force https://h:$KEY@git.heroku.com/$APP.git main", [("git push", "$APP")]),
        ("run: git push origin main", []),
        ("run: heroku container:release web --app shop", [("heroku container:release", "shop")]),
        ("run: heroku container:release web -a ${{ inputs.app }}", [("heroku container:release", "${{ inputs.app }}")]),
        ("run: heroku container:release web worker --app=shop", [("heroku container:release", "shop")]),
        ("run: |\n  # heroku container:release web -a shop\n  make", []),
        ("run: |\n  git push \\\n    https://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("run: heroku logs -a shop", []),
    ],
)
def test_a_deploy_is_recognised(step, expected):
    assert [(each.mechanism, each.target) for each in deploys(step)] == expected
