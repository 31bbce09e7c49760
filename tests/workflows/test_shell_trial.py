"""How scripts end when a key is empty, or a status is what the action says when it passes over an app."""

import os
import shutil
import subprocess

import pytest

from asbuilt.workflows.shell.trial import trial

SKIPPED = "Skipped deploy to heroku app from branch HEAD"
STATUS = "${{ steps.deploy.outputs.status }}"

REFUSES_AN_EMPTY_KEY = (
    'test -n "$KEY"',
    '[ -n "$KEY" ]',
    "[[ -n $KEY ]]",
    "[[ $KEY ]]",
    '[ "$KEY" ]',
    '[ -n "${KEY:-}" ]',
    ': "${KEY:?is empty}"',
    'echo "${KEY:?}" > /dev/null',
    "X=${KEY:?}",
    'if [ -z "$KEY" ]; then echo "::error::no key"; exit 1; fi',
    'if [ -z "$KEY" ]\nthen\n  exit 1\nfi\necho ok',
    'if test -n "$KEY"; then echo ok; else exit 2; fi',
    '[ -z "$KEY" ] && exit 1\ntrue',
    '[ -z "$KEY" ] && { echo no; exit 1; } || true',
    '[ -n "$KEY" ] || { echo no; exit 1; }',
    '[ -n "$KEY" ] || (echo no; exit 1)',
    '! [ -z "$KEY" ] || exit 1',
    '[ ! -z "$KEY" ]',
    'test ! -z "$KEY"',
    '[ "$KEY" != "" ]',
    '[ "x$KEY" = "x" ] && exit 1; true',
    'if [[ "$KEY" == "" ]]; then exit 1; fi',
    'if [ "${#KEY}" -eq 0 ]; then exit 1; fi',
    "if (( ${#KEY} == 0 )); then exit 1; fi",
    'if [ -z "$KEY" ] || [ -z "$MAIL" ]; then exit 1; fi',
    "if [[ -z $KEY || -z $MAIL ]]; then exit 1; fi",
    '[ -n "$KEY" -a -n "$MAIL" ] || exit 1',
    '[ -n "$KEY" ] && [ -n "$MAIL" ]',
    'for name in KEY MAIL; do\n  if [ -z "${!name}" ]; then echo "$name"; exit 1; fi\ndone',
    'missing=0\nfor name in KEY; do [ -n "${!name}" ] || missing=1; done\nexit $missing',
    'errors=0\nfor name in KEY MAIL; do [ -n "${!name}" ] || errors=$((errors + 1)); done\nexit $errors',
    'n=0\n[ -n "$KEY" ] || n=$((n+1))\nif [ $n -gt 0 ]; then exit $n; fi',
    'need() { [ -n "$1" ] || exit 1; }\nneed "$KEY"',
    'die() { echo "$1" >&2; exit 1; }\n[ -n "$KEY" ] || die "no key"',
    'case "$KEY" in "") exit 1 ;; esac',
    'case "$KEY" in ?*) ;; *) exit 1 ;; esac',
    'bash -c \'test -n "$KEY"\'',
    'OK=$(test -n "$KEY")',
    'OK=$(true)$(test -n "$KEY")',
    'A=1 OK=$(test -n "$KEY")',
    'OK=$([ -n "$KEY" ]) || exit 1',
    'if OK=$(test -n "$KEY"); then echo; else exit 1; fi',
    'eval \'test -n "$KEY"\'',
    'ok=no\nfor n in 1 2; do if [ -n "$KEY" ]; then ok=yes; break; fi; done\n[ $ok = yes ]',
    'set +e\ntest -n "$KEY"\nif [ $? -ne 0 ]; then exit 1; fi',
    'code=0\ntest -n "$KEY" || code=$?\nexit $code',
    'length=$(printf %s "$KEY" | wc -c)\n[ "$length" -gt 10 ]',
    'echo >&2 "${KEY:?}" || true',
    # What a question about the key leads to, and nothing else.
    'HAS=$([ -n "$KEY" ] && echo yes || echo no)\nif [ "$HAS" = no ]; then echo no; exit 1; fi',
    'length=$(printf %s "$KEY" | wc -c)\nok=no\n[ "$length" -gt 10 ] && ok=yes\n[ $ok = yes ] || exit 1',
    '( [ -n "$KEY" ] ) || exit $?',
    'set +e\nlength=$(printf %s "$KEY" | wc -c)\ntest "$length" -gt 3\nexit $?',
    'echo "$KEY" | grep -q . || exit $?',
    'set +e\n( [ -n "$KEY" ] )\nexit $?',
    'set +e\n! [ -n "$KEY" ]\nif [ $? -eq 0 ]; then exit 1; fi',
    # Functions have arguments and variables of their own.
    'log() { local bad=$1; echo "$bad"; }\nbad=0\n[ -n "$KEY" ] || bad=1\nlog 0\nexit $bad',
    'die() { echo "$1"; exit "${2:-1}"; }\n[ -n "$KEY" ] || die "no key"',
    'need() { for name in "$@"; do [ -n "${!name}" ] || exit 1; done; }\nneed KEY',
    'need() { for name; do [ -n "${!name}" ] || exit 1; done; }\nneed HOME KEY',
    'need() { while [ $# -gt 0 ]; do [ -n "${!1}" ] || exit 1; shift; done; }\nneed KEY',
    'need() { [ -n "$2" ] || { echo "$1"; exit 1; }; }\nneed name "$KEY"',
    'set -- "$KEY"\n[ -n "$1" ] || exit 1',
    'names=(KEY)\nfor name in "${names[@]}"; do [ -n "${!name}" ] || exit 1; done',
    # Assignments on a line of their own.
    'A=1 OK=$(test -n "$KEY")\necho done',
    'A=1 B="$KEY"\ntest -n "$B"',
    # `${NAME:?}` ends the shell that it stands in, whatever stands around the command.
    ': "${KEY:?}" || true',
    'export KEY="${KEY:?}"',
    'X="${KEY:?}" env || true',
    'echo `true` "${KEY:?}" || true',
    'need() { : "${1:?}"; }\nneed "$KEY" || true',
    'NAME=""\n: "${NAME:-"${KEY:?no key}"}" || true',
    'for each in "${KEY:?}"; do :; done || true',
    'case "${KEY:?}" in *) ;; esac || true',
    '(: "${KEY:?}")',
    'OK=$(: "${KEY:?}")',
    "bash -c ': \"${KEY:?}\"'",
    "cat > .netrc <<END\npassword ${KEY:?}\nEND",
    'cat <<< "${KEY:?}"',
    "{ cat; } <<END || true\n${KEY:?}\nEND",
    'MODE=""\nMODE=${MODE:-$(test -n "$KEY")}',
    'MODE=a\nMODE=${MODE:+$(test -n "$KEY")}',
    # A bare assignment is one as well where something is redirected.
    'OK=$(test -n "$KEY") 2>/dev/null',
    '2>/dev/null OK=$(test -n "$KEY")\necho on',
    'OK=$(test -n "$KEY") > /dev/null 2>&1 || exit 1\necho on',
    'if OK=$(test -n "$KEY") 2>/dev/null; then echo; else exit 1; fi',
    'OK=$(test -n "$KEY") 2>/dev/null; echo on',
    'shopt -s inherit_errexit\nOK=$(test -n "$KEY"; echo on)',
    'set -o posix\nOK=$(test -n "$KEY"; echo on)',
    'printf %s "$KEY" | grep -q .',
    'grep -q . <<< "$KEY"',
    'python -c "import os, sys; sys.exit(not os.environ[\'KEY\'])"',
    'set -eu\n[ -n "$KEY" ]\nheroku ps',
    'test -n "$KEY" && heroku ps',
)  # fmt: skip
LETS_AN_EMPTY_KEY_PASS = (
    # What another variable decides says nothing of the key, and neither does a program that is handed that.
    'case "$MODE" in a) t=A ;; b) t=B ;; esac\nbody=$(jq -n --arg t "$t" "{t: $t}")\ncurl "$URL" -d "$body"',
    'if [ "$MODE" = a ]; then t=A; else t=B; fi\npython -c "print(1)" "$t"',
    'body=$(echo "{}" | jq .)',
    'MODE=live\nt="Deploy to ${MODE^}"\nbody=$(jq -n --arg t "$t" .)',
    'n=²\n[ -z "$KEY" ]\nn=$((n + 1))',
    'n=1\n[ -n "$KEY" ] || n=$(($n - 1))\nexit $n',
    'echo "$KEY"',
    'set -u\necho "$KEY"',
    ': "${KEY?}"',
    'test -n "$KEY" || true',
    'export OK=$(test -n "$KEY")',
    'readonly OK=$(test -n "$KEY")',
    'f() { local OK=$(test -n "$KEY"); }\nf',
    'OK=$(test -n "$KEY") echo',
    'OK=$(test -n "$KEY")$(true)',
    'OK=$(test -n "$KEY"; true)',
    'OK=$(test -n "$KEY") || true',
    'n=0\n((n++)) || true\n[ -z "$KEY" ]',
    # What was asked of the key has no part in how this ends.
    'length=$(printf %s "$KEY" | wc -c)\nif [ "$length" -ne 36 ]; then echo odd; fi\nls . || exit 1',
    '[ -n "${KEY// /}" ] || echo empty\nls . || exit 1',
    'HAS=$([ -n "$KEY" ] && echo yes || echo no)\nif [ "$HAS" = no ]; then exit 0; fi\nls . || exit 1',
    'case $(printf %s "$KEY" | wc -c) in 36) ;; *) echo odd ;; esac\nls . || exit 1',
    '[ -n "${KEY// /}" ] || { echo empty; exit; }\necho on',
    'V=$([ -n "${KEY// /}" ] || { echo a; exit; }) || exit 1',
    '! test -n "$KEY" && exit\necho on',
    'set +e\nwhile [ -n "$KEY" ]; do break; done\nexit $?',
    'retry() { "$@" || echo "gave up"; }\nretry test -n "$KEY"',
    'ok=\n[ -n "$KEY" ] && ok=1\nif [ "$ok" -ne 1 ]; then exit 1; fi',
    'check() { local ok=1; [ -n "$KEY" ] || ok=0; }\nok=1\ncheck\n[ $ok = 1 ] || exit 1',
    'check() { [ -n "$KEY" ]; }\necho check',
    'A=1 KEY=default\n[ -n "$KEY" ]',
    ': "${KEY:=default}"\n[ -n "$KEY" ] || exit 1',
    'f() { [ -n "$KEY" ]; }\nKEY=abc f',
    "KEY=abc bash -c '[ -n \"$KEY\" ]'",
    "env KEY=abc sh -c '[ -n \"$KEY\" ]'",
    'echo KEY=abc > .env\nsource ./.env\n[ -n "$KEY" ]',
    'echo KEY=abc > .env\nexport $(cat .env | xargs)\n[ -n "$KEY" ]',
    'printf -v KEY %s x\n[ -n "$KEY" ]',
    'eval "$(echo KEY=abc)"\n[ -n "$KEY" ]',
    "trap 'exit 0' EXIT\n[ -n \"$KEY\" ]",
    'cleanup() { echo; exit 0; }\ntrap cleanup EXIT\n[ -n "$KEY" ]',
    'if [-z "$KEY"]; then exit 1; fi',
    "if [ -z '$KEY' ]; then exit 1; fi",
    # `${NAME:?}` ends no shell but the one that it stands in, and that one's status is not always heeded.
    'export OK=$(: "${KEY:?}")',
    'readonly OK="$(echo "${KEY:?}")"',
    'f() { local OK=$(: "${KEY:?}"); }\nf',
    'OK=$(: "${KEY:?}") true',
    'A=$(: "${KEY:?}") B=$(date)',
    'OK=$(: "${KEY:?}") || true',
    'set +e\nOK=$(: "${KEY:?}")\necho on',
    'echo "key $(echo ${KEY:?})"',
    "echo `echo ${KEY:?}`",
    "cat <<END\n$(echo ${KEY:?})\nEND",
    "cat <<END || true\n${KEY:?}\nEND",
    "( cat ) <<END || true\n${KEY:?}\nEND",
    "cat <<'END'\n${KEY:?}\nEND",
    'cat > "/tmp/${KEY:?}" || true',
    'cat <(echo "${KEY:?}")',
    '(: "${KEY:?}") || true',
    ': "${KEY:?}" | cat',
    ': "${KEY:?}" &',
    "bash -c ': \"${KEY:?}\"' || true",
    'NAME=set\n: "${NAME:-${KEY:?}}"',
    'NAME=""\n: "${NAME:+${KEY:?}}"',
    'for ((n=0; n<0; n++)); do : "${KEY:?}"; done',
    'MODE=${HOME:-$(test -n "$KEY")}',
    'MODE=""\nMODE=${MODE-$(test -n "$KEY")}',
    'MODE=""\nMODE=${MODE:+$(test -n "$KEY")}',
    'OK=$(test -n "$KEY") 2>/dev/null || true',
    'OK=$(test -n "$KEY") 2>/dev/null true',
    'OK=$(test -n "$KEY") \\\n  2>/dev/null \\\n  true',
    'shopt -s inherit_errexit\nexport OK=$(test -n "$KEY"; echo on)',
    'shopt -s inherit_errexit\nOK=$(test -n "$KEY"; echo on) || true',
    '(shopt -s inherit_errexit)\nOK=$(test -n "$KEY"; echo on)',
    'test -n "$KEY" || echo "no key"',
    'if [ -z "$KEY" ]; then echo "::error::no key"; fi',
    'if [ -z "$KEY" ]; then exit 0; fi',
    "test -n KEY",
    'test -n "$MAIL"',
    '[ -z "$MAIL" ] && exit 1; true',
    'set +e\ntest -n "$KEY"\necho ok',
    'if [ "$MAIL" = x ] && [ -z "$KEY" ]; then exit 1; fi',
    'test -n "$KEY" | cat',
    "(exit 1) || true",
    'check() { test -n "$KEY"; }\necho',
    'heroku ps\ntest -n "$KEY"',
    'test -n "$KEY" || heroku ps',
    'x=$(heroku ps)\ntest -n "$KEY"',
    'if [ -n "$KEY" ]; then heroku ps; fi',
    'case "$KEY" in x*) exit 1 ;; esac',
    '# test -n "$KEY"',
    "",
)  # fmt: skip


def is_heroku(words, _values):
    return words[0] == "heroku"


@pytest.mark.parametrize("script", REFUSES_AN_EMPTY_KEY)
def test_an_empty_key_fails_it(script):
    assert trial(script, None, {"KEY": ""}, wanted=is_heroku).fails


@pytest.mark.parametrize("script", LETS_AN_EMPTY_KEY_PASS)
def test_an_empty_key_does_not_fail_it(script):
    assert not trial(script, None, {"KEY": ""}, wanted=is_heroku).fails


_BY_ITSELF = ("heroku", "curl", "jq", "python", "date", "²")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("script", "fails"),
    [
        pytest.param(script, fails, id=script)
        for scripts, fails in ((REFUSES_AN_EMPTY_KEY, True), (LETS_AN_EMPTY_KEY_PASS, False))
        for script in scripts
        if not any(program in script for program in _BY_ITSELF)
    ],
)
def test_bash_ends_so(script, fails, tmp_path):
    command = ["bash", "--noprofile", "--norc", "-e", "-c", script]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "MAIL": "m@shop.example", "KEY": ""}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode != 0) == fails


# These end with a test that fails in turn, or leave open what they make of the key.
_OPEN = ("wc -c", "python", "&& heroku", "HAS=", "exit $?")


@pytest.mark.parametrize("script", [each for each in REFUSES_AN_EMPTY_KEY if not any(part in each for part in _OPEN)])
def test_a_key_that_is_there_passes(script):
    assert trial(f"{script}\n:", None, {"KEY": "abc", "MAIL": "m@shop.example"}, wanted=is_heroku).ends <= {
        "well",
        "reached",
    }


REFUSES_A_SKIP = (
    'case "$S" in\n  Skipped*)\n    exit 1\n    ;;\nesac',
    'case "$S" in Successfully*) ;; *) echo "$S"; exit 1 ;; esac',
    'case "$S" in "" | "Skipped"*) exit 1 ;; esac',
    'if [[ "$S" == Skipped* ]]; then exit 1; fi',
    'if [[ "$S" == "Skipped"* ]]; then exit 1; fi',
    "if [[ $S =~ ^Skipped ]]; then exit 1; fi",
    '[[ "$S" == Successfully* ]]',
    '[[ "$S" != *Skipped* ]] || exit 1',
    'if [[ ! "$S" =~ Success ]]; then exit 1; fi',
    'if echo "$S" | grep -q "^Skipped"; then exit 1; fi',
    'echo "$S" | grep -q Successfully',
    'echo "$S" | grep -iq "successfully deployed" || exit 1',
    '! grep -q Skipped <<< "$S" || exit 1',
    'grep -vq Skipped <<< "$S"',
    'if [ "${S%% *}" = Skipped ]; then exit 1; fi',
    'if [ "${S:0:7}" = Skipped ]; then exit 1; fi',
    'if [ "${S#Skipped}" != "$S" ]; then exit 1; fi',
    'first=$(echo "$S" | cut -d" " -f1)\nif [ "$first" = Skipped ]; then exit 1; fi',
    'test "$(echo "$S" | cut -d" " -f1)" = Successfully',
    f'if [[ "{STATUS}" == Skipped* ]]; then exit 1; fi',
    f"echo '{STATUS}' | grep -q Successfully",
)  # fmt: skip
LETS_A_SKIP_PASS = (
    'echo "$S"',
    'if [ "$S" = Skipped ]; then exit 1; fi',
    'if [[ "$S" == Failed* ]]; then exit 1; fi',
    'if [[ "$S" == "Skipped*" ]]; then exit 1; fi',
    "if [[ $S = 'Skipped *' || 1 = 2 ]]; then exit 1; fi",
    'if [[ "$S" == Skipped* ]]; then echo "::warning::$S"; fi',
    'case "$S" in Skipped*) echo skipped ;; *) exit 1 ;; esac',
    'case "$S" in Failed* | Error*) exit 1 ;; esac',
    'test -n "$S"',
    'echo "$S" | grep -q "^skipped" && exit 1 || true',
    'echo "$S" | grep -q deploy',
    'if [[ "$OTHER" == Skipped* ]]; then exit 1; fi',
)  # fmt: skip


def status(text):
    return SKIPPED if text == STATUS else None


@pytest.mark.parametrize("script", REFUSES_A_SKIP)
def test_a_skip_fails_it(script):
    assert trial(script, None, {"S": SKIPPED}, status).fails


@pytest.mark.parametrize("script", LETS_A_SKIP_PASS)
def test_a_skip_does_not_fail_it(script):
    assert not trial(script, None, {"S": SKIPPED}, status).fails


@pytest.mark.parametrize(
    ("script", "shell", "fails"),
    [
        ("test -n $KEY; echo", "bash", True),
        ("test -n $KEY; echo", "bash {0}", False),
        ("test -n $KEY; echo", "bash -e {0}", True),
        ('test -n "$KEY"', "sh", True),
        ('test -n "$KEY" | cat', "bash", True),
        ('if (-not $env:KEY) { throw "no key" }', "pwsh", True),
        ("import os; assert os", "python", False),
    ],
)
def test_the_shell_decides(script, shell, fails):
    assert trial(script.replace("$KEY;", '"$KEY";'), shell, {"KEY": ""}).fails is fails


def test_whatever_is_no_script_is_run_to_its_end():
    for script in ("((((", "if [ ; then", "case x in", "${", "\0", "f() { f; }; f", "while :; do :; done"):
        assert trial(script, None, {"KEY": ""}).ends
