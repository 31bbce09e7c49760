"""Expressions are worth what they are worth at GitHub, and what is unknown is never taken for known."""

import json
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from oracle.generate import cases, value_of

from asbuilt.workflows.expressions.evaluate import UNKNOWN, ExpressionError, Unknown, Whole, evaluate, parse, truth
from asbuilt.workflows.expressions.tree import Name, walk

HOME = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).parent / "oracle/evaluate.mjs"
STATUS = {"success": True, "failure": False, "cancelled": False}
COUNT = 12_000


def whole(value):
    """Give a value of JSON as a context that is known completely."""
    if isinstance(value, dict):
        return Whole({key: whole(item) for key, item in value.items()})
    return [whole(item) for item in value] if isinstance(value, list) else value


def ours(text, known):
    try:
        tree = parse(text)
        if any(isinstance(node, Name) and node.name not in known for node in walk(tree)):
            return {"error": "a context that is not there"}
        return {"value": plain(evaluate(tree, known, STATUS))}
    except ExpressionError as error:
        return {"error": str(error)}


def plain(value):
    match value:
        case None | bool():
            return value
        case str():
            return {"string": value}
        case int() | float():
            return {"number": repr(float(value))}
        case list():
            return {"array": [plain(each) for each in value]}
        case Whole():
            return {"object": [[key, plain(each)] for key, each in value.items()]}
    raise AssertionError(value)


def same_numbers(value):
    """Write the oracle's numbers as Python does."""
    match value:
        case {"number": text}:
            return {"number": repr(float(text))}
        case {"array": items}:
            return {"array": [same_numbers(each) for each in items]}
        case {"object": pairs}:
            return {"object": [[key, same_numbers(each)] for key, each in pairs]}
    return value


@pytest.fixture(scope="module")
def oracle():
    """Give a function that lets GitHub's own implementation evaluate many expressions."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("GitHub's own implementation of expressions needs Node.js, which this machine lacks")
    if not (HOME / "node_modules/@actions/expressions").is_dir():
        pytest.skip("GitHub's own implementation of expressions is not installed: npm ci")

    def ask(contexts, asked):
        lines = "".join(json.dumps(each) + "\n" for each in (contexts, *asked))
        done = subprocess.run([node, SCRIPT], input=lines, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return ask


def test_an_expression_is_worth_what_it_is_at_github(oracle):
    contexts, asked = cases(20260430, COUNT)
    answers = oracle(contexts, asked)
    known = [whole(each) for each in contexts]
    assert len(answers) == len(asked)
    different, right, rejected = [], 0, 0
    for (text, number), theirs in zip(asked, answers, strict=True):
        found = ours(text, known[number])
        if "error" in theirs:
            rejected += 1
            agreed = "error" in found
        else:
            right += 1
            agreed = found.get("value", ...) == same_numbers(theirs["value"])
        if not agreed:
            different.append(f"{text!r}: {json.dumps(found)}, at GitHub {json.dumps(theirs)}")
    assert different == [], f"{len(different)} differ:\n" + "\n".join(different[:20])
    assert right > COUNT / 2
    assert rejected > COUNT / 20


def veiled(value, random):
    """Give a part of a context with some of it unknown, and a function for what it may be in a run."""
    draw = random.random()
    if draw < 0.12:
        return UNKNOWN, lambda: whole(value_of(random, 2))
    if draw < 0.2 and isinstance(value, str) and value:
        start = value[: random.randint(1, len(value))]
        end = Unknown(truth=True, prefix=start, excluded=frozenset({start}))
        return end, lambda: start + random.choice(["x", "/", "main", "1"])
    if isinstance(value, dict):
        parts = {key: veiled(item, random) for key, item in value.items()}
        if random.random() < 0.2 and parts:  # known in part: a member that is not there may be there
            gone, (_, maybe) = parts.popitem()
            known = {key: part for key, (part, _) in parts.items()}
            more = [{}, {gone: maybe}, {gone: lambda: whole(value_of(random, 1))}]
            return known, lambda: Whole(
                {key: real() for key, (_, real) in parts.items()}
                | {key: real() for key, real in random.choice(more).items()}
            )
        known = Whole({key: part for key, (part, _) in parts.items()})
        return known, lambda: Whole({key: real() for key, (_, real) in parts.items()})
    if isinstance(value, list):
        items = [veiled(item, random) for item in value]
        return [part for part, _ in items], lambda: [real() for _, real in items]
    return value, lambda: value


def agrees(part, real):
    """Tell whether what was said before a run can be what is found in it."""
    match part:
        case Unknown():
            return True
        case Whole():
            return isinstance(real, dict) and list(part) == list(real) and all(agrees(part[k], real[k]) for k in part)
        case dict():
            return isinstance(real, dict) and all(k in real and agrees(part[k], real[k]) for k in part)
        case list():
            return isinstance(real, list) and len(part) == len(real) and all(map(agrees, part, real))
    return plain(part) == plain(real)


def answers(text, context):
    """Give the value and the truth of an expression; neither, where it is rejected."""
    try:
        return evaluate(text, context, STATUS), truth(text, context, STATUS)
    except ExpressionError:
        return None


def test_what_is_unknown_is_never_taken_for_known():
    random = Random(3)
    decided = undecided = 0
    contexts, asked = cases(20260501, 5_000)
    for text, number in asked:
        parts = {name: veiled(value, random) for name, value in contexts[number].items()}
        before = answers(text, {name: part for name, (part, _) in parts.items()})
        for _ in range(4):
            found = answers(text, Whole({name: real() for name, (_, real) in parts.items()}))
            if before is None or found is None:
                possible = (before is None and found is None) or (found is None and isinstance(before[0], Unknown))
            else:
                possible = agrees(before[0], found[0]) and before[1] in {UNKNOWN, found[1]}
            assert possible, f"{text!r}: {before} before the run, but {found} in it; {parts}"
        undecided += before is not None and isinstance(before[0], Unknown)
        decided += before is not None and not isinstance(before[0], Unknown)
    assert undecided > 200
    assert decided > 2_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0xFFFFFFFF", -1),  # of 32 bits
        ("0x7FFFFFFF", 2147483647),
        ("'0x100000000' == '0x100000000'", True),
        ("'0x100000000' >= 0", False),  # too large to be a number
        ("'ß' == 'SS'", False),  # one letter is never two
        ("contains('Straße', 'SS')", False),
        ("'s' == '\N{LATIN SMALL LETTER LONG S}'", False),
        ("contains('S', '\N{LATIN SMALL LETTER LONG S}')", False),
        ("contains(github.list, github.list[0])", True),  # an object is itself alone
        ("contains(github.list, fromJSON('[1]'))", False),
        ("case(true, 'a', fromJSON('{'))", "a"),  # what is not chosen is not looked at
        ("case(false, fromJSON('{'), true, 'b', vars.X == 1, 1, 'c')", "b"),
        ("case(vars.X == 1, fromJSON('{'), 'c')", UNKNOWN),
        ("'\uff21' > '\N{ROCKET}'", True),  # sorted by UTF-16 code units
        ("'''a'' ''b'''", "'a' 'b'"),
        ("toJSON(NaN)", "NaN"),
        ("""toJSON(fromJSON('{"b": 1, "10": [], "B": 2.50}'))""", '{\n  "b": 2.5,\n  "10": []\n}'),
        ("format('{0:}', 1)", "1"),
        ("fromJSON('[1e999]')[0]", float("inf")),
        ("startsWith(vars.X, '')", UNKNOWN),  # false if it is an object
        ("contains(vars.X, '')", UNKNOWN),
        ("vars.X && fromJSON('{')", UNKNOWN),
        ("github.*.a", [None]),
    ],
)
def test_what_the_generated_expressions_leave_out_is_as_in_the_runner(text, expected):
    assert evaluate(text, {"github": Whole(x=Whole(a=None), y=Whole(b=1), list=[[1]]), "vars": {}}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "join('a', )",
        "0b11",
        "0X1F",
        "0x100000000",
        "format('{0:N2}', 1)",
        "format('{0x}', 1)",
        "format(" + ", ".join("'a'" for _ in range(256)) + ")",
        f"fromJSON('{'[' * 15_000}')",
        "fromJSON('NaN')",
        "true && fromJSON('{')",
    ],
)
def test_what_the_runner_rejects_is_rejected(text):
    with pytest.raises(ExpressionError):
        evaluate(text, {})
