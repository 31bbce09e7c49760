"""A health check that does not fail by itself, where a later step does for what it came to or what it wrote."""

import re
from collections.abc import Sequence
from dataclasses import replace

from asbuilt.workflows.health.check import Check
from asbuilt.workflows.health.script import Verdict, names_release
from asbuilt.workflows.health.steps import check_of, verdict_on
from asbuilt.workflows.paths.later import Later
from asbuilt.workflows.shell.languages import gives_up
from asbuilt.workflows.shell.trial import BADLY, trial
from asbuilt.workflows.yaml.document import text_of


def heeded(asking: Later, later: Sequence[Later]) -> Check | None:
    """Read a step as a health check that another step acts on; None where it is none, or nobody fails for it.

        - id: ask
          run: echo "code=$(curl -s https://shop.example.com/health)" >> "$GITHUB_OUTPUT"
        - if: steps.ask.outputs.code != '200'
          run: exit 1

    `later` are the steps after the deploy; those behind `asking` count, in its job or through the outputs of that. A
    step without an id is none, since nobody can name it. It proves the release where it or the verdict compares that.
    """
    placed = asking.placed
    if placed.step.id is None:
        return None
    for kind in ("outcome", "outputs"):
        # What it came to tells something only if it can fail; what it wrote may tell as much where it cannot.
        check = check_of(placed.step, placed.shell, asking.surroundings, heeded=kind == "outputs")
        if check is not None and check.can_fail:
            asked = _asked(asking, kind)
            verdicts = (_verdict(each, asked) for each in later if _comes_after(each, asking))
            verdict = next(filter(None, verdicts), None)
            if verdict is not None:
                return replace(check, proves_release=check.proves_release or verdict.compares_release)
    return None


def _comes_after(each: Later, asking: Later) -> bool:
    """Tell whether a step may act on another: it can fail the run, and stands behind that or in another job."""
    if each.tolerated or each.placed is asking.placed:
        return False
    beside = each.placed.job is asking.placed.job
    return not beside or (each.placed.within is asking.placed.within and each.placed.number > asking.placed.number)


def _asked(asking: Later, kind: str) -> re.Pattern[str]:
    """Give how expressions name what a step came to, or wrote: in its own job, or through an output of that."""
    job = asking.placed.job
    own = rf"steps\.{re.escape(asking.placed.step.id or '')}\.{kind}\b(?:\.[\w-]+)?"
    outputs = job.outputs.values.items() if job.outputs is not None else ()
    handed = [name for name, node in outputs if re.search(own, text_of(node) or "", re.IGNORECASE)]
    needs = (rf"needs\.{re.escape(job.id)}\.outputs\.{re.escape(name)}\b" for name in handed)
    return re.compile("|".join((own, *needs)), re.IGNORECASE)


def _verdict(each: Later, asked: re.Pattern[str]) -> Verdict | None:
    """Tell how a step judges what is asked; None where it does not fail for it."""
    step = each.placed.step
    tests = [text_of(one.step.condition) or "" for one in each.placed.lineage]
    tests.append(text_of(each.placed.job.condition) or "")
    test = next((test for test in tests if asked.search(test)), None)
    if test is None:
        return verdict_on(step, each.placed.shell, each.surroundings, asked)
    script = text_of(step.run)
    if script is not None:
        fails = trial(script, each.placed.shell, {}).ends == {BADLY}
    else:
        fails = gives_up(text_of(step.input("script")) or "")
    return Verdict(names_release(asked.sub("", test))) if fails else None
