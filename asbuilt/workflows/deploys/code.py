"""Deploys in code of other languages, and in what actions are handed: found by their form, not by reading the code.

A request to an address of Heroku's API that deploys, a call of the CLI and a `git push` to Heroku are known by how they
are written in Python, JavaScript, Ruby or PowerShell. Where the app is not written out, it cannot be told.
"""

import re
from collections.abc import Iterator, Mapping

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import COMMANDS, PUSH, Mechanism, addresses, sent_to
from asbuilt.workflows.deploys.pushes import app_of_url
from asbuilt.workflows.deploys.script_target import Target
from asbuilt.workflows.shell.languages import language
from asbuilt.workflows.shell.script import Command, option

HOST = "heroku.com"
_GIVES_CODE = frozenset({"-c", "-e", "-r", "--eval", "-Command", "-p", "eval"})
_NAME = r"(?P<app>(?>\$\{\{.+?\}\}|[^/\"'`\s])+)"
_API, _API_WITHOUT_APP = addresses(_NAME)
_WRITES = late(
    r"\.(?:post|patch|put)\b|method[\"']?\s*[:=]\s*[\"'`]?(?:POST|PATCH|PUT)\b|-Method\s+[\"']?(?:Post|Patch|Put)\b"
    r"|::(?:Post|Patch|Put)\b|[\"'](?:POST|PATCH|PUT)[\"']",
    re.IGNORECASE,
)
_VERB = late(r"\.(get|head|delete|post|patch|put)\s*\(", re.IGNORECASE)
_NEAR = 200
_RUNS = late(r"subprocess|system|exec|spawn|popen|shell|\$`|\bsh\b", re.IGNORECASE)
_CALL = late(rf"\bheroku\s+(?P<name>{'|'.join(COMMANDS)})\b(?P<rest>[^\n;]*)")
_PUSH = late(r"\bgit\s+(?:subtree\s+)?push\b(?P<rest>[^\n;]*)")
_PUNCTUATION = late(r"[\"'`,\[\]()]+")
_COMMENT = late(r"^\s*(?:#|//).*$", re.MULTILINE)
_PLAIN = late(r"\$\{\{.+\}\}$|[a-z][a-z0-9-]*$")
_UNTOLD = "names its app in code"


def is_code(shell: str | None) -> bool:
    """Tell whether a step's shell reads another language than a shell's.

    None is the default shell, which reads none.
    """
    return shell is not None and language(shell) is not None


def code_in(command: Command) -> str:
    """Give the code that a command hands to a program of another language, or nothing.

        python -c "print(1)" -> "print(1)"

    Else what comes by its standard input, as far as it is written there; of a script's file, nothing is read.
    """
    words = command.words
    if not words or language(words[0]) is None:
        return ""
    given = (words[at + 1] for at, word in enumerate(words[:-1]) if word in _GIVES_CODE)
    return next(given, None) or command.stdin


def targets(code: str) -> Iterator[Target]:
    """Give the deploys in code.

    In the order: requests to the API with an app in their address, those without, then, in code that runs other
    programs, calls of the CLI and pushes. One that is written twice comes twice. Comments are left out.
    """
    if "heroku" not in code:
        return
    code = _COMMENT.sub("", code)
    yield from _requests(code)
    if _RUNS.search(code):
        yield from _calls(_PUNCTUATION.sub(" ", code))


def given_to(inputs: Mapping[str, str]) -> Iterator[Target]:
    """Give the deploys in what an action is handed: a script, a request, the URL of a repository of Heroku's.

    `inputs` are its texts by name, with their expressions. None where no text has Heroku's host in it.
    """
    texts = [text for text in inputs.values() if HOST in text]
    if not texts:
        return
    apps = (app for text in texts for line in text.split() if (app := app_of_url(line)))
    yield from (Target(PUSH, app) for app in apps)
    yield from targets("\n".join(f"{name}: {text}" for name, text in inputs.items()))


def _requests(code: str) -> Iterator[Target]:
    """Give the deploys by requests; what only prepares a build counts where there is no build."""
    builds = "/builds" in code
    for match in _API.finditer(code):
        mechanism = sent_to(match["part"], code, of_app=True, is_open=False) if _is_sent(code, match) else None
        if mechanism is not None and not (builds and mechanism.prepares):
            yield _target(mechanism, match["app"])
    for match in _API_WITHOUT_APP.finditer(code):
        mechanism = sent_to(match["part"], code, of_app=False, is_open=False) if _is_sent(code, match) else None
        if mechanism is not None and not (builds and mechanism.prepares):
            yield Target(mechanism, None, mechanism.why)


def _is_sent(code: str, address: re.Match[str]) -> bool:
    """Tell whether something is sent to an address: by the call that it stands in, or a method or call soon after."""
    before = _VERB.findall(code[max(0, address.start() - _NEAR) : address.start()])
    if before:
        return before[-1].lower() in {"post", "patch", "put"}
    return _WRITES.search(code[max(0, address.start() - _NEAR) : address.end() + 2 * _NEAR]) is not None


def _calls(text: str) -> Iterator[Target]:
    for match in _CALL.finditer(text):
        known = COMMANDS[match["name"]]
        yield _target(known, option(("heroku", *match["rest"].split()), *known.app_options))
    for match in _PUSH.finditer(text):
        apps = (app_of_url(word) for word in match["rest"].split())
        yield from (_target(PUSH, app) for app in apps if app)


def _target(mechanism: Mechanism, app: str | None) -> Target:
    return Target(mechanism, app if app and _PLAIN.match(app) else None, _UNTOLD)
