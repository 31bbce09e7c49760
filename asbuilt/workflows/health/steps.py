"""What a step asks of an app after a deploy: whether a bad answer fails it, and what the answer proves."""

import re
from dataclasses import replace
from functools import lru_cache

from asbuilt.workflows.bounds import PAIRS, hold
from asbuilt.workflows.deploys.mechanisms import has_script, script_of
from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.health import code as health_code
from asbuilt.workflows.health.actions import check_of_action
from asbuilt.workflows.health.addresses import hands_an_app
from asbuilt.workflows.health.check import Check
from asbuilt.workflows.health.names import is_named_for_health
from asbuilt.workflows.health.script import ScriptReading, Verdict
from asbuilt.workflows.health.surroundings import NOTHING, Surroundings
from asbuilt.workflows.shell.requests import request_of
from asbuilt.workflows.shell.script import Command, commands
from asbuilt.workflows.yaml.document import text_of, texts_of

_WORTH_READING = re.compile(
    r"curl|wget|(?:^|[\s;(])(?:https?|xhs?)\s|health|smoke|verif|asbuilt|pytest|api\.heroku|heroku\s+(?:releases|slugs|ps|apps|builds|run|logs)"
    r"|wait-on|requests|urlopen|fetch\(|axios|invoke-|playwright|cypress|newman|hurl|\bk6\b|post.?deploy|net::http",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)  # each path that leads to a step asks
def check_of(
    step: Step, shell: str | None = None, around: Surroundings = NOTHING, *, heeded: bool = False
) -> Check | None:
    """Read a step as a health check; None where it is none at all. `heeded`: others act on what it writes.

    `shell` is the one that is named for it, None for the default; `around` what stands around it. It may be a script,
    an action that runs one, or an action that checks. A check that cannot fail comes out as such. Raises
    PastBoundError.
    """
    if step.action is not None and not has_script(step):
        return check_of_action(step, step.action, around)
    script = around.put_into(script_of(step))
    worth = _WORTH_READING.search(f"{step.name} {step.id} {around.names} {script}")
    if not worth and not hands_an_app((*around.variables, *texts_of(step.env), ("", script))):
        return None
    found = health_code.check(f"{step.name or ''}\n{around.names}", script, shell)
    found = found or replace(_reading(step, shell, around), heeded=heeded).check()
    goes_on = text_of(step.input("continue_on_error")) == "true" and step.action is not None
    return replace(found, can_fail=False) if found is not None and goes_on else found


@lru_cache(maxsize=8192)
def check_behind(step: Step, shell: str | None, around: Surroundings, count: int) -> Check | None:
    """Read what a script does after its first `count` commands as a health check; None where that is none.

    For a script that deploys and checks: a request before the deploy proves nothing. Raises PastBoundError.
    """
    reading = _reading(step, shell, around)
    if count >= _end_of_asking(reading):
        return None
    later = reading.commands[count:]
    requests = tuple(each for each in reading.requests if any(each.command is one for one in later))
    return replace(reading, commands=later, requests=requests).check()


@lru_cache(maxsize=8192)  # each command of the script that deploys asks
def _end_of_asking(reading: ScriptReading) -> int:
    """Give the place behind the last command of a script that may ask how an app is."""
    requests = {id(each.command) for each in reading.requests}
    asking = (at for at, each in enumerate(reading.commands, 1) if id(each) in requests or reading.may_ask(each))
    return max(asking, default=0)


def careless_requests(step: Step, shell: str | None = None, around: Surroundings = NOTHING) -> tuple[Command, ...]:
    """Give the curl commands that deploy or check health, and take an HTTP error for a success.

    In the order of the script: those without `--fail` whose answer nothing judges. Of health, only those count for
    which something can fail, since one that nobody heeds is no check. None in a step without a script. Raises
    PastBoundError.
    """
    script = around.put_into(script_of(step))
    if "curl" not in script or (step.action is not None and not has_script(step)):
        return ()
    reading = _reading(step, shell, around)
    return tuple(
        request.command
        for request in reading.requests
        if request.program == "curl"
        and not request.strict
        and (request.deploys or (reading.counts(request) and reading.fails_for(request)))
        and not reading.is_judged(request)
    )


def verdict_on(step: Step, shell: str | None, around: Surroundings, asked: re.Pattern[str]) -> Verdict | None:
    """Give how a step judges what an expression stands for; None where it does not fail for it.

    `asked` matches the expression, in the script or in a variable of the step: `steps.check.outputs.version`. Raises
    PastBoundError.
    """
    script = around.put_into(script_of(step))
    if not any(map(asked.search, (script, *(text for _, text in texts_of(step.env))))):
        return None
    return replace(_reading(step, shell, around), answer=asked).verdict()


@lru_cache(maxsize=8192)
def _reading(step: Step, shell: str | None, around: Surroundings) -> ScriptReading:
    """Read the script of a step. Raises PastBoundError."""
    script = around.put_into(script_of(step))
    own = {name: (around.put_into(text),) for name, text in texts_of(step.env)}
    env = {**{name: (text,) for name, text in around.variables}, **own}
    found = commands(script, shell)
    requests = tuple(made for each in found if (made := request_of(each, env)) is not None)
    reading = ScriptReading(is_named_for_health(step, around), script, found, env, frozenset(own), requests)
    hold(reading.pairs, PAIRS, "pairs of a request and what may judge its answer in a script", step.mark)
    return reading
