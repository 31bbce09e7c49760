import pytest

from asbuilt.workflows.shell.script import Fate, commands

FAILS, SWALLOWED, TESTED = Fate


def words(script, shell=None):
    return [each.words for each in commands(script, shell)]


def named(script, name="C", shell=None):
    found = [each for each in commands(script, shell) if each.words[0] == name]
    assert found, script
    return found


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
    (command,) = named(script)
    assert (command.stdin, [each.words[0] for each in command.piped_to]) == (stdin, piped)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("C", FAILS),
        ("C\na", FAILS),
        ("C || true", SWALLOWED),
        ("C || :", SWALLOWED),
        ("C || echo no", SWALLOWED),
        ("C || { echo no; }", SWALLOWED),
        ("C || exit 0", SWALLOWED),
        ("C || exit 1", FAILS),
        ("C || exit $?", FAILS),
        ("C || false", FAILS),
        ("C || { echo no; exit 1; }", FAILS),
        ("C || (echo no; exit 1)", FAILS),
        ("C || (echo no && exit 1)", FAILS),
        ("C || { echo no; [ $STRICT = 1 ] && exit 1; }", FAILS),
        ("a || C", FAILS),
        ("C &", SWALLOWED),
        ("C && a", FAILS),
        ("C && a\nb", SWALLOWED),
        ("a && C\nb", FAILS),
        ("C && a || b", SWALLOWED),
        ("C && a || exit 1", FAILS),
        ("! C", TESTED),
        ("! C && exit 1", FAILS),
        ("echo $(C)", SWALLOWED),
        ("x=$(C)", FAILS),
        ("x=$(C || echo 0)", SWALLOWED),
        ('x=$(C || echo 0)\n[ "$x" = 200 ] || exit 1', FAILS),
        ('x=$(C || echo 0)\n[ "$x" = 200 ]', FAILS),
        ('x=$(C || true)\n[ "$y" = 200 ]', SWALLOWED),
        ("export X=$(C)", SWALLOWED),
        ("local x=$(C)\nif [ -z $x ]; then exit 1; fi", FAILS),
        ("C | a", SWALLOWED),
        ("a | C", FAILS),
        ("set -o pipefail\nC | a", FAILS),
        ("set -euo pipefail\nC | a", FAILS),
        ("set +e\nC\na", SWALLOWED),
        ("set +e\nC", FAILS),
        ("set +o errexit\nC\na", SWALLOWED),
        ("set +e\na\nset -e\nC\nb", FAILS),
        ("set +e\nC\nif [ $? -ne 0 ]; then exit 1; fi", FAILS),
        ("set +e\nC\ncode=$?\necho\nif [ $code -ne 0 ]; then exit 1; fi", FAILS),
        ("set +e\nC\ncode=$?\necho\nexit $code", FAILS),
        ("set +e\nC\necho\nif [ $? -ne 0 ]; then exit 1; fi", SWALLOWED),
        ("if C; then a; fi", TESTED),
        ("if C; then a; else exit 1; fi", FAILS),
        ("if C; then a; elif b; then c; else exit 1; fi", FAILS),
        ("if ! C; then echo; exit 1; fi", FAILS),
        ("if ! C; then echo; fi", TESTED),
        ("if C; then exit 0; fi\nexit 1", FAILS),
        ("if C; then exit 1; fi", TESTED),
        ("if a; then C; fi", FAILS),
        ("if C; then a; fi\nif [ -z $X ]; then exit 1; fi", TESTED),
        ("ok=0\nif C; then ok=1; fi\nif [ $ok = 0 ]; then exit 1; fi", FAILS),
        ("for i in 1 2 3; do C && exit 0; sleep 5; done; exit 1", FAILS),
        ("for i in 1 2 3; do C && exit 0; sleep 5; done", SWALLOWED),
        ("for i in 1 2 3; do C && break; sleep 5; done", SWALLOWED),
        ("for i in 1 2 3; do C && break || sleep 5; done", SWALLOWED),
        ("for i in 1 2 3; do C && break\n[ $i = 3 ] && exit 1\nsleep 5; done", FAILS),
        ("for i in 1 2 3; do if C; then exit 0; fi; sleep 5; done; echo no; exit 1", FAILS),
        ("for i in 1 2 3; do if C; then break; fi; if [ $i -eq 3 ]; then exit 1; fi; sleep 5; done", FAILS),
        ("ok=false\nfor i in 1 2; do if C; then ok=true; break; fi; done\n[ $ok = true ] || exit 1", FAILS),
        ("ok=false\nfor i in 1 2; do if C; then ok=true; break; fi; done\n$ok || exit 1", FAILS),
        ("ok=false\nfor i in 1 2; do if C; then ok=true; break; fi; done\necho $ok", TESTED),
        ("for i in 1 2; do C; done", FAILS),
        ("for i in 1 2; do C || continue; exit 0; done; exit 1", FAILS),
        ("until C; do sleep 1; done", FAILS),
        ("while ! C; do sleep 1; done", FAILS),
        ("while true; do C && break; sleep 1; done", FAILS),
        ("while :; do if C; then break; fi; sleep 1; done", FAILS),
        ("until C; do n=$((n+1)); if [ $n -ge 5 ]; then break; fi; sleep 1; done", TESTED),
        ("until C; do n=$((n+1)); if [ $n -ge 5 ]; then exit 1; fi; sleep 1; done", FAILS),
        ("until C; do ((n++)); [ $n -ge 5 ] && break; done\nif [ $n -ge 5 ]; then exit 1; fi", FAILS),
        ("until C || [ $n -ge 5 ]; do ((n++)); done", TESTED),
        ("while [ $n -lt 5 ]; do C && exit 0; n=$((n+1)); done\nexit 1", FAILS),
        ("while [ $n -lt 5 ]; do C && break; n=$((n+1)); done", SWALLOWED),
        ("timeout 60 bash -c 'until C; do sleep 1; done'", FAILS),
        ("timeout 60 bash -c 'until C; do sleep 1; done' || true", TESTED),
        ("timeout 60 bash -c 'until C; do sleep 1; done' || exit 1", FAILS),
        ("timeout 60 C", FAILS),
        ("bash -c 'C; a'", SWALLOWED),
        ("bash -ec 'C; a'", FAILS),
        ("bash -ec 'C; a' || exit 1", FAILS),
        ("bash -c 'a; C'", FAILS),
        ("bash -c 'C' || true", SWALLOWED),
        ("f() { C; }\nf", FAILS),
        ("f() { C; }\nf || true", SWALLOWED),
        ("f() { C; }\nf || exit 1", FAILS),
        ("f() { C; }\nif ! f; then exit 1; fi", FAILS),
        ("f() { C; }", SWALLOWED),
        ("f() { C || return 1; }\nf", FAILS),
        ("f() { C && return 0; sleep 1; return 1; }\nf || exit 1", FAILS),
        ("f() { C && return 0; return 1; }\nif f; then echo; fi", TESTED),
        ("die() { echo $1; exit 1; }\nC || die no", FAILS),
        ("warn() { echo $1; }\nC || warn no", SWALLOWED),
        ('again() { for i in 1 2 3; do "$@" && return 0; sleep 1; done; return 1; }\nagain C U', FAILS),
        ('again() { for i in 1 2 3; do "$@" && return 0; sleep 1; done; }\nagain C U', SWALLOWED),
        ("trap C EXIT", SWALLOWED),
        ("( C; a )", FAILS),
        ("( C; a ) || true", SWALLOWED),
        ("{ C; a; } || exit 1", SWALLOWED),
        ("{ a; C; } || exit 1", FAILS),
        ("case $X in a) C;; esac", FAILS),
        ("while read x; do C; done < <(a)", FAILS),
        ("C <<E || true\nx\nE", SWALLOWED),
        ("eval 'C'", FAILS),
        ("until C && break; do sleep 1; done", FAILS),
        ("n=0\nuntil C; do n=$((n+1)); [ $n -lt 40 ] || break; sleep 1; done\nexit 1", FAILS),
        ("n=0\nuntil C; do n=$((n+1)); [ $n -lt 4 ] || break; sleep 1; done", TESTED),
        ("while [ $((n++)) -lt 9 ]; do C && break; sleep 1; done\nexit 1", FAILS),
        ("for i in {1..30}; do C && exit 0; [ $i = 30 ] && exit 1; sleep 5; done", FAILS),
        ("for i in $(seq 1 30); do C && exit 0; [ $i = 30 ] && exit 1; sleep 5; done", FAILS),
        ("for ((i=0; i<30; i++)); do C && exit 0; [ $i = 29 ] && exit 1; sleep 5; done", FAILS),
        ("for i in $(seq 1 $N); do C && exit 0; [ $i = $N ] && exit 1; sleep 5; done", FAILS),
        ("for i in $(seq 1 $N); do C && exit 0; [ $OTHER = 1 ] && exit 1; sleep 5; done", SWALLOWED),
        ("x=1; for i in 1 2; do if C; then x=0; break; fi; done\nexit $x", FAILS),
        ("for f in $FILES; do C || bad=1; done\nexit $bad", FAILS),
        ("f() { for i in 1 2; do C && return 0; done; return 1; }\nif ! f; then [ $STRICT = 1 ] && exit 1; fi", FAILS),
        ("C || true\nif [ $OTHER = 1 ]; then exit 1; fi", SWALLOWED),
        ("if [ $OTHER = 1 ]; then C || true; else exit 1; fi", SWALLOWED),
        ("C || code=$?\n[ $code -eq 0 ]", FAILS),
        ("C || code=$?\nif [ $code -eq 22 ]; then echo; fi", SWALLOWED),
        ("set +e\nC\ncode=$?\nif [ $code -eq 0 ]; then exit 1; fi", SWALLOWED),
        ("C | grep -q up", FAILS),
        ("C | grep -q up || true", SWALLOWED),
        ("cd web && C\ncd api && a", FAILS),
        ("C && a\ncd api && a", SWALLOWED),
        ("x=$(a)$(C)", FAILS),
        ("x=$(C)$(a)", SWALLOWED),
        ("x=$(C) a", SWALLOWED),
        ("x=$(C) y=1", FAILS),
        ("readonly x=$(C)", SWALLOWED),
        ("if x=$(C); then a; else exit 1; fi", FAILS),
        ("x=$(C; a)", SWALLOWED),
        ("DO=no\nif [ $DO = yes ]; then C; fi", SWALLOWED),
        ('quiet() { "$@" || true; }\nquiet C\nquiet a', SWALLOWED),
        # A function that gives the answer by `return`, and one that does so whatever it was.
        ("f() { if C; then return 0; fi; return 1; }\nf", FAILS),
        ("f() { if C; then return; fi; return 1; }\nf || exit 1", FAILS),
        ("f() { for i in 1 2; do if C; then echo up; return; fi; sleep 1; done; echo no; return 1; }\nf", FAILS),
        ("f() { while true; do if C; then return 0; fi; return 1; done; }\nf", FAILS),
        ("f() { if C; then return 0; fi; return 1; }\nf || true", TESTED),
        ("f() { if C; then return 0; fi; return 0; }\nf", TESTED),
        ("f() { if C; then return 1; fi; return 1; }\nif f; then a; fi", TESTED),
        # What a loop counts is tested behind it.
        ("for ((i=0; i<5; i++)); do C && break; done\n(( i < 5 ))", FAILS),
        ('for ((i = 1; i <= 40; ++i)); do C && break; done\n[ "$i" -le 40 ]', FAILS),
        ("for ((i=5; i>0; i--)); do C && break; done\nif [ $i = 0 ]; then exit 1; fi", FAILS),
        ("for ((i=0; i!=60; i+=5)); do C && break; done\n[ $i != 60 ]", FAILS),
        ("M=5\nfor ((i=0; i<M; i++)); do C && break; done\n[ $i -lt $M ]", FAILS),
        ("for ((i=0; i<5; i++)); do C && break; done\n(( i <= 5 ))", SWALLOWED),
        ("for ((i=0; i<5; i++)); do C || true; done\n(( i < 6 ))", SWALLOWED),
        ("for ((i=0; i<0; i++)); do C; done", SWALLOWED),
        ("n=0\nuntil C || [ $((n+=1)) -ge 5 ]; do sleep 1; done\n[ $n -lt 5 ]", FAILS),
        ("n=0\nuntil C || [ $((n+=1)) -ge 5 ]; do sleep 1; done\n[ $n -lt 9 ]", TESTED),
        ("n=0\nuntil C; do : $((n++)); [ $n -lt 5 ] || exit 1; done", FAILS),
        ("n=0\nuntil C; do : $((n++)); [ $n -lt 5 ] || break; done", TESTED),
        ("n=0\nuntil C; do m=$((n += 1)); if [ $m -gt 5 ]; then exit 1; fi; done", FAILS),
        ("n=5\nwhile (( n-- > 0 )); do if C; then exit 0; fi; done\nif [ $n -lt 0 ]; then exit 1; fi", FAILS),
        ("n=5\nwhile (( n-- > 0 )); do if C; then exit 0; fi; done\nif [ $n -eq 0 ]; then exit 1; fi", TESTED),
        ("n=0\nwhile [ $n -lt 30 ]; do C && break; n=$((n+1)); done\nif [ $n -ge 30 ]; then exit 1; fi", FAILS),
        ("n=0\nwhile [ $n -lt 30 ]; do C && break; n=$((n+1)); done\nif [ $n -gt 30 ]; then exit 1; fi", SWALLOWED),
        ("for i in `seq 1 5`; do if C; then break; fi; if [ $i -eq 5 ]; then exit 1; fi; done", FAILS),
        ("for i in $(seq 5 -1 1); do if C; then break; fi; if [ $i -eq 5 ]; then a; fi; done\n[ $i -gt 0 ]", TESTED),
        ("n=0\nwhile [ $n -lt 5 ]; do if C; then break; fi; n=$(expr $n + 1); done\n[ $n -lt 5 ]", FAILS),
        ("for ((i=0; i<5; i=i+1)); do C && break; done\n(( i < 5 ))", FAILS),
        ("n=0\nwhile [ $n -lt 3 ]; do n=$((n+1)); C && break; done", FAILS),
        ("n=0\nwhile [ $n -lt 3 ]; do n=$((n+1)); C && break; done\na", SWALLOWED),
        ("SECONDS=0\nwhile (( SECONDS < 300 )); do if C; then exit 0; fi; sleep 5; done\necho late", TESTED),
        ("SECONDS=0\nwhile (( SECONDS < 300 )); do if C; then exit 0; fi; sleep 5; done\nexit 1", FAILS),
        # What else may end the script badly does so whether or not this fails.
        ("C || true\na && exit 0\nexit 1", SWALLOWED),
        ("if C; then echo up; else echo down; fi\na && exit 0\nexit 1", TESTED),
        ("x=$(C || true)\na && exit 0\nexit 1", SWALLOWED),
        ("C || true\nfor i in 1 2 3; do a && break; [ $i -eq 3 ] && exit 1; done", SWALLOWED),
        ("C | tee log && exit 0\nexit 1", SWALLOWED),
        ("C && echo up\na && exit 0\nexit 1", SWALLOWED),
        ("C && exit 0\na && exit 0\nexit 1", FAILS),
        ('retry() { "$@" || echo no; }\nretry C', SWALLOWED),
        ('retry() { "$@" || exit 1; }\nretry C', FAILS),
        ("f() { local bad=0; C || bad=1; }\nbad=0\nf\nexit $bad", SWALLOWED),
        ("f() { bad=0; C || bad=1; }\nbad=0\nf\nexit $bad", FAILS),
        ("f() { local n=${2:-3}; for ((i=0; i<n; i++)); do C && return 0; done; return 1; }\nf x", FAILS),
        ("x=$(C) 2>/dev/null || rc=$?\nif [ $rc -ne 0 ]; then exit 1; fi", FAILS),
        ("x=$(C) 2>/dev/null", FAILS),
        ("x=$(C) 2>/dev/null || true\na", SWALLOWED),
        ("x=$(C) 2>&1 >/dev/null || exit 1\na", FAILS),
        ("x=$(C) 2>/dev/null a", SWALLOWED),
        ("{ C; a; } | b", SWALLOWED),
        ("set -o pipefail\n{ C; a; } | b", FAILS),
    ],
)
def test_what_the_failure_of_a_command_leads_to(script, expected):
    assert [each.fate for each in named(script)] == [expected]


@pytest.mark.parametrize(
    ("shell", "script", "expected"),
    [
        ("bash", "C\na", FAILS),
        ("bash", "C | a", FAILS),
        ("sh", "C | a", SWALLOWED),
        ("sh", "C\na", FAILS),
        ("bash {0}", "C\na", SWALLOWED),
        ("bash {0}", "a\nC", FAILS),
        ("bash -e {0}", "C | a", SWALLOWED),
        ("bash -l -eo pipefail {0}", "C | a\nb", FAILS),
        ("/usr/bin/bash -ex {0}", "C\na", FAILS),
        ("pwsh", "C\na", SWALLOWED),
    ],
)
def test_the_shell_decides_what_a_failure_ends(shell, script, expected):
    assert [each.fate for each in named(script, shell=shell)] == [expected]


@pytest.mark.parametrize("shell", ["python", "python3 {0}", "node {0}"])
def test_another_language_has_no_commands(shell):
    assert commands("import os", shell) == ()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('if [ -z "$K" ]; then exit 1; fi', True),
        ('[ -z "$K" ] && exit 1', True),
        ('if [ -z "$K" ]; then echo no; fi', False),
        ('if [ -n "$K" ]; then echo; else exit 1; fi', False),
        ('[ -n "$K" ] || exit 1', False),
        ('while [ "$s" != 200 ]; do s=$(a); done', True),
        ("while [ $n -lt 3 ]; do n=$((n+1)); done", False),
        ('for i in 1 2; do [ "$s" = ok ] && exit 0; done; exit 1', False),
        ('[ -n "$K" ] && a && b', False),
        ('if [ "$A" = 1 ] && b; then exit 1; fi', True),
        ('f() { for i in 1 2; do if [ "$A" = ok ]; then echo up; return; fi; done; echo no; }\nf', False),
        ('f() { if [ "$A" = 1 ]; then b; return; fi; }\nf', False),
        ('f() { if [ "$A" = 1 ]; then b; return 1; fi; }\nf', True),
    ],
)
def test_a_test_refuses_where_its_success_ends_the_step(script, expected):
    assert [each.refuses for each in named(script, "[")] == [expected]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("for i in 1 2; do case $S in 200) exit 0;; *) a;; esac; done\nexit 1", FAILS),
        ("case $S in 200) ;; *) exit 1;; esac", FAILS),
        ('ok=0\ncase $S in 200) ok=1;; esac\n[ "$ok" = 1 ] || exit 1', FAILS),
        ("case $S in 200) echo up;; *) echo down;; esac\na && exit 0\nexit 1", TESTED),
    ],
)
def test_a_case_decides_where_one_branch_ends_the_step_and_another_does_not(script, expected):
    assert [each.fate for each in named(script, "case")] == [expected]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("case $S in Skipped*) exit 1;; esac", True),
        ("case $S in ok) ;; *) exit 1;; esac", True),
        ("case $S in a) x;; *) y;; esac", False),
        ("for i in 1 2; do case $S in 200) exit 0;; *) a;; esac; done\nexit 1", False),
        ('for i in 1 2; do case $S in "$C"*) exit 0;; esac; done; exit 1', False),
    ],
)
def test_a_case_refuses_where_a_branch_ends_the_step(script, expected):
    (command,) = named(script, "case")
    assert command.refuses == expected


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
    (command,) = named(script)
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
