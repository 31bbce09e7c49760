"""Whether the scripts of a run get to a deploy: an `if` or a `case` on the ref or an input may choose another app.

A script is played through with what is known before the run. Where that leaves it open, it gets there.
"""

import re
from functools import lru_cache

from asbuilt.workflows.deploys.mechanisms import script_of
from asbuilt.workflows.deploys.script_target import Spot
from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.deploys.targets import in_script
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, known_text, known_variables
from asbuilt.workflows.run.reach import surely_runs
from asbuilt.workflows.shell.trial import REACHED, trial
from asbuilt.workflows.shell.values import Open, Values
from asbuilt.workflows.shell.variables import PATTERN

_VARIABLE = re.compile(rf"\$\{{\{{.*?\}}\}}|{PATTERN}")
_CHOOSES = re.compile(r"\b(?:if|case|test|exit)\b|\[")


def step_that_stops(deploy: DeployStep, job_context: Context, sources: Sources) -> PlacedStep | None:
    """Give the step whose script surely goes another way than to a deploy; None where all can get there.

    `job_context` is what the expressions of the job see. A deploy without a script has no such step; of several ways to
    one, it is enough that one is open.
    """
    stops: PlacedStep | None = None
    for way in deploy.ways:
        stops = next((spot.placed for spot in way if not _gets_to(spot, job_context, sources)), None)
        if stops is None:
            return None
    return stops


def is_undone(deploy: DeployStep, job_context: Context, sources: Sources) -> bool:
    """Tell whether a step between a deploy's remote and its push surely makes another one of it.

    Surely: it runs whatever is not known, and its script has no branch.
    """
    return any(
        not _CHOOSES.search(script_of(undoing.step)) and surely_runs(undoing, job_context, sources)
        for undoing in deploy.undone_by
    )


def _gets_to(spot: Spot, job_context: Context, sources: Sources) -> bool:
    """Tell whether a script may get to a command, and to the app that it names where that is known."""
    script, shell = script_of(spot.placed.step), spot.placed.shell
    if not spot.words or not _CHOOSES.search(script) or not _is_seen(script, shell, spot.words):
        return True
    context = contexts.of_step(spot.placed, job_context, sources)
    named = in_script(spot.app, context) if spot.app is not None else None
    is_named = re.compile(rf"(?<![\w-]){re.escape(named)}(?![\w-])") if isinstance(named, str) else None

    def wanted(words: tuple[str, ...], values: Values) -> bool:
        if words != spot.words:
            return False
        texts = [_VARIABLE.sub(lambda match: _put(match, values), word) for word in words]
        return is_named is None or any(is_named.search(text) or _is_open(text, spot) for text in texts)

    variables = {**dict(known_variables(context)), **dict(contexts.variables_of_github(context, example=True))}
    told = trial(script, shell, variables, lambda text: known_text(text, context), wanted)
    return told.tired or REACHED in told.ends


def _put(match: re.Match[str], values: Values) -> str:
    """Give a variable's value, or leave it as it is written."""
    value = values.expand(match[0])
    return match[0] if isinstance(value, Open) else value


def _is_open(text: str, spot: Spot) -> bool:
    """Tell whether a text has a variable of the script's own that is not known here."""
    return any((match["plain"] or match["name"]) in spot.assigned for match in _VARIABLE.finditer(text))


@lru_cache(maxsize=1024)
def _is_seen(script: str, shell: str | None, words: tuple[str, ...]) -> bool:
    """Tell whether a script gets to a command at all as far as it can be played through, with nothing known."""
    return REACHED in trial(script, shell, {}, wanted=lambda found, _: found == words).ends
