"""Whether an app is asked after each deploy, with an answer that counts.

In go an app, all declared apps, and the ways to the app: a check that is another app's proves nothing of this one.
"""

import shlex
from collections.abc import Collection, Iterator, Sequence

from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.health.steps import careless_requests, check_of
from asbuilt.workflows.judge.asked import own_checks
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.paths.deploy_path import DeployPath, Later
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

_SHOWN = 45


def unchecked(app: App, apps: Collection[App], paths: Sequence[DeployPath]) -> tuple[Finding, ...]:
    """Give the deploys of an app after which no health check can fail the run.

    At the step that deploys; a check that is there and fails nothing is named. A check of another app that was deployed
    meanwhile counts for that one.
    """
    return one_for_each_place(_unchecked(app, path) for path in paths if not own_checks(path, app, apps))


def _unchecked(app: App, path: DeployPath) -> Finding:
    swallowed = next(filter(_is_swallowed, path.later), None)
    told, fix = "no later step fails the run if it does not answer", "add a step after it: run: "
    if not has_web(app):
        told = "no later step fails the run if its processes do not start"
    if swallowed is not None:
        told = f'"{_label(swallowed.placed)}" on line {swallowed.placed.mark.line} asks it and cannot fail the run'
        fix = f"let line {swallowed.placed.mark.line} fail the run: run: "
    return path.document.finding(
        path.mark,
        f'job "{path.job}" deploys {app.name} ({path.way}), and {told}{path.caller_of(path.step.placed)}',
        _as_described(path, "true") or fix + proof(app),
    )


def _is_swallowed(later: Later) -> bool:
    """Tell whether a step asks how an app is, and fails no run."""
    check = check_of(later.placed.step, later.placed.shell, later.surroundings)
    return check is not None and (later.tolerated or not check.can_fail)


def has_web(app: App) -> bool:
    """Tell whether an app has a URL that can answer: where its processes are declared, one of them is web."""
    return not app.formation or "web" in app.formation


def proof(app: App) -> str:
    """Give a command that proves a release: by the app's answer, or by its dynos where it has no web."""
    if has_web(app):
        retry = "curl --fail --retry 10 --retry-all-errors"
        return f'{retry} {shlex.quote(app.url or "URL")}/version | grep "$GITHUB_SHA"'
    types = [f" --type {name}" for name in app.formation]
    return f"timeout 300 heroku ps:wait --app {app.name}{types[0] if len(types) == 1 else ''}"


def unproved(app: App, apps: Collection[App], paths: Sequence[DeployPath]) -> tuple[Finding, ...]:
    """Give the last health check after each deploy of an app, where none would fail with the release before.

    At the check; a deploy without any is for `unchecked`.
    """
    return one_for_each_place(_unproved(app, apps, paths))


def _unproved(app: App, apps: Collection[App], paths: Sequence[DeployPath]) -> Iterator[Finding]:
    for path in paths:
        checks = own_checks(path, app, apps)
        if checks and not any(each.check.proves_release for each in checks):
            weak = path.last_word(checks)
            placed = weak.placed or path.step.placed
            yield (weak.placed.document if weak.placed else path.document).finding(
                weak.placed.mark if weak.placed else path.mark,
                f'"{_short(weak.label)}" would pass with the release before: it asks {app.name} for no commit'
                + path.caller_of(placed),
                _as_described(path, "commit") or f"compare it: {proof(app)}",
            )


def _as_described(path: DeployPath, checked: str) -> str:
    """Say what ends it of a called workflow that the estate describes: a check inside, which is said there."""
    if path.step.described is None:
        return ""
    return f"let {path.step.mechanism.name} ask, and say so in the estate, under workflows: checked: {checked}"


def _label(placed: PlacedStep) -> str:
    return _short(f"{placed.job.id}: {placed.step.label}")


def _short(label: str) -> str:
    return label if len(label) <= _SHOWN else f"{label[: _SHOWN - 3]}..."


def careless(app: App, paths: Sequence[DeployPath]) -> tuple[Finding, ...]:
    """Give the requests that deploy or check an app, and succeed whatever is answered: each once at its place.

    `curl` without `--fail`, whose answer nothing judges: in the step that deploys and those behind it.

    One place can have several. Of the ways that lead to a request, the first says who calls it.
    """
    found = {
        (placed.document.path, placed.mark, request.source): placed.document.finding(
            placed.place_of(request.line),
            f'job "{placed.job.id}": `{_short(request.source)}` succeeds when {app.name} or Heroku answers with an '
            f"error{path.caller_of(placed)}",
            "add --fail to curl",
        )
        for path in reversed(paths)
        for placed, around in path.deploying_and_later
        for request in careless_requests(placed.step, placed.shell, around)
    }
    return tuple(found.values())
