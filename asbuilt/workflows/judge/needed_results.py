"""Whether a job fails for what the jobs before it came to: its steps are played through with their results.

A step counts that surely fails then, and one that is handed the results and may: by a program, or an action, that is
not read here.
"""

import re
from collections.abc import Iterator, Mapping

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import has_script, script_of
from asbuilt.workflows.expressions.evaluate import Whole
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.judge.gate_work import REPORTS, counts, is_test, work
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, known_text
from asbuilt.workflows.run.job_runs import Leg
from asbuilt.workflows.run.reach import Fate, is_on, may_run_on_success, play, step_runs_on_success
from asbuilt.workflows.shell.languages import GITHUB_SCRIPT, gives_up, is_shell
from asbuilt.workflows.shell.trial import BADLY, trial
from asbuilt.workflows.yaml.document import text_of, texts_of

_RESULTS = late(r"\bneeds\b(?:\s*\.\s*[\w*-]+|\s*\[[^\]]*\])?\s*\.\s*result\b|toJSON\(\s*needs\b", re.IGNORECASE)
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_OUTPUTS = re.compile(r"\boutputs\b", re.IGNORECASE)
# An action that is there to fail, by its name.
_FAILS = re.compile(r"fail|exit|abort|assert|error")
# What a script asks with: how these end is known where what they ask is.
_ASKS = frozenset({"test", "[", "[[", "((", "case", "exit", "false", "grep", "egrep", "fgrep"})


def asks_for_results(leg: Leg, sources: Sources, *, in_steps: bool = False) -> bool:
    """Tell whether a job asks what the jobs before it came to: in its steps, or in its own condition as well."""
    steps = sources.steps(leg.workflow_file, leg.job)
    texts = [text for placed in steps for text in _texts(placed)]
    texts += [text for _, text in texts_of(leg.job.env)]
    return any(map(_RESULTS.search, [*texts, "" if in_steps else text_of(leg.job.condition) or ""]))


def works_itself(leg: Leg, sources: Sources) -> bool:
    """Tell whether a job tests something itself, whatever the jobs before it came to."""
    steps = [each for each in sources.steps(leg.workflow_file, leg.job) if sources.action_of(each.step) is None]
    return any(
        not any(map(_RESULTS.search, _texts(placed)))
        and not _is_tolerated(placed, leg.context, sources)
        and may_run_on_success(placed, leg.context, sources)
        and (is_test(placed) or any(map(counts, work(placed))))
        for placed in steps
    )


def may_be_red(leg: Leg, fates: Mapping[str, Fate], sources: Sources) -> bool:
    """Tell whether a job that runs may fail for how the jobs before it ended: `fates` says how they did.

    One that does not run where all went well runs for that alone: whatever fails it counts.
    """
    alone = play(leg.workflow_file, leg.situation)[leg.job.id].runs is False
    needs = Whole(
        {
            each.id: Whole({"result": fates[each.id].result, "outputs": Whole()})
            for each in leg.workflow_file.needed_by(leg.job)
            if each.id in fates
        }
    )
    context = {**leg.context, "needs": needs}
    steps = [each for each in sources.steps(leg.workflow_file, leg.job) if sources.action_of(each.step) is None]
    return any(_may_fail(placed, context, leg, sources, alone=alone) for placed in steps)


def _may_fail(placed: PlacedStep, context: Context, leg: Leg, sources: Sources, *, alone: bool) -> bool:
    """Tell whether a step fails for the results that it sees, as far as that can be told."""
    here = [contexts.of_step(each, context, sources) for each in placed.lineage]
    runs = [step_runs_on_success(each.step, seen) for each, seen in zip(placed.lineage, here, strict=True)]
    if False in runs or _is_tolerated(placed, context, sources):
        return False
    # One that runs for these results alone; the others have to ask for them.
    because = alone or any(map(_RESULTS.search, (text_of(each.step.condition) or "" for each in placed.lineage)))
    asked = because or any(map(_RESULTS.search, (*_texts(placed), *(text for _, text in texts_of(leg.job.env)))))
    step = placed.step
    if not asked:
        return False
    if not has_script(step):
        name = step.action or ""
        if name == GITHUB_SCRIPT:
            return gives_up(text_of(step.input("script")) or "")
        return not REPORTS.search(name) and (not because or _FAILS.search(name) is not None or _is_handed(placed))
    script = script_of(step)
    if any(map(_OUTPUTS.search, _texts(placed))):
        return True
    if not is_shell((placed.shell or "bash").strip()):
        return re.search(r"\bexit\s+[1-9]|\bthrow\b|\braise\b|\bassert\b|sys\.exit|Write-Error", script) is not None
    pieces = [piece[0] for text in _texts(placed) for piece in _EXPRESSION.finditer(text)]
    if any(_RESULTS.search(piece) and known_text(piece, here[-1]) is None for piece in pieces):
        return True  # what a script makes of results that are not known here, nobody can tell
    variables = {name: value for name, value in here[-1]["env"].items() if isinstance(value, str)}
    tried = trial(script, placed.shell, variables, lambda text: known_text(text, here[-1]))
    return BADLY in tried.ends or any(counts(each) and each.words[0] not in _ASKS for each in work(placed))


def _is_handed(placed: PlacedStep) -> bool:
    """Tell whether an action is handed the results."""
    return any(_RESULTS.search(text) for node in (placed.step.env, placed.step.with_) for _, text in texts_of(node))


def _is_tolerated(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    return any(
        each.step.continue_on_error is not None
        and is_on(each.step.continue_on_error, contexts.of_step(each, context, sources)) is True
        for each in placed.lineage
    )


def _texts(placed: PlacedStep) -> Iterator[str]:
    for each in placed.lineage:
        yield from (text_of(each.step.condition) or "", text_of(each.step.run) or "")
        for node in (each.step.env, each.step.with_):
            yield from (text for _, text in texts_of(node))
