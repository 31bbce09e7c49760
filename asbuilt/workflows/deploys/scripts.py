"""Which commands of a job's scripts deploy to Heroku, and the texts by which they name the app.

The scripts of a job are read as one, in their order: a step may give a remote, log in or set a variable for those
after it. What Heroku's CLI takes the app from: https://devcenter.heroku.com/articles/using-the-cli
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from asbuilt.workflows.deploys import code, handed_over
from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import ACTIONS, COMMANDS, addresses, script_of, sent_to
from asbuilt.workflows.deploys.pushes import APP, Remotes, url_of
from asbuilt.workflows.deploys.script_target import IdlePush, Spot, Target
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.run.contexts import is_given, variables_of
from asbuilt.workflows.shell.requests import request_of
from asbuilt.workflows.shell.script import Command, commands, expand, option
from asbuilt.workflows.shell.variables import sole
from asbuilt.workflows.yaml.document import text_of

Way = tuple[Spot, ...]

_API, _API_WITHOUT_APP = addresses(APP)
_WRITES = frozenset({"POST", "PATCH", "PUT"})
_SCALES = re.compile(r"[\"']?(?:quantity|size|release|type)\\?[\"']?\s*[:=]")
_BY_VARIABLE = "takes the app from HEROKU_APP, whose value is not known before the run"
_UNNAMED = "names no app, and no earlier step of the job says which one it is for"
# Several apps, each of which may be an expression with commas of its own.
_SEVERAL = re.compile(r",(?![^{]*\}\})")


def deploys(scripts: Iterable[PlacedStep], sources: Sources) -> Iterator[tuple[PlacedStep, Target, tuple[Way, ...]]]:
    """Give every deploy in the scripts of a job, in their order, with the ways to it in the scripts.

    `scripts` are the steps of one job that run a script, or an action that leaves a git remote behind. Each deploy
    comes once for each step, app and step that gave its remote, with all the commands of that step that make it: a way
    is the commands of which each must run, and of the ways one must. What only prepares another deploy is left out
    where that is there too. Raises PastBoundError.
    """
    every = tuple(scripts)
    reading = _read(every, sources)
    recognised = {id(placed) for placed, _, _ in reading.found}
    for placed in every:
        if placed.step.handed_on is not None and id(placed) not in recognised:
            yield from ((placed, target, ()) for target in handed_over.unrecognised(placed))
    used = {target.mechanism.name for _, target, _ in reading.found}
    for (placed, target, _), ways in reading.found.items():
        if target.mechanism.prepares not in used:
            yield placed, target, tuple(ways)


def idle_pushes(scripts: Iterable[PlacedStep], sources: Sources) -> tuple[IdlePush, ...]:
    """Give the pushes to Heroku of branches that it does not build, in the scripts of a job. Raises PastBoundError."""
    return tuple(_read(scripts, sources).idle)


def _read(scripts: Iterable[PlacedStep], sources: Sources) -> "_Reading":
    reading = _Reading(sources)
    for placed in scripts:
        known = ACTIONS.get(placed.step.action or "")
        if known is not None and known.remote:
            reading.enter(placed)
            login = placed.step.input(known.login_input)
            reading.logged_in = reading.logged_in or (login is not None and text_of(login) != "false")
            reading.remotes.keep(known.remote, (url_of(text_of(placed.step.input(known.app_input)) or ""),))
        else:
            reading.read(placed, script_of(placed.step))
    return reading


@dataclass(slots=True)
class _Reading:
    """What the scripts of a job have come to so far. A remote that another step gave counts as another deploy."""

    sources: Sources
    remotes: Remotes = field(default_factory=Remotes)
    logged_in: bool = False
    found: dict[tuple[PlacedStep, Target, PlacedStep | None], list[Way]] = field(default_factory=dict)
    idle: list[IdlePush] = field(default_factory=list)

    def enter(self, placed: PlacedStep, env: Mapping[str, str] | None = None) -> None:
        """Go on to a step."""
        self.remotes.step, self.remotes.env = placed, env or {}

    def read(self, placed: PlacedStep, script: str) -> None:
        """Read a step's script."""
        lets_in = self.logged_in or handed_over.lets_in(placed)
        self.logged_in = self.logged_in or handed_over.logs_in(script)
        if code.is_code(placed.shell):
            for target in code.targets(script):
                self.found.setdefault((placed, target, None), [])
        if not lets_in and not _worth_reading(script, placed):
            return
        self.enter(placed, variables_of(placed, self.sources))
        named = "heroku" in script and is_given("HEROKU_APP", placed, self.sources)
        for command in commands(script, placed.shell):
            if command.words:
                found = _targets(command, self.remotes, lets_in=lets_in, named=named)
                for target in (each for one in found for each in self._one_by_one(one)):
                    ways = self.found.setdefault((placed, target, target.given_by), [])
                    ways.append(_way(placed, command, target))
                self.idle += (IdlePush(placed, command.line, *each) for each in self.remotes.idle(command))
                self.remotes.learn(command)

    def _one_by_one(self, target: Target) -> Iterator[Target]:
        """Give a deploy to each app, where a variable of the step's has several: `for app in $APPS`."""
        name = sole(target.app or "")
        apps = self.remotes.env.get(name, "").split() if name else []
        several = len(apps) > 1 and not any("$" in app for app in apps)
        yield from (replace(target, app=app) for app in apps) if several else (target,)


def _way(placed: PlacedStep, command: Command, target: Target) -> Way:
    """Give the commands that must run for a deploy to happen."""
    if target.remote is None:
        # Code that comes by standard input names the app there: no word of the command does, whatever way leads to it.
        app = None if command.stdin and code.code_in(command) == command.stdin else target.app
        return (Spot(placed, command.words, app, frozenset(command.variables), line=command.line),)
    return (target.remote, Spot(placed, command.words, line=command.line))


def _worth_reading(script: str, placed: PlacedStep) -> bool:
    """Tell whether a script can hold a deploy: most do not, and parsing is what takes the time."""
    lowered = script.lower()
    return (
        "heroku" in lowered
        or ("git" in lowered and any(word in lowered for word in ("push", "remote", "clone")))
        or ("curl" in lowered and "api.heroku" in placed.workflow_file.document.text)
    )


def _targets(command: Command, remotes: Remotes, *, lets_in: bool, named: bool) -> Iterator[Target]:
    """Give the deploys of a command. `named`: its step has HEROKU_APP."""
    call = call_of(command.words)
    program = command.words[0].rpartition("/")[2]
    if program == "git":
        yield from remotes.pushes(command)
    elif call is not None:
        yield from _heroku_command(call, command, remotes, given=named)
    elif (written := code.code_in(command)) != "":
        yield from code.targets(written)
    elif (request := request_of(command, {})) is not None:
        if _WRITES & set(request.methods):
            yield from _api_call(command, request.addresses, remotes)
    else:
        yield from handed_over.targets(command, lets_in=lets_in)


def _heroku_command(call: tuple[str, ...], command: Command, remotes: Remotes, *, given: bool) -> Iterator[Target]:
    """Give the deploy of a call of the CLI: what no option names, HEROKU_APP does, and then a git remote."""
    if call[1:2] == ("api",) and "--help" not in call:
        yield from _by_plugin(call, command, remotes)
    known = COMMANDS.get(call[1]) if len(call) > 1 else None
    if known is None or "--help" in call:
        return
    named = option(call, *known.app_options)
    if named is None and known.why:
        yield Target(known, None, known.why)
        return
    remote = remotes.of_cli(option(call, "-r", "--remote"))
    named = named or command.environment.get("HEROKU_APP")
    why = ""
    if named is None and (given or "HEROKU_APP" in command.variables):
        named, why = "$HEROKU_APP", _BY_VARIABLE
    if named is not None:
        for text in expand(named, command.variables):
            apps = _SEVERAL.split(text) if known.several else [text]
            yield from (Target(known, each.strip(), why) for each in apps if each.strip())
    elif remote is not None:
        yield from remotes.targets(known, remote)
    else:
        yield Target(known, "$HEROKU_APP", _UNNAMED)  # the CLI takes it where no option names the app


def _by_plugin(call: tuple[str, ...], command: Command, remotes: Remotes) -> Iterator[Target]:
    """Give the deploy of a request by the CLI's plugin: `heroku api PATCH /apps/shop/formation --body ...`.

    Source: https://github.com/heroku/heroku-api-plugin
    """
    at = next((at for at, word in enumerate(call) if word.upper() in _WRITES), len(call))
    address = next((word for word in call[at + 1 :] if not word.startswith("-")), "")
    if address:
        asked = address if "://" in address else f"https://api.heroku.com/{address.lstrip('/')}"
        yield from _api_call(command, (asked,), remotes)


def _api_call(command: Command, asked: tuple[str, ...], remotes: Remotes) -> Iterator[Target]:
    body = f"{command.source} {command.stdin}"
    is_open = _SCALES.search(body) is None  # else what it sends is written here
    for text in (text for each in asked for text in remotes.put(each, command.variables, _API)):
        match = _API.search(text)
        of_app = match is not None
        match = match or _API_WITHOUT_APP.search(text)
        known = sent_to(match["part"], body, of_app=of_app, is_open=is_open) if match else None
        if match is not None and known is not None:
            yield Target(known, match["app"] if of_app else None, known.why)
