import pytest
from making import paths_of

from asbuilt.workflows.shell.trial import ENV, OUTPUT, written
from asbuilt.workflows.shell.values import Open

MAIN, DEV = "refs/heads/main", "refs/heads/dev"
ON = "{push: {branches: [main, dev]}}"
MAYBE = Open.UNKNOWN


def left(script, **variables):
    return written(script, None, variables, {"${{ github.event_name }}": "push"}.get)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('echo "APP=shop" >> $GITHUB_ENV', {"APP": "shop"}),
        ("echo APP=shop >>${GITHUB_ENV}", {"APP": "shop"}),
        ('printf "APP=%s\\n" "$KIND" >> "$GITHUB_ENV"', {"APP": "live"}),
        ('echo -e "A=1\\nB=2" >> $GITHUB_ENV', {"A": "1", "B": "2"}),
        ('echo "APP=shop-$KIND" | tee -a "$GITHUB_ENV"', {"APP": "shop-live"}),
        ('{\n  echo "A=1"\n  [ "$KIND" = live ] && echo "B=2"\n} >> "$GITHUB_ENV"', {"A": "1", "B": "2"}),
        ("cat <<EOF >> $GITHUB_ENV\nA=$KIND\nB<<END\none\ntwo\nEND\nEOF", {"A": "live", "B": "one\ntwo"}),
        ("cat >> $GITHUB_ENV <<'EOF'\nA=$KIND\nEOF", {"A": "$KIND"}),
        ("tee -a $GITHUB_ENV <<EOF\nA=$KIND\nEOF", {"A": "live"}),
        ('[[ "${{ github.event_name }}" == push ]] && echo "A=1" >> $GITHUB_ENV\nexit 0', {"A": "1"}),
        ('[[ "${{ github.event_name }}" == x ]] && echo "A=1" >> $GITHUB_ENV\nexit 0', {"A": None}),
        ('if [ "$KIND" = live ]; then\n  echo A=1 >> $GITHUB_ENV\n  exit 0\nfi\necho A=2 >> $GITHUB_ENV', {"A": "1"}),
        ('case "$KIND" in\n  li*) APP=shop ;;\n  *) APP=dev ;;\nesac\necho "A=$APP" >> $GITHUB_ENV', {"A": "shop"}),
        ('case "$KIND" in\n  x) echo A=1 >> $GITHUB_ENV ;;\n  *) echo A=2 >> $GITHUB_ENV ;;\nesac', {"A": "2"}),
        ('put() { echo "$1=$2" >> $GITHUB_ENV; }\nput A 1', {}),
        ('put() { echo "A=$1" >> $GITHUB_ENV; }\nput 1', {"A": "1"}),
        ('(echo "A=1" >> $GITHUB_ENV; exit 0)\necho B=2 >> $GITHUB_ENV', {"A": "1", "B": "2"}),
        ("echo A=1 >> $GITHUB_ENV\necho A=2 >> $GITHUB_ENV", {"A": "2"}),
        ('for one in a b; do echo "A=$one" >> $GITHUB_ENV; done', {"A": "b"}),
        ("make something\necho A=1 >> $GITHUB_ENV", {"A": "1"}),
        ('if [ "$OTHER" = x ]; then echo A=1 >> $GITHUB_ENV; fi', {"A": MAYBE}),
        ("git diff --quiet || echo A=1 >> $GITHUB_ENV", {"A": MAYBE}),
        ("while read one; do echo A=1 >> $GITHUB_ENV; done", {"A": MAYBE}),
        ("for one in $(ls); do echo A=1 >> $GITHUB_ENV; done", {"A": MAYBE}),
        ('echo "A=$(date)" >> $GITHUB_ENV', {"A": MAYBE}),
        ("X=$(echo A=1 >> $GITHUB_ENV)", {"A": MAYBE}),
        ("python put.py $GITHUB_ENV\necho A=1 >> $GITHUB_ENV", {"A": MAYBE}),
        ("trap 'echo A=2 >> $GITHUB_ENV' EXIT\necho A=1 >> $GITHUB_ENV", {"A": MAYBE}),
        ("echo A=1 >> $GITHUB_ENV\necho B=2 > $GITHUB_ENV", {"A": MAYBE, "B": MAYBE}),
        ("file=$GITHUB_ENV\necho A=1 >> $GITHUB_ENV\necho A=2 >> $file", {"A": MAYBE}),
        ("cat settings >> $GITHUB_ENV", {}),
        ("exit 1\necho A=1 >> $GITHUB_ENV", {}),
    ],
)
def test_a_script_that_writes_variables_is_played_through(script, expected):
    assert left(script, KIND="live").env == expected


@pytest.mark.parametrize(
    ("script", "expected", "whole"),
    [
        ('echo "app=shop" >> "$GITHUB_OUTPUT"', {"app": "shop"}, True),
        ('echo "::set-output name=app::shop"', {"app": "shop"}, True),
        ('./settings\necho "app=shop" >> "$GITHUB_OUTPUT"', {"app": "shop"}, False),
        ("jq -r .app x.json >> $GITHUB_OUTPUT", {}, False),
        ('echo "A<<EOF" >> $GITHUB_OUTPUT\ncat x >> $GITHUB_OUTPUT\necho EOF >> $GITHUB_OUTPUT', {}, False),
    ],
)
def test_outputs_are_all_known_only_where_nothing_else_can_write_any(script, expected, whole):
    found = left(script)
    assert found.outputs == expected
    assert (OUTPUT in found.all_of) is whole


@pytest.mark.parametrize("shell", ["pwsh", "python", "node {0}"])
def test_of_another_language_nothing_is_known(shell):
    found = written('echo "APP=shop" >> $GITHUB_ENV', shell, {}, lambda _: None)
    assert (found.env, ENV in found.told) == ({}, False)


def test_a_part_of_a_script_that_a_redirection_is_not_about_writes_nothing():
    assert left("echo A=1 || echo B=2 >> $GITHUB_ENV").env == {"B": None}


PUT = """
      - id: put
{more}        run: |
          {script}
"""
CHOOSES = (
    'if [ "$GITHUB_REF" = refs/heads/main ]; then echo "APP=shop" >> "$GITHUB_ENV"; '
    'else echo "APP=dev" >> "$GITHUB_ENV"; fi'
)
SHIP = "      - uses: akhileshns/heroku-deploy@v3\n{more}        with: {{ heroku_app_name: '{app}' }}\n"


def job(script, app="${{ env.APP }}", condition="", more="", env=""):
    ship = SHIP.format(app=app, more=f"        if: {condition}\n" if condition else "")
    put = PUT.format(script=script, more=f"        {more}\n" if more else "")
    return f"on: {ON}\njobs:\n  deploy:\n    runs-on: x\n{env}    steps:{put}{ship}"


def apps(text, *actions, **files):
    return {(path.app, path.refs, path.undecided is None) for path in paths_of(*actions, deploy=text, **files)}


def test_a_variable_that_a_test_of_the_ref_writes_is_known_on_each():
    assert apps(job(CHOOSES)) == {("shop", (MAIN,), True), ("dev", (DEV,), True)}


@pytest.mark.parametrize(
    ("script", "more", "expected"),
    [
        ('[ "$GITHUB_REF_NAME" != main ] || echo "live=1" >> $GITHUB_ENV', "", {MAIN}),
        ('echo "live=1" >> $GITHUB_ENV', "if: github.ref == 'refs/heads/main'", {MAIN}),
        ('echo "live=1" >> $GITHUB_ENV', "if: github.ref == 'refs/heads/other'", set()),
        ('echo "live=$(date)" >> $GITHUB_ENV', "", {MAIN, DEV}),
        ('[ -f live ] && echo "live=1" >> $GITHUB_ENV; exit 0', "", {MAIN, DEV}),
        ('echo "live=1" >> $GITHUB_ENV', "shell: pwsh", {MAIN, DEV}),
        ('node put.js "$GITHUB_ENV" live', "if: github.ref == 'refs/heads/main'", {MAIN, DEV}),
    ],
)
def test_a_step_runs_where_the_variable_that_it_asks_for_may_be_set(script, more, expected):
    text = job(script, "shop", "env.live", more)
    assert {ref for path in paths_of(deploy=text) for ref in path.refs} == expected


def test_what_is_surely_not_written_is_as_the_job_has_it():
    env = "    env: { APP: dev }\n"
    script = '[ "$GITHUB_REF_NAME" != main ] || echo "APP=shop" >> $GITHUB_ENV'
    assert apps(job(script, env=env)) == {("shop", (MAIN,), True), ("dev", (DEV,), True)}


def test_what_may_fail_before_it_writes_is_not_known():
    found = apps(
        job("cd folder\necho APP=shop >> $GITHUB_ENV".replace("\n", "\n          "), more="continue-on-error: true")
    )
    assert {app for app, *_ in found} == {None}


OUT = CHOOSES.replace("GITHUB_ENV", "GITHUB_OUTPUT").replace("APP=", "app=")


def test_an_output_of_a_step_names_the_app():
    assert apps(job(OUT, "${{ steps.put.outputs.app }}")) == {("shop", (MAIN,), True), ("dev", (DEV,), True)}


def test_an_output_that_surely_is_not_written_is_empty():
    script = '[ "$GITHUB_REF_NAME" != main ] || echo "live=1" >> $GITHUB_OUTPUT'
    found = paths_of(deploy=job(script, "shop", "steps.put.outputs.live == '1'"))
    assert [(path.refs, path.reached) for path in found] == [((MAIN,), True)]


def test_outputs_are_handed_on_by_jobs():
    text = (
        f"on: {ON}\njobs:\n  pick:\n    runs-on: x\n    outputs: {{ app: '${{{{ steps.put.outputs.app }}}}' }}\n    "
        f"steps:{PUT.format(script=OUT, more='')}  pass:\n    needs: pick\n    runs-on: x\n"
        "    outputs: { name: 'x-${{ needs.pick.outputs.app }}' }\n    steps: [{run: y}]\n"
        "  deploy:\n    needs: pass\n    runs-on: x\n    steps:\n"
        + SHIP.format(app="${{ needs.pass.outputs.name }}", more="")
    )
    assert apps(text) == {("x-shop", (MAIN,), True), ("x-dev", (DEV,), True)}


def test_outputs_are_handed_on_by_a_called_workflow():
    called = (
        "on:\n  workflow_call:\n    outputs:\n      name: { value: '${{ jobs.pick.outputs.app }}' }\njobs:\n  pick:\n"
        "    runs-on: x\n    outputs: { app: '${{ steps.put.outputs.app }}' }\n    steps:"
        + PUT.format(script=OUT, more="")
    )
    text = (
        f"on: {ON}\njobs:\n  ask:\n    uses: ./.github/workflows/called.yml\n  deploy:\n    needs: ask\n    "
        "runs-on: x\n    steps:\n" + SHIP.format(app="${{ needs.ask.outputs.name }}", more="")
    )
    assert apps(text, called=called) == {("shop", (MAIN,), True), ("dev", (DEV,), True)}


def test_outputs_are_handed_on_by_an_action():
    action = (
        "outputs:\n  name: { value: '${{ steps.put.outputs.app }}' }\nruns:\n  using: composite\n  steps:\n"
        + PUT.format(script=OUT, more="        shell: bash\n").replace("\n      ", "\n    ")
    )
    text = (
        f"on: {ON}\njobs:\n  deploy:\n    runs-on: x\n    steps:\n      - id: ask\n        uses: "
        "./.github/actions/pick\n" + SHIP.format(app="${{ steps.ask.outputs.name }}", more="")
    )
    assert apps(text, {"pick": action}) == {("shop", (MAIN,), True), ("dev", (DEV,), True)}


def test_a_workflow_that_calls_itself_for_an_output_ends():
    text = (
        "on:\n  push:\n  workflow_call:\n    outputs: { name: { value: '${{ jobs.ask.outputs.name }}' } }\njobs:\n  "
        "ask:\n    uses: ./.github/workflows/deploy.yml\n  deploy:\n    needs: ask\n    runs-on: x\n    steps:\n"
        + SHIP.format(app="${{ needs.ask.outputs.name }}", more="")
    )
    assert {app for app, *_ in apps(text)} == {None}


@pytest.mark.parametrize(
    ("script", "shop", "dev"),
    [
        (CHOOSES, "refs/heads/main", None),
        ('[ "$GITHUB_REF_NAME" = main ] && echo APP=shop >> $GITHUB_ENV || echo APP=dev >> $GITHUB_ENV', MAIN, None),
        ('[[ "${{ github.ref_name }}" == main ]] && echo APP=shop >> $GITHUB_ENV; exit 0', MAIN, None),
        (
            'case "$GITHUB_REF_NAME" in main) echo APP=shop >> $GITHUB_ENV ;; dev) echo APP=dev >> $GITHUB_ENV ;; esac',
            MAIN,
            DEV,
        ),
    ],
)
def test_a_ref_that_a_writing_script_asks_for_is_told_from_the_others(script, shop, dev):
    found = paths_of(deploy=job(script).replace(ON, "{push: {branches: ['**']}}"))
    refs = {path.app: path.refs for path in found if path.app}
    assert refs == {app: (ref,) for app, ref in (("shop", shop), ("dev", dev)) if ref}
    assert any(path.app is None and "refs/heads/**" in path.refs for path in found)
