"""What a script asks of an app, and whether a bad answer fails it.

The *verdicts* of a script are its commands that judge an answer (`[ ... ]`, `grep`, `jq`) and can fail the step. A
verdict is about an answer when the answer reaches it: through a pipe, a variable, a file, or in `$(...)`. What a
command's failure leads to is `Command.fate`, by the shell's rules.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial

from asbuilt.patterns import late
from asbuilt.workflows.health import code as health_code
from asbuilt.workflows.health.addresses import hands_an_app
from asbuilt.workflows.health.check import Check
from asbuilt.workflows.health.names import is_suite, proves_by_name, runs_a_check, waits_for_release
from asbuilt.workflows.shell.languages import language
from asbuilt.workflows.shell.requests import Request, is_home, request_of
from asbuilt.workflows.shell.script import Command, Fate, expand, option

# What a health check is about: a path, a word, or the app's own address.
_ABOUT = late(
    r"health|/status\b|/ready|/live|/ping\b|/version|/up\b|/heartbeat|/info\b|heroku(?:app|dns)\.com|smoke",
    re.IGNORECASE,
)
_ASKS = late(r"(?:^|[\s(|;&`/])(?:curl|wget|https?|xhs?)\s|\bheroku\s+(?:releases|slugs|ps|apps:info|builds|run)\b")
_ASKS_HEROKU = late(r"^(?:releases|slugs|ps|apps:info|builds|dynos|run|logs)(?::|$)")
_JUDGES = frozenset({"[", "[[", "test", "case", "((", "grep", "egrep", "fgrep", "rg", "diff", "cmp"})
_FILTERS = frozenset({"jq", "yq"})
_COMPARES = frozenset({"=", "==", "!=", "=~", "-eq", "-ne", "in"})
# A word for what was deployed, in the name of a variable, an expression or a command.
_RELEASE_WORD = (
    r"(?<![a-z])(?:(?:\w+_)?(?:git|head|short|full|build|slug|deploy\w*|expected)?_?sha(?:1|256|7)?|\w*commit\w*|\w*revision"
    r"|(?!(?:node|python|ruby|java|go|api|npm|cli|poetry|php|runner)[_-]?version)\w*version|\w*release\w*|(?:\w+_)?tag(?:_name)?"
    r"|ref_name|git_?rev|git_?hash)(?![a-z])"
)
_RELEASE = late(
    rf"\$\{{\{{[^}}]*{_RELEASE_WORD}[^}}]*\}}\}}|\${{?#?{_RELEASE_WORD}|\bgit\s+(?:rev-parse|describe|log|show|ls-remote)\b"
    r"|\brev-parse\b|\bpackage\.json\b|\bpyproject\.toml\b|\bpoetry\s+version\b|\bnpm\s+pkg\s+get\s+version\b",
    re.IGNORECASE,
)
_TOLD_BY_HEROKU = late(r"\bheroku\s+(?:releases|slugs)\b|api\.heroku\.com")
_RELEASE_ANSWER = late(rf"[./\"'\s]?{_RELEASE_WORD}", re.IGNORECASE)
_UNKNOWN = late(r"^\"?\$(?:\w+|\{\w+\}|\{\{.*\}\})")
_STATUS = late(r"status|code|http|count|attempt|retr|max|url", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """That a step fails for what another wrote, and whether it compares that with what was deployed."""

    compares_release: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the answer to a request goes by: the texts that stand for it, and the file that it is written to."""

    sources: frozenset[str]
    file: str | None

    def is_in(self, texts: Iterable[str]) -> bool:
        """Tell whether texts, such as the words of `echo "$answer"`, give it on."""
        return any(source in text for text in texts for source in self.sources) or bool(
            self.file and any(self.file in text for text in texts)
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a command that judges reads: its own texts, and each command that is piped to it, with the texts of that."""

    texts: tuple[str, ...]
    handed: tuple[tuple[Command, tuple[str, ...]], ...]


def names_release(test: str) -> bool:
    """Tell whether a condition names what was deployed.

    `test` is the text of an expression, without `${{ }}`: by the word for it in a name, `steps.check.outputs.sha`.
    """
    return _RELEASE.search(f"${{{{ {test} }}}}") is not None


@lru_cache(maxsize=1024)
def _is_about_health(script: str) -> bool:
    """Tell whether a script names what a health check is about; each of its requests asks that again."""
    return _ABOUT.search(script) is not None


@dataclass(frozen=True, slots=True, eq=False)
class ScriptReading:
    """A script as far as health is concerned.

    `named` says that its step is named for a check. `env` has what the step's variables may come to, as written;
    `requests` are those that its `commands` make. `steps` makes one; the rest is kept here so that no request is held
    twice against the same command.
    """

    named: bool
    script: str
    commands: tuple[Command, ...]
    env: Mapping[str, tuple[str, ...]]
    own: frozenset[str]  # the variables of the step itself: their names say what they are for
    requests: tuple[Request, ...]
    heeded: bool = False  # others act on what it writes
    answer: re.Pattern[str] | None = None  # how it names what another step wrote
    # What is known of its commands, by their identity: all requests are held against all that may judge them.
    _answers: dict[int, "_Answer"] = field(default_factory=dict, init=False)
    _read: dict[int, "_Reader"] = field(default_factory=dict, init=False)
    _piping: dict[tuple[int, tuple[str, ...]], list[Command]] = field(default_factory=dict, init=False)

    def check(self) -> Check | None:
        """Put together what the requests, and the scripts named for health or handed an app, ask.

        None where it asks no app how it is. A check that cannot fail is one all the same: it says so.
        """
        asking = [each for each in self.requests if self.counts(each)]
        named = [
            each
            for each in self.commands
            if runs_a_check(each.words, named=self.named, handed=partial(self._hands, each))
        ]
        verdicts = list(self._verdicts())
        heroku = [each for each in verdicts if self._is_about_heroku(each)]
        if not asking and not named and not heroku:
            return None
        judging = [each for each in verdicts if any(self._reaches(request.command, each) for request in asking)]
        judging += heroku
        failing = [each for each in named if self.heeded or each.fate is Fate.FAILS]
        heard = [each for each in asking if self.heeded or each.command.fate is Fate.FAILS]
        read = [each for each in self._readers() if any(self._is_read(request, each) for request in asking)]
        return Check(
            can_fail=bool(heard or judging or failing or read),
            proves_release=any(map(self._compares_release, judging)) or any(map(self._is_given_release, failing)),
            notices_errors=any(each.strict for each in heard) or bool(judging or failing),
            addresses=tuple(
                dict.fromkeys(
                    (*(address for each in asking for address in each.addresses), *self._waited_for(named)),
                )
            ),
        )

    def _waited_for(self, commands: Iterable[Command]) -> Iterator[str]:
        """Give the apps whose dynos are waited for, as the host that Heroku gives them: a check asks by an address."""
        for each in commands:
            app = option(each.words, "-a", "--app") if waits_for_release(each.words) else None
            yield from (f"https://{name}.herokuapp.com" for name in expand(app, each.variables) if app) if app else ()

    def may_ask(self, command: Command) -> bool:
        """Tell whether a command that makes no request may ask how an app is: Heroku itself, or by what it runs.

        `heroku ps` and `heroku releases` do; the answer need not be judged.
        """
        heroku = command.words[0] == "heroku" and any(map(_ASKS_HEROKU.match, command.words[1:2]))
        return heroku or runs_a_check(command.words, named=self.named, handed=partial(self._hands, command))

    def counts(self, request: Request) -> bool:
        """Tell whether a request asks how an app is.

        It reads from an app, not from a service or this job's own, and its address, its step's name or its script is
        about health.
        """
        if not request.asks_an_app:
            return False
        texts = (*request.known, *request.addresses)
        about = any(map(_ABOUT.search, texts)) or any(map(is_home, texts))
        return about or self.named or _is_about_health(self.script)

    def fails_for(self, request: Request) -> bool:
        """Tell whether anything about a request can fail the step.

        Itself, a verdict on its answer, or a program that cannot read it.
        """
        return request.command.fate is Fate.FAILS or any(
            self._reaches(request.command, each) for each in (*self._verdicts(), *self._readers())
        )

    def _is_read(self, request: Request, reader: Command) -> bool:
        """Tell whether a program fails where it cannot read an answer; of a request that failed, jq reads nothing."""
        silent = request.strict and reader.words[0] in {"jq", "yq"}
        return not silent and self._reaches(request.command, reader)

    def is_judged(self, request: Request) -> bool:
        """Tell whether what a request answers is judged: its status or its body.

        Only what a later command decides counts, not the request's own status.
        """
        return any(self._reaches(request.command, each) for each in self._verdicts())

    def verdict(self) -> Verdict | None:
        """Give how the script judges what another step wrote.

        `answer` says how the script names that. None where no verdict is about it.
        """
        about = [
            each
            for each in self._verdicts()
            if any(self._is_answer(each, word) for word in (*each.words, each.stdin))
            or any(
                each in one.piped_to and any(self._is_answer(one, word) for word in one.words) for one in self.commands
            )
        ]
        return Verdict(any(map(self._compares_release, about))) if about else None

    def _verdicts(self) -> Iterator[Command]:
        return (each for each in self.commands if _judges(each) and (self.heeded or _decides(each)))

    def _readers(self) -> Iterator[Command]:
        """Give the commands that fail on an answer that they cannot read."""
        return (each for each in self.commands if _reads(each.words[0]) and each.fate is Fate.FAILS)

    def _hands(self, command: Command) -> bool:
        """Tell whether a command is handed the address of an app: as a word, or in a variable."""
        words = (("", text) for text in self._texts(command, command.words))
        env = ((name, text) for name, texts in self.env.items() for text in texts)
        return hands_an_app((*words, *command.environment.items(), *env))

    def _is_given_release(self, command: Command) -> bool:
        if is_suite(command.words) or waits_for_release(command.words) or any(map(proves_by_name, command.words)):
            return True
        given = (*command.words, *command.environment, *(f"${name}" for name in command.environment))
        entries = (f"${name} {text}" if name in self.own else text for name, (text, *_) in self.env.items())
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

    @property
    def pairs(self) -> int:
        """How often a request is held against what may judge its answer, or hands that on."""
        asking = len(self.requests) + sum(each.words[0] == "heroku" for each in self.commands)
        judges = (each for each in self.commands if _judges(each) or _reads(each.words[0]))
        return asking * sum(1 + len(self._piped_to(each)) for each in judges) if asking else 0

    def _reaches(self, request: Command, verdict: Command) -> bool:
        """Tell whether an answer reaches a command that judges or reads it."""
        if verdict in request.piped_to:
            return True
        answer, reader = self._answer(request), self._reader(verdict)
        if any(source in text for source in answer.sources for text in reader.texts if source):
            return True
        if answer.file and any(answer.file in text for text in (*reader.texts, verdict.source)):
            return True
        return any(answer.is_in(texts) for each, texts in reader.handed if each is not request) or (
            verdict.words[0] == "((" and self._names_answer(verdict, answer.sources)
        )

    def _answer(self, request: Command) -> "_Answer":
        """Give what an answer goes by. Each command that may judge it asks."""
        known = self._answers.get(id(request))
        if known is None:
            sources = {request.source, " ".join(request.words)}
            for variables in (request.variables, {**self.env, **request.variables}):
                sources.update(expand(request.source, variables))
            made = request_of(request, self.env)
            file = made.output if made and made.output != "/dev/null" else None
            known = self._answers[id(request)] = _Answer(frozenset(sources), file)
        return known

    def _reader(self, verdict: Command) -> "_Reader":
        """Give what a command reads. Each request asks."""
        known = self._read.get(id(verdict))
        if known is None:
            handed = tuple(
                (each, tuple(self._texts(each, (*each.words, each.stdin)))) for each in self._piped_to(verdict)
            )
            texts = tuple(self._texts(verdict, (*verdict.words, verdict.stdin)))
            known = self._read[id(verdict)] = _Reader(texts, handed)
        return known

    def _piped_to(self, verdict: Command) -> list[Command]:
        """Give the commands that hand their output on to one."""
        if not self._piping:
            for each in self.commands:
                for place in {(to.line, to.words): None for to in each.piped_to}:
                    self._piping.setdefault(place, []).append(each)
        return [each for each in self._piping.get((verdict.line, verdict.words), ()) if verdict in each.piped_to]

    def _names_answer(self, verdict: Command, sources: Iterable[str]) -> bool:
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
        answers = [word for word in words if self._is_answer(verdict, word)]
        own = [word for word in words if word not in answers]
        own += (word for word in self._words_between(verdict) if not self._is_answer(verdict, word))
        if any(map(_RELEASE.search, (*own, *self._texts(verdict, own)))):
            return True
        if language(program):
            return health_code.names_release(" ".join((*words, verdict.stdin)))
        told = [*answers, *self._texts(verdict, answers)]
        if len(answers) > 1 and any(map(_TOLD_BY_HEROKU.search, told)):
            return True
        # The name of what it is held against says nothing, but the answer is a version or commit.
        told += [each.command.source for each in self.requests if verdict in each.command.piped_to]
        other = [word for word in own if _UNKNOWN.match(word) and not _STATUS.search(word)]
        return bool(other) and any(map(_RELEASE_ANSWER.search, told))

    def _words_between(self, verdict: Command) -> Iterator[str]:
        """Give what the commands between an answer and its verdict, in one pipeline, are told."""
        asking = [each.command for each in self.requests]
        for each in self.commands:
            if verdict in each.piped_to and each not in asking and each.words[0] not in {"heroku", "echo"}:
                yield from each.words[1:]

    def _is_answer(self, verdict: Command, word: str) -> bool:
        texts = list(self._texts(verdict, [word]))
        return any(map(_ASKS.search, texts)) or (self.answer is not None and any(map(self.answer.search, texts)))


def _reads(program: str) -> bool:
    return program in _FILTERS or language(program) is not None


def _judges(command: Command) -> bool:
    """Tell whether a command judges what it reads: jq by itself takes all JSON."""
    program = command.words[0]
    code = " ".join((*command.words, command.stdin))
    if program in _FILTERS:
        exits = any(re.fullmatch(r"--exit-status|-[a-zA-Z]*e[a-zA-Z]*", word) for word in command.words)
        return exits or re.search(r"\b(?:halt_)?error\b", code) is not None
    return program in _JUDGES or (language(program) is not None and health_code.refuses(code))


def _decides(command: Command) -> bool:
    return command.fate is Fate.FAILS or command.refuses
