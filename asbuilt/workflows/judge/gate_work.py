"""What of a job's scripts is its work, and why the failure of that does not count.

A guard that asks whether a variable is set, an installer and a set-up step say nothing of the code: a job whose tests
are swallowed can fail for them alone. Where a job does nothing else, a guard that asks for no key is its work.
"""

import re
from collections.abc import Iterator

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import ACTIONS, has_script, only_logs_in, script_of
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.judge.remote_commands import hides_status, waits_for_nothing
from asbuilt.workflows.judge.undecided import quoted
from asbuilt.workflows.run.contexts import variables_of
from asbuilt.workflows.shell.languages import SHELLS
from asbuilt.workflows.shell.script import Command, Fate, commands
from asbuilt.workflows.shell.variables import named_in
from asbuilt.workflows.yaml.document import text_of, texts_of

_INSTALLS = late(
    r"^(?:sudo )?(?:npm (?:ci|i|install|clean-install)|yarn(?: install\b)|yarn$|pnpm (?:i|install)|bun (?:i|install)"
    r"|bundle (?:install|config)|gem install|apt(?:-get)?|brew|snap|apk|dnf|yum|(?:uv )?pip3? install|pipx install"
    r"|python[\d.]* -m (?:pip|venv|ensurepip)|pipenv (?:install|sync)|poetry (?:install|config)|pdm (?:install|sync)"
    r"|uv (?:sync|pip|venv|tool install)|corepack|nvm|rustup|cargo (?:fetch|install)|go (?:mod download|install|get)"
    r"|composer install|dotnet restore|npx playwright install|pre-commit install|mix deps\.get|playwright install"
    r"|make (?:install|setup|deps|bootstrap|prepare|init)$|(?:\./)?(?:bin|script|scripts)/(?:setup|bootstrap|install)"
    r"|(?:npx )?heroku (?:login|auth|container:login|plugins|update|git:remote|version)"
    r"|(?:docker|podman|gh|az) (?:auth )?login"
    r"|docker[ -]compose (?:pull|build|up (?:-d|--detach))"
    r"|(?:bundle exec |bin/)?(?:rails|rake) db:(?:create|setup|prepare)"
    r"|gcloud auth|aws configure|curl\b.*\binstall|wget\b.*\binstall)\b"
)
# What a script does around its tests: its failure says nothing of the code.
_PREPARES = late(
    r"^(?:cd|echo|printf|set|export|true|:|exit 0|mkdir|cp|mv|rm|ls|cat|tee|sleep|source|\.|chmod|touch|trap)(?:\s|$)"
    r"|^(?:command -v|which|type) |^[\w./-]+ (?:--version|-v|-V|version)$"
    r"|^wait$"
    r"|^git (?:config|fetch|clone|checkout|switch|pull|submodule|log|status|rev-parse|lfs)\b"
    r"|^docker (?:pull|login|rm|stop|rmi)\b"
)
_IDLE = late(
    r"^(?:echo|printf|true|:|sleep|exit|false|set|export|cd|git (?:config|fetch|checkout|switch|pull))(?:\s|$)"
)
_PRINTS = late(r"^(?:echo|printf|true|:|sleep|exit 0)(?:\s|$)")
# An option with which a tool succeeds whatever it finds.
_FORGIVES = late(r"\s--exit-zero\b|^make (?:.*\s)?(?:-i|--ignore-errors)(?:\s|$)")
_SETS_UP = late(
    r"^actions/(?:checkout|cache|setup-|upload-|download-|create-github-app-token)|/setup-|setup|install|cache|login"
    r"|credentials|harden-runner|paths-filter|changed-files|free-disk|ssh-agent"
)
# What tells others of a result, and is no test itself.
REPORTS = late(
    r"codecov|coverall|codeclimate|sonar|upload|artifact|slack|discord|notif|comment|badge|report|annotat|publish",
    re.IGNORECASE,
)
_TESTS = frozenset({"test", "[", "[["})
_LEAVES = frozenset({"exit", "false", "return"})
# What a test in brackets asks of a variable: whether it is there, or has a value.
_OF_VARIABLES = frozenset({"-n", "-z", "=", "==", "!=", "=~", "!", "]", "]]", "&&", "||", "-a", "-o"})
_COMPARES = frozenset({"-n", "-z", "=", "==", "!=", "=~", "-eq", "-ne", "-gt", "-ge", "-lt", "-le"})
_COMPUTED = re.compile(r"\$\(|`")
_ASKS_A_JOB = re.compile(r"\b(?:steps|needs)\b\s*[.\[]|toJSON\(\s*needs", re.IGNORECASE)
_SETS_OFF = late(r"^\s*set \+e.*$", re.MULTILINE)
_SECRET = re.compile(r"\bsecrets\s*[.\[]", re.IGNORECASE)


def work(placed: PlacedStep) -> Iterator[Command]:
    """Give the commands of a script that are there for their own sake, and not for those of others."""
    script = script_of(placed.step)
    found = commands(script, placed.shell)
    for command in found:
        words = " ".join(command.words)
        around = not words or _PREPARES.match(words) or _installs(command) or _is_fed(command, found)
        reports = command.fate is Fate.SWALLOWED and REPORTS.search(words)
        if not around and not reports and not is_guard(command, placed, script):
            yield command


def _is_fed(command: Command, found: tuple[Command, ...]) -> bool:
    """Tell whether a shell runs what an installer hands it: `curl ... install.sh | sh`."""
    return any(
        command.words == each.words and command.line == each.line
        for other in found
        if _installs(other)
        for each in other.piped_to
    )


def _installs(command: Command) -> bool:
    """Tell whether a command installs something, itself or by the script that it fetches for a shell."""
    fetched = command.words[:1] in {("curl",), ("wget",)} and command.piped_to
    return _INSTALLS.match(" ".join(command.words)) is not None or bool(
        fetched and command.piped_to[-1].words[0] in SHELLS
    )


def is_guard(command: Command, placed: PlacedStep, script: str) -> bool:
    """Tell whether a command asks what the job was given, and nothing of the code: `test -n "$KEY"`, `exit 1`."""
    name = command.words[0]
    if name in _LEAVES:
        return not any(_ASKS_A_JOB.search(text) for text in (text_of(placed.step.condition) or "", script))
    if name == ":":
        return True
    if name == "case":
        asked = _COMPUTED.search(command.words[1]) or _ASKS_A_JOB.search(command.words[1])
        return not asked and _is_given(command.words[1], script, placed)
    if name not in _TESTS:
        return False
    operands = [word for word in command.words[1:] if word not in _OF_VARIABLES]
    asks = any(word in _COMPARES for word in command.words)
    about = all(not _COMPUTED.search(word) and not _ASKS_A_JOB.search(word) for word in operands)
    operands = [word for word in operands if word not in _COMPARES]
    if not about or any(re.fullmatch(r"-\w+", word) for word in operands):
        return False
    return (asks or len(operands) == 1) and all(_is_given(word, script, placed) for word in operands)


def _is_given(word: str, script: str, placed: PlacedStep) -> bool:
    """Tell whether the variables of a word are given to a script from outside of the run.

    Not worked out in it, nor by a step or a job before it.
    """
    given = {name: text for node in placed.environments for name, text in texts_of(node)}
    return not any(
        _ASKS_A_JOB.search(given.get(name, ""))
        or (placed.within is not None and "inputs" in given.get(name, "") and "=" in script)
        or re.search(rf"(?<![\w$]){re.escape(name)}=|\bread\b[^\n]*\b{re.escape(name)}\b", script)
        for name in named_in(word)
    )


def guards(placed: PlacedStep, sources: Sources) -> bool:
    """Tell whether a step refuses what the job was given, by a guard that asks for no key."""
    script = script_of(placed.step)
    given = variables_of(placed, sources)
    for command in commands(script, placed.shell):
        if not command.words or not is_guard(command, placed, script) or command.words[0] == ":":
            continue
        if command.words[0] in _LEAVES:
            if placed.step.condition is not None and command.fate is Fate.FAILS and command.words[1:2] != ("0",):
                return True
            continue
        texts = (*command.words, *(given.get(name, "") for word in command.words for name in named_in(word)))
        if (command.fate is Fate.FAILS or command.refuses) and not any(map(_SECRET.search, texts)):
            return True
    return False


def counts(command: Command) -> bool:
    """Tell whether the failure of what a command does fails its step."""
    words = " ".join(command.words)
    ends_badly = command.fate is Fate.FAILS or command.refuses
    return ends_badly and not _FORGIVES.search(words) and not hides_status(command.words)


def is_test(placed: PlacedStep) -> bool:
    """Tell whether a step can fail in a way that is not read here: by an action, or a script in another language."""
    if has_script(placed.step):
        script = script_of(placed.step)
        return not commands(script, placed.shell) and bool(script.strip())
    return not sets_up(placed) and not REPORTS.search(placed.step.action or "")


def sets_up(placed: PlacedStep) -> bool:
    """Tell whether a step uses an action that makes things ready for others."""
    known = ACTIONS.get(placed.step.action or "")
    return _SETS_UP.search(placed.step.action or "") is not None or (
        known is not None and only_logs_in(placed.step, known)
    )


def is_idle(placed: PlacedStep) -> bool:
    """Tell whether a step tests nothing: its script prints, installs and guards, or its action sets up."""
    if not has_script(placed.step):
        return sets_up(placed)
    script = script_of(placed.step)
    found = commands(script, placed.shell)
    texts = [(each, " ".join(each.words)) for each in found]
    return bool(found) and all(
        not words or _IDLE.match(words) or _installs(each) or _is_fed(each, found) or is_guard(each, placed, script)
        for each, words in texts
    )


def only_prints(placed: PlacedStep) -> bool:
    """Tell whether a step's script does nothing but print, or its action nothing but set up."""
    if not has_script(placed.step):
        return sets_up(placed)
    return all(_PRINTS.match(" ".join(each.words)) for each in commands(script_of(placed.step), placed.shell))


def why_passed(command: Command, placed: PlacedStep) -> tuple[str, str]:
    """Say why the failure of a command that is work does not fail its step, and what makes it fail."""
    script, shell = script_of(placed.step), (placed.shell or "").strip()
    if waits_for_nothing(command.words):
        return "run:detached does not wait for it", "heroku run --exit-code, which waits and passes the exit code on"
    if hides_status(command.words):
        return "heroku run succeeds however that ends", "heroku run --exit-code, which passes the exit code on"
    if _FORGIVES.search(" ".join(command.words)):
        return "an option makes it succeed", "take that option away: --exit-zero, -i"
    if " " in shell and _fails(command, script, "bash -e {0}"):
        return f"its shell, {quoted(shell)}, lacks -e", "shell: bash"
    if command.piped_to and _fails(command, script, "bash -eo pipefail {0}"):
        return "a pipe ends as its last command does", "shell: bash, which has pipefail; or set -o pipefail before it"
    if re.search(r"^\s*set \+e", script, re.MULTILINE) and _fails(command, _SETS_OFF.sub(":", script), shell):
        return "set +e", "take set +e away"
    return "", "let its own result count: no `|| true`, no `--exit-zero`, and `set -o pipefail` before a pipe"


def _fails(command: Command, script: str, shell: str) -> bool:
    """Tell whether a command fails the step under another shell, or in a script without what keeps it from that."""
    return any(
        each.words == command.words and each.line == command.line and each.fate is Fate.FAILS
        for each in commands(script, shell or None)
    )
