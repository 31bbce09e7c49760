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
_OUTPUT = late(r"steps\.([\w-]+)\.outputs\.", re.IGNORECASE)
_INPUT = late(r"inputs\.([\w-]+)", re.IGNORECASE)
_URL = late(r"https://(?:\$\{\{[^}]{0,200}\}\}|\$(?!\{\{)|[^\s\"'$@/])*@github\.com")
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
        yield False if _makes_app_token(output[1], placed, sources) else None
    for given in _INPUT.finditer(text):
        said = True
        handed = _input(given[1], placed)
        outer = placed.within or placed
        yield from _whose(handed, outer, sources, None, depth - 1, seen) if handed is not None and depth else (None,)
    for name in (*named_in(text), *env_in(text)):
        said = True
        values = _own_name(name) if text in (known := _values(name, placed, command)) or not known else known
        if not values or not depth:
            yield None
            continue
        for value in values:
            yield from _whose(value, placed, sources, command, depth - 1, seen)
    if not said:
        yield None


def _own_name(name: str) -> tuple[str, ...]:
    """Give what a variable stands for that nobody sets: whoever writes GITHUB_TOKEN means that token."""
    return ("github.token",) if name == "GITHUB_TOKEN" else ()


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


def variable(placed: PlacedStep, name: str) -> str | None:
    """Give the text of an environment variable of a step: its own, its job's or its workflow's."""
    own = (text_of(node.get(name)) for node in reversed(placed.environments) if name in node)
    outer = variable(placed.within, name) if placed.within is not None else None
    return next(own, outer)


def of_variables(names: Iterable[str], placed: PlacedStep, sources: Sources, command: Command | None = None) -> Token:
    """Tell whose token a program has that looks for it in some variables: the first that is there counts."""
    for name in names:
        if values := _values(name, placed, command):
            found = {of_text(each, placed, sources, command) for each in values}
            return found.pop() if len(found) == 1 else UNTOLD
    return UNTOLD


def of_push(command: Command, placed: PlacedStep, sources: Sources) -> Token:
    """Tell with whose token git pushes: that of an address, or the one that the checkout leaves behind."""
    addresses = list(_remotes(placed, sources))
    addresses += [(url, placed, command) for text in _written(command) for url in _URL.findall(text)]
    if addresses:
        found = {of_text(_password(url), each, sources, other).own for url, each, other in addresses}
        return Token(found.pop() if len(found) == 1 else None, addresses[-1][0])
    steps = sources.steps(placed.workflow_file, placed.job)[: placed.number + 1]
    checkout = next((each for each in reversed(steps) if each.step.action == _CHECKOUT), None)
    return _left_by(checkout.step, checkout, sources) if checkout is not None else UNTOLD


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
