"""What a step asks of an app after a deploy: whether a bad answer fails it, and what the answer proves.

The *verdicts* of a script are its commands that judge an answer (`[ ... ]`, `grep`, `jq`) and can fail the step. A
verdict is about an answer when the answer reaches it: through a pipe, a variable, a file, or in `$(...)`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.workflows import health_code
from asbuilt.workflows.document import Scalar, text_of
from asbuilt.workflows.health_addresses import hands_an_app
from asbuilt.workflows.health_names import (
    checks_by_name,
    is_named_for_health,
    is_suite,
    proves_by_name,
    runs_a_check,
    tests_by_name,
)
from asbuilt.workflows.mechanisms import SCRIPT_INPUTS
from asbuilt.workflows.requests import Request, request_of
from asbuilt.workflows.shell import Command, Fate, commands, expand
from asbuilt.workflows.workflow import Job, Step


@dataclass(frozen=True, slots=True)
class Check:
    """What a step asks of an app after a deploy."""

    can_fail: bool
    proves_release: bool
    notices_errors: bool
    addresses: tuple[str, ...]


# What a health check is about: a path, a word, or the app's own address.
_ABOUT = re.compile(
    r"health|/status\b|/ready|/live|/ping\b|/version|/up\b|/heartbeat|/info\b|heroku(?:app|dns)\.com|smoke",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:^|[\s(|;&`/])(?:curl|wget|https?|xhs?)\s|\bheroku\s+(?:releases|slugs|ps|apps:info|builds)\b")
_ASKS_HEROKU = re.compile(r"^(?:releases|slugs|ps|apps:info|builds|dynos)(?::|$)")
_JUDGES = frozenset({"[", "[[", "test", "case", "((", "grep", "egrep", "fgrep", "rg", "jq", "yq", "diff", "cmp"})
_READS = frozenset({"jq", "yq", "python", "python3", "node"})
_COMPARES = frozenset({"=", "==", "!=", "=~", "-eq", "-ne", "in"})
# A word for what was deployed, in the name of a variable, an expression or a command.
_RELEASE_WORD = (
    r"(?<![a-z])(?:(?:\w+_)?(?:git|head|short|full|build|slug|deploy\w*|expected)?_?sha(?:1|256|7)?|\w*commit\w*|\w*revision"
    r"|(?!(?:node|python|ruby|java|go|api|npm|cli|poetry|php|runner)[_-]?version)\w*version|\w*release\w*|(?:\w+_)?tag(?:_name)?"
    r"|ref_name|git_?rev|git_?hash)(?![a-z])"
)
_RELEASE = re.compile(
    rf"\$\{{\{{[^}}]*{_RELEASE_WORD}[^}}]*\}}\}}|\${{?#?{_RELEASE_WORD}|\bgit\s+(?:rev-parse|describe|log|show|ls-remote)\b"
    r"|\brev-parse\b",
    re.IGNORECASE,
)
_RELEASE_ANSWER = re.compile(rf"[./\"'\s]?{_RELEASE_WORD}", re.IGNORECASE)
_UNKNOWN = re.compile(r"^\"?\$(?:\w+|\{\w+\}|\{\{.*\}\})")
_STATUS = re.compile(r"status|code|http|count|attempt|retr|max|url", re.IGNORECASE)
_WORTH_READING = re.compile(
    r"curl|wget|(?:^|[\s;(])(?:https?|xhs?)\s|health|smoke|verif|asbuilt|pytest|api\.heroku|heroku\s+(?:releases|slugs|ps|apps|builds)"
    r"|wait-on|requests|urlopen|fetch\(|axios|invoke-|playwright|cypress|newman|hurl|\bk6\b|post.?deploy|net::http",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # each path that leads to a step asks
def check_of(step: Step, shell: str | None = None, job: Job | None = None) -> Check | None:
    """Read a step as a health check; None where it is none at all. What its job hands to all its steps counts too."""
    env = tuple(_entries(step, job))
    if step.action is not None and step.action not in SCRIPT_INPUTS:
        return _check_of_action(step, step.action, env)
    script = _script(step)
    if not _WORTH_READING.search(f"{step.name} {step.id} {script}") and not hands_an_app((*env, ("", script))):
        return None
    reading = _Reading.of(step, script, shell)
    return health_code.check(step.name, script, shell, Check) or reading.check(env)


def _entries(step: Step, job: Job | None) -> Iterator[tuple[str, str]]:
    """Give the variables that a step is handed, by name."""
    for node in (job.env if job is not None else None, step.env):
        for name, value in node.values.items() if node is not None else ():
            yield name, text_of(value) or ""


def check_of_call(uses: str) -> Check | None:
    """Read a call of a workflow as a health check, by its name: what it does may stand in another repository."""
    name = uses.partition("@")[0].lower()
    if proves_by_name(name):
        return Check(can_fail=True, proves_release=True, notices_errors=True, addresses=())
    if checks_by_name(name):
        return Check(can_fail=True, proves_release=False, notices_errors=True, addresses=())
    return None


def careless_requests(step: Step, shell: str | None = None) -> tuple[Command, ...]:
    """Give the curl commands that deploy or check health, and take an HTTP error for a success."""
    script = _script(step)
    if "curl" not in script or (step.action is not None and step.action not in SCRIPT_INPUTS):
        return ()
    reading = _Reading.of(step, script, shell)
    return tuple(
        request.command
        for request in reading.requests
        if request.program == "curl"
        and not request.strict
        and (request.deploys or (reading.counts(request) and reading.fails_for(request)))
        and not reading.is_judged(request)
    )


def _script(step: Step) -> str:
    name, prefix = SCRIPT_INPUTS.get(step.action or "", ("", ""))
    return prefix + (text_of(step.input(name)) or "") if name else text_of(step.run) or ""


def _check_of_action(step: Step, action: str, env: tuple[tuple[str, str], ...]) -> Check | None:
    inputs = (
        {key.text: text_of(node) or "" for key, node in step.with_.items() if isinstance(node, Scalar)}
        if step.with_
        else {}
    )
    check = check_of_call(action)
    if check is None and action == "actions/github-script":
        return health_code.check(step.name, inputs.get("script", ""), "node", Check)
    if check is None and tests_by_name(action) and hands_an_app((*inputs.items(), *env)):
        check = Check(can_fail=True, proves_release=False, notices_errors=True, addresses=())
    if check is None:
        return None
    addresses = tuple(
        text for name, text in inputs.items() if re.search(r"url|host|endpoint|resource", name, re.IGNORECASE) and text
    )
    proves = check.proves_release or any(map(_RELEASE.search, inputs.values()))
    return Check(check.can_fail, proves, check.notices_errors, addresses)


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """A script as far as health is concerned."""

    name: str
    script: str
    commands: tuple[Command, ...]
    env: Mapping[str, tuple[str, ...]]
    requests: tuple[Request, ...]

    @classmethod
    def of(cls, step: Step, script: str, shell: str | None) -> "_Reading":
        entries = step.env.items() if step.env else ()
        env = {key.text: (text_of(node) or "",) for key, node in entries}
        found = commands(script, shell)
        requests = (request_of(each, env) for each in found)
        return cls(f"{step.name or ''} {step.id or ''}", script, found, env, tuple(each for each in requests if each))

    def check(self, env: tuple[tuple[str, str], ...] = ()) -> Check | None:
        """Put together what the requests and the scripts named for health ask; `env` is what the step is handed."""
        asking = [each for each in self.requests if self.counts(each)]
        named = [each for each in self.commands if runs_a_check(each.words, self.name, handed=self._hands(each, env))]
        heroku = [each for each in self._verdicts() if self._is_about_heroku(each)]
        if not asking and not named and not heroku:
            return None
        verdicts = list(self._verdicts())
        judging = [each for each in verdicts if any(self._reaches(request.command, each) for request in asking)]
        judging += heroku
        failing = [each for each in named if each.fate is Fate.FAILS]
        heard = [each for each in asking if each.command.fate is Fate.FAILS]
        read = [each for each in self._readers() if any(self._reaches(request.command, each) for request in asking)]
        return Check(
            can_fail=bool(heard or judging or failing or read),
            proves_release=any(map(self._compares_release, judging)) or any(map(self._is_given_release, failing)),
            notices_errors=any(each.strict for each in heard) or any(map(_is_exact, judging)) or bool(failing),
            addresses=tuple(dict.fromkeys(address for each in asking for address in each.addresses)),
        )

    def counts(self, request: Request) -> bool:
        """Tell whether a request asks how an app is."""
        if not request.asks_an_app:
            return False
        texts = (*request.known, *request.addresses)
        return any(map(_ABOUT.search, texts)) or is_named_for_health(self.name) or bool(_ABOUT.search(self.script))

    def fails_for(self, request: Request) -> bool:
        """Tell whether anything about a request can fail the step."""
        return request.command.fate is Fate.FAILS or any(
            self._reaches(request.command, each) for each in (*self._verdicts(), *self._readers())
        )

    def is_judged(self, request: Request) -> bool:
        """Tell whether what a request answers is judged: its status or its body."""
        return any(self._reaches(request.command, each) and _is_exact(each) for each in self._verdicts())

    def _verdicts(self) -> Iterator[Command]:
        return (each for each in self.commands if each.words[0] in _JUDGES and _decides(each))

    def _readers(self) -> Iterator[Command]:
        """Give the commands that fail on an answer that they cannot read."""
        return (each for each in self.commands if each.words[0] in _READS and each.fate is Fate.FAILS)

    def _hands(self, command: Command, env: tuple[tuple[str, str], ...]) -> bool:
        words = (("", text) for text in self._texts(command, command.words))
        return hands_an_app((*words, *command.environment.items(), *env))

    def _is_given_release(self, command: Command) -> bool:
        if is_suite(command.words):
            return True
        given = (*command.words, *command.environment, *(f"${name}" for name in command.environment))
        entries = (f"${name} {text}" for name, texts in self.env.items() for text in texts)
        return any(map(_RELEASE.search, (*self._texts(command, given), *entries)))

    def _is_about_heroku(self, verdict: Command) -> bool:
        """Tell whether a verdict is about what Heroku says of an app."""
        asked = [
            each
            for each in self.commands
            if each.words[0] == "heroku" and any(map(_ASKS_HEROKU.match, each.words[1:2]))
        ]
        asked += [each.command for each in self.requests if each.to_heroku and not each.sends]
        return any(self._reaches(each, verdict) for each in asked)

    def _reaches(self, request: Command, verdict: Command) -> bool:
        """Tell whether an answer reaches a command that judges or reads it."""
        if verdict in request.piped_to:
            return True
        texts = list(self._texts(verdict, (*verdict.words, verdict.stdin)))
        sources = {request.source, *expand(request.source, {**self.env, **request.variables})}
        sources |= {" ".join(request.words)}
        if any(source in text for source in sources for text in texts if source):
            return True
        made = request_of(request, self.env)
        file = made.output if made else None
        if file and file != "/dev/null" and any(file in text for text in (*texts, verdict.source)):
            return True
        return any(
            verdict in each.piped_to and self._holds(each, sources, file)
            for each in self.commands
            if each is not request
        ) or (verdict.words[0] == "((" and self._names_answer(verdict, sources))

    def _holds(self, command: Command, sources: set[str], file: str | None) -> bool:
        """Tell whether a command, such as `echo "$answer"`, gives an answer on."""
        texts = list(self._texts(command, (*command.words, command.stdin)))
        return any(source in text for source in sources for text in texts) or bool(
            file and file != "/dev/null" and any(file in text for text in texts)
        )

    def _names_answer(self, verdict: Command, sources: set[str]) -> bool:
        """Tell whether an arithmetic test names a variable that holds an answer."""
        named = set(re.findall(r"[A-Za-z_]\w*", " ".join(verdict.words)))
        held = (text for name, texts in verdict.variables.items() if name in named for text in texts)
        return any(source in text for text in held for source in sources)

    def _texts(self, command: Command, words: Iterable[str]) -> Iterator[str]:
        variables = {**self.env, **command.variables}
        for word in words:
            yield from expand(word, variables)

    def _compares_release(self, verdict: Command) -> bool:
        """Tell whether a verdict holds an answer against what was deployed."""
        program = verdict.words[0]
        if program in {"[", "[[", "test"} and not _COMPARES.intersection(verdict.words):
            return False
        words = verdict.words[1:]
        own = [word for word in words if not self._is_answer(verdict, word)]
        if any(_RELEASE.search(word) for word in own) or any(map(_RELEASE.search, self._texts(verdict, own))):
            return True
        # The name of what it is held against says nothing, but the answer is a version or commit.
        answers = [text for word in words if word not in own for text in (word, *self._texts(verdict, [word]))]
        other = [word for word in own if _UNKNOWN.match(word) and not _STATUS.search(word)]
        return bool(other) and any(map(_RELEASE_ANSWER.search, answers))

    def _is_answer(self, verdict: Command, word: str) -> bool:
        return any(map(_ASKS.search, self._texts(verdict, [word])))


def _decides(command: Command) -> bool:
    return command.fate is Fate.FAILS or command.refuses


def _is_exact(verdict: Command) -> bool:
    """Tell whether a verdict tells a good answer from an error page: jq without `-e` takes all JSON."""
    if verdict.words[0] in {"jq", "yq"}:
        return any(re.fullmatch(r"--exit-status|-[a-zA-Z]*e[a-zA-Z]*", word) for word in verdict.words)
    return True
