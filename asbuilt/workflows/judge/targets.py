"""Whether the environment, the app and the addresses of a deploy path belong together as they are declared."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from asbuilt.workflows.deploys.steps import deploys_of
from asbuilt.workflows.deploys.targets import app_of, as_expression
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.judge.gates import remedy
from asbuilt.workflows.paths.deploy_path import DeployPath, Verification
from asbuilt.workflows.run import matrix
from asbuilt.workflows.run.contexts import Context, of_step, text_in
from asbuilt.workflows.run.reach import before as jobs_before
from asbuilt.workflows.yaml.document import Document, Mark, text_of
from asbuilt.workflows.yaml.fault import Fault

_HEROKU = ".herokuapp.com"
_HASH = re.compile(r"-[0-9a-f]{12}$")
_BASE = re.compile(r"(?:https?://)?(?:\$\{\{.*?\}\}|[^/?#])+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """An address that a check asks, and the apps that were deployed meanwhile."""

    verification: Verification
    document: Document
    mark: Mark
    address: str | None
    deployed: frozenset[str | None]


class App(Protocol):
    """An app as it is declared."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def tier(self) -> str: ...  # noqa: D102
    @property
    def url(self) -> str | None: ...  # noqa: D102
    @property
    def environment(self) -> str | None: ...  # noqa: D102
    @property
    def repository(self) -> str | None: ...  # noqa: D102


def mismatches(path: DeployPath, app: App, apps: Collection[App]) -> Iterator[Fault]:
    """Give what a path to an app has of another app; `apps` are all that are declared."""
    others = [each for each in apps if each.name != app.name]
    yield from _of_environment(path, app, others)
    if others:
        yield from _of_environment_url(path, app, others)
        yield from _of_checks(path, app, others)


def own_checks(path: DeployPath, app: App, apps: Collection[App]) -> tuple[Verification, ...]:
    """Give the health checks after a deploy, but for those of another app that was deployed meanwhile."""
    others = [each for each in apps if each.name != app.name]
    if not others or not path.verifications:
        return path.verifications
    own = (each.verification for each in _asked(path) if not _is_about_another(each, _owner(each.address, app, others)))
    return tuple({id(each): each for each in own}.values())


def _of_environment(path: DeployPath, app: App, others: list[App]) -> Iterator[Fault]:
    """Give the environment where it is not the app's own; that of a production app is for WF003."""
    job = path.step.job
    if (
        job.environment is not None
        and path.environment is None
        and isinstance(_text(job.environment.text, path), Unknown)
    ):
        return
    mark = job.place("environment")
    deploys = f'job "{path.job}" deploys {app.name} ({path.way}) through {path.environment or "no environment"}'
    if app.environment is not None:
        if app.tier != "production" and not _same(path.environment, app.environment):
            yield Fault(
                path.owner.document,
                mark,
                f"{deploys}, and the estate declares {app.environment}{path.caller}",
                remedy(path, app.environment),
            )
        return
    for other in others:
        here = other.repository is None or app.repository is None or other.repository == app.repository
        if here and other.tier != app.tier and path.environment and _same(path.environment, other.environment):
            yield Fault(
                path.owner.document,
                mark,
                f"{deploys}, which is the environment of {other.name}, a {other.tier} app{path.caller}",
                f"give {app.name} an environment of its own, or none",
            )
            return


def _of_environment_url(path: DeployPath, app: App, others: list[App]) -> Iterator[Fault]:
    url = path.step.job.environment_url
    if url is None:
        return
    address = _address(text_of(url) or "", path.run.last.context)
    other = _owner(address, app, others)
    if other is not None:
        yield Fault(
            path.owner.document,
            url.mark,
            f'job "{path.job}" deploys {app.name} ({path.way}), and shows the address of {other.name} for it: '
            f"{address}{path.caller}",
            f"url: {app.url}" if app.url else f"show the address of {app.name}",
        )


def _of_checks(path: DeployPath, app: App, others: list[App]) -> Iterator[Fault]:
    """Give the health checks that ask another app, where none is known or may be to ask this one."""
    asked = [(each, _owner(each.address, app, others)) for each in _asked(path)]
    if any(other is None and (_is_of(each.address, app) or not each.deployed) for each, other in asked):
        return
    for each, other in asked:
        if other is not None and not _is_about_another(each, other):
            yield Fault(
                each.document,
                each.mark,
                f'after job "{path.job}" deployed {app.name} ({path.way}), this asks {other.name} how it is: '
                f"{each.address}{path.caller_of(each.verification.placed or path.step.placed)}",
                f"ask {app.url}" if app.url else f"ask {app.name}",
            )


def _is_about_another(asked: _Asked, other: App | None) -> bool:
    return other is not None and not asked.deployed.isdisjoint({other.name, None})


def _asked(path: DeployPath) -> Iterator[_Asked]:
    """Give the addresses that the checks after a deploy ask, with their steps; None for one that is not known.

    What follows the deploy of another app in the same run is about that one.
    """
    deployed: dict[int, set[str | None]] = {}
    before: set[str | None] = set()
    for each in path.later:
        for deploy in deploys_of(each.placed.workflow_file, each.placed.job, path.sources):
            if deploy.placed is each.placed:
                before = before | {app_of(deploy, each.context).value}
        deployed[id(each)] = before
    for verification in path.verifications:
        placed = verification.placed
        if placed is None:
            yield _Asked(verification, path.document, path.mark, None, frozenset())
            continue
        context = verification.later.context if verification.later else path.context
        others = frozenset((*deployed.get(id(verification.later), ()), *_deployed_beside(path, placed)))
        for written in verification.check.addresses or ("$",):
            yield _Asked(verification, placed.document, placed.mark, _address(written, context), others)


def _deployed_beside(path: DeployPath, placed: PlacedStep) -> Iterator[str | None]:
    """Give the apps of the jobs, and of the rows of a matrix, that a step's job waits for, and the deploy does not."""
    leg = next((leg for leg in path.run.legs if leg.workflow_file is placed.workflow_file), None)
    if leg is None or leg.job is placed.job:
        return
    for job in jobs_before(leg.workflow_file, placed.job):
        if job in jobs_before(leg.workflow_file, leg.job) or (job is leg.job and job.matrix is None):
            continue
        called = path.sources.called_by(job)
        if called is not None and any(deploys_of(called, each, path.sources) for each in called.jobs):
            yield None
        for row in matrix.combinations(job.matrix, leg.situation.context):
            for deploy in deploys_of(leg.workflow_file, job, path.sources):
                context = of_step(deploy.placed, {**leg.situation.context, "matrix": row}, path.sources)
                yield app_of(deploy, context).value


def _address(written: str, context: Context) -> str | None:
    """Give an address as far as its host, or None where that is not known before the run."""
    base = _BASE.match(written.strip("\"' "))
    value = text_in(as_expression(base[0]), context) if base else ""
    return value if isinstance(value, str) and value and "$" not in value else None


def _owner(address: str | None, app: App, others: list[App]) -> App | None:
    """Give the other app that an address belongs to, or None where it is this one's or nobody's."""
    host = _host(address or "")
    if _belongs(host, app):
        return None
    return next((other for other in others if _belongs(host, other)), None)


def _is_of(address: str | None, app: App) -> bool:
    return _belongs(_host(address or ""), app)


def _belongs(host: str, app: App) -> bool:
    return bool(host) and (_is_herokus(host, app.name) or (app.url is not None and host == _host(app.url)))


def _is_herokus(host: str, name: str) -> bool:
    """Tell whether a host is the one that Heroku gives an app: NAME.herokuapp.com, or with a hash behind the name."""
    first = host.removesuffix(_HEROKU)
    return first != host and name in {first, _HASH.sub("", first)}


def _host(address: str) -> str:
    try:
        return urlsplit(address if "://" in address else f"https://{address}").hostname or ""
    except ValueError:
        return ""


def _text(text: str, path: DeployPath) -> str | Unknown:
    return text_in(text, path.run.last.context)


def _same(found: str | None, expected: str | None) -> bool:
    """Tell whether two names are one environment: GitHub reads them without regard to case."""
    return (found or "").lower() == (expected or "").lower()
