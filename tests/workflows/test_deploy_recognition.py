import pytest

from asbuilt.workflows.deploys import deploy_steps
from asbuilt.workflows.health import checks_health
from asbuilt.workflows.workflow import load


def steps(text):
    indented = "".join(f"        {line}\n" for line in text.splitlines())
    return load(f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      -\n{indented}", "w.yml")


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
    assert [(each.mechanism, each.app) for each in deploy_steps(steps(step))] == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("run: curl --fail https://a/health", True),
        ("run: curl -fsS https://a/health", True),
        ("run: curl --fail-with-body https://a/api/system/status", True),
        ("run: curl https://a/health", False),
        ("run: curl -f https://a/health || true", False),
        ("run: curl -f https://a/health || echo failed", False),
        ("run: curl -f https://a/health || { echo failed; }", False),
        ("run: curl -f https://a/health || exit 1", True),
        ("run: curl -f https://a/health || { echo failed; exit 1; }", True),
        ("run: curl -s https://a/health | grep -q ok", True),
        ("run: curl -s https://a/health | jq -e '.ok'", True),
        ("run: curl -s https://a/health | jq .", False),
        ("run: wget -q https://a/health", True),
        ("run: curl -f -X POST https://hooks/health -d x", False),
        ("run: curl -f https://a/other", False),
        ("name: Health\nrun: curl -f https://a/", True),
        ("run: |\n  set +e\n  curl -f https://a/health\n  echo done", False),
        ("run: |\n  if curl -f https://a/health; then echo ok; fi", False),
        ("run: |\n  if ! curl -f https://a/health; then\n    exit 1\n  fi", True),
        ('run: |\n  code=$(curl -s -w "%{http_code}" https://a/health)\n  [ "$code" = 200 ]', True),
        ('run: |\n  code=$(curl -s -w "%{http_code}" https://a/health)\n  echo "$code"', False),
        ("run: until curl -sf https://a/health; do sleep 1; done", True),
        ("run: |\n  for path in /health /status; do\n    echo $path\n  done", False),
        ("run: ./scripts/health_check.sh https://a", True),
        ("run: ./scripts/health_check.sh https://a || true", False),
        ("run: echo health", False),
        ("uses: someone/url-health-check-action@v1", True),
        ("uses: actions/checkout@v7", False),
    ],
)
def test_a_health_check_can_fail_the_run(step, expected):
    assert checks_health(steps(step).jobs[0].steps[0]) == expected
