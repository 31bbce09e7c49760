"""Whose token a step acts with: GITHUB_TOKEN, which sets no workflow off, or that of an app or a person, which does.

Source: https://docs.github.com/en/actions/concepts/security/github_token
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.patterns import late
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.shell.script import Command, commands
from asbuilt.workflows.shell.trial import ENV, WRITES, Written, written
from asbuilt.workflows.shell.variables import env_in, named_in
from asbuilt.workflows.yaml.document import text_of, texts_of

_CHECKOUT = "actions/checkout"
# Actions that make the token of an app.
_OF_APPS = frozenset(
    {
        "actions/create-github-app-token", "tibdex/github-app-token", "getsentry/action-github-app-token",
        "peter-murray/workflow-application-token-action", "cybozu/octoken-action", "wow-actions/use-app-token",
    }
)  # fmt: skip
_OWN = late(r"github\.token|secrets\.GITHUB_TOKEN", re.IGNORECASE)
_SECRET = late(r"secrets\.(?!GITHUB_TOKEN\b)(\w+)", re.IGNORECASE)
_OUTPUT = late(r"steps\.([\w-]+)\.outputs\.([\w-]+)", re.IGNORECASE)
_INPUT = late(r"inputs\.([\w-]+)", re.IGNORECASE)
_URL = late(r"https://(?:\$\{\{[^}]{0,200}\}\}|\$(?!\{\{)|[^\s\"'$@/])*@github\.com")
# What git and gh keep in files: https://git-scm.com/docs/git-credential-store and https://cli.github.com/manual/gh_auth_login
_KEPT = late(r"\.git-credentials\b|netrc\b")
_NETRC = late(r"\bmachine\s+github\.com\b.{0,200}?\bpassword\s+(\S+)", re.DOTALL)
_INTO = late(r">\s*[\"']?(?P<file>[^\s\"'<>|&;]+)")
_FROM = late(r"(?<!<)<\s*[\"']?(?P<file>[^\s\"'<>|&;(]+)")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Token:
    """Whose a token is: `own` for GITHUB_TOKEN, None where that cannot be told; `written` is what says so."""

    own: bool | None
    written: str = ""


UNTOLD = Token(None)


def of_text(text: str | None, placed: PlacedStep, sources: Sources, command: Command | None = None) -> Token:
    """Tell whose token a text is, through variables, the inputs of an action and the secrets of a call."""
    if text is None:
        return UNTOLD
    found = set(_whose(text, placed, sources, command, _DEEPEST, set()))
    return Token(found.pop() if len(found) == 1 else None, text)


def _whose(
    text: str, placed: PlacedStep, sources: Sources, command: Command | None, depth: int, seen: set[tuple[int, str]]
) -> Iterator[bool | None]:
    """Give what each part of a text says of whose token it is; where it says nothing, that is unknown.

    What was `seen` says nothing new: variables may name one another.
    """
    if (id(placed), text) in seen:
        return
    seen.add((id(placed), text))
    said = False
    if _OWN.search(text):
        said = True
        yield True
    for secret in _SECRET.finditer(text):
        said = True
        yield from _secret(secret[1], placed, sources, depth)
    for output in _OUTPUT.finditer(text):
        said = True
        yield from _whose_output(output, placed, sources, depth, seen)
    for given in _INPUT.finditer(text):
        said = True
        handed = _input(given[1], placed)
        outer = placed.within or placed
        yield from _whose(handed, outer, sources, None, depth - 1, seen) if handed is not None and depth else (None,)
    for name in (*named_in(text), *env_in(text)):
        said = True
        found = _texts(name, text, placed, sources, command) if depth else ()
        if not found:
            yield None
        for each, other, value in found:
            yield from _whose(value, each, sources, other, depth - 1, seen)
    if not said:
        yield None


def _whose_output(
    output: re.Match[str], placed: PlacedStep, sources: Sources, depth: int, seen: set[tuple[int, str]]
) -> Iterator[bool | None]:
    if _makes_app_token(output[1], placed, sources):
        yield False
    elif (left := _output(output[1], output[2], placed, sources)) is not None and depth:
        yield from _whose(left[1], left[0], sources, None, depth - 1, seen)
    else:
        yield None


def _texts(
    name: str, text: str, placed: PlacedStep, sources: Sources, command: Command | None
) -> list[tuple[PlacedStep, Command | None, str]]:
    """Give the texts that a variable which a text names may have, each with the step and the command it is read in.

    What an earlier step has left for it goes before that of the job. Whoever writes GITHUB_TOKEN where nobody sets it
    means that token.
    """
    known = _values(name, placed, command)
    if not known or known == (variable(placed, name, own=False),):
        left = _env(name, placed, sources)
        if left is not None:
            return [(left[0], None, left[1])]
    if not known or text in known:
        known = ("github.token",) if name == "GITHUB_TOKEN" else ()
    return [(placed, command, each) for each in known]


def _secret(name: str, placed: PlacedStep, sources: Sources, depth: int) -> Iterator[bool | None]:
    """Tell of a secret whose it is: in a called workflow, what its callers hand over by that name."""
    handed = [
        text
        for _, job in sources.callers_of(placed.workflow_file)
        for given, text in texts_of(job.secrets if isinstance(job.secrets, type(placed.step.node)) else None)
        if given.lower() == name.lower()
    ]
    for text in handed if depth else ():
        yield True if _OWN.search(text) else False if _SECRET.search(text) else None
    if not handed:
        yield False


def _makes_app_token(step: str, placed: PlacedStep, sources: Sources) -> bool:
    steps = sources.steps(placed.workflow_file, placed.job)
    return any(each.step.id == step and each.step.action in _OF_APPS for each in steps)


def _output(step: str, name: str, placed: PlacedStep, sources: Sources) -> tuple[PlacedStep, str] | None:
    """Give the text that a step beside another writes as an output, and the step; None where that cannot be told."""
    beside = (each for each in _before(placed, sources) if each.step.id == step and each.within is placed.within)
    for each in beside:
        text = _left(each).outputs.get(name)
        return (each, text) if isinstance(text, str) else None
    return None


def _env(name: str, placed: PlacedStep, sources: Sources) -> tuple[PlacedStep, str] | None:
    """Give the text that the last step before another writes to GITHUB_ENV for a variable, and that step."""
    for each in reversed(_before(placed, sources)):
        if ENV in (text_of(each.step.run) or "") and isinstance(text := _left(each).env.get(name), str):
            return each, text
    return None


def _before(placed: PlacedStep, sources: Sources) -> tuple[PlacedStep, ...]:
    return sources.steps(placed.workflow_file, placed.job)[: placed.number]


@lru_cache(maxsize=256)
def _left(placed: PlacedStep) -> Written:
    """Give what a step's script leaves for later ones, expressions and its own variables' texts as they are written."""
    script = text_of(placed.step.run) or ""
    if not WRITES.search(script):
        return Written()
    known = ((name, variable(placed, name)) for name in named_in(script))
    return written(script, placed.shell, {k: v for k, v in known if v is not None}, lambda text: text)


def _input(name: str, placed: PlacedStep) -> str | None:
    """Give the text of an input of the action in which a step is written: what is handed over, or its default."""
    if placed.within is None or placed.action is None:
        return None
    handed = text_of(placed.within.step.input(name.lower()))
    declared = (text_of(each.default) for each in placed.action.inputs if each.name.lower() == name.lower())
    return handed if handed is not None else next(declared, None)


def _values(name: str, placed: PlacedStep, command: Command | None) -> tuple[str, ...]:
    """Give the texts that a variable may have: those that the script gives it, else that of its step, job or file."""
    if command is not None:
        if name in command.environment:
            return (command.environment[name],)
        if name in command.variables:
            return command.variables[name]
    text = variable(placed, name)
    return () if text is None else (text,)


def variable(placed: PlacedStep, name: str, *, own: bool = True) -> str | None:
    """Give the text of an environment variable of a step: its `own`, its job's or its workflow's."""
    nodes = [node for node in reversed(placed.environments) if own or node is not placed.step.env]
    found = (text_of(node.get(name)) for node in nodes if name in node)
    outer = variable(placed.within, name, own=own) if placed.within is not None else None
    return next(found, outer)


def of_variables(names: Iterable[str], placed: PlacedStep, sources: Sources, command: Command | None = None) -> Token:
    """Tell whose token a program has that looks for it in some variables: the first that is there counts."""
    for name in names:
        if not (values := _values(name, placed, command)) and (left := _env(name, placed, sources)) is not None:
            return of_text(left[1], left[0], sources)
        if values:
            found = {of_text(each, placed, sources, command) for each in values}
            return found.pop() if len(found) == 1 else UNTOLD
    return UNTOLD


def of_push(command: Command, placed: PlacedStep, sources: Sources) -> Token:
    """Tell with whose token git pushes: that of an address, or the one that the checkout leaves behind."""
    addresses = list(_remotes(placed, sources))
    addresses += [(url, placed, command) for text in _written(command) for url in _URL.findall(text)]
    left = _left_by_checkout(placed, sources)
    if addresses:
        found = {of_text(_password(url), each, sources, other).own for url, each, other in addresses}
        # The header that a checkout leaves goes before what an address says, unless the script has taken it away.
        found |= {left.own} if left.own and not _takes_away(placed, sources) else set()
        return Token(found.pop() if len(found) == 1 else None, addresses[-1][0])
    return left if left is not UNTOLD else _kept(placed, sources)


def _left_by_checkout(placed: PlacedStep, sources: Sources) -> Token:
    steps = sources.steps(placed.workflow_file, placed.job)[: placed.number + 1]
    checkout = next((each for each in reversed(steps) if each.step.action == _CHECKOUT), None)
    return _left_by(checkout.step, checkout, sources) if checkout is not None else UNTOLD


@lru_cache(maxsize=256)
def _takes_away(placed: PlacedStep, sources: Sources) -> bool:
    """Tell whether a script takes away, or overrides, the header with the token that a checkout leaves for git."""
    return any("extraheader" in command.source.lower() for _, command in _commands_until(placed, sources))


def of_gh(command: Command, placed: PlacedStep, sources: Sources) -> Token:
    """Tell whose token `gh` has: that of its variables, else the one that it was logged in with.

    Source: https://cli.github.com/manual/gh_help_environment
    """
    token = of_variables(("GH_TOKEN", "GITHUB_TOKEN"), placed, sources, command)
    return token if token is not UNTOLD else _logged_in(placed, sources)


def _commands_until(placed: PlacedStep, sources: Sources) -> Iterator[tuple[PlacedStep, Command]]:
    for each in sources.steps(placed.workflow_file, placed.job)[: placed.number + 1]:
        for command in commands(text_of(each.step.run) or "", each.shell):
            yield each, command


@lru_cache(maxsize=256)  # each command of a script asks
def _logged_in(placed: PlacedStep, sources: Sources) -> Token:
    """Tell with whose token `gh auth login` was called, by a pipe, a text or a file that a command has written."""
    found = UNTOLD
    files: dict[str, Token] = {}
    for each, command in _commands_until(placed, sources):
        text = " ".join(command.words[1:]) or command.stdin
        into, read = _INTO.search(command.source), _FROM.search(command.source)
        if into is not None:
            files[into["file"]] = of_text(text, each, sources, command)
        if any(map(_logs_in, command.piped_to)):
            shows = command.words[0] == "cat" and len(command.words) > 1
            found = files.get(command.words[1], UNTOLD) if shows else of_text(text, each, sources, command)
        elif _logs_in(command):
            if command.stdin:
                found = of_text(command.stdin, each, sources, command)
            elif read is not None:
                found = files.get(read["file"], UNTOLD)
    return found


def _logs_in(command: Command) -> bool:
    return command.words[:3] == ("gh", "auth", "login") and "--with-token" in command.words


@lru_cache(maxsize=256)
def _kept(placed: PlacedStep, sources: Sources) -> Token:
    """Tell whose token git finds in a file of credentials that a script writes, or asks gh for."""
    found = UNTOLD
    for each, command in _commands_until(placed, sources):
        if command.words[:3] == ("gh", "auth", "setup-git"):
            found = of_gh(command, each, sources)
        elif _KEPT.search(command.source):
            text = " ".join((*command.words, command.stdin))
            told = [_password(url) for url in _URL.findall(text)] + _NETRC.findall(text)
            found = of_text(told[-1], each, sources, command) if told else found
    return found


def _password(address: str) -> str:
    """Give the token of an address: its password, or the name before one that says that it is none."""
    user, colon, password = address.removeprefix("https://").rpartition("@")[0].rpartition(":")
    return password if colon and password not in {"", "x-oauth-basic"} else user or password


@lru_cache(maxsize=256)  # each push of a script asks
def _remotes(placed: PlacedStep, sources: Sources) -> tuple[tuple[str, PlacedStep, Command], ...]:
    """Give the addresses with credentials that a job makes remotes of, up to a step."""
    steps = sources.steps(placed.workflow_file, placed.job)[: placed.number + 1]
    found = ((each, other) for each in steps for other in commands(text_of(each.step.run) or "", each.shell))
    git = ((each, other) for each, other in found if other.words[:2] in {("git", "remote"), ("git", "config")})
    return tuple((url, each, other) for each, other in git for text in _written(other) for url in _URL.findall(text))


def _written(command: Command) -> Iterator[str]:
    """Give the words of a command, and what its script puts in the variables that they name."""
    for word in command.words:
        yield word
        for name in named_in(word):
            yield from command.variables.get(name, ())


def _left_by(step: Step, placed: PlacedStep, sources: Sources) -> Token:
    """Tell whose credentials a checkout leaves for git: https://github.com/actions/checkout#usage."""
    if step.input("ssh-key") is not None:
        return Token(own=False, written=text_of(step.input("ssh-key")) or "")
    if (text_of(step.input("persist-credentials")) or "").lower() == "false":
        return UNTOLD
    token = text_of(step.input("token"))
    return Token(own=True, written="github.token") if token is None else of_text(token, placed, sources)


def given(placed: PlacedStep, name: str, variables: Mapping[str, str] | tuple[str, ...]) -> str | None:
    """Give the text of an action's token: its input of a name, else the first of some variables that is there."""
    token = text_of(placed.step.input(name)) if name else None
    found = (variable(placed, each) for each in variables)
    return token if token is not None else next((each for each in found if each is not None), None)
