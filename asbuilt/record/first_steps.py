"""What somebody is told who has declared no app yet: what was judged, what was not, and what to do next."""

import re
from collections.abc import Iterator

from asbuilt.controls import NOTHING
from asbuilt.estate import is_repository
from asbuilt.run import Run
from asbuilt.undeclared import is_none
from asbuilt.verdicts import Verdict

_APP = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]")  # https://devcenter.heroku.com/articles/creating-apps
_MOST = 8


def first_steps(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    """Give the lines; none for a run that asked providers, or one with declared apps."""
    if not run.checkouts or run.observation is not None or run.estate.apps or not verdicts:
        return
    judged = {each.control for each in verdicts if each.outcome.is_judged}
    found_nothing = {each.control for each in verdicts if each.reason.startswith(NOTHING)} - judged
    left = sorted({each.control for each in verdicts} - judged - found_nothing)
    files = sum(len(each.workflow_files) for each in run.checkouts.values())
    yield f"judged: {_counted(files, 'workflow file')} by {_counted(len(judged), 'control')}, those that need no estate"
    if found_nothing:
        yield f"nothing to judge: {' '.join(sorted(found_nothing))}: none of what they ask for is in these files"
    if left:
        yield f"not judged: {' '.join(left)}: they ask for apps and what is declared of them, and nothing is"
    yield f"next: {_next(run)}"


def _next(run: Run) -> str:
    """Say how an estate begins: with the apps that the files deploy."""
    paths = [(name, path) for name, each in run.checkouts.items() for path in each.deploy_paths]
    found = {path.app: name for name, path in paths if path.app and _APP.fullmatch(path.app)}
    apps = dict(sorted(found.items())[:_MOST])
    if not apps:
        if paths:
            return "which app these files deploy cannot be told from them: asbuilt paths shows why"
        return "no way to an app of Heroku was found in these files: asbuilt paths says what was read"
    entries = [f"  {app}: {_entry(name)}" for app, name in apps.items()]
    if not is_none(run.estate):
        return f"add to the estate: apps: {{{', '.join(each.strip() for each in entries)}}}"
    text = "\\n".join(("estate: mine", "apps:", *entries, ""))
    return f"declare the apps that these files deploy, and judge them too: printf '{text}' > estate.yaml"


def _entry(repository: str) -> str:
    return f"{{repository: {repository}}}" if is_repository(repository) else "{}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
