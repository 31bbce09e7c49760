"""Workflow files that are small and mean much: what each is, its files, and what its unknown says.

`UNDECIDED` has those of which all is read, and the app that a text would name is not told.
"""

WORKFLOW = ".github/workflows/deploy.yml"
_HEAD = "on:\n  push:\n    branches: [main]\njobs:\n"
DEPLOY = "git push https://git.heroku.com/shop-app.git main"


def job(script, name="deploy", more=""):
    """Give a job with a script."""
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    return f"  {name}:\n    runs-on: ubuntu-latest\n{more}    steps:\n      - run: |\n{lines}"


def workflow(script, head=_HEAD):
    """Give a workflow of one job with a script."""
    return {WORKFLOW: head + job(script)}


def with_actions(levels, width):
    """Give composite actions within each other, each using the next one several times."""
    files = {WORKFLOW: f"{_HEAD}  deploy:\n    runs-on: x\n    steps:\n      - uses: ./a0\n"}
    for level in range(levels):
        uses = f"    - uses: ./a{level + 1}\n" * width
        files[f"a{level}/action.yml"] = f"runs:\n  using: composite\n  steps:\n{uses}"
    files[f"a{levels}/action.yml"] = "runs:\n  using: composite\n  steps:\n    - run: a\n      shell: bash\n"
    return files


def laughs():
    """Give aliases that repeat each other."""
    text = "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    for name, of in zip("bcdefghij", "abcdefghi", strict=True):
        text += f"{name}: &{name} [{', '.join([f'*{of}'] * 10)}]\n"
    return text


def functions(levels, calls):
    """Give functions that each call the next one several times."""
    text = "".join(
        f"f{at}() {{\n{f'f{at + 1}' + chr(10)}" + f"f{at + 1}\n" * (calls - 1) + "}\n" for at in range(levels)
    )
    return f"{text}f{levels}() {{\n  a\n}}\nf0"


def dispatched(inputs, choices):
    """Give a workflow that may be started with many inputs."""
    options = ", ".join(f"o{each}" for each in range(choices))
    given = "".join(f"      i{each}: {{type: choice, options: [{options}]}}\n" for each in range(inputs))
    return f"on:\n  workflow_dispatch:\n    inputs:\n{given}jobs:\n"


def refs(count):
    """Give conditions that treat many branches apart, in a workflow of many jobs."""
    asked = " || ".join(f"github.ref == 'refs/heads/b{each}'" for each in range(count))
    return "".join(
        f"  j{each}:\n    runs-on: x\n    if: {asked}\n    steps:\n      - run: {DEPLOY}\n" for each in range(100)
    )


PAST = {
    "brackets": ({WORKFLOW: "on: push\njobs: " + "[" * 100_000 + "]" * 100_000}, "nests deeper than 100 levels"),
    "block": ({WORKFLOW: "on: push\njobs:\n" + "- " * 100_000 + "a"}, "nests deeper than 100 levels"),
    "laughs": ({WORKFLOW: laughs()}, "has more than 200,000 nodes"),
    "nodes": ({WORKFLOW: "on: push\njobs: [" + "a," * 300_000 + "]"}, "has more than 200,000 nodes"),
    "jobs": ({WORKFLOW: _HEAD + "".join(f"  j{n}: {{}}\n" for n in range(1_001))}, "has more than 1,000 entries"),
    "variables": (
        {WORKFLOW: "env:\n" + "".join(f"  A{n}: 1\n" for n in range(1_001)) + _HEAD + job("a")},
        "has more than 1,000 entries in a mapping",
    ),
    "needs": (
        {WORKFLOW: _HEAD + "".join(job("a", f"j{n}", f"    needs: [j{n - 1}]\n" if n else "") for n in range(500))},
        "has more than 100,000 pairs of a job and one that it waits for",
    ),
    "a-lot-of-needs": (
        {WORKFLOW: _HEAD + job("a", more="    needs: [" + "a," * 10_001 + "]\n")},
        "has more than 10,000 entries of `needs`",
    ),
    "patterns": (
        workflow("a", f"on:\n  push:\n    branches: [{', '.join(f'b{n}' for n in range(251))}]\njobs:\n"),
        "has more than 250 entries of `branches`",
    ),
    "pattern": (
        workflow("a", f"on:\n  push:\n    branches: ['{'*a' * 200}']\njobs:\n"),
        "has more than 255 characters in an entry of `branches`",
    ),
    "expressions": (workflow("echo " + "${{ github.sha }}" * 1_001), "has more than 1,000 expressions in a text"),
    "open-expressions": (workflow("echo " + "${{ a " * 1_000), "has more than 20 expressions without an end"),
    "deploys-one-after-the-other": (
        {WORKFLOW: f"{_HEAD}  deploy:\n    runs-on: x\n    steps:\n" + f"      - run: {DEPLOY}\n" * 2_000},
        "has more than 1,000,000 jobs and steps around its deploys",
    ),
    "a-long-word": (workflow("echo " + "a_" * 8_000), "has more than 8,000 letters or spaces in a row"),
    "a-long-script": (workflow("echo ab\n" * 9_000), "has more than 65,536 characters in a text"),
    "parentheses": (workflow("(" * 60_000), "has more than 3,000 of the characters | & ; < > ( )"),
    "pipes": (workflow("a|" * 30_000 + "a"), "has more than 3,000 of the characters | & ; < > ( )"),
    "nul": (
        {WORKFLOW: f'{_HEAD}  a:\n    steps: [{{run: "{chr(92)}0' + f"{chr(92)}0 " * 9_000 + '"}]\n'},
        "has more than 3,000 of the characters | & ; < > ( )",
    ),
    "substitutions": (workflow("a $(" * 600 + "a" + ")" * 600), "nests deeper than 100 levels"),
    "ifs": (workflow("if a; then\n" * 400 + "b\n" + "fi\n" * 400), "nests deeper than 100 levels"),
    "chain": (workflow("a && " * 400 + "b"), "nests deeper than 100 levels"),
    "calls": (workflow(functions(10, 10)), "takes more than 500,000 steps to follow"),
    "deep-calls": (workflow(functions(40, 1)), "functions that call each other"),
    "evals": (workflow("eval " * 40 + "a"), "has more than 16 scripts within each other"),
    "whiles": (
        workflow("while " * 24 + "a=1; do b=1\n" + "done; do c=1\n" * 23 + "done"),
        "takes more than 500,000 steps to follow",
    ),
    "words": (workflow("a" + " b" * 5_001), "has more than 5,000 words in a command"),
    "set": (workflow("".join(f"a{n}=1\nb\n" for n in range(1_001))), "has more than 1,000 variables in a script"),
    "a-pipeline": (workflow("a " + "| b " * 1_500), "takes more than 500,000 steps to follow"),
    "scripts": (
        {WORKFLOW: _HEAD + "".join(job(functions(5, 6), f"j{n}") for n in range(40))},
        "has more than 2,000,000 steps to follow its scripts",
    ),
    "calls-of-workflows": (
        {
            f".github/workflows/{'deploy' if not at else f'w{at}'}.yml": "on: [push, workflow_call]\njobs:\n"
            + "".join(f"  j{n}:\n    uses: ./.github/workflows/w{at + 1}.yml\n" for n in range(8))
            for at in range(8)
        }
        | {".github/workflows/w8.yml": "on: workflow_call\njobs:\n" + job(DEPLOY)},
        "has more than 5,000 jobs with those of the workflows that it calls",
    ),
    "actions": (with_actions(9, 6), "has more than 5,000 steps of a job, with those of actions"),
    "situations": (
        {WORKFLOW: dispatched(8, 2) + refs(90)},
        "has more than 20,000",
    ),
    "conditions": (
        {
            WORKFLOW: dispatched(8, 2)
            + "".join(
                f"  j{n}:\n    runs-on: x\n    if: inputs.i1 == 'o1' && github.ref == 'refs/heads/b{n}'\n"
                f"    steps:\n      - run: {DEPLOY}\n"
                for n in range(75)
            )
        },
        "has more than 200,000 jobs to play, in each situation",
    ),
    "visible": (
        {
            WORKFLOW: f"on: {{push: {{branches: [a, b, c]}}}}\nenv: {{{', '.join(f'V{n}: x' for n in range(900))}}}\n"
            f"jobs:\n  j:\n    runs-on: x\n    steps:\n{'      - run: a' + chr(10)}" + "      - run: a\n" * 1_000
        },
        "has more than 2,000,000 variables that steps see, in each situation",
    ),
    "suppressions": (
        {WORKFLOW: _HEAD + job("a") + "# asbuilt: ignore[WF002] later until 2027-01-01\n" * 5_001},
        "has more than 5,000 suppressions",
    ),
    "pairs": (
        {
            WORKFLOW: _HEAD
            + job(DEPLOY)
            + "      - run: |\n"
            + "".join(
                f"          curl https://shop-app.herokuapp.com/health{n}\n          echo $a | grep b{n}\n"
                for n in range(300)
            )
        },
        "has more than 100,000 pairs of a request and what may judge its answer",
    ),
    "rows": (
        {
            WORKFLOW: dispatched(8, 2)
            + job(DEPLOY, more=f"    strategy:\n      matrix:\n        a: {list(range(200))}\n")
        },
        "has more than 20,000 runs of its jobs in all situations",
    ),
    "remotes": (
        {
            WORKFLOW: f"{_HEAD}  deploy:\n    runs-on: x\n    steps:\n"
            + "".join(
                f"      - if: inputs.a\n        run: git remote add heroku https://git.heroku.com/a{n}.git\n"
                for n in range(300)
            )
        },
        "has more than 250 URLs of a git remote",
    ),
}

_TO = "git push https://git.heroku.com/"
_LONG = "${{ format('{0}{0}{0}', " + "format('{0}{0}{0}'," * 39 + "'x'" + ")" * 40 + " }}"
_ROWS = "    strategy:\n      matrix:\n        "
UNDECIDED = {
    "doubling": workflow("a=xx\n" + "a=$a$a\n" * 60 + f"{_TO}$a.git main"),
    "adding": workflow("a=xx\n" + "a+=$a\n" * 60 + f"{_TO}$a.git main"),
    "braces": workflow(f"for a in {'{a,b}' * 20}; do\n{_TO}$a.git main\ndone"),
    "a-loop": workflow(f"for a in {' '.join(f'a{n}' for n in range(300))}; do\n{_TO}$a.git main\ndone"),
    "format": {WORKFLOW: f"env:\n  X: {_LONG}\n{_HEAD}{job(f'{_TO}${{{{ env.X }}}}.git main')}"},
    "interpolation": {
        WORKFLOW: f"env:\n  X: '{'x ' * 30_000}'\n{_HEAD}"
        + job(f"{_TO}${{{{ env.Y }}}}.git main", more="    env:\n      Y: " + "${{ env.X }}" * 900 + "\n")
    },
    "items": {
        WORKFLOW: _HEAD
        + job(
            f"{_TO}${{{{ matrix.a }}}}.git main",
            more=f"{_ROWS}include: ${{{{ fromJSON('[{'{},' * 5_000}{{}}]') }}}}\n",
        )
    },
    "product": {
        WORKFLOW: _HEAD
        + job(
            f"{_TO}${{{{ matrix.a }}}}.git main",
            more=f"{_ROWS}a: {list(range(99))}\n        b: {list(range(99))}\n        c: {list(range(99))}\n",
        )
    },
}
