"""A run of a deploying job for each app and environment that it may name, where a condition that nobody knows decides.

heroku_app_name: ${{ vars.LIVE == 'true' && 'shop' || 'shop-dev' }}` a run to each, with what leaves it open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.deploys.targets import name_of, naming_context, unknown
from asbuilt.workflows.expressions.evaluate import ASSUMED, Unknown
from asbuilt.workflows.expressions.splitting import NOTHING, Assumed, split
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.run.contexts import Context, holds, text_in
from asbuilt.workflows.run.job_runs import JobRun, Leg
from asbuilt.workflows.shell.variables import named_in
from asbuilt.workflows.yaml.document import Scalar, text_of


@dataclass(frozen=True, slots=True)
class Choice:
    """A run of a job in which some conditions are taken for true or false; `undecided` are words for each of them."""

    run: JobRun
    undecided: tuple[str, ...] = ()


def choices(deploy: DeployStep, run: JobRun, sources: Sources) -> Iterator[Choice]:
    """Give a run for each app and environment of a deploy: the run itself where neither depends on a condition.

    A text that stays unknown whatever is assumed is split into nothing. One that names no app is left out beside those
    that do; so is one whose job then does not run.
    """
    named = deploy.environment if isinstance(deploy.environment, Scalar) else None
    if "$" not in (deploy.target or "") and "${{" not in (text_of(named) or ""):
        yield Choice(run)
        return
    for assumed, undecided in _assumed(deploy, run.last.context, sources):
        if not assumed.values:
            yield Choice(run)
        elif (legs := _legs(run, assumed)) is not None:
            yield Choice(JobRun(legs), undecided)


def _assumed(deploy: DeployStep, context: Context, sources: Sources) -> Iterator[tuple[Assumed, tuple[str, ...]]]:
    """Give what to assume for the app and the environment to be known, with words for each condition."""
    named = naming_context(deploy, context, sources)
    apps = split(lambda assumed: _app(deploy, named, assumed)) if deploy.target is not None else (NOTHING,)
    if len(apps) > 1:
        apps = tuple(each for each in apps if _app(deploy, named, each) != "") or apps
    for given in apps:
        node = deploy.environment if isinstance(deploy.environment, Scalar) else None
        environments = _environments(node, context, given)
        for assumed in environments:
            more = assumed.conditions[len(given.conditions) :]
            place = node.mark if node is not None else deploy.app_mark
            yield (
                assumed,
                (
                    *(unknown("which app", each, deploy.app_mark) for each in given.conditions),
                    *(unknown("which environment", each, place) for each in more),
                ),
            )


def _environments(environment: Scalar | None, context: Context, given: Assumed) -> tuple[Assumed, ...]:
    text = text_of(environment)
    return (given,) if text is None else split(lambda assumed: text_in(text, {**context, ASSUMED: assumed}), given)


def _app(deploy: DeployStep, context: Context, assumed: Assumed) -> str | Unknown:
    """Give the text of the app under assumptions, of variables only those that it names."""
    env = dict(context.get("env", {}))
    for name in set(named_in(deploy.target or "")) & env.keys():
        env[name] = assumed.resolved(env[name])
    return name_of(deploy, {**context, "env": env, ASSUMED: assumed})


def _legs(run: JobRun, assumed: Assumed) -> tuple[Leg, ...] | None:
    """Give the jobs of a run under assumptions; None where one of them does not run then."""
    legs: list[Leg] = []
    for leg in run.legs:
        context, reached = {**leg.context, ASSUMED: assumed}, leg.reached
        if isinstance(reached.runs, Unknown) and reached.undecided is leg.job.condition:
            runs = holds(leg.job.condition, context)
            if runs is False:
                return None
            reached = replace(reached, runs=True, undecided=None) if runs is True else reached
        legs.append(replace(leg, context=context, reached=reached))
    return tuple(legs)
