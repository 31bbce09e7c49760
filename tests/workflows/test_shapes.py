import pytest

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.judge.syntax import problems


def found(text):
    return [each.fact for each in problems(load(text, "w.yml"))]


def job(text):
    return f"on: push\njobs:\n  a:\n    runs-on: x\n{text}"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("concurrency: { group: x, cancel-in-progress: false, queue: max }", None),
        ("concurrency: { group: x, cancel: true }", '"cancel" is no key of `concurrency`'),
        ("environment: { name: x, url: y, deployment: false }", None),
        ("environment: { nme: x }", '"nme" is no key of `environment`'),
        ("strategy: { fail-fast: false, matrix: { a: [1] } }", None),
        ("strategy: { matrx: { a: [1] } }", '"matrx" is no key of `strategy`'),
        ("defaults: { run: { shell: bash } }", None),
        ("defaults: { run: { shel: bash } }", '"shel" is no key of `run`; did you mean "shell"?'),
        ("defaults: { run: { shell: \"${{ 'bash' }}\" } }", None),  # GitHub takes it for the text
        ("concurrency: { cancel-in-progress: true }", "`concurrency` has no `group`"),
        ("concurrency: { group: x, queue: all }", '`queue` is "all"; what is: max, single'),
        ("environment: { url: x }", "`environment` has no `name`"),
        ("environment: { name: x, deployment: 'no' }", '`deployment` is "no", expected true or false'),
        ("environment: [x]", "`environment` is a list, expected a text or a mapping"),
        ("permissions: read-all", None),
        ("permissions: { contents: read, id-token: write, models: none }", None),
        ("permissions: { contents: admin }", '`contents` is "admin"; what is: none, read, write'),
        ("permissions: { content: read }", '"content" is no key of `permissions`; did you mean "contents"?'),
        ("permissions:", "`permissions` is empty, expected one of read-all, write-all or a mapping"),
        ("permissions: none", '`permissions` is "none"; what is: read-all, write-all'),
        ("timeout-minutes: 0.5", None),
        ("timeout-minutes: ${{ fromJSON(vars.LIMIT) }}", None),
        ("timeout-minutes: ten", '`timeout-minutes` is "ten", expected a number'),
        ("timeout-minutes: '10'", '`timeout-minutes` is "10", expected a number'),
        ("continue-on-error: ${{ matrix.may-fail }}", None),
        ("continue-on-error: yes", '`continue-on-error` is "yes", expected true or false'),
        ("needs: []", None),
        ("needs: {b: c}", "`needs` is a mapping, expected a text that is not empty or a list"),
        ("env: { A: 1, B: true, C: }", None),
        ("env: ${{ fromJSON(vars.ENV) }}", None),
        ("env: { A: [1] }", "`A` is a list, expected a text"),
        ("env:", "`env` is empty, expected a mapping"),
        ("strategy: { matrix: { a: [1, {b: c}], include: [{ a: 2 }], exclude: '${{ fromJSON(vars.X) }}' } }", None),
        ("strategy: { matrix: '${{ fromJSON(vars.X) }}' }", None),
        ("strategy: { matrix: { a: 1 } }", '`a` is "1", expected a list'),
        ("strategy: { matrix: { include: [1] } }", 'an entry of `include` is "1", expected a mapping'),
        ("container: node:22", None),
        ("container: { image: node, ports: [80], credentials: { username: a, password: '${{ secrets.A }}' } }", None),
        ("container: { imge: node }", '"imge" is no key of `container`; did you mean "image"?'),
        ("services: { redis: { image: redis, ports: ['6379:6379'] } }", None),
        ("services: { redis: { image: redis, port: 6379 } }", '"port" is no key of `redis`; did you mean "ports"?'),
        ("outputs: { a: '${{ steps.b.outputs.c }}' }", None),
        ("outputs:", "`outputs` is empty, expected a mapping"),
        ("snapshot: my-image", None),
        ("snapshot: { image-name: x, version: 1.*, if: always() }", None),
        ("snapshot: { version: 1.* }", "`snapshot` has no `image-name`"),
    ],
)
def test_what_stands_below_a_key_of_a_job_is_known(key, expected):
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    {key}\n    steps: [{{run: y}}]\n"
    said = found(text)
    assert said == [] if expected is None else expected in said[0]


@pytest.mark.parametrize(
    ("runs_on", "expected"),
    [
        ("[self-hosted, '${{ matrix.os }}']", None),
        ("{ group: g, labels: [a, b] }", None),
        ("{ label: a }", '"label" is no key of `runs-on`; did you mean "labels"?'),
        ("", "`runs-on` is empty, expected a text that is not empty or a list or a mapping"),
    ],
)
def test_where_a_job_runs_has_its_forms(runs_on, expected):
    said = found(f"on: push\njobs: {{a: {{runs-on: {runs_on}, steps: [{{run: y}}]}}}}")
    assert said == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{uses: a, with: {b: 1, c: true, d: }, env: {E: f}, id: g, if: 1, timeout-minutes: 5, name: h}", None),
        ("{run: a, shell: bash, working-directory: b, env: {C: d}, continue-on-error: '${{ env.E }}'}", None),
        ("{run: a, background: true, id: b}", None),
        ("{wait-all: }", None),
        ("{parallel: [{run: a}, {uses: b}]}", None),
        ("{uses: a, shell: bash}", '"shell" is no key of a step with `uses`'),
        ("{uses: a, working-directory: b}", '"working-directory" is no key of a step with `uses`'),
        ("{run: a, with: {b: c}}", '"with" is no key of a step with `run`'),
        ("{wait: a, if: always()}", '"if" is no key of a step with `wait`'),
        ("{uses: }", "`uses` is empty, expected a text that is not empty"),
        ("{uses: a, with: {b: [c]}}", "`b` is a list, expected a text"),
        ("{uses: a, with: }", "`with` is empty, expected a mapping"),
        ("{run: [a]}", "`run` is a list, expected a text"),
        ("{run: a, id: 1a}", '"1a" is no step id: it begins with a letter or one "_"'),
        ("{run: a, id: a b}", '"a b" is no step id'),
        ("{run: a, id: __b}", '"__b" is no step id'),
        ("{run: a, if: success('b')}", "`if: success('b')`: success() takes no jobs here, in a step"),
    ],
)
def test_a_step_has_what_belongs_to_what_it_does(step, expected):
    said = found(job(f"    steps: [{step}]\n"))
    assert [text[: len(expected or "")] for text in said] == ([expected] if expected else [])


@pytest.mark.parametrize("name", ["__a", "a" * 100, "é", "''"])
def test_a_name_that_no_job_can_have(name):
    (text,) = found(f"on: push\njobs: {{{name}: {{runs-on: x, steps: [{{run: y}}]}}}}")
    assert "is no job id: it begins with" in text


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("{push: {branches: main, tags: [v*], paths-ignore: }}", None),
        ("{pull_request: {types: [opened, enqueued]}, release: {types: published}, create: , watch: {types: }}", None),
        ("{repository_dispatch: {types: [anything]}}", None),
        ("{workflow_dispatch: {inputs: {a: , b: {type: choice, options: [1, x]}, c: {type: boolean}}}}", None),
        ("{workflow_dispatch: {inputs: }, workflow_call: {secrets: {a: , b: {required: true}}}}", None),
        ("{workflow_call: {inputs: {a: {type: string}}, outputs: {b: {value: '${{ jobs.a.outputs.c }}'}}}}", None),
        ("{release: {types: [publish]}}", 'an entry of `types` is "publish"; did you mean "published"?'),
        ("{workflow_run: {workflows: a, types: complete}}", '`types` is "complete"; did you mean "completed"?'),
        ("{push: {branches: {main: }}}", "`branches` is a mapping, expected"),
        (
            "{push: {branches: [main], branches-ignore: [x], tags-ignore: [y]}}",
            "`push` has `branches` and `branches-ignore`: GitHub takes one of them",
        ),
        ("{push: {branches: [main], paths-ignore: [docs/**]}}", None),
        ("{push: main}", "what stands below `push` is a mapping, if there is anything"),
        ("{push: [main]}", "what stands below `push` is a mapping, if there is anything"),
        ("[[push]]", "`on` names an event, a list of events, or a mapping of events"),
        ("{workflow_dispatch: {inputs: {a: {typ: string}}}}", '"typ" is no key of `a`; did you mean "type"?'),
        ("{workflow_dispatch: {inputs: {a: {type: bool}}}}", '`type` is "bool"; did you mean "boolean"?'),
        ("{workflow_dispatch: {inputs: {a: {required: 'yes'}}}}", '`required` is "yes", expected true or false'),
        ("{workflow_call: {inputs: {a: {required: true}}}}", "`a` has no `type`"),
        ("{workflow_call: {inputs: {a: {type: choice}}}}", '`type` is "choice"; what is: boolean, number, string'),
        ("{workflow_call: {outputs: {a: {}}}}", "`a` has no `value`"),
        ("{workflow_call: {secrets: inherit}}", '`secrets` is "inherit", expected a mapping'),
    ],
)
def test_what_stands_below_an_event_is_known(on, expected):
    said = found(f"on: {on}\njobs: {{a: {{runs-on: x, steps: [{{run: y}}]}}}}")
    assert [text[: len(expected or "")] for text in said] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("with: {a: 1, b: '${{ matrix.c }}'}, secrets: inherit", None),
        ("secrets: {a: '${{ secrets.B }}'}", None),
        ("secrets: all", '`secrets` is "all"; what is: inherit'),
        ("with: {a: [1]}", "`a` is a list, expected a text"),
        ("timeout-minutes: 5", '"timeout-minutes" is no key of a job that calls a workflow'),
    ],
)
def test_a_call_hands_over_what_it_can(call, expected):
    said = found(f"on: push\njobs: {{a: {{uses: a/b/.github/workflows/c.yml@d, {call}}}}}")
    assert [text[: len(expected or "")] for text in said] == ([expected] if expected else [])
