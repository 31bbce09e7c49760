import pytest
from judge import HOME
from making import step

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.health.actions import check_of_call
from asbuilt.workflows.health.steps import careless_requests, check_of
from asbuilt.workflows.health.surroundings import Surroundings

HOOK = "https://hooks.slack.com/services/x"


def judged(*args, **kwargs):
    """What a check comes to, as letters: it can fail, proves the release, notices errors; None for no check."""
    check = check_of(step(*args, **kwargs))
    if check is None:
        return None
    marks = zip("fpn", (check.can_fail, check.proves_release, check.notices_errors), strict=True)
    return "".join(mark for mark, is_so in marks if is_so)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("curl -f https://a/health", "fn"),
        ("curl -fsS --retry 5 https://a/health", "fn"),
        ("curl -sSfL -o /dev/null https://a/health", "fn"),
        ("curl --fail-with-body https://a/api/system/status", "fn"),
        ("sudo timeout 60 curl -f https://a/health", "fn"),
        ('C="curl -fsS"\n$C https://a/health', "fn"),
        ('OPTIONS="--fail --retry 3"\ncurl $OPTIONS https://a/health', "fn"),
        ("curl https://a/health", "f"),
        ("curl -s -o f.txt https://a/health", "f"),
        ("curl -H 'X: -f' https://a/health", "f"),
        ("curl -f https://a/health || true", ""),
        ("curl -f https://a/health || echo no", ""),
        ("curl -f https://a/health || { echo no; }", ""),
        ("curl -f https://a/health &", ""),
        ("set +e\ncurl -f https://a/health\necho done", ""),
        ("if curl -f https://a/health; then echo ok; fi", ""),
        ("curl -f https://a/health || exit 1", "fn"),
        ("curl -f https://a/health || { echo no; exit 1; }", "fn"),
        ("if ! curl -f https://a/health; then exit 1; fi", "fn"),
        ("wget -q https://a/health", "fn"),
        ("wget -qO- https://a/health || true", ""),
        ("http --check-status https://a/health", "fn"),
        ("http GET https://a/health", "f"),
        ("xh https://a/health", "fn"),
        ("curl -s https://a/health | grep -q ok", "fn"),
        ("curl -s https://a/health | grep -q ok || echo no", ""),
        ("curl -s https://a/health | jq -e .ok", "fn"),
        ("curl -s https://a/health | jq .", "f"),
        ("curl -sf https://a/health | jq .", ""),  # of a request that failed, it reads nothing
        ("curl -s https://a/health | jq 'if .ok then . else error(\"down\") end'", "fn"),
        ("curl -s https://a/health | python3 -c \"import json,sys; assert json.load(sys.stdin)['ok']\"", "fn"),
        ("curl -s https://a/health | python3 -m json.tool", "f"),
        ("curl -f https://shop.example/", "fn"),
        ('curl -f "$APP_URL"', "fn"),
        ("curl -f ${{ steps.deploy.outputs.web_url }}", "fn"),
        ("curl -f https://shop.example/data.json", None),
        ("curl -f https://api.ipify.org", None),
        ("curl -f 'https://www.google.com/ping?sitemap=https://shop.example/sitemap.xml'", None),
        ('curl -f "$DEPLOY_HOOK_URL"', None),
        (
            (
                "ok=false\nfor i in 1 2; do\n  v=$(curl -fs https://a/health || true)\n"
                '  if [ "$v" = up ]; then ok=true; break; fi\ndone\n$ok'
            ),
            "fn",
        ),
        ("set -o pipefail\ncurl -sf https://a/health | jq .", "fn"),
        ("curl -sf https://a/health | cat", ""),
        ("curl -sI https://a/health | head -1 | grep 200", "fn"),
        ("curl -s https://a/health > out.json\ngrep -q ok out.json", "fn"),
        ("curl -s -o out.json https://a/health\nif ! grep -q ok out.json; then exit 1; fi", "fn"),
        ('code=$(curl -s -o /dev/null -w "%{http_code}" https://a/health)\n[ "$code" = 200 ]', "fn"),
        ('code=$(curl -s -w "%{http_code}" https://a/health)\nif [ "$code" != 200 ]; then exit 1; fi', "fn"),
        ('code=$(curl -s -w "%{http_code}" https://a/health)\nif [ "$code" != 200 ]; then echo no; fi', "f"),
        ('code=$(curl -s -w "%{http_code}" https://a/health || true)\nif [ $code != 200 ]; then echo; fi', ""),
        ('code=$(curl -s -w "%{http_code}" https://a/health || echo 0)\nif [[ $code -ne 200 ]]; then exit 1; fi', "fn"),
        ('code=$(curl -s -w "%{http_code}" https://a/health)\n(( code == 200 ))', "fn"),
        ('code=$(curl -s -w "%{http_code}" https://a/health)\ntest $code -eq 200', "fn"),
        ('code=$(curl -s -w "%{http_code}" https://a/health)\necho "$code"', "f"),
        ('code=$(curl -s -w "%{http_code}" https://a/health)\ncase $code in 2*) ;; *) exit 1;; esac', "fn"),
        ('[ "$(curl -s -o /dev/null -w "%{http_code}" https://a/health)" = 200 ]', "fn"),
        ('body=$(curl -s https://a/health)\necho "$body" | grep -q ok', "fn"),
        ('body=$(curl -s https://a/health)\ngrep -q ok <<< "$body"', "fn"),
        ('body=$(curl -s https://a/health)\nok=$(echo "$body" | jq -r .ok)\n[ "$ok" = true ] || exit 1', "fn"),
        ("until curl -sf https://a/health; do sleep 1; done", "fn"),
        ("timeout 60 bash -c 'until curl -sf https://a/health; do sleep 1; done'", "fn"),
        ("for i in $(seq 9); do curl -sf https://a/health && exit 0; sleep 5; done; exit 1", "fn"),
        ("for i in $(seq 9); do curl -sf https://a/health && exit 0; sleep 5; done", ""),
        ("for i in 1 2; do curl -sf https://a/health && break; sleep 5; done", ""),
        ('until [ "$s" = 200 ]; do sleep 5; s=$(curl -s -w "%{http_code}" https://a/health || true); done', "fn"),
        (
            (
                "for i in 1 2 3; do\n"
                '  s=$(curl -s -o /dev/null -w "%{http_code}" https://a/health || true)\n'
                '  if [ "$s" = 200 ]; then exit 0; fi\n  sleep 5\ndone\necho no\nexit 1'
            ),
            "fn",
        ),
        ("check() { curl -f https://a/health; }\ncheck || exit 1", "fn"),
        ("check() { curl -f https://a/$1; }\ncheck health", "fn"),
        ("for path in health status; do curl -f https://a/$path; done", "fn"),
        ('echo "Checking health"\ncurl -f "$URL"', "fn"),
        ("curl -f https://shop.herokuapp.com/", "fn"),
        ("curl -f ${{ vars.URL }}/health", "fn"),
        ("./scripts/health_check.sh https://a", "fn"),
        ("./scripts/health_check.sh https://a || true", ""),
        ("bash scripts/smoke-test.sh", "fn"),
        ("npm run smoke", "fn"),
        ("make health-check", "fn"),
        ("poetry run pytest tests/smoke", "fn"),
        ("npx wait-on https://a/health", "fn"),
        ("npx wait-on -t 60000 https://a/health", "fn"),
        ("npx wait-on http://127.0.0.1:8000/health", None),
        ("heroku ps:wait -a shop", "fpn"),
        ("timeout 300 npx heroku ps:wait --app shop --type worker", "fpn"),
        ("heroku ps:wait -a shop || true", ""),
        ("heroku run -x -a shop -- rake smoke", "fn"),
        ("heroku run -a shop -- rake smoke", None),
        ("heroku run -x -a shop -- rake db:migrate", None),
        ("heroku logs -a shop -n 100 | grep 'to up'", "fn"),
        (
            (
                "F=0\nfor p in /health /status; do\n"
                '  c=$(curl -s -o /dev/null -w "%{http_code}" "https://a$p")\n'
                '  case "$c" in 2*) ;; *) F=1;; esac\ndone\nexit $F'
            ),
            "fn",
        ),
        ("heroku ps -a shop | grep -q 'web.1: up'", "fn"),
        ("heroku ps -a shop", None),
        ("echo health", None),
        ("# curl -f https://a/health\nmake", None),
        ("curl -f https://a/other", None),
        ("for path in /health /status; do echo $path; done", None),
        ("curl -f -X POST https://a/health -d x", None),
        ("curl -f -sXPOST https://a/health", None),
        ("curl -f --json '{}' https://a/health", None),
        ("curl -G -d a=b -f https://a/health", "fn"),
        (f"curl -f {HOOK} # health", None),
        ("curl -fsS https://hc-ping.com/health-x", None),
        ("curl -f http://localhost:8000/health", None),
        ("curl -fsSL https://cli-assets.heroku.com/install.sh | sh # health", None),
        ("curl -fLO https://a/health.tar.gz", None),
        ("heroku rollback -a shop # health", None),
        ("git commit -m health", None),
        ("", None),
    ],
)
def test_a_script_is_judged_for_what_it_asks(run, expected):
    assert judged(run) == expected


@pytest.mark.parametrize(
    ("run", "env"),
    [
        ('curl -sf https://a/version | grep "$GITHUB_SHA"', {}),
        ('curl -sf https://a/version | grep -q "${GITHUB_SHA::7}"', {}),
        ("curl -sf https://a/version | grep ${{ github.sha }}", {}),
        ("curl -sf https://a/version | grep ${{ needs.deploy.outputs.commit }}", {}),
        ("curl -sf https://a/version | jq -e --arg sha $GITHUB_SHA '.commit == $sha'", {}),
        ("curl -sf https://a/version | jq -e '.commit == \"${{ github.sha }}\"'", {}),
        ('curl -sf https://a/version | grep "$EXPECTED"', {"EXPECTED": "${{ github.sha }}"}),
        ('[ "$(curl -sf https://a/version | jq -r .commit)" = "$(git rev-parse HEAD)" ]', {}),
        ('[ "$(curl -sf https://a/version | jq -r .commit)" = "$EXPECTED" ]', {}),
        ('[[ "$(curl -sf https://a/version)" == *"$COMMIT"* ]]', {}),
        ('sha=$(git rev-parse --short HEAD)\ncurl -sf https://a/version | grep "$sha"', {}),
        ('running=$(curl -sf https://a/version)\nif [ "$running" != "$VERSION" ]; then exit 1; fi', {}),
        ('body=$(curl -sf https://a/version)\necho "$body" | grep -q "$RELEASE_VERSION" || exit 1', {}),
        ("until curl -s https://a/version | grep -q $GITHUB_SHA; do sleep 5; done", {}),
        (
            (
                "for i in 1 2; do\nx=$(curl -s https://a/version)\n"
                'if [ "$x" = "$GITHUB_SHA" ]; then exit 0; fi\ndone\nexit 1'
            ),
            {},
        ),
        ('x=$(curl -s https://a/version)\ncase "$x" in *"$GITHUB_SHA"*) ;; *) exit 1;; esac', {}),
        ('heroku releases -a shop | grep "${GITHUB_SHA:0:8}"', {}),
        ("slug=$(heroku releases:info -a shop --json | jq -r .description)\n[[ $slug == *$COMMIT* ]]", {}),
        ('curl -sf https://api.heroku.com/apps/shop/releases | jq -r .[0].description | grep "$SHORT_SHA"', {}),
        ("./scripts/smoke.sh $GITHUB_SHA", {}),
        ('curl -sf "$URL" | grep "$EXPECTED"', {"URL": "https://a/version", "EXPECTED": "${{ github.sha }}"}),
        ('[ "$(curl -sf "$URL/version" | jq -r .commit)" = "$GITHUB_SHA" ]', {"URL": "https://a"}),
        ('want=$(jq -r .version package.json)\ncurl -sf https://a/health | grep -F "$want"', {}),
        ('curl -sf https://a/version | grep -F "$WANTED"', {}),
        (
            'v=$(curl -sf https://a/x)\nnewest=$(heroku releases --json | jq -r .[0].version)\n[ "$v" = "$newest" ]',
            {},
        ),
        ("heroku run -a shop 'echo $HEROKU_SLUG_COMMIT' | grep $GITHUB_SHA", {}),
        (
            "curl -s https://a/version | python3 -c \"import os, sys; assert os.environ['GITHUB_SHA'] in input()\"",
            {},
        ),
        ("npm run smoke", {"COMMIT": "x"}),
        ("COMMIT=${{ github.sha }} make health-check", {}),
        ("./scripts/verify_release.sh https://a", {}),
        ("node scripts/verify-deployment.js", {}),
        ("asbuilt live --app shop --settle 300", {}),
        ("uv run asbuilt live", {}),
        (".venv/bin/pytest tests_live -m live", {}),
    ],
)
def test_a_comparison_with_what_was_deployed_proves_the_release(run, env):
    assert judged(run, env=env) == "fpn"


@pytest.mark.parametrize(
    ("run", "env"),
    [
        ("curl -sf https://a/version | grep version", {}),
        ("curl -sf https://a/version\necho $GITHUB_SHA", {}),
        ('version=$(curl -sf https://a/version)\n[ -n "$version" ]', {}),
        ('echo "${{ github.sha }}"\ncurl -f https://a/health', {"COMMIT": "${{ github.sha }}"}),
        ("curl -sf https://a/version | jq -e .commit", {}),
        ("curl -s https://a/health | python3 -c \"import json,sys; assert json.load(sys.stdin)['ok']\"", {}),
        ('code=$(curl -s -w "%{http_code}" https://a/version)\n[ "$code" = "$EXPECTED_STATUS" ]', {}),
        ('x=$(curl -sf https://a/version)\nif [ "$x" != "$GITHUB_SHA" ]; then echo other; fi', {}),
        ('curl -sf https://a/version\n[ "$GITHUB_SHA" = "${{ inputs.sha }}" ]', {}),
        ("curl -sf https://a/health | grep -q $NODE_VERSION", {}),
        ("npm run smoke", {"URL": "https://a"}),
    ],
)
def test_no_comparison_proves_nothing(run, env):
    assert judged(run, env=env) == "fn"


def test_what_jq_prints_is_no_comparison():
    assert judged("curl -s https://a/version | jq --arg sha $GITHUB_SHA '.commit == $sha'") == "f"
    assert judged("curl -s https://a/version | jq --arg sha $GITHUB_SHA '.commit == $sha' | grep true") == "fpn"


@pytest.mark.parametrize(
    ("name", "run", "expected"),
    [
        ("Health", "curl -f https://a/", "fn"),
        ("Verify deployment", "curl -f $URL", "fn"),
        ("Wait for the app", "until curl -sf $URL; do sleep 1; done", "fn"),
        ("Check that the site is up", "curl -f https://a", "fn"),
        ("Smoke test", "npm run test:e2e", "fn"),
        ("Build", "npm run test:e2e", None),
        ("Fetch data", "curl -f https://a/data.json", None),
        ("Fetch the latest tool version", "v=$(curl -s https://a/x | grep -o 1)", None),
        ("Notify health", f"curl -f {HOOK}", None),
    ],
)
def test_the_name_of_a_step_says_what_it_is_for(name, run, expected):
    assert judged(run, name=name) == expected


SITE = {"BASE_URL": "https://shop.example"}


@pytest.mark.parametrize(
    ("run", "env", "expected"),
    [
        ("npx playwright test", SITE, "fn"),
        ("npx playwright test", {"BASE_URL": "${{ vars.SITE }}"}, "fn"),
        ("npx playwright test", {"BASE_URL": "https://${{ vars.APP }}.herokuapp.com"}, "fn"),
        ("npm run test:functional || true", SITE, ""),
        ("npm test -- --url https://shop.example", None, "fn"),
        ("BASE_URL=https://shop.example make acceptance", None, "fn"),
        ("python tools/check_site.py https://shop.example", None, "fn"),
        ("./gradlew e2eTest -PbaseUrl=https://shop.example", None, "fn"),
        ("dotnet test", SITE, "fn"),
        ("./bin/e2e https://shop.example", None, "fn"),
        ("pytest e2e", {**SITE, "SHA": "${{ github.sha }}"}, "fpn"),
        ("npm run build", SITE, None),
        ("npm run lint:check", SITE, None),
        ("npm test", None, None),
        ("npm test", {"BASE_URL": "http://localhost:3000"}, None),
        ("npm test", {"DATABASE_URL": "${{ secrets.DATABASE_URL }}", "HOOK_URL": HOOK}, None),
        ("npm test", {"NODE_ENV": "${{ vars.NODE_ENV }}"}, None),
    ],
)
def test_tests_that_are_handed_an_app_check_it(run, env, expected):
    assert judged(run, env=env) == expected


def test_what_a_job_hands_to_its_steps_counts():
    lines = "on: push\njobs:\n  a:\n    steps: [{run: npx cypress run}]\n"
    (job,) = load(lines, "w.yml").jobs
    assert check_of(job.steps[0]) is None
    around = Surroundings(variables=(("BASE_URL", "https://shop.example"),))
    assert check_of(job.steps[0], None, around).can_fail


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"uses": "cypress-io/github-action@v6", "with": {"config": "baseUrl=https://shop.example"}}, "fn"),
        ({"uses": "cypress-io/github-action@v6", "env": {"CYPRESS_BASE_URL": "https://shop.example"}}, "fn"),
        ({"uses": "cypress-io/github-action@v6", "with": {"start": "npm start"}}, None),
        ({"uses": "jtalk/url-health-check-action@v4", "with": {"url": "https://a"}}, "fn"),
        ({"uses": "Someone/Health-Check@v1"}, "fn"),
        ({"uses": "someone/url-health-check@v1", "with": {"search": "${{ github.sha }}"}}, "fpn"),
        ({"uses": "./.github/actions/verify-deploy"}, "fpn"),
        ({"uses": "team/asbuilt/.github/actions/verify-deploy@v1"}, "fpn"),
        ({"uses": "lewagon/wait-on-check-action@v1"}, None),
        ({"uses": "actions/checkout@v7"}, None),
        ({"uses": "nick-fields/retry@v3", "with": {"command": "curl -f https://a/health"}}, "fn"),
        ({"uses": "nick-fields/retry@v3", "with": {"command": "npm test"}}, None),
        (
            {
                "uses": "nick-fields/retry@v3",
                "with": {"command": "curl -f https://a/health", "continue_on_error": True},
            },
            "n",
        ),
        ({"uses": "nev7n/wait_for_response@v1", "with": {"url": "https://a"}}, "fn"),
        ({"name": "Smoke test", "uses": "someone/ask@v1", "with": {"url": "https://a"}}, "fn"),
        ({"name": "Smoke test", "uses": "someone/ask@v1"}, None),
        ({"name": "Smoke test", "uses": "actions/checkout@v7", "with": {"github-server-url": "https://a.b"}}, None),
        ({"name": "The app is live", "uses": "slack/send@v1", "with": {"webhook-url": "https://a"}}, None),
        ({"uses": "someone/ask@v1", "with": {"url": "https://a"}}, None),
        ({"uses": "cypress-io/github-action@v6", "with": {"config": "baseUrl=https://a"}}, "fn"),
        ({"uses": "cypress-io/github-action@v6"}, None),
        (
            {
                "uses": "actions/github-script@v8",
                "with": {"script": "const r = await fetch('https://a/health'); if (!r.ok) core.setFailed('no')"},
            },
            "fn",
        ),
        ({"uses": "actions/github-script@v8", "with": {"script": "console.log('health')"}}, None),
    ],
)
def test_an_action_is_known_by_its_name(keys, expected):
    assert judged(**keys) == expected


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ("./.github/workflows/verify-deploy.yml", (True, True, True)),
        ("team/asbuilt/.github/workflows/verify-deploy.yml@main", (True, True, True)),
        ("./.github/workflows/health-check.yml", (True, False, True)),
        ("./.github/workflows/build.yml", None),
    ],
)
def test_a_called_workflow_is_known_by_its_name(uses, expected):
    check = check_of_call(uses)
    assert (check and (check.can_fail, check.proves_release, check.notices_errors)) == expected


@pytest.mark.parametrize(
    ("run", "shell", "expected"),
    [
        ("import requests\nrequests.get('https://a/health').raise_for_status()", "python", (True, False, True)),
        ("import requests\nrequests.get('https://a/health')", "python", (True, False, False)),
        (
            (
                "python - <<'E'\nimport os, urllib.request\n"
                "body = urllib.request.urlopen('https://a/health').read().decode()\n"
                "assert os.environ['GITHUB_SHA'] in body\nE"
            ),
            None,
            (True, True, True),
        ),
        (
            "try {\n  Invoke-WebRequest https://a/health\n} catch { Write-Host 'no' }",
            "pwsh",
            (False, False, False),
        ),
        (
            "$r = Invoke-WebRequest https://a/version\nif ($r.Content -notmatch $env:GITHUB_SHA) { throw 'old' }",
            "pwsh",
            (True, True, True),
        ),
        ("$r = Invoke-WebRequest https://a/health\nif ($r.StatusCode -ne 200) { exit 1 }", "pwsh", (True, False, True)),
    ],
)
def test_another_language_is_read_for_what_it_says(run, shell, expected):
    check = check_of(step(run), shell)
    assert (check.can_fail, check.proves_release, check.notices_errors) == expected


@pytest.mark.parametrize(
    ("keys", "around", "expected"),
    [
        ({"run": "curl -f https://a/${{ matrix.path }}"}, Surroundings("verify"), "fn"),
        ({"run": "curl -f https://a/${{ matrix.path }}"}, Surroundings("deploy"), None),
        # A name does not go on in the next one.
        ({"run": "curl -f https://a/data"}, Surroundings("test\ndeploy"), None),
        ({"run": "curl -f https://a/data"}, Surroundings("Test and deploy the app"), None),
        ({"run": "npm run e2e"}, Surroundings("smoke"), "fn"),
        # The name of a variable for all steps says nothing of this one; what it holds does.
        ({"run": "npm run smoke"}, Surroundings("deploy", (("PNPM_VERSION", "9"),)), "fn"),
        ({"run": "npm run smoke"}, Surroundings("deploy", (("EXPECTED", "${{ github.sha }}"),)), "fpn"),
        ({"run": 'curl -f "$URL"'}, Surroundings("deploy", (("URL", "https://a/health"),)), "fn"),
        ({"run": "curl -f ${{ env.URL }}"}, Surroundings("deploy", (("URL", "https://a/health"),)), "fn"),
        ({"run": "curl -f ${{ inputs.url }}"}, Surroundings("deploy", (), (("url", "https://a/health"),)), "fn"),
        (
            {"run": 'curl -fs https://a/health | grep "$WANT"', "env": {"WANT": "${{ inputs.expected }}"}},
            Surroundings("deploy", (), (("expected", "${{ github.sha }}"),)),
            "fpn",
        ),
        (
            {"run": "curl -fs https://a/health | grep ${{ inputs.sha }}"},
            Surroundings("deploy", (), (("sha", "abc"),)),
            "fpn",
        ),
        ({"uses": "someone/ask@v1", "with": {"url": "${{ inputs.x }}"}}, Surroundings("verify"), "fn"),
    ],
)
def test_what_stands_around_a_step_says_what_it_is_for(keys, around, expected):
    check = check_of(step(**keys), None, around)
    marks = check and zip("fpn", (check.can_fail, check.proves_release, check.notices_errors), strict=True)
    assert (marks and "".join(mark for mark, is_so in marks if is_so)) == expected


def test_other_languages_are_known_by_their_job_and_by_the_first_page_too():
    script = "import os, requests\nrequests.get(os.environ['URL']).raise_for_status()"
    assert check_of(step(script), "python", Surroundings("deploy")) is None
    assert check_of(step(script), "python", Surroundings("verify")).can_fail
    home = script.replace("os.environ['URL']", "'https://shop.example'")
    assert check_of(step(home), "python").addresses == ("https://shop.example",)


def test_addresses_are_as_written():
    check = check_of(step('U=https://a\ncurl -f "$U/health" -H "X: y"\ncurl -f --url ${{ vars.URL }}/status'))
    assert check.addresses == ("$U/health", "${{ vars.URL }}/status")


def test_the_check_of_the_repaired_workflow_is_whole():
    path = HOME / "fixtures/repositories/TradeMasterAPI/after/.github/workflows/deploy-heroku.yml"
    job = load(path.read_bytes(), "w.yml").jobs_by_id["health-check"]
    (found,) = job.steps
    check = check_of(found)
    assert (check.can_fail, check.proves_release, check.notices_errors) == (True, True, True)
    assert check.addresses == ("$URL/health", "$URL/api/system/status")
    assert careless_requests(found) == ()


@pytest.mark.parametrize(("run", "expected"), [("curl https://a/health", True), ("curl https://a/health || :", False)])
def test_a_health_check_can_fail(run, expected):
    check = check_of(step(run))
    assert (check is not None and check.can_fail) == expected


@pytest.mark.parametrize(
    "run", ["curl", "curl -o", "curl $", "[", "grep", "heroku", "curl -X", "http", "wget --health", "'' curl"]
)
def test_a_strange_script_is_read_without_error(run):
    check_of(step(f"health\n{run}"))
    assert careless_requests(step(run)) == ()
