"""Which app a health check asks: the one that was deployed, or another.

An app has the host that Heroku gives it and that of its declared URL. Of a host that is no declared app's, nobody knows
whose it is: that is held against no check.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from asbuilt.workflows.deploys.steps import deploys_of
from asbuilt.workflows.deploys.targets import app_of, as_expression
from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.paths.deploy_path import DeployPath, Verification
from asbuilt.workflows.run import matrix
from asbuilt.workflows.run.contexts import Context, of_job, of_step, text_in
from asbuilt.workflows.run.reach import before as jobs_before
from asbuilt.workflows.yaml.document import Document, Mark

_HEROKU = ".herokuapp.com"
_HASH = re.compile(r"-[0-9a-f]{12}$")
_BASE = re.compile(r"(?:https?://)?(?:\$\{\{.*?\}\}|[^/?#])+")


@dataclass(frozen=True, slots=True)
class Asked:
    """An address that a check asks, and the apps that were deployed meanwhile.

    `address` is None where it is not known before the run. `deployed` has None in it for an app that cannot be told.
    """

    verification: Verification
    document: Document
    mark: Mark
    address: str | None
    deployed: frozenset[str | None]


def own_checks(path: DeployPath, app: App, apps: Collection[App]) -> tuple[Verification, ...]:
    """Give the health checks after a deploy, but for those of another app that was deployed meanwhile.

    `app` is the one that is deployed, `apps` are all that are declared. In their order, each once; one that asks an
    address of this app, or of nobody, is its own.
    """
    others = [each for each in apps if each.name != app.name]
    if not others or not path.verifications:
        return path.verifications
    asked = ((each, owner_of(each.address, app, others)) for each in asked_after(path))
    own = (each.verification for each, other in asked if not is_about_another(each, other))
    return tuple({id(each): each for each in own}.values())


def is_about_another(asked: Asked, other: App | None) -> bool:
    """Tell whether what asks another app is about that one: it was deployed meanwhile, or nobody knows which was.

    `other` is the app that `asked` asks, None where that is none.
    """
    return other is not None and not asked.deployed.isdisjoint({other.name, None})


def asked_after(path: DeployPath) -> Iterator[Asked]:
    """Give the addresses that the checks after a deploy ask, with their steps; None for one that is not known.

    In the order of the checks, one for each address, and one for a check without any.

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
            yield Asked(verification, path.document, path.mark, None, frozenset())
            continue
        context = verification.later.context if verification.later else path.context
        others = frozenset((*deployed.get(id(verification.later), ()), *_deployed_beside(path, placed)))
        for written in verification.check.addresses or ("$",):
            yield Asked(verification, placed.document, placed.mark, address_of(written, context), others)


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
                context = of_job(job, leg.situation.names, {**leg.situation.context, "matrix": row})
                yield app_of(deploy, of_step(deploy.placed, context, path.sources)).value


def address_of(written: str, context: Context) -> str | None:
    """Give an address as far as its host, or None where that is not known before the run.

    "https://$APP.herokuapp.com/health", APP being shop -> https://shop.herokuapp.com
    """
    base = _BASE.match(written.strip("\"' "))
    value = text_in(as_expression(base[0]), context) if base else ""
    return value if isinstance(value, str) and value and "$" not in value else None


def owner_of(address: str | None, app: App, others: list[App]) -> App | None:
    """Give the other app that an address belongs to, or None where it is this one's or nobody's.

    `address` may be None, which is nobody's. Where it belongs to several, the first of `others`.
    """
    host = _host(address or "")
    if not host or _belongs(host, app):
        return None
    names = _names_at(host)
    return next(
        (each for each in others if each.name in names or (each.url is not None and host == _host(each.url))), None
    )


def is_of(address: str | None, app: App) -> bool:
    """Tell whether an address is one of an app.

    By its host: that of its declared URL, NAME.herokuapp.com, or NAME-HASH.herokuapp.com. None is nobody's.
    """
    return _belongs(_host(address or ""), app)


def _belongs(host: str, app: App) -> bool:
    return bool(host) and (_is_herokus(host, app.name) or (app.url is not None and host == _host(app.url)))


def _is_herokus(host: str, name: str) -> bool:
    """Tell whether a host is the one that Heroku gives an app: NAME.herokuapp.com, or with a hash behind the name."""
    return name in _names_at(host)


def _names_at(host: str) -> frozenset[str]:
    """Give the names that an app with one of Heroku's hosts may have; none for any other host."""
    first = host.removesuffix(_HEROKU)
    return frozenset({first, _HASH.sub("", first)} if first != host else ())


def _host(address: str) -> str:
    try:
        return urlsplit(address if "://" in address else f"https://{address}").hostname or ""
    except ValueError:
        return ""
