import pytest

from asbuilt.workflows.shell.script import commands


def words(script, shell=None):
    return [each.words for each in commands(script, shell)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b c", [("a", "b", "c")]),
        ("a \\\n  --b \\\n  c\nd", [("a", "--b", "c"), ("d",)]),
        ("a 'b c' \"d e\" f\\ g 'h'\\''i' \"j\\\"k\"", [("a", "b c", "d e", "f g", "h'i", 'j"k')]),
        ('a "$X" ${Y} "z-$(b c)" `d`', [("a", "$X", "${Y}", "z-$(b c)", "`d`"), ("b", "c"), ("d",)]),
        ("# a\nb # c", [("b",)]),
        ("a && b || c; d & e", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("a | b |& c", [("a",), ("b",), ("c",)]),
        ("if a; then b; elif c; then d; else e; fi", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("while a; do b; done; until c; do d; done", [("a",), ("b",), ("c",), ("d",)]),
        ("for x in $(a); do b; done; for ((i=0;i<3;i++)); do c; done", [("a",), ("b",), ("c",)]),
        ("case $X in a|b*) c;; *) d;; esac", [("case", "$X", "in", "a", "b*", "*"), ("c",), ("d",)]),
        ("f() { a; }\nfunction g { b; }\nf", [("a",), ("b",), ("f",)]),
        ("( a; b ); { c; }", [("a",), ("b",), ("c",)]),
        ("x=$(a | b)", [("a",), ("b",)]),
        ("export X=$(a)", [("export", "X=$(a)"), ("a",)]),
        ("a > out b 2>&1 < <(c)", [("a", "b"), ("c",)]),
        ('[ "$x" = "$Y" ]', [("[", "$x", "=", "$Y", "]")]),
        ("[[ -n $a && ( $b == *c* ) ]]", [("[[", "-n", "$a", "&&", "(", "$b", "==", "*c*", ")", "]]")]),
        ("((n++))", [("((", "n++", "))")]),
        ("a ${{  inputs.x ||\n  'y' }} 'z-${{ a }}'", [("a", "${{ inputs.x || 'y' }}", "z-${{ a }}")]),
        ("${{ inputs.command }} now", [("${{ inputs.command }}", "now")]),
        ("bash -c 'a; b \"c d\"'", [("a",), ("b", "c d")]),
        ("sh -ec 'a'\nbash -lc \"b $X\"", [("a",), ("b", "$X")]),
        ("bash -euo pipefail -c 'a'", [("a",)]),
        ("bash <<'E'\na\nb\nE", [("a",), ("b",)]),
        ('eval "a b; c"', [("a", "b"), ("c",)]),
        ("bash x.sh", [("bash", "x.sh")]),
        ("sudo -E -u me a b", [("a", "b")]),
        ("timeout -k 5 30s a", [("a",)]),
        ("time nohup exec command a", [("a",)]),
        ("command -v a", [("command", "-v", "a")]),
        ("x | xargs -n 1 a b", [("x",), ("a", "b")]),
        ("retry 5 a b", [("a", "b")]),
        ("sudo timeout 3 bash -c 'a'", [("a",)]),
        ("trap 'a b' EXIT", [("trap", "a b", "EXIT"), ("a", "b")]),
        ("", []),
        ("# nothing", []),
    ],
)
def test_a_script_is_its_simple_commands(script, expected):
    assert sorted(words(script)) == sorted(expected)


def test_commands_come_in_the_order_of_the_text():
    assert words("f() { a; }\nb\nf\nif c; then d; fi") == [("a",), ("b",), ("f",), ("c",), ("d",)]


def test_a_command_knows_its_line_source_and_environment():
    (command,) = commands("\n\nA=b C='d e' curl \\\n  -f U  >> $GITHUB_ENV")
    assert (command.line, command.source) == (2, "A=b C='d e' curl -f U >> $GITHUB_ENV")
    assert command.environment == {"A": "b", "C": "d e"}


def test_env_and_sudo_set_variables():
    assert [each.environment for each in commands("env A=b sudo C=d x")] == [{"A": "b", "C": "d"}]


def test_a_line_counts_expressions_of_several_lines():
    assert [each.line for each in commands("a ${{ x ||\n y }}\nb")] == [0, 2]


def test_the_redirection_of_a_group_is_part_of_its_commands():
    assert [each.source for each in commands('{ echo A=1; echo B=2; } >> "$GITHUB_ENV"')] == [
        'echo A=1 >> "$GITHUB_ENV"',
        'echo B=2 >> "$GITHUB_ENV"',
    ]


@pytest.mark.parametrize(
    ("script", "stdin", "piped"),
    [
        ("C <<E\nhello $X\nE", "hello $X\n", []),
        ("C <<'E' | a | b || c\nx ${{ y }}\nE", "x ${{ y }}\n", ["a", "b"]),
        ('C <<< "a $X"', "a $X", []),
        ("C <<E >> f && a\nx\nE", "x\n", []),
        ("C | a | b", "", ["a", "b"]),
        ("C", "", []),
    ],
)
def test_a_command_knows_its_input_and_its_pipeline(script, stdin, piped):
    (command,) = (each for each in commands(script) if each.words[0] == "C")
    assert (command.stdin, [each.words[0] for each in command.piped_to]) == (stdin, piped)


@pytest.mark.parametrize("shell", ["python", "python3 {0}", "node {0}"])
def test_another_language_has_no_commands(shell):
    assert commands("import os", shell) == ()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("A=x\nC", {"A": ("x",)}),
        ("A=x; B=$A-y; C", {"A": ("x",), "B": ("x-y",)}),
        ("C\nA=x", {}),
        ("A=x C", {}),
        ("export A=x\nC", {"A": ("x",)}),
        ("if a; then A=x; else A=y; fi\nC", {"A": ("x", "y")}),
        ("A=z\nif a; then A=x; fi\nC", {"A": ("x", "z")}),
        ("if a; then A=x; C; fi", {"A": ("x",)}),
        ("[ a ] && A=x || A=y\nC", {"A": ("x", "y")}),
        ("case $X in a) A=x;; *) A=y;; esac\nC", {"A": ("x", "y")}),
        ("for A in x 'y z'; do C; done", {"A": ("x", "y z")}),
        ('L="x y"\nfor A in $L; do C; done', {"L": ("x y",), "A": ("x", "y")}),
        ('L=(x y)\nL+=(z)\nfor A in "${L[@]}"; do C; done', {"L": ("x y z",), "A": ("x", "y", "z")}),
        ("L=x\nL+=y\nC", {"L": ("xy",)}),
        ("A=$(b)\nC", {"A": ("$(b)",)}),
        ("for A in $(b); do C; done", {}),
        ("A=x\nread A\nC", {}),
        ("A=x\nunset A\nC", {}),
        ("A=x\n( A=y )\nC", {"A": ("x",)}),
        ("A=${{ inputs.a }}\nC", {"A": ("${{ inputs.a }}",)}),
        ("f() { C; }\nf x\nf y", {"1": ("x", "y")}),
        ("f() { A=x; }\nf\nC", {"A": ("x",)}),
    ],
)
def test_variables_are_what_the_script_may_have_set(script, expected):
    (command,) = (each for each in commands(script) if each.words[0] == "C")
    assert command.variables == expected


@pytest.mark.parametrize(
    "script",
    [
        "$Response = Invoke-WebRequest -Uri 'x'\nif ($Response.StatusCode -ne 200) { throw 'x' }",
        "import os\nfor x in (1, 2):\n    print(f'{x}')",
        "if a; then",
        "while",
        "case in esac",
        "for for for",
        "<<E",
        "a <<E",
        "\x00\ud800 ä 🎉 ${{ ",
        "))((",
        "a || || b && |",
        "bash -c 'if'",
        "f() { f; }\nf",
        "f() { g; }\ng() { f; }\nf || g",
        "bash -c " + '"bash -c ' * 20,
    ],
)
def test_nothing_makes_it_raise(script):
    assert isinstance(commands(script), tuple)


def test_a_word_that_is_not_ascii_keeps_places_right():
    assert words("echo 'ä 🎉'; a \"ü $X\"") == [("echo", "ä 🎉"), ("a", "ü $X")]
