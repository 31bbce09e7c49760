"""Whether each app has one owner, each deploy a declared target, and each declared deploy a way that leads there.

In go an app, the declared deploys, and the ways to the app: those that lead there, and those that conditions shut.
"""

from collections.abc import Iterator, Sequence

from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge import ways
from asbuilt.workflows.judge.declared import App, Estate
from asbuilt.workflows.judge.leading import Leading
from asbuilt.workflows.judge.owners import Target, first_of_each_owner, targets_in
from asbuilt.workflows.paths.blocked_paths import BlockedPath
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place


def shared(app: App, estate: Estate, paths: Sequence[DeployPath]) -> Iterator[Finding]:
    """Give a deploy of each workflow file that deploys an app, where several do.

    At the first step of each; none where one file deploys it, or none does.
    """
    owners = first_of_each_owner(paths)
    names = " and by ".join(path.owner.file_name for path in owners)
    declared = next((each for each in estate.ownerships() if each.deploy.app == app.name), None)
    for path in owners if len(owners) > 1 else ():
        yield path.document.finding(
            path.mark,
            f"{app.name} is deployed by {names}; one workflow owns an app{path.caller}",
            f"keep it in {declared.workflow.name} alone" if declared else "keep it in one of them",
        )


def unstarted(app: App, leading: Leading) -> tuple[Finding, ...]:
    """Give the steps that deploy an app, where nothing sets off any of them.

    One that is set off, if only as far as a condition, is enough.
    """
    found = one_for_each_place(ways.unstarted(app.name, leading.paths, leading.blocked))
    return leading.open if found and leading.open else found


def without_way(app: App, estate: Estate, leading: Leading) -> Iterator[Finding]:
    """Give the declared deploys of an app to which no trigger leads; for an app that nothing deploys, that alone.

    At the `on` of the workflow, or in that file as a whole where no way to the app begins there.

    It can be told only where every file was read, and of an app that nothing deploys only where the files are there
    that its code comes from. Where other ways may lead to it, that none does is open.
    """
    paths, blocked = leading.paths, leading.blocked
    if not paths and not blocked:
        yield from leading.open
        if leading.is_here and not leading.open:
            yield Finding(f"no workflow deploys {app.name}", "add a deploy for it, or take it out of the estate")
        return
    every: tuple[DeployPath | BlockedPath, ...] = (*paths, *blocked)
    there = dict.fromkeys(path.way for path in every if path.trigger)
    for each in ways.expected(app, estate):
        if not ways.missing(each, paths, blocked):
            continue
        if leading.open:
            yield from leading.open
            return
        fact = f"no trigger leads to the declared deploy of {app.name}, {each.way}; what does: {', '.join(there)}"
        fix = f"let it be set off by {each.way}, or correct the estate"
        place = ways.trigger_of(each, paths, blocked)
        yield place[0].finding(place[1], fact, fix) if place else Finding(fact, fix, each.workflow)


def shut(app: App, estate: Estate, leading: Leading) -> tuple[Finding, ...]:
    """Give the conditions that shut every way to an app, or each way that is declared.

    At the condition, one finding for each, with all that it shuts out. Where another way may lead to the app, that is
    open.
    """
    found = one_for_each_place(ways.shut(app.name, ways.expected(app, estate), leading.paths, leading.blocked))
    return leading.open if leading.open and (found or not leading.paths) else found


def undeclared(workflow_file: WorkflowFile, checkout: Checkout, estate: Estate) -> Iterator[Finding]:
    """Give the deploys of a workflow file whose target is not declared, or cannot be told.

    Where no app is declared at all, none can be missed.
    Where the app is named; a deploy on several ways comes once for each. Those for review have no target to declare.
    """
    every = targets_in(workflow_file, checkout.ways.owned_by(workflow_file), checkout.ways.shut_in(workflow_file))
    for target in every:
        if target.app is None or (estate.apps and target.app not in estate.apps):
            told, fix = _told(target, estate)
            yield target.document.finding(target.mark, f'job "{target.job}" {told}{target.caller}', fix)


def _told(target: Target, estate: Estate) -> tuple[str, str]:
    """Say what is wrong with a target, and what to do."""
    if target.app:
        return f'deploys "{target.app}", which the estate does not declare', "declare it under apps"
    apps = ", ".join(estate.apps) or "the app"
    if target.unseen:
        fact = f"may deploy by {target.unseen}, and which app cannot be seen: what that does is written elsewhere"
        suppression = "# asbuilt: ignore[WF008] REASON until YYYY-MM-DD"
        known = target.fix or f"name one of {apps} in this workflow"
        return fact, f"{known}; if it deploys nothing, write beside it: {suppression}"
    named = f"write one of: {apps}" if estate.apps else "write the app's name itself"
    return f"deploys a target that cannot be told: {target.why}", target.fix or named
