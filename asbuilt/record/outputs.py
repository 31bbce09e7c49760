"""What the workflow that ran it wants to know of a run: the verdict, and of a live one where to go back to.

Lines of the form that GitHub takes for the outputs of a step, one `name=value` each. The values are words of ours,
numbers of releases and the declared name of an app, so none can begin another line.
"""

import shlex

from asbuilt.commits import brought_by, releases_of
from asbuilt.model import AppState, Observed, Release, codes, current_release
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict

# What an earlier release can mend: that code runs, stays up and answers.
_MENDED = {"HK002", "HK006", "HK008", "WEB001", "WEB002"}


def outputs(run: Run, verdicts: tuple[Verdict, ...], *, well: bool) -> str:
    """Give the lines: `verdict`, `last_good_release` and `rollback`, each empty where there is nothing to say.

    The last two are for a run of one app. `well` says whether the run may say that all is.
    """
    good = _last_good(run, well=well)
    drifted = {each.control for each in verdicts if each.outcome is Outcome.DRIFTED}
    current = current_release(_releases(run))
    helps = good is not None and current is not None and good.version != current.version and bool(drifted & _MENDED)
    verdict = "conforms" if well else Outcome.DRIFTED if drifted else Outcome.UNKNOWN
    command = shlex.join(("heroku", "rollback", str(good), "--app", *run.scope.apps)) if helps else ""
    return f"verdict={verdict}\nlast_good_release={good or ''}\nrollback={command}\n"


def _last_good(run: Run, *, well: bool) -> Release | None:
    """Give the release that is known to have run: the current one where all is well, or where nothing newer succeeded.

    Else the one that ran before the code that runs now.
    """
    state, releases = _state(run), _releases(run)
    current = current_release(releases)
    if state is None or current is None or well or releases[0].status == "failed":
        return current
    brought = brought_by(state, current) or current
    known = codes(releases, images=isinstance(state.app, Observed) and state.app.value.runs_images)
    return next((each for each in releases if each.version < brought.version and known.get(each.version)), None)


def _releases(run: Run) -> tuple[Release, ...]:
    """Give the releases of the one app in scope, newest first; none where there are several apps."""
    state = _state(run)
    return releases_of(state) if state else ()


def _state(run: Run) -> AppState | None:
    if run.observation is None or len(run.scope.apps) != 1:
        return None
    return run.observation.apps.get(next(iter(run.scope.apps)))
