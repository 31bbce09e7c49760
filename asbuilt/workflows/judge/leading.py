"""Which ways lead to an app: those that are known to, those that are shut, and what leaves others open.

A way whose app cannot be told may lead to any app of its repository whose name fits what is written. A file that GitHub
refuses has no ways, and of the apps that it would deploy nothing can be told.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.judge.syntax import refusal
from asbuilt.workflows.judge.undecided import OPEN_PART, open_app, open_target
from asbuilt.workflows.paths.blocked_paths import BlockedPath
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.typed_app import to_app
from asbuilt.workflows.yaml.finding import Finding

_LONGEST = 160  # characters of a fact: WF001 says it whole


@dataclass(frozen=True, slots=True)
class Leading:
    """The ways to one app. `open` says what leaves it open whether there are others, each place once.

    `is_here` says whether a folder of files is the one that the app's code comes from.
    """

    paths: tuple[DeployPath, ...]
    blocked: tuple[BlockedPath, ...]
    open: tuple[Finding, ...]
    is_here: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """The files of a repository, in which ways to apps are looked for.

    `repository` is OWNER/NAME, empty where nobody says; `refused` has why GitHub refuses a file, by its path. `fitting`
    are the declared apps that a way may lead to whose app cannot be told, by what the way is.
    """

    repository: str
    checkout: Checkout
    refused: Mapping[str, Finding]
    fitting: Mapping[int, tuple[str, ...]]

    def may_lead_to(self, app: App) -> bool:
        """Tell whether what is deployed here may be an app: its code comes from here, or nobody says from where."""
        return _may_lead_to(app, self.repository)

    def to(self, app: str | None) -> Iterator[DeployPath]:
        """Give the ways to an app, None for those that may lead to several; made for a pull request, they are none."""
        return (path for path in self.checkout.ways.to(app) if not path.review)

    def shut_to(self, app: str | None) -> Iterator[BlockedPath]:
        """Give the ways to an app that are shut; None as for `to`."""
        return (each for each in self.checkout.ways.shut_to(app) if not each.step.review)

    def why_refused(self, way: DeployPath | BlockedPath) -> Finding | None:
        """Give why GitHub starts nothing on a way: it refuses one of the files that it goes through."""
        if not self.refused:
            return None
        files = _of(way) if isinstance(way, DeployPath) else (way.entry, way.step.workflow_file)
        found = ((file.path, self.refused.get(file.path)) for file in files)
        return next((_at(path, why) for path, why in found if why is not None), None)


def ground_of(repository: str, checkout: Checkout, apps: Iterable[App] = ()) -> Ground:
    """Give the ground of a checkout. `repository` is OWNER/NAME, empty where nobody says whose files they are.

    `apps` are all that are declared: what makes a target known is one line, whichever of them it may be.
    """
    found = ((file, refusal(file, checkout.sources)) for file in checkout.workflow_files)
    names = [app.name for app in apps if _may_lead_to(app, repository)]
    fitting = {id(path): tuple(name for name in names if _fits(path, name)) for path in checkout.ways.to(None)}
    return Ground(repository, checkout, {file.path: why for file, why in found if why is not None}, fitting)


def _may_lead_to(app: App, repository: str) -> bool:
    return app.repository in {None, repository} or not repository


def leading_to(app: App, owning: Collection[str], every: Iterable[Ground]) -> Leading:
    """Give the ways to an app; `owning` are the paths of the workflow files that are declared to own a deploy of it."""
    paths: list[DeployPath] = []
    blocked: list[BlockedPath] = []
    open_ones: list[Finding] = []
    maybe: list[Finding] = []
    here = False
    for ground in every:
        own = app.repository is not None and app.repository == ground.repository
        here = here or own
        if own:
            open_ones += (_at(path, why) for path, why in ground.refused.items() if path in owning)
        others = not ground.may_lead_to(app)
        mine = (*ground.to(app.name), *(() if others else _fitting(ground.to(None), app.name)))
        for path in mine:
            if (refused := ground.why_refused(path)) is not None:
                open_ones.append(refused)
            elif path.app is not None:
                paths.append(path)
            elif path.is_app_typed:
                paths += filter(None, (to_app(path, app.name),))
            else:
                open_ones.append(open_app(path, ground.fitting.get(id(path)) or (app.name,), ground.repository))
        for each in ground.shut_to(app.name):
            refused = ground.why_refused(each)
            blocked += () if refused else (each,)
            open_ones += (refused,) if refused else ()
        maybe += (open_target(each, app.name) for each in (() if others else ground.shut_to(None)) if each.why)
    if not paths and not blocked and not open_ones:
        open_ones = maybe
    return Leading(tuple(paths), tuple(blocked), tuple(dict.fromkeys(open_ones)), here)


def _fitting(paths: Iterable[DeployPath], name: str) -> Iterator[DeployPath]:
    return (path for path in paths if _fits(path, name))


def _of(path: DeployPath) -> Iterator[WorkflowFile]:
    """Give the workflow files that a path goes through: its own, those that it calls, and those that it follows."""
    yield from (leg.workflow_file for leg in path.run.legs)
    situation = path.run.situation
    while situation.upstream is not None:
        yield situation.upstream
        if situation.before is None:
            return
        situation = situation.before


def _at(path: str, why: Finding) -> Finding:
    fact = f"GitHub refuses {path.rpartition('/')[2]}, and starts nothing of it: {why.fact}"
    fact = fact if len(fact) <= _LONGEST else f"{fact[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    return replace(why, fact=fact, fix=why.fix or f"correct {why.place}", open=True)


def _fits(path: DeployPath, name: str) -> bool:
    """Tell whether a name can be what is written for an app: `shop-${{ vars.STAGE }}` is none of `harbour`."""
    written = (path.step.target or "").strip()
    parts = OPEN_PART.split(written)
    if len(parts) == 1:
        return True
    return re.fullmatch(".*".join(map(re.escape, parts)), name) is not None
