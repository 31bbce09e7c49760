"""Whether a way leads to a declared deploy, and which conditions keep every way from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from asbuilt.workflows.judge.conditions import absence, elsewhere, reason
from asbuilt.workflows.judge.declared import App, Deploy, Estate
from asbuilt.workflows.judge.undecided import open_condition, quoted
from asbuilt.workflows.paths.blocked_paths import BlockedPath, Obstacle
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.triggers.globs import matches
from asbuilt.workflows.yaml.document import Document, Mark
from asbuilt.workflows.yaml.document import Mapping as Node
from asbuilt.workflows.yaml.finding import Finding

# The triggers of a deploy that nothing sets off, and of one in a workflow that only those who are not here could call.
_NOT_STARTED = frozenset({"", "workflow_call"})


@dataclass(frozen=True, slots=True)
class Expected:
    """A deploy that is declared: by a workflow, with a trigger; of a ref or inputs that are not given, any will do.

    `workflow` is a path, `ref` is in full.
    """

    workflow: str
    trigger: str
    ref: str | None
    inputs: Mapping[str, str]

    def is_met_by(self, path: DeployPath | BlockedPath) -> bool:
        """Tell whether a path is that deploy.

        It begins in that workflow with that trigger; its refs take in the declared one, and its inputs have the
        declared values, others besides being let pass. Free text takes every value.
        """
        situation = path.run.situation if isinstance(path, DeployPath) else path.situation
        return (
            path.workflow == self.workflow
            and path.trigger == self.trigger
            and (self.ref is None or any(matches(pattern, self.ref) for pattern in path.refs))
            and all(situation is not None and situation.may_have(*each) for each in self.inputs.items())
        )

    @property
    def way(self) -> str:
        """What sets it off, as a person says it."""
        inputs = tuple(f"{name}={value}" for name, value in self.inputs.items())
        return " ".join((self.trigger, *(inputs or ((self.ref,) if self.ref else ()))))


def expected(app: App, estate: Estate) -> list[Expected]:
    """Give the declared deploys of an app.

    In the order in which they are declared; none for an app that declares none.
    """
    owned = [each for each in estate.ownerships() if each.deploy.app == app.name]
    return [
        Expected(each.workflow.path, each.deploy.trigger, _ref_of(each.deploy), each.deploy.inputs) for each in owned
    ]


def _ref_of(deploy: Deploy) -> str | None:
    """Give the whole ref that a declared deploy names, or None."""
    return f"refs/tags/{deploy.tag}" if deploy.tag else f"refs/heads/{deploy.branch}" if deploy.branch else None


def missing(expected: Expected, paths: Sequence[DeployPath], blocked: Sequence[BlockedPath]) -> bool:
    """Tell whether no trigger leads to a declared deploy, be it past conditions or up to them.

    `paths` and `blocked` are the ways to its app.
    """
    return not any(map(expected.is_met_by, paths)) and not any(map(expected.is_met_by, blocked))


def trigger_of(
    expected: Expected, paths: Iterable[DeployPath], blocked: Iterable[BlockedPath]
) -> tuple[Document, Mark] | None:
    """Give the place of the triggers of a workflow, where any of some paths begins there.

    None where none does.
    """
    entries = (*(path.run.entry.workflow_file for path in paths), *(path.entry for path in blocked))
    entry = next((each for each in entries if each.path == expected.workflow), None)
    if entry is None or not isinstance(entry.document.root, Node):
        return None
    return entry.document, entry.document.root.place("on")


def unstarted(app: str, paths: Sequence[DeployPath], blocked: Sequence[BlockedPath]) -> Iterator[Finding]:
    """Give the steps that deploy an app, where nothing sets off any of them.

    At each step, with the reason; none as soon as one way has a trigger that can fire.
    """
    every: tuple[DeployPath | BlockedPath, ...] = (*paths, *blocked)
    if any(path.trigger not in _NOT_STARTED for path in every):
        return
    for path in every:
        file = path.owner if isinstance(path, DeployPath) else path.entry
        why = path.never if isinstance(path, BlockedPath) else ""
        why = why or f"only a call starts {file.file_name}, and no workflow here calls it"
        yield path.step.document.finding(
            path.step.mark,
            f"this step deploys {app}, and nothing sets it off: {why}",
            "give it a trigger that fires, or call it from a workflow that has one",
        )


def shut(
    app: str, expected: Sequence[Expected], paths: Sequence[DeployPath], blocked: Sequence[BlockedPath]
) -> Iterator[Finding]:
    """Give the conditions that shut every way to an app, or each way that is declared.

    `expected` are the declared deploys: of an app with none, any way will do.

    A tag that is pushed with GITHUB_TOKEN shuts the way of a declared deploy too: it never sets it off. Where a secret
    or a variable alone decides whether a declared deploy ever runs, that is open.
    """
    if not expected:
        if all(path.trigger in _NOT_STARTED for path in paths):
            yield from _conditions(app, (path for path in blocked if path.trigger not in _NOT_STARTED))
        yield from _fixed_elsewhere([path for path in paths if path.trigger not in _NOT_STARTED])
    for each in expected:
        met = [path for path in paths if each.is_met_by(path)]
        if not met:
            yield from _conditions(app, filter(each.is_met_by, blocked))
        elif all(path.remarks for path in met):
            for path in met:
                yield _deaf(app, path)
        elif all(path.remarks or path.doubts for path in met):
            yield from (_doubtful(app, *doubt) for path in met for doubt in path.doubts)
        yield from _fixed_elsewhere(met)


def _fixed_elsewhere(met: Sequence[DeployPath]) -> Iterator[Finding]:
    """Say of ways of which none is sure to run which secrets or variables decide it."""
    found = [open_condition(path, path.sources.repository) for path in met]
    yield from filter(None, found if all(found) else ())


def _deaf(app: str, path: DeployPath) -> Finding:
    entry = path.run.entry.workflow_file
    mark = next((trigger.mark for trigger in entry.triggers if trigger.event == path.trigger), path.mark)
    return entry.document.finding(
        mark,
        f"nothing deploys {app} by {path.way} of itself: {'; '.join(path.remarks)}",
        "push with a token of an app or of a person, or call the deploy from the workflow that makes it",
    )


def _doubtful(app: str, document: Document, mark: Mark, what: str, token: str) -> Finding:
    """Say that it is open whether what a step makes starts a deploy, since nobody can tell with whose token."""
    said = f" {quoted(token)}" if token else " that git or its program has"
    fact = f"cannot be told whether {what} that this step makes deploys {app}: whose token{said} is"
    fix = "token: ${{ secrets.RELEASE_TOKEN }} # of an app or of a person, where it is made and where it is checked out"
    return document.open_finding(mark, fact, fix)


def _conditions(app: str, blocked: Iterable[BlockedPath]) -> Iterator[Finding]:
    """Say of each condition in the way to an app which it is, what it shuts out, and why it is false."""
    ways: dict[Obstacle, list[BlockedPath]] = {}
    for path in blocked:
        for obstacle in path.obstacles:
            ways.setdefault(obstacle, []).append(path)
    for obstacle, shut_out in ways.items():
        refs = [ref for path in shut_out for ref in path.refs]
        why, fix = elsewhere(obstacle.test, shut_out[0].situation) if not obstacle.stops else ("", "")
        if not why and not obstacle.stops:
            why, fix = reason(obstacle.test, shut_out[0].entry, refs)
        if not why and not obstacle.stops and obstacle.document is obstacle.workflow_file.document:
            why, fix = absence(obstacle.test, obstacle.workflow_file, obstacle.job)
        caller = next((path.caller for path in shut_out if path.caller), "")
        yield obstacle.document.finding(
            obstacle.test.mark,
            f"nothing deploys {app} by {', '.join(dict.fromkeys(path.way for path in shut_out))}: {obstacle.never}"
            f"{f': {why}' if why else ''}{caller}",
            fix or "correct the condition, or add the trigger that it asks for",
        )
