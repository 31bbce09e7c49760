"""Look again at dynos of which one look does not tell whether they stay up."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from asbuilt import estate as declared
from asbuilt.crashes import is_suspicious
from asbuilt.model import Observation, Observed, Unobserved, current_release
from asbuilt.observe.again import Eyes
from asbuilt.observe.clock import Clock

_NO_TIME = Unobserved(
    "looks at the dynos",
    "GET https://api.heroku.com/apps/*/dynos",
    "was not asked again: the run's deadline is too near",
    "judge fewer apps at once: --app NAME",
)
_LOOKS = 3
_APART = 25.0
_LEFT_OVER = 10.0  # seconds that the last look itself may take, within the deadline


def looked_again(
    eyes: Eyes, observation: Observation, names: Collection[str], clock: Clock, as_of: Callable[[], datetime]
) -> Observation:
    """Look at apps with suspicious dynos three times in all; the others cost nothing.

    Those that a run has waited for were looked at often enough.
    """
    found = [name for name in sorted(names) if is_doubtful(eyes.estate.apps[name], observation, name)]
    for _ in range(_LOOKS - 1 if found else 0):
        if eyes.client.left < _APART + _LEFT_OVER:
            unseen = {name: replace(observation.apps[name], looks=_NO_TIME) for name in found}
            return replace(observation, apps={**observation.apps, **unseen})
        clock.pause(_APART)
        observation = replace(eyes.again(observation, found), as_of=as_of())
    return observation


def is_doubtful(app: declared.App, observation: Observation, name: str) -> bool:
    """Say whether a dyno of a declared process of an app is one that one look does not tell enough of."""
    state = observation.apps[name]
    if name in observation.settling or not isinstance(state.dynos, Observed):
        return False
    release = current_release(state.releases.value) if isinstance(state.releases, Observed) else None
    dynos = (dyno for dyno in state.dynos.value if dyno.type in app.formation)
    return any(is_suspicious(dyno, release, observation.as_of) for dyno in dynos)
