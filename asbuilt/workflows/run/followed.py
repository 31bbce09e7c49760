"""Whether the run that another one follows can have ended as that one asks.

A run of which every job is skipped concludes as `skipped`, and as nothing else; one of which a job runs does not. So
what follows a success does not follow a workflow that a condition of its own keeps from doing anything. Seen at
https://github.com/apache/spark/pull/36371; the conclusions are those of
https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
"""

from dataclasses import replace
from functools import lru_cache

from asbuilt.workflows.run.reach import Answer, play
from asbuilt.workflows.triggers.situations import Situation

SKIPPED = "skipped"


@lru_cache(maxsize=4096)
def as_it_can_be(situation: Situation) -> Situation | None:
    """Give a situation whose run before it can have ended so, or None where it cannot, through the whole chain.

    That is the situation itself, unless another way to begin that run makes it end so. One that follows no run is given
    as it is.
    """
    if situation.upstream is None:
        return situation
    for before in situation.befores:
        earlier = as_it_can_be(before)
        if earlier is None:
            continue
        if may_end(anything_runs(situation, earlier), situation.conclusion):
            return situation if earlier is situation.before else replace(situation, before=earlier)
    return None


def anything_runs(situation: Situation, before: Situation) -> Answer:
    """Tell whether any job runs of the workflow that a situation follows, where `before` sets that one off."""
    answers = [fate.runs for fate in play(situation.upstream, before).values()] if situation.upstream else []
    unknown = next((each for each in answers if each is not True and each is not False), False)
    return True if True in answers else unknown


def may_end(runs: Answer, conclusion: str | None) -> bool:
    """Tell whether a run may end so, by whether any of its jobs runs; one that has only begun has no conclusion."""
    if conclusion is None:
        return True
    return runs is not True if conclusion == SKIPPED else runs is not False
