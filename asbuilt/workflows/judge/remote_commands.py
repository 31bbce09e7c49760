"""Commands that run in a dyno of an app, and whether their failure is the caller's own.

`heroku run` succeeds whatever its command came to, unless it is told to pass the exit code on; `run:detached` waits for
nothing. Source: https://devcenter.heroku.com/articles/heroku-cli-commands#heroku-run-command
"""

import re
from itertools import takewhile

from asbuilt.workflows.deploys.heroku_words import call_of

_RUNS = frozenset({"run", "run:inside", "run:detached"})
_DETACHED = "run:detached"
_PASSES_ON = re.compile(r"--exit-code(?:=.*)?|-x[a-z]*")


def runs_remotely(words: tuple[str, ...]) -> bool:
    """Tell whether a command runs another in a dyno."""
    call = call_of(words)
    named = call is not None and call[1:2] and call[1] in _RUNS
    return bool(named) and not any(word in {"--help", "-h"} for word in words)


def hides_status(words: tuple[str, ...]) -> bool:
    """Tell whether a command runs another in a dyno, and says nothing of how that ended.

    heroku run -a shop rake db:migrate    -> True
    heroku run -x -a shop rake db:migrate -> False
    """
    call = call_of(words)
    if call is None or not runs_remotely(words):
        return False
    own = takewhile(lambda word: word != "--", call[2:])
    return call[1] == _DETACHED or not any(map(_PASSES_ON.fullmatch, own))


def waits_for_nothing(words: tuple[str, ...]) -> bool:
    """Tell whether a command starts another in a dyno and does not wait for its end."""
    return _DETACHED in (call_of(words) or ())[1:2]
