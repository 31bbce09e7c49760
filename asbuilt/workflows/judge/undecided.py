"""What cannot be told of a deploy before the run, with the place, and the line that makes it known.

What a secret or a variable holds, only GitHub knows: the estate can bind its name to what it stands for. What a step
works out, only the run knows: there a value is to be written.
"""

import re
from collections.abc import Sequence

from asbuilt.workflows.deploys.steps import made_known
from asbuilt.workflows.judge.environments import remedy
from asbuilt.workflows.paths.blocked_paths import BlockedPath
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.document import Document, Mark, text_of
from asbuilt.workflows.yaml.finding import Finding

_SETTING = re.compile(r"\b(secrets|vars)\s*\.\s*(\w+)", re.IGNORECASE)
# What of the name of an app only the run knows: an expression, a variable, what a command prints.
OPEN_PART = re.compile(r"\$\{\{.*?\}\}|\$\{[^}]*\}|\$\w+|\$\(.*\)", re.DOTALL)
_LONGEST = 60
_SHOWN = 5


def open_app(path: DeployPath, apps: Sequence[str], repository: str) -> Finding:
    """Say that it cannot be told which app a path leads to, where the app is named.

    `apps` are those that it may lead to, one at least; `repository` is OWNER/NAME, empty where nobody says.
    """
    step = path.step
    app, which = (apps[0], "") if len(apps) == 1 else ("APP", f"; APP is one of {_some(apps)}")
    if step.target is None or "$" not in step.target:
        why = (path.undecided or "").partition("; ")[0].removeprefix("the app: ")
        fact = f'which app job "{path.job}" deploys cannot be told: {why}'
        elsewhere = made_known(step.job) if step.mechanism.why and step.described is None else ""
        fix = elsewhere or f"name the app in the workflow: {app}{which}"
        return _open(step.document, step.app_mark, fact + path.caller, fix)
    fact = f'which app job "{path.job}" deploys cannot be told: {quoted(step.target)} on line {step.app_mark.line}'
    names = path.settings_in(step.target)
    fix = (
        bound(names, _part_of(step.target, app), repository)
        if names
        else f"write {app}, or let an input with options choose the app"
    )
    return _open(step.document, step.app_mark, fact + path.caller, fix + which)


def _part_of(written: str, app: str) -> str:
    """Give what an expression in the name of an app has to come to: `prod` of shop-prod in `shop-${{ vars.STAGE }}`."""
    before, _, behind = OPEN_PART.sub("\0", written.strip()).partition("\0")
    if not before and not behind:
        return app
    if "\0" in behind:
        return "PART"
    return app[len(before) : len(app) - len(behind)] if app.startswith(before) and app.endswith(behind) else "PART"


def _some(apps: Sequence[str]) -> str:
    more = f" and {len(apps) - _SHOWN} more" if len(apps) > _SHOWN else ""
    return f"{', '.join(apps[:_SHOWN])}{more}"


def open_target(blocked: BlockedPath, app: str) -> Finding:
    """Say that it cannot be told which app a deploy is of that conditions shut, or that nothing sets off."""
    step = blocked.step
    fact = f'which app job "{step.job.id}" would deploy cannot be told: {quoted(step.target or step.mechanism.name)}'
    fact = f"{fact} on line {step.app_mark.line}{blocked.caller}"
    return _open(step.document, step.app_mark, fact, f"write {app}, or let an input with options choose the app")


def open_environment(path: DeployPath, expected: str, repository: str) -> Finding:
    """Say that it cannot be told which environment a path goes through, where the job names it."""
    job, named = path.step.job, path.step.environment
    written = text_of(named) or "" if not isinstance(named, str) else ""
    told = quoted(written) if written else f"{named} is not handed over"
    fact = f'which environment job "{path.job}" deploys through cannot be told: {told}'
    names = path.settings_in(written)
    fix = bound(names, expected, repository) if names else remedy(path, expected)
    mark = job.place("environment")
    return _open(path.owner.document, mark, f"{fact} on line {mark.line}{path.caller}", fix)


def open_condition(path: DeployPath, repository: str) -> Finding | None:
    """Say that a secret or a variable decides whether a path ever deploys; None where it is the run that decides."""
    said = f'whether job "{path.job}" ever deploys {path.app} cannot be told: '
    if path.open_test is not None:
        document, test = path.open_test
        names = path.settings_in(test.text)
        said += f"{quoted(test.text)} on line {test.mark.line}"
        return _open(document, test.mark, said, bound(names, "VALUE", repository)) if names else None
    names = fixed_names(" ".join(path.chosen))
    if not names:
        return None
    mark = path.step.app_mark
    return _open(path.document, mark, f"{said}{'; '.join(path.chosen)}", bound(names, "VALUE", repository))


def bound(names: tuple[str, ...], value: str, repository: str) -> str:
    """Give the line of an estate that says what a secret or a variable stands for."""
    first, *_ = names
    return f"in the estate: repositories: {{{repository or 'OWNER/NAME'}: {{names: {{{first}: {value}}}}}}}"


def fixed_names(text: str) -> tuple[str, ...]:
    """Give the secrets and variables that a text itself names: `secrets.APP`, `vars.APP`."""
    return tuple(dict.fromkeys(f"{match[1].lower()}.{match[2]}" for match in _SETTING.finditer(text)))


def quoted(text: str) -> str:
    """Give an expression for the end of a sentence, as much of it as is read there."""
    short = " ".join(text.split())
    return f"`{short}`" if len(short) <= _LONGEST else f"`{short[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}`"


def _open(document: Document, mark: Mark, fact: str, fix: str) -> Finding:
    return document.open_finding(mark, fact, fix)
