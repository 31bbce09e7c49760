"""Deploys that are written elsewhere: a target of make, a script, a tool. They are named where they reach Heroku.

What they do cannot be read here, so their target cannot be told: a deploy that is not known is not taken for none.
"""

import re
from collections.abc import Iterator

from asbuilt.patterns import late
from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import COMMANDS, DPL, only_prepares, script_of, unknown
from asbuilt.workflows.deploys.script_target import Target
from asbuilt.workflows.files.sources import Closed, PlacedStep
from asbuilt.workflows.shell.languages import BUILDERS, RUNNERS, SHELLS, language, named_by
from asbuilt.workflows.shell.script import Command, commands, expand, option
from asbuilt.workflows.yaml.document import text_of

_INSTALLS = frozenset({"install", "i", "add", "ci"})
_DEPLOYS = late(r"deploy|release|promote|\bship|^heroku$", re.IGNORECASE)
# `test-deploy` tests; `deploy-test` deploys to the environment of that name.
_DOES_NOT = late(
    r"wait|check|verif|(?<!deploy[-_:])(?<!deploy-to-)(?<![a-z])test|notif|rollback|version|changelog|notes|lint|valid|preview|undeploy|smoke|migrat|sentry|docs"
    r"|(?:post|after|pre|before)[-_]?(?:deploy|release)|://",
    re.IGNORECASE,
)
_APP_PROPERTY = late(r"-Dheroku\.appName=(.+)")
_SCRIPT = late(r"^(?:\./|[\w.-]+/)[\w./-]+$|\.(?:sh|bash|py|js|rb)$")
_ELSEWHERE = "runs what is written elsewhere"
# What runs a command somewhere else, and a deploy among its words.
_RUNS_IN = frozenset(
    {"docker", "docker-compose", "podman", "podman-compose", "ssh", "vagrant", "nix", "nix-shell", "devbox"}
)
_A_DEPLOY = late(
    rf"\bheroku\s+(?:{'|'.join(map(re.escape, COMMANDS))})\b"
    r"|\bgit\s+push\s(?:\S+\s){0,5}(?:\S*git\.heroku\.com|heroku\b)"
)
_SOMEWHERE = "runs it somewhere else"
_UNREAD = "deploys in a file of the checkout, in a way that is not known here"
# A variable that lets a step change an app: its key, its name. An address is none.
_LETS_IN = late(r"heroku(?!.*(?:url|host|domain)$)", re.IGNORECASE)
_LOGS_IN = late(r"\.netrc|\bheroku\s+(?:container:|auth:)?login|\bHEROKU_API_(?:KEY|TOKEN)\b")


def targets(command: Command, *, lets_in: bool) -> Iterator[Target]:
    """Give the deploys that a command hands over. `lets_in`: its step can reach Heroku.

        dpl --provider=heroku --app=shop -> by dpl, to shop
        make deploy-heroku               -> by `make deploy-heroku`, to an app that cannot be told
        ./scripts/deploy.sh              -> the same, where its step can reach Heroku
        docker run x SOME DEPLOY         -> the same

    The command has one word at least. Names that speak of tests, checks or notes are no deploys.
    """
    words = command.words
    program = words[0].rpartition("/")[2]
    named = " ".join(words[:4])
    if program == DPL.name or words[:3] == ("bundle", "exec", DPL.name):
        if any(word.rpartition("=")[2] == "heroku" for word in words):
            app = option(words, "--app")
            apps = expand(app, command.variables) if app else (None,)
            yield from (Target(DPL, each, DPL.unnamed) for each in apps)
    elif program in BUILDERS:
        if any("heroku" in word.lower() and _DEPLOYS.search(word) for word in words[1:]):
            given = next((match[1] for word in words if (match := _APP_PROPERTY.match(word))), None)
            apps = expand(given, command.variables) if given else (None,)
            yield from (Target(unknown(f"`{named}`", _ELSEWHERE), each, _ELSEWHERE) for each in apps)
    elif program in _RUNS_IN and _A_DEPLOY.search(" ".join(words[1:])):
        yield Target(unknown(f"`{named}`", _SOMEWHERE), None, _SOMEWHERE)
    elif _runs_a_deploy(words, program) and (lets_in or _mentions_heroku(command)):
        yield Target(unknown(f"`{named}`", _ELSEWHERE), None, _ELSEWHERE)


def unrecognised(placed: PlacedStep) -> Iterator[Target]:
    """Give the deploy of a step that runs a file named for one, in which one stands, but in no way that is known."""
    if _A_DEPLOY.search(script_of(placed.step)):
        for command in commands(text_of(placed.step.run) or "", placed.shell):
            found = targets(command, lets_in=True) if command.words else ()
            yield from (Target(unknown(each.mechanism.name, _UNREAD), None, _UNREAD) for each in found)


def of_action(placed: PlacedStep, action: Closed) -> Iterator[Target]:
    """Give the deploy of a step that uses an action of the checkout which is a program, as far as that shows.

    Its file speaks of Heroku, or its name of a deploy where the step can reach Heroku.
    """
    name = action.document.path.rpartition("/")[0].rpartition("/")[2].lower()
    given = {key.lower() for key in placed.step.with_.values} if placed.step.with_ is not None else set()
    reaches = lets_in(placed) or any("heroku" in key for key in given)
    speaks = "heroku" in action.document.text.lower()
    if not _DOES_NOT.search(name) and not only_prepares(name) and (speaks or (_DEPLOYS.search(name) and reaches)):
        why = f"is an action of the checkout that runs {action.using}, which is not read"
        yield Target(unknown(placed.step.action or name, why), None, why)


def lets_in(placed: PlacedStep) -> bool:
    """Tell whether a step is given a variable that lets it change an app, or says by its name that it is about one.

    By the names of variables alone, its job's and workflow's included: HEROKU_API_KEY does, HEROKU_URL does not.
    """
    if any(_LETS_IN.search(name) for node in placed.environments for name in node.values):
        return True
    names = (placed.step.name, placed.step.id, placed.job.name, placed.job.id)
    return any("heroku" in name.lower() for name in names if name)


def logs_in(script: str) -> bool:
    """Tell whether a script lets those after it change apps: it logs in, or hands a key on.

    It writes a `.netrc`, calls `heroku login` or its kin, or has the name of Heroku's key in it.
    """
    return "heroku" in script.lower() and _LOGS_IN.search(script) is not None


def _mentions_heroku(command: Command) -> bool:
    given = (*command.environment, *command.variables)
    return "heroku" in command.source.lower() or any(map(_LETS_IN.search, given))


def _runs_a_deploy(words: tuple[str, ...], program: str) -> bool:
    """Tell whether a command runs a deploy that is written elsewhere."""
    if call_of(words) is not None:
        return False
    if program in RUNNERS:
        return not _INSTALLS & set(words[1:2]) and any(
            _DEPLOYS.search(word) and not _DOES_NOT.search(word) for word in named_by(words)
        )
    is_read = program in SHELLS or language(program) is not None
    command = words[1] if is_read and len(words) > 1 else words[0]
    if _SCRIPT.search(command) is None or _DOES_NOT.search(command):
        return False
    return bool(_DEPLOYS.search(command)) or ("heroku" in command.lower() and not only_prepares(command.lower()))
