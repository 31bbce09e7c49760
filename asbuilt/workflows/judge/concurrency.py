"""Whether two deploys of one app exclude each other, and let each other finish.

Source:
https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from asbuilt.workflows.judge.matrix_legs import cancelled_by_others
from asbuilt.workflows.paths.concurrency import cancelling_groups
from asbuilt.workflows.paths.deploy_path import DeployPath, Group
from asbuilt.workflows.yaml.document import Document
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place


def collisions(paths: Sequence[DeployPath]) -> tuple[Finding, ...]:
    """Give what lets two runs deploy one app at once, or one cancel the other; `paths` are those to the app.

    A path without a group, a group whose name differs between runs, paths whose groups have none in common, a run that
    cancels a deploy, from the same workflow or another, a leg of a matrix that cancels another, and a job that waits
    for its own run. The first at each place.
    """
    return one_for_each_place(_collisions(paths))


def _collisions(paths: Sequence[DeployPath]) -> Iterator[Finding]:
    for path in paths:
        if path.groups:
            yield from _of_groups(path)
        else:
            yield _without(path)
        yield from cancelled_by_others(path)
    yield from _unequal(paths)
    yield from _cancelled_from_elsewhere(paths)


def _without(path: DeployPath) -> Finding:
    if path.step.job.uses is not None:  # what is in there is not seen: it may wait for a group of its own
        return replace(
            path.owner.document.finding(
                path.step.mark,
                f"cannot be told: whether `{path.step.mechanism.name}` lets two runs deploy {path.app} at once"
                f"{path.caller}",
                f"add to job {path.step.job.id}: concurrency: {{ group: {path.app}, cancel-in-progress: false }}",
            ),
            open=True,
        )
    return path.owner.document.finding(
        path.step.job.mark,
        f'job "{path.job}" deploys {path.app} ({path.way}) without concurrency: two runs can deploy it at once'
        f"{path.caller}",
        f"add to the job: concurrency: {{ group: {path.app}, cancel-in-progress: false }}",
    )


def _of_groups(path: DeployPath) -> Iterator[Finding]:
    if not _steady(path):
        yield _unsteady(path)
    held: dict[str, Group] = {}
    for group in path.groups:
        place = group.setting.cancel_in_progress
        if place is not None and group.cancels is not False and "run_" not in group.varies:
            may = "cancels" if group.cancels is True else "may cancel"
            yield group.document.finding(
                place.mark,
                f"a newer run {may} a deploy of {path.app} half-way ({path.way}): "
                f"cancel-in-progress is {place.text}, expected false{path.caller}",
                "cancel-in-progress: false",
            )
        first = held.setdefault(group.key, group)
        if first.setting is not group.setting:
            yield group.document.finding(
                group.setting.group.mark,
                f'the run that deploys {path.app} ({path.way}) is in group "{group.name}" already (line '
                f"{first.setting.mark.line} of {_name(first.document)}), and here it waits for itself: GitHub "
                "cancels it as a deadlock",
                "keep one of the two",
            )


def _unsteady(path: DeployPath) -> Finding:
    """Say why no group of a path keeps its runs apart, at the innermost."""
    group = path.groups[-1]
    forms = [each for each in path.groups if each.setting is group.setting]
    if varies := next(filter(None, (each.varies for each in forms)), None):
        why = f"`{varies}` differs between runs"
    elif not all(each.name for each in forms):
        why = "the group comes to nothing here, and GitHub refuses such a run"
    elif empty := next(filter(None, (each.empty for each in forms)), None):
        why = f"`{empty}` is empty here, since only a pull request has it: the group is keyed by nothing"
    else:
        why = f"it differs between refs: {', '.join(dict.fromkeys(each.name for each in forms))}"
    return group.document.finding(
        group.setting.group.mark,
        f"two runs can deploy {path.app} at once ({path.way}): {why}{path.caller}",
        f"name the group for the target: {path.app}",
    )


def _unequal(paths: Sequence[DeployPath]) -> Iterator[Finding]:
    """Give the groups of paths that have none in common. Where a name is not known, they may."""
    steady = [(path, found) for path in paths if (found := _steady(path))]
    steady = [(path, found) for path, found in steady if all(each.is_known for each in found.values())]
    if not steady or set.intersection(*(set(found) for _, found in steady)):
        return
    ways = dict.fromkeys(f"{list(found.values())[-1].name} ({path.way})" for path, found in steady)
    for path, found in steady:
        group = list(found.values())[-1]
        yield group.document.finding(
            group.setting.group.mark,
            f"{path.app} is deployed in different groups, so two runs can deploy it at once: {', '.join(ways)}",
            f"name one group everywhere: {path.app}",
        )


def _steady(path: DeployPath) -> dict[str, Group]:
    """Give the groups that all runs of a path share, by the name that GitHub compares."""
    forms: dict[int, set[str]] = {}
    for group in path.groups:
        forms.setdefault(id(group.setting), set()).add(group.key)
    return {each.key: each for each in path.groups if each.is_steady and len(forms[id(each.setting)]) == 1}


def _cancelled_from_elsewhere(paths: Sequence[DeployPath]) -> Iterator[Finding]:
    """Give the settings with which another run takes the same group and cancels whatever is under way in it."""
    for path in paths:
        said = {id(each.setting) for each in path.groups if each.cancels is not False}
        held = _steady(path)
        for each, situation in cancelling_groups(path.sources) if held else ():
            place = each.setting.cancel_in_progress
            own = each.key if each.is_steady else None
            keys = (own, *(each.key_on(ref, situation) for ref in path.refs))
            shared = next((key for key in keys if key in held), None)
            if shared is not None and id(each.setting) not in said and place is not None:
                yield each.document.finding(
                    place.mark,
                    f"cancels a deploy of {path.app} half-way ({_name(path.document)}, {path.way}): both are in group "
                    f'"{held[shared].name}"',
                    "cancel-in-progress: false, or another group",
                )


def _name(document: Document) -> str:
    return document.path.rpartition("/")[2]
