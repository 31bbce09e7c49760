"""Where a job has its key from, and what keeps it from calling Heroku without one."""

import pytest
from making import sources_of

from asbuilt.workflows.judge.authentication import gaps

FROM_SECRETS = "${{ secrets.HEROKU_API_KEY }}"
ENV = f"    env: {{ HEROKU_API_KEY: '{FROM_SECRETS}' }}\n"
GUARD = '- run: test -n "$HEROKU_API_KEY"'
CALL = "- run: heroku ps"
DEPLOY = "- uses: akhileshns/heroku-deploy@v3"
WRITES = '- run: echo "HEROKU_API_KEY=$KEY" >> "$GITHUB_ENV"'


def workflow(*steps, job=ENV, on="push"):
    lines = "\n".join(f"      {line}" for step in steps for line in step.splitlines())
    return f"on: {on}\njobs:\n  one:\n    runs-on: x\n{job}    steps:\n{lines}\n"


def found(text, actions=None, **files):
    sources = sources_of(actions, one=text, **files)
    file = sources.by_path[".github/workflows/one.yml"]
    assert file.document.problems == ()
    return list(gaps(file, sources))


def kinds(text, actions=None, **files):
    words = {"has no HEROKU": "none", "expected one from": "source", "no step before": "guard"}
    return [kind for gap in found(text, actions, **files) for word, kind in words.items() if word in gap.fact]


@pytest.mark.parametrize("call", [CALL, DEPLOY, "- run: npx heroku ps", "- run: x=$(heroku releases)"])
def test_a_key_from_secrets_and_a_guard(call):
    assert found(workflow(GUARD, call)) == []
    assert kinds(workflow(call)) == ["guard"]
    assert kinds(workflow(GUARD, call, job="")) == ["none"]
    assert kinds(workflow(call, job="")) == ["none", "guard"]
    assert kinds(workflow(call, GUARD)) == ["guard"]


@pytest.mark.parametrize(
    "step",
    [
        "- run: heroku --version",
        "- run: make",
        "- { uses: akhileshns/heroku-deploy@v3, with: { justlogin: true } }",
        "- run: npm install -g heroku",
        "- run: echo heroku ps",
    ],
)
def test_a_step_that_needs_no_key(step):
    assert found(workflow(step, job="")) == []


@pytest.mark.parametrize(
    "key",
    [
        "${{ secrets.PRODUCTION_KEY }}",
        "${{ secrets['HEROKU_API_KEY'] }}",
        "${{ secrets[format('KEY_{0}', inputs.app)] }}",
        "${{ inputs.production && secrets.PRODUCTION_KEY || secrets.STAGING_KEY }}",
        "${{ env.KEY }}",
    ],
)
def test_a_key_that_comes_from_secrets(key):
    text = workflow("- run: test -n '' || exit 1", CALL, job=f'    env: {{ HEROKU_API_KEY: "{key}" }}\n')
    assert kinds("env: { KEY: '${{ secrets.KEY }}' }\n" + text.replace("test -n ''", 'test -n "$HEROKU_API_KEY"')) == []


@pytest.mark.parametrize("key", ["${{ vars.KEY }}", "abc", "''", "${{ 'abc' }}", "${{ env.KEY }}"])
def test_a_key_that_does_not(key):
    text = workflow(GUARD, CALL, job=f"    env:\n      HEROKU_API_KEY: {key}\n")
    (gap,) = found("env: { KEY: abc }\n" + text)
    assert "expected one from secrets" in gap.fact
    assert gap.mark.line == 7
    assert "abc" not in gap.fact


@pytest.mark.parametrize("key", ["${{ steps.vault.outputs.key }}", "${{ inputs.key }}", "op://vault/heroku/key"])
def test_a_key_that_cannot_be_told_is_no_finding(key):
    assert found(workflow(GUARD, CALL, job=f'    env: {{ HEROKU_API_KEY: "{key}" }}\n')) == []
    assert found(workflow(CALL, job=f'    env: {{ HEROKU_API_KEY: "{key}" }}\n')) == []


@pytest.mark.parametrize(
    "step",
    [
        WRITES,
        "- { uses: hashicorp/vault-action@v3, with: { secrets: secret/ci heroku } }",
        "- { uses: someone/load@v1, with: { names: HEROKU_API_KEY } }",
        "- uses: aws-actions/aws-secretsmanager-get-secrets@v2",
        "- uses: dopplerhq/secrets-fetch-action@v1",
    ],
)
def test_a_key_that_an_earlier_step_hands_on_is_no_finding(step):
    assert found(workflow(step, CALL, job="")) == []
    assert kinds(workflow(CALL, step, job="")) == ["none", "guard"]


@pytest.mark.parametrize(
    "step", ["- uses: someone/secret-scanner@v1", "- run: echo X=1 >> $GITHUB_ENV", "- run: echo HEROKU_API_KEY"]
)
def test_a_step_that_hands_no_key_on(step):
    assert kinds(workflow(step, CALL, job="")) == ["none", "guard"]


def test_what_asks_of_another_variable_is_no_guard():
    told = '- run: body=$(jq -n --arg mode "$MODE" .)\n  env: { MODE: live }'
    assert kinds(workflow(told, CALL)) == ["guard"]
    assert kinds(workflow(told.replace("live", "''"), CALL)) == ["guard"]
    assert kinds(workflow(told.replace("$MODE", "$HEROKU_API_KEY"), CALL)) == []
    assert kinds(workflow(told.replace("live", f"'{FROM_SECRETS}'"), CALL)) == []


def test_a_secret_whose_name_github_rejects_is_none():
    rejected = "${{ secrets[format('{1}', 'a')] }}"
    assert kinds(workflow(CALL, job=f'    env: {{ HEROKU_API_KEY: "{rejected}" }}\n')) == ["guard"]


def test_a_script_may_set_the_key_itself():
    for line in (f"export HEROKU_API_KEY={FROM_SECRETS}", "export HEROKU_API_KEY=$KEY"):
        script = (
            f"- run: |\n    {line}\n    test -n \"$HEROKU_API_KEY\"\n    heroku ps\n  env: {{ KEY: '{FROM_SECRETS}' }}"
        )
        assert kinds(workflow(script, job="")) == []
    inline = f"- run: HEROKU_API_KEY=$KEY heroku ps\n  env: {{ KEY: '{FROM_SECRETS}' }}"
    assert kinds(workflow(inline, job="")) == ["guard"]
    assert kinds(workflow("- run: HEROKU_API_KEY=abc heroku ps", job="")) == ["source"]


def test_the_environment_may_be_the_steps_or_the_workflows():
    step = f"- run: heroku ps\n  env: {{ HEROKU_API_KEY: '{FROM_SECRETS}' }}"
    guard = step.replace("heroku ps", 'test -n "$HEROKU_API_KEY"')
    assert found(workflow(guard, step, job="")) == []
    assert kinds(workflow(guard, CALL, job="")) == ["none"]
    assert found(f"env: {{ HEROKU_API_KEY: '{FROM_SECRETS}' }}\n" + workflow(GUARD, CALL, job="")) == []


def test_a_step_may_hand_on_what_the_job_has():
    step = "- run: heroku ps\n  env: { HEROKU_API_KEY: '${{ env.HEROKU_API_KEY }}' }"
    assert found(workflow(GUARD, step)) == []
    assert kinds(workflow(GUARD, step, job="    env: { HEROKU_API_KEY: '${{ vars.KEY }}' }\n")) == ["source"]
    assert found(workflow(GUARD, step, job="")) == []


def test_git_needs_the_key_that_it_is_handed_and_no_guard():
    push = "- run: git push https://heroku:$HEROKU_API_KEY@git.heroku.com/shop.git HEAD:main"
    assert kinds(workflow(push, job="")) == ["none"]
    assert found(workflow(push)) == []


@pytest.mark.parametrize(
    "guard",
    [
        '- run: |\n    if [ -z "$HEROKU_API_KEY" ]; then\n      echo "::error::no key"\n      exit 1\n    fi',
        "- run: ': \"${HEROKU_API_KEY:?}\"'",
        f"- {{ run: '[ -n \"$KEY\" ]', env: {{ KEY: '{FROM_SECRETS}' }} }}",
        f"- run: test -n '{FROM_SECRETS}'",
        "- { run: exit 1, if: env.HEROKU_API_KEY == '' }",
        "- { run: exit 1, if: '!env.HEROKU_API_KEY' }",
        "- { run: 'test -n \"$HEROKU_API_KEY\"', if: always() }",
        "- run: '[[ -n $HEROKU_API_KEY ]]'",
        "- run: if [ -z $HEROKU_API_KEY ]; then exit 1; fi",
        "- run: heroku whoami",
        "- run: heroku container:login",
        "- run: if ! heroku auth:whoami; then exit 1; fi",
        "- run: 'curl -fsS https://api.heroku.com/account -H \"Authorization: Bearer $HEROKU_API_KEY\"'",
        "- run: ./ci/check-env.sh",
        "- uses: ./.github/actions/guard",
        f"- {{ uses: ./.github/actions/told, with: {{ key: '{FROM_SECRETS}' }} }}",
        "- { uses: actions/github-script@v8, with: { script: 'if (!process.env.HEROKU_API_KEY) core.setFailed(1)' } }",
    ],
)
def test_a_guard(guard):
    actions = {
        "guard": "runs: { using: composite, steps: [{ run: 'test -n \"$HEROKU_API_KEY\"', shell: bash }] }",
        "told": "inputs: { key: {} }\nruns: { using: composite, steps: [{ run: 'test -n \"$K\"', shell: bash, "
        "env: { K: '${{ inputs.key }}' } }] }",
    }
    assert found(workflow(guard, CALL), actions) == []
    assert found(workflow(guard, DEPLOY), actions) == []


@pytest.mark.parametrize(
    "guard",
    [
        '- run: echo "$HEROKU_API_KEY"',
        '- run: test -n "$HEROKU_API_KEY" || echo "no key"',
        '- run: if [ -z "$HEROKU_API_KEY" ]; then exit 0; fi',
        '- run: test -n "$HEROKU_EMAIL"',
        "- run: test -n $HEROKU_API_KEY",
        "- run: '[ -n ${HEROKU_API_KEY} ]'",
        "- run: heroku whoami || true",
        "- run: 'curl -sS https://api.heroku.com/account -H \"Authorization: Bearer $HEROKU_API_KEY\"'",
        "- run: 'curl -fsS https://api.heroku.com/schema -H \"Authorization: Bearer $HEROKU_API_KEY\"'",
        "- { run: 'test -n \"$HEROKU_API_KEY\"', continue-on-error: true }",
        "- { run: 'test -n \"$HEROKU_API_KEY\"', if: failure() }",
        "- { run: 'test -n \"$HEROKU_API_KEY\"', if: false }",
        "- { run: exit 1, if: env.HEROKU_API_KEY != '' }",
        f"- {{ run: 'test -n \"$KEY\"', env: {{ KEY: '{FROM_SECRETS.replace('HEROKU', 'OTHER')}' }} }}",
        "- run: set -u",
    ],
)
def test_what_guards_nothing(guard):
    assert kinds(workflow(guard, CALL)) == ["guard"]


def test_a_guard_stands_in_the_script_of_the_call_or_before():
    assert found(workflow('- run: |\n    test -n "$HEROKU_API_KEY"\n    heroku ps')) == []
    assert kinds(workflow('- run: |\n    heroku ps\n    test -n "$HEROKU_API_KEY"')) == ["guard"]
    assert kinds(workflow('- run: if [ -n "$HEROKU_API_KEY" ]; then heroku ps; fi')) == ["guard"]


def test_a_guard_of_another_job_is_none():
    job = f"  two:\n    runs-on: x\n    needs: one\n{ENV}    steps: [{{ run: heroku ps }}]\n"
    assert kinds(workflow(GUARD) + job) == ["guard"]


def test_a_guard_must_run_whenever_the_call_does():
    on = "{ workflow_dispatch: { inputs: { to: { type: choice, options: [a, b] } } } }"
    guard = "- { run: 'test -n \"$HEROKU_API_KEY\"', if: inputs.to == 'a' }"
    assert kinds(workflow(guard, CALL, on=on)) == ["guard"]
    assert found(workflow(guard, "- { run: heroku ps, if: inputs.to == 'a' }", on=on)) == []


def test_a_called_workflow_has_its_own_secrets():
    on = "{ workflow_call: { secrets: { heroku-api-key: { required: true } } } }"
    env = "    env: { HEROKU_API_KEY: '${{ secrets.heroku-api-key }}' }\n"
    caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/one.yml\n    secrets: inherit\n"
    assert found(workflow(GUARD, CALL, on=on, job=env), two=caller) == []
    (gap,) = found(workflow(CALL, on=on, job=env), two=caller)
    assert gap.fact.endswith("; called by two.yml:4")


def test_an_action_is_told_its_key():
    action = (
        'inputs: { key: {} }\nruns:\n  using: composite\n  steps:\n    - run: test -n "$HEROKU_API_KEY" && heroku ps\n'
        "      shell: bash\n      env: { HEROKU_API_KEY: '${{ inputs.key }}' }\n"
    )
    step = "- {{ uses: ./.github/actions/ship, with: {{ key: '{}' }} }}"
    assert found(workflow(step.format(FROM_SECRETS), job=""), {"ship": action}) == []
    (gap,) = found(workflow(step.format("${{ vars.KEY }}"), job=""), {"ship": action})
    assert (gap.path, gap.fact.partition("; ")[2]) == (".github/actions/ship/action.yml", "used by one.yml:6")


def test_to_ask_who_one_is_needs_a_key_too():
    assert kinds(workflow("- run: heroku whoami", job="")) == ["none"]
    assert kinds(workflow("- run: heroku whoami")) == []
    assert kinds(workflow("- run: |\n    heroku ps\n    heroku whoami")) == ["guard"]


def test_the_remedy_gives_the_guard_what_it_needs():
    step = f"{CALL}\n  env: {{ HEROKU_API_KEY: '{FROM_SECRETS}' }}"
    guard = 'add a step before it: run: test -n "$HEROKU_API_KEY"'
    assert [gap.fix for gap in found(workflow(CALL))] == [guard]
    assert [gap.fix for gap in found(workflow(step, job=""))] == [f"{guard}, with env: HEROKU_API_KEY: {FROM_SECRETS}"]
    action = {"ship": "runs: { using: composite, steps: [{ run: heroku ps, shell: bash }] }"}
    assert [gap.fix for gap in found(workflow("- uses: ./.github/actions/ship"), action)] == [
        f"{guard}, with shell: bash"
    ]


@pytest.mark.parametrize(("event", "gaps_there"), [("push", []), ("schedule", ["guard"])])
def test_a_guard_in_a_test_of_what_is_known_before_the_run(event, gaps_there):
    test = f'if [ ${{{{ github.event_name }}}} = {event} ]; then\n      test -n "$HEROKU_API_KEY"\n    fi'
    assert kinds(workflow(f"- run: |\n    {test}", CALL)) == gaps_there


def test_heroku_deploy_that_is_handed_a_key_fails_by_itself():
    deploy = "- {{ uses: akhileshns/heroku-deploy@v3, with: {{ heroku_api_key: '{}' }} }}"
    assert found(workflow(deploy.format(FROM_SECRETS), job="")) == []
    assert found(workflow(deploy.format(FROM_SECRETS))) == []
    assert kinds(workflow(deploy.format(""), job="")) == ["none", "guard"]
    (gap,) = found(workflow(deploy.format("${{ vars.KEY }}"), job=""))
    assert (gap.fact, gap.fix) == (
        "one: heroku_api_key is ${{ vars.KEY }}, expected one from secrets",
        f"write: heroku_api_key: {FROM_SECRETS}",
    )
    (gap,) = found(workflow(deploy.format("abc"), job=""))
    assert "abc" not in gap.fact + gap.excerpt
    assert kinds(workflow(deploy.format(FROM_SECRETS), CALL, job="")) == ["none", "guard"]


@pytest.mark.parametrize(
    "guard",
    [
        'OK=$(test -n "$HEROKU_API_KEY")',
        'OK="$([ -n "$HEROKU_API_KEY" ])"',
        'OK=$(test -n "$HEROKU_API_KEY" && echo yes)',
        'OK=$(test -n "$HEROKU_API_KEY" && echo yes || echo no)\n    [ "$OK" = yes ]',
    ],
)
def test_the_status_of_an_assignment_is_that_of_what_it_runs(guard):
    assert found(workflow(f"- run: |\n    {guard}", CALL)) == []
    assert found(workflow(f"- run: |\n    {guard}\n    heroku ps")) == []


def test_export_has_a_status_of_its_own():
    assert kinds(workflow('- run: export OK=$(test -n "$HEROKU_API_KEY")', CALL)) == ["guard"]


CALLED = "{ workflow_call: { inputs: { to: { type: string, default: x } }, secrets: { HEROKU_API_KEY: {} } } }"
ONE = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/{}.yml\n{}"


def handed(secrets, inner=None, called=None):
    called = called or workflow(GUARD, CALL, on=CALLED)
    middle = {} if inner is None else {"two": ONE.format("three", inner).replace("push", CALLED)}
    return found(ONE.format("two", secrets), **middle, **{"three" if middle else "two": called})


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        ("", ["add to this job: secrets: inherit"]),
        ("    secrets: inherit\n", []),
        (f"    secrets: {{ HEROKU_API_KEY: '{FROM_SECRETS}' }}\n", []),
        (f"    secrets: {{ heroku_api_key: '{FROM_SECRETS}' }}\n", []),
        ("    secrets: { HEROKU_API_KEY: '${{ secrets.PRODUCTION }}' }\n", []),
        ("    secrets: { KEY: '${{ secrets.KEY }}' }\n", [f"add to its secrets: HEROKU_API_KEY: {FROM_SECRETS}"]),
    ],
)
def test_a_called_workflow_is_handed_the_secret_that_it_reads(secrets, expected):
    assert [gap.fix for gap in handed(secrets)] == expected
    assert all(len(gap.fact) < 160 for gap in handed(secrets))


def test_a_secret_is_handed_on_through_all_workflows_between():
    inherit = "    secrets: inherit\n"
    assert handed(inherit, inherit) == []
    assert [gap.path for gap in handed("", inherit)] == [".github/workflows/one.yml"]
    assert handed(inherit, "") == []  # it is said at the one between
    renamed = "    secrets: { HEROKU_API_KEY: '${{ secrets.KEY }}' }\n"
    assert handed("    secrets: { KEY: '${{ secrets.KEY }}' }\n", renamed) == []
    (gap,) = handed(f"    secrets: {{ HEROKU_API_KEY: '{FROM_SECRETS}' }}\n", renamed)
    assert gap.fix == "add to its secrets: KEY: ${{ secrets.KEY }}"
    assert (gap.mark.line, "three.yml:8" in gap.fact) == (5, True)


def test_what_the_call_does_not_come_to_needs_no_secret():
    step = "- { run: heroku ps, if: inputs.to == 'live' }"
    called = workflow("- { run: 'test -n \"$HEROKU_API_KEY\"', if: inputs.to == 'live' }", step, on=CALLED)
    assert handed("", called=called) == []
    assert len(handed("    with: { to: live }\n", called=called)) == 1
