"""Which steps of a job call the Heroku CLI, which install it, and where the runner does not bring it.

What the CLI is called, `deploys.heroku_words` tells; what an action does, its entry in `deploys.mechanisms`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asbuilt.patterns import late
from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import (
    ACTIONS,
    SCRIPT_INPUTS,
    action_named,
    only_logs_in,
    script_of,
)
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.run.contexts import text_in
from asbuilt.workflows.run.job_runs import job_runs
from asbuilt.workflows.run.reach import step_runs_on_success
from asbuilt.workflows.shell.script import Command, commands, expand
from asbuilt.workflows.yaml.document import Mark, Node, Scalar, Sequence, text_of, texts_of

# What the images hold: https://github.com/actions/runner-images/blob/main/images/ubuntu/Ubuntu2404-Readme.md
_WITHOUT_CLI = late(r"ubuntu-(?:latest|slim|(?P<year>\d\d)\.\d\d)(?:-arm)?$", re.IGNORECASE)
_FIRST_WITHOUT = 24
# Subcommands that ask nothing of Heroku that needs a key.
_WITHOUT_KEY = late(r"(?:version|help|update|autocomplete|commands|which|status|plugins|local)(?::|$)")
# `container:login` says "not logged in" where there is no key, and ends so:
# https://github.com/heroku/cli/blob/main/packages/cli/src/commands/container/login.ts
_ASKS_WHO = frozenset({"whoami", "auth:whoami", "container:login"})
_ASKS_VERSION = frozenset({"version", "--version", "-v"})
_INSTALLERS = frozenset(
    {"npm", "pnpm", "yarn", "bun", "apt", "apt-get", "aptitude", "snap", "brew", "dnf", "yum", "mise", "asdf", "volta"}
)
_RUNS = frozenset({"run", "run-script", "exec", "x", "dlx"})
_GETS = frozenset({"install", "i", "in", "add", "update", "up", "upgrade", "reinstall", "use"})
_OF_THE_REGISTRY = frozenset({"dist-tag", "dist-tags", "tag", "owner", "team", "access", "workspaces"})
_FIRST_WORDS = 6
_PACKAGE = late(r"(?:[@\w./-]*/)?heroku(?:-cli)?(?:[@=].*)?$", re.IGNORECASE)
_DOWNLOAD = late(r"(?:cli-assets|toolbelt)\.heroku\.com", re.IGNORECASE)
_NAMED = late(r"(?:install|set-?_?up)[\w./-]*heroku|heroku[\w./-]*(?:install|set-?_?up)", re.IGNORECASE)
_TOOL_MANAGER = late(r"\b(?:mise|asdf|nix|devbox|aqua|proto)\b")
_INSTALLING_ACTION = late(r"install|set-?up|cli\b|apt|brew|snap|npm|tool|mise|asdf|nix")


@dataclass(frozen=True, slots=True)
class Call:
    """A step that calls the CLI: by which words, or by an action that does. `number` is its place in a script.

    `key_input` is the input of that action which is handed the key.
    """

    placed: PlacedStep
    label: str
    command: Command | None = None
    number: int = 0
    key_input: str = ""

    @property
    def mark(self) -> Mark:
        """The place of the call: its line in the script, or the step."""
        return self.placed.place_of(self.command.line) if self.command is not None else self.placed.mark


def subcommand(words: tuple[str, ...]) -> str | None:
    """Give the first word behind the name of the CLI; None where that is not what is called.

    heroku ps:wait -a shop -> "ps:wait", heroku -> "", curl -> None
    """
    call = call_of(words)
    if call is None:
        return None
    return call[1] if len(call) > 1 else ""


def asks_who(words: tuple[str, ...]) -> bool:
    """Tell whether a command fails where there is no key, and asks nobody to log in: it asks whose the key is."""
    return subcommand(words) in _ASKS_WHO


def authenticates(words: tuple[str, ...]) -> bool:
    """Tell whether a command is a call of the CLI that needs a key.

    heroku ps -> True, heroku version -> False, heroku ps --help -> False, curl -> False
    """
    name = subcommand(words)
    if not name or name.startswith("-") or _WITHOUT_KEY.match(name):
        return False
    return not any(word in {"--help", "-h"} for word in words)


def calls(placed: PlacedStep, wanted: Callable[[tuple[str, ...]], bool]) -> Iterator[Call]:
    """Give the wanted calls in a step. An action that is handed a key calls the CLI itself, unless it only logs in.

    `wanted` is asked of the words of each command in the step's script, of whatever program; they come in the order of
    the script, with their place in it.
    """
    known = ACTIONS.get(placed.step.action or "")
    if known is not None and known.key_input:
        if not only_logs_in(placed.step, known):
            yield Call(placed, known.label, key_input=known.key_input)
        return
    script = script_of(placed.step)
    if "heroku" not in script.lower():
        return
    for number, command in enumerate(commands(script, placed.shell)):
        if wanted(command.words):
            yield Call(placed, f"`{' '.join(command.words[:2])}`", command, number)


def caller_of(placed: PlacedStep, sources: Sources) -> str:
    """Give who uses or calls the file that a step is written in, to be put behind a fact; empty where nobody does.

    "; called by deploy.yml:12"
    """
    if placed.within is not None:
        return f"; {placed.used_by}"
    return "".join(f"; {file.calling_job(job)}" for file, job in sources.callers_of(placed.workflow_file))


def missing_cli(workflow_file: WorkflowFile, sources: Sources) -> Iterator[tuple[Call, str]]:
    """Give the first call in each job of a CLI that is not there, with the runner that does not bring it.

    One pair a job at most. A container, a runner with several labels and one whose label only the run knows may bring
    it. A job of a called workflow gets its label from its callers, too.
    """
    for job in workflow_file.jobs:
        call = _first_without(sources.steps(workflow_file, job)) if job.container is None else None
        runner = call and next((each for each in _runners(workflow_file, job, sources) if lacks_cli(each)), None)
        if call and runner:
            yield call, runner


def lacks_cli(runner: str) -> bool:
    """Tell whether a runner is one of GitHub's that does not bring the CLI.

    ubuntu-latest, ubuntu-24.04 -> True, ubuntu-22.04, windows-latest, self-hosted -> False
    """
    match = _WITHOUT_CLI.match(runner)
    return match is not None and int(match["year"] or _FIRST_WITHOUT) >= _FIRST_WITHOUT


def _runners(workflow_file: WorkflowFile, job: Job, sources: Sources) -> Iterator[str]:
    """Give the labels of the runners that a job can get, as far as they can be told."""
    label = _label(job.runs_on)
    if label is None:
        return
    if "${{" not in label:
        yield label
        return
    entries = sources.workflow_files if _is_called(workflow_file) else (workflow_file,)
    for entry in entries:
        for run in job_runs(entry, sources, lambda _, each: each is job):
            text = text_in(label, run.last.context)
            if isinstance(text, str):
                yield text.strip()


def _is_called(workflow_file: WorkflowFile) -> bool:
    return any(trigger.event == "workflow_call" for trigger in workflow_file.triggers)


def _label(node: Node | None) -> str | None:
    """Give the one label of a runner; several mean one of the team's own."""
    if isinstance(node, Sequence):
        items = list(node)
        node = items[0] if len(items) == 1 else None
    return text_of(node) if isinstance(node, Scalar) else None


def _first_without(steps: tuple[PlacedStep, ...]) -> Call | None:
    """Give the first call in a job that nothing before it installs the CLI for."""
    for placed in steps:
        if _installs_by_action(placed):
            return None
        installed = _first_installation(placed)
        for call in cli_calls(placed):
            if installed is not None and installed < call.number:
                return None
            if call.command is None or not _brings_its_own(placed, call.command):
                return call
        if installed is not None:
            return None
    return None


def cli_calls(placed: PlacedStep) -> Iterator[Call]:
    """Give the calls in a step, those that an action makes among them."""
    known = action_named(placed.step.action) if placed.step.action is not None else None
    if known is not None and known.calls_cli:
        yield Call(placed, known.name)
    yield from calls(placed, _is_cli)


def _is_cli(words: tuple[str, ...]) -> bool:
    return subcommand(words) is not None


def _brings_its_own(placed: PlacedStep, command: Command) -> bool:
    """Tell whether a call fetches the CLI, is made by an action that brings it, or only asks whether it is there.

    One by a path within the checkout is of a CLI that is there, by whatever put it there.
    """
    _, prefix = SCRIPT_INPUTS.get(placed.step.action or "", ("", ""))
    words = command.words
    brought = call_of(words) != words or ("/" in words[0] and not words[0].startswith("/"))
    return bool(prefix) or brought or subcommand(words) in _ASKS_VERSION


def _installs_by_action(placed: PlacedStep) -> bool:
    action = placed.step.action
    if action is None or action in ACTIONS:
        return False
    if _TOOL_MANAGER.search(action):  # what it installs is written in a file of its own
        return _runs(placed)
    if not _INSTALLING_ACTION.search(action):
        return False
    named = "heroku" in action or any("heroku" in text.lower() for _, text in texts_of(placed.step.with_))
    return named and _runs(placed)


def _first_installation(placed: PlacedStep) -> int | None:
    """Give the place in a step's script where it installs the CLI, or None."""
    script = script_of(placed.step)
    if "heroku" not in script.lower() or not _runs(placed):
        return None
    found = (number for number, command in enumerate(commands(script, placed.shell)) if _installs(command))
    return next(found, None)


def _installs(command: Command) -> bool:
    words = command.words
    if words[:1] in {("echo",), ("printf",)}:
        return False
    if any(_DOWNLOAD.search(text) for word in words for text in expand(word, command.variables)):
        return True
    if words and words[0].rpartition("/")[2] in _INSTALLERS:
        return _gets_a_package(words) and any(_PACKAGE.match(word) for word in words[1:])
    return any(_NAMED.search(word) for word in words) and subcommand(words) is None


def _gets_a_package(words: tuple[str, ...]) -> bool:
    """Tell whether a package manager gets a package: `npm view heroku` and `npm dist-tag add` do not."""
    first = next((word for word in words[1:] if not word.startswith("-")), "")
    return first not in _RUNS | _OF_THE_REGISTRY and bool(_GETS & set(words[1:_FIRST_WORDS]))


def _runs(placed: PlacedStep) -> bool:
    return all(step_runs_on_success(each.step, {}) is not False for each in placed.lineage)
