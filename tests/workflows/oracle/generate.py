"""Expressions of GitHub's `${{ }}` language by the thousand, with contexts to evaluate them in: the same for each seed.

Most are right, some are broken on purpose. What they leave out is what GitHub's own two implementations differ in, the
library for JavaScript and the runner: see `differs_at_github`, and the notes at the words below.
"""

import json
import re
from random import Random

# Numbers of at most 15 digits and near 1: the library writes others into texts as JavaScript does, the runner as .NET.
NUMBERS = [
    *("0", "1", "2", "3", "7", "-1", "+1", "-0", "007", "1.0", "1.5", "-2.25", ".5", "-.5", "5.", "0.001", "1e3"),
    *("1E+3", "25e-1", "-1.5e2", "123456789012345", "0x0", "0x1F", "0xff", "0xABCDEF", "0x7fffffff", "0o0", "0o17"),
    *("NaN", "Infinity", "-Infinity", "+Infinity"),
]
# Each letter has one upper and one lower case: the library gives ß two letters (SS), the runner leaves it.
WORDS = [
    *("", " ", "a", "A", "b", "ab", "AB", "abc", "main", "Main", "refs/heads/main", "refs/tags/v1.2", "production"),
    *("true", "false", "null", "True", "Object", "Array", "é", "É", "жук", "ЖУК", "日本", "\N{ROCKET}"),
    *("\uff21", "I", "i", "\N{LATIN SMALL LETTER DOTLESS I}", "it's", "{0}", "{{", "a,b", "-", "}}", "[1]"),
    *("0", "1", "1.0", "01", " 12 ", "\t3", "1e2", ".5", "5.", ".", "+5", "-0", "0x1f", "0xFF", "0o17", "0o8", "-0x1"),
    *("1_0", "1,5", "Infinity", "-Infinity", "NaN", "0x", "--1", "1e", "e1"),
]
JSON_TEXTS = [
    *("1", "-0", "1.50", "12e1", '"text"', '"A"', "true", "false", "null", "[]", "{}", " [1, 2, 3] ", '["a", "B"]'),
    *('{"a": 1}', '{"a": {"b": [1, null, "x"]}}', '[{"n": 1}, {"n": null}, {}, 3]', "[[1], [2, 3], []]", '["\\u00e9"]'),
    *('{"a": "\\t\\"quoted\\" \\\\ /"}', '[true, [false, {"k": "v"}]]', '{"a": 1, "a": 2}'),
    *("", " ", "[1", "{a: 1}", "[1,]", "01", "+1", "NaN", "Infinity", '["\t"]', "tru", "[1] 2"),
]
FORMATS = [
    *("{0}", "{0}{1}", "{1}-{0}", "{{{0}}}", "{{0}}", "x{0}y{0}", "plain", "", "{", "}", "{}", "{0", "{9}", "{a}"),
    *("{-1}", "}}{{", "{0}}", "{{0}", "{ 0}", "{00}", "a{{b}}c{2}"),
]
KEYS = ["a", "b", "name", "result", "list", "deep", "Key", "with-dash", "x_1", "with space"]
FUNCTIONS = ["contains", "startsWith", "endsWith", "format", "join", "toJSON", "fromJSON", "case"]
BREAKS = [*"()[].,!<>=&|*'\" \n\t-+09ax_$@#?/{}%é", "&&", "||", "==", "!=", "null", "''", "[*]", ".*"]


def context(random):
    """Give a context: objects with arrays, objects, texts, numbers and null in them."""
    return {
        name: {key: value_of(random, 3) for key in random.sample(KEYS, random.randrange(1, 6))}
        for name in ("github", "inputs", "needs", "matrix")
    } | {"vars": random.choice([{}, {"a": None}, {"A-1": "x"}]), "nothing": None, "one": random.choice([1, "a", True])}


def value_of(random, depth):
    """Give a value as a context has it, nested to a depth."""
    if depth == 0 or random.random() < 0.45:
        return random.choice(WORDS if random.random() < 0.43 else [None, True, False, 0, 1, 2.5, -3, 10])
    if random.random() < 0.5:
        return [value_of(random, depth - 1) for _ in range(random.randrange(4))]
    return {key: value_of(random, depth - 1) for key in random.sample(KEYS, random.randrange(4))}


def expression(random, known):
    """Give an expression over a context; every eighth is broken somewhere, a few are nested to the limit."""
    text = _expression(random, known, random.choice([0, 1, 1, 2, 2, 3, 4]))
    draw = random.random()
    if draw < 0.02:
        return _nested(random, text)
    return _broken(random, text) if draw < 0.15 else text


def differs_at_github(text):
    """Tell whether the runner, whose word counts, reads an expression otherwise than the library. Each line is one."""
    strings = re.findall(r"'(?:[^']|'')*'", text)
    outside = re.sub(r"'(?:[^']|'')*'", "''", text)
    return bool(
        any(each[1:-1].count("''") > 1 for each in strings)  # the library takes the first '' of a text for a quote only
        or re.search(r",\s*\)", outside)  # the library lets a comma end the arguments
        or re.search(r"(?is)\bcase\b.*\b(?:fromJSON|format|case)\b", outside)  # the library evaluates all of case()
        or re.search(r"0[bBOX]", text)  # the library knows these prefixes, as JavaScript does
        or re.search(r"0x[0-9a-fA-F]{9}", text)  # the library takes more than 32 bits
        or re.search(r"\{[0-9]+[^0-9}][^{}]*\}", text)  # the library passes over what follows the number in {0...}
        or (re.search(r"(?i)toJSON", outside) and re.search(r"NaN|Infinity", text))  # the library writes null
    )


def _expression(random, known, depth):
    if depth == 0:
        return _leaf(random, known)

    def part(less=1):
        return _expression(random, known, max(0, depth - random.randint(less, 2)))

    match random.randrange(10):
        case 0 | 1:
            return _leaf(random, known)
        case 2 | 3:
            operator = random.choice(["==", "!=", "<", "<=", ">", ">="])
            left, right = _alike(random) if random.random() < 0.25 else (part(), part())
            return f"{left}{_space(random)}{operator}{_space(random)}{right}"
        case 4:
            return f"{part()} {random.choice(['&&', '||'])} {part()}"
        case 5:
            operators = [random.choice([" && ", " || ", "&&", "||"]) for _ in range(random.randint(1, 3))]
            return part() + "".join(operator + part() for operator in operators)
        case 6:
            return f"{random.choice(['!', '! ', '!!'])}{part()}"
        case 7:
            steps = "".join(_step(random, known, depth - 1) for _ in range(random.randrange(3)))
            return f"({_space(random)}{part()}){steps}"
        case _:
            return _call(random, known, depth - 1)


def _alike(random):
    """Give two texts that differ little."""
    word = random.choice(WORDS)
    return _quoted(word), random.choice([_quoted(_cased(random, word)), _quoted(word[:-1]), _quoted(f"{word}~")])


def _leaf(random, known):
    match random.randrange(8):
        case 0:
            return random.choice(["true", "false", "null"])
        case 1 | 2:
            return random.choice(NUMBERS)
        case 3 | 4:
            return _quoted(random.choice(WORDS))
        case _:
            return _access(random, known)


def _access(random, known):
    """Follow a context where it leads, most of the time."""
    name = random.choice(list(known))
    text, value = _cased(random, name), known[name]
    for _ in range(random.randrange(5)):
        draw = random.random()
        if draw < 0.2:
            text += random.choice([".*", "[*]", "[ * ]"])
            items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
            value = next(iter(items), None)
        elif isinstance(value, dict) and value and draw < 0.9:
            key = random.choice(list(value))
            dotted = " " not in key and random.random() < 0.6
            text += f".{_cased(random, key)}" if dotted else f"[{_quoted(_cased(random, key))}]"
            value = value[key]
        elif isinstance(value, list) and value and draw < 0.9:
            index = random.randrange(len(value))
            text += f"[{index}]"
            value = value[index]
        else:
            text += _step(random, known, 0)
            value = None
    return text


def _step(random, known, depth):
    match random.randrange(6):
        case 0:
            return random.choice([".*", "[*]"])
        case 1:
            return f".{random.choice([*KEYS[:-1], 'true', 'null', 'NaN', 'nope'])}"
        case 2:
            return f"[{random.choice(NUMBERS)}]"
        case 3:
            return f"[{_quoted(random.choice([*KEYS, *WORDS]))}]"
        case _:
            return f"[{_expression(random, known, depth)}]" if depth > 0 else f"[{random.choice(['0', '1', 'true'])}]"


def _call(random, known, depth):
    def part():
        return _expression(random, known, max(0, random.randint(0, depth)))

    if random.random() < 0.04:
        return f"{random.choice(['always', 'success', 'failure', 'cancelled', 'Always'])}()"
    name = random.choice(FUNCTIONS)
    if random.random() < 0.04:
        count = random.randrange(5)
        return f"{_cased(random, name)}({', '.join(part() for _ in range(count))})"
    match name:
        case "toJSON":
            arguments = [part()]
        case "fromJSON":
            inner = random.random() < 0.2
            arguments = [f"toJSON({part()})" if inner else _quoted(random.choice(JSON_TEXTS))]
        case "format":
            pattern = _quoted(random.choice(FORMATS)) if random.random() < 0.9 else part()
            arguments = [pattern, *(part() for _ in range(random.randrange(4)))]
        case "join":
            arguments = [part(), *([part()] if random.random() < 0.5 else [])]
        case "case":
            tests = [f"{part()} == {part()}" if random.random() < 0.8 else part() for _ in range(random.randint(1, 2))]
            arguments = [*(each for test in tests for each in (test, part())), part()]
        case _:
            arguments = list(_alike(random)) if random.random() < 0.25 else [part(), part()]
    comma = random.choice([",", ", ", " , "])
    call = f"{_cased(random, name)}{random.choice(['', '', ' '])}({comma.join(arguments)})"
    return call + (_step(random, known, depth) if name == "fromJSON" and random.random() < 0.5 else "")


def _nested(random, text):
    depth = random.randint(20, 52)
    match random.randrange(5):
        case 0:
            return "(" * depth + text + ")" * depth
        case 1:
            return "!" * depth + text
        case 2:
            return "github" + ".a" * depth
        case 3:
            return "toJSON(" * (depth // 4) + "true" + ")" * (depth // 4)
        case _:
            return "github[" * (depth // 2) + "0" + "]" * (depth // 2)


def _broken(random, text):
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(text) + 1)
        match random.randrange(4):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + random.choice(BREAKS) + text[at + 1 :]
            case 2:
                text = text[:at]
            case _:
                text = text[:at] + random.choice(BREAKS) + text[at:]
    return text


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


def _cased(random, text):
    return random.choice([text, text, text, text.upper(), text.lower(), text.title()])


def _space(random):
    return random.choice(["", " ", " ", "  ", "\n", "\t"])


def cases(seed, count):
    """Give contexts, and pairs of an expression and the number of its context: no expression twice.

    A seed decides which, and their order.
    """
    random = Random(seed)
    contexts = [json.loads(json.dumps(context(random))) for _ in range(50)]
    given: dict[str, int] = {}
    while len(given) < count:
        number = random.randrange(len(contexts))
        text = expression(random, contexts[number])
        if text not in given and not differs_at_github(text):
            given[text] = number
    return contexts, list(given.items())
