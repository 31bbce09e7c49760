"""Whether the environment, the app and the addresses of a deploy path belong together as they are declared."""

from collections.abc import Collection, Iterable, Iterator

from asbuilt.workflows.judge.asked import Asked, address_of, asked_after, is_about_another, is_of, owner_of
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.judge.environments import remedy, through, unused_input
from asbuilt.workflows.judge.undecided import open_environment
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place


def of_another_app(app: App, apps: Collection[App], paths: Iterable[DeployPath]) -> tuple[Finding, ...]:
    """Give what the ways to an app have of another app; `apps` are all that are declared.

    The first finding at each place.
    """
    return one_for_each_place(found for path in paths for found in mismatches(path, app, apps))


def mismatches(path: DeployPath, app: App, apps: Collection[App]) -> Iterator[Finding]:
    """Give what a path to an app has of another app; `apps` are all that are declared.

    Its environment, the address that the environment shows, and the addresses that its health checks ask. What cannot
    be told before the run is of no other app.
    """
    others = [each for each in apps if each.name != app.name]
    yield from _of_environment(path, app, others)
    if others:
        yield from _of_environment_url(path, app, others)
        yield from _of_checks(path, app, others)


def _of_environment(path: DeployPath, app: App, others: list[App]) -> Iterator[Finding]:
    """Give the environment where it is not the app's own; that of a production app is for WF003."""
    job = path.step.job
    if path.is_environment_open and not path.is_environment_typed:
        if app.environment is not None and app.tier != "production":
            yield open_environment(path, app.environment, path.sources.repository)
        return
    mark = job.place("environment")
    deploys = f'job "{path.job}" deploys {app.name} ({path.way}) through {through(path)}'
    if app.environment is not None:
        if app.tier != "production" and not _same(path.environment, app.environment):
            unused = unused_input(path.run, app.environment)
            told = f"and ignores {unused}: {app.environment}" if unused else ""
            yield path.owner.document.finding(
                mark,
                f"{deploys}, {told or f'and the estate declares {app.environment}'}{path.caller}",
                remedy(path, app.environment),
            )
        return
    for other in others:
        here = other.repository is None or app.repository is None or other.repository == app.repository
        its = path.environment and _same(path.environment, other.environment)
        typed = path.is_environment_typed and other.environment is not None
        if here and other.tier != app.tier and (its or typed):
            which = f"{'is' if its else 'may be'} the environment of {other.name}, a {other.tier} app"
            yield path.owner.document.finding(
                mark,
                f"{deploys}, which {which}{path.caller}",
                f"give {app.name} an environment of its own, or none",
            )
            return


def _of_environment_url(path: DeployPath, app: App, others: list[App]) -> Iterator[Finding]:
    url = path.step.job.environment_url
    if url is None:
        return
    address = address_of(text_of(url) or "", path.run.last.context)
    other = owner_of(address, app, others)
    if other is not None:
        yield path.owner.document.finding(
            url.mark,
            f'job "{path.job}" deploys {app.name} ({path.way}), and shows the address of {other.name} for it: '
            f"{address}{path.caller}",
            f"url: {app.url}" if app.url else f"show the address of {app.name}",
        )


def _of_checks(path: DeployPath, app: App, others: list[App]) -> Iterator[Finding]:
    """Give the health checks that ask another app, where none is known or may be to ask this one."""
    asked = [(each, owner_of(each.address, app, others)) for each in asked_after(path)]
    if any(other is None and (is_of(each.address, app) or not each.deployed) for each, other in asked):
        return
    for each, other in asked:
        if other is not None and not is_about_another(each, other):
            yield each.document.finding(
                each.mark,
                f'after job "{path.job}" deployed {app.name} ({path.way}), this asks {other.name} how it is: '
                f"{each.address}{path.caller_of(each.verification.placed or path.step.placed)}",
                _to_ask(each, app),
            )


def _to_ask(asked: Asked, app: App) -> str:
    """Say whom a check has to ask: where an expression names the address, it may be right for another app."""
    own = app.url or app.name
    written = next((each for each in asked.verification.check.addresses if "$" in each), "")
    return f"let {written} come to {own} where {app.name} is deployed" if written else f"ask {own}"


def _same(found: str | None, expected: str | None) -> bool:
    """Tell whether two names are one environment: GitHub reads them without regard to case."""
    return (found or "").lower() == (expected or "").lower()
