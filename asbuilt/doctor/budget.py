"""How many requests a run of an estate needs, and a watch of its apps, against what the hour has left.

Sources: https://devcenter.heroku.com/articles/platform-api-reference#rate-limits and
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from asbuilt.doctor.asking import Looked
from asbuilt.doctor.controls import Answers
from asbuilt.doctor.documents import ENVIRONMENTS, WORKFLOWS
from asbuilt.doctor.said import Budget, Group, Line, Status
from asbuilt.estate import Estate, Repository
from asbuilt.observe.look_budget import LIMIT, requests_an_hour
from asbuilt.scheduled import scheduled_workflows

_OF_AN_APP = 6  # itself, its releases, formation, dynos, builds, and the slug that names the commit
_INTERVAL = timedelta(minutes=5)  # of a watch
_FILES = ".github/workflows/"
_line = partial(Line, Group.BUDGET)


def budgets(estate: Estate, answers: Answers, looked: Mapping[str, Looked]) -> tuple[Budget, ...]:
    """Say what is left of each provider's hour, and what of it a run and a watch need."""
    heroku, github = looked["heroku rate"], looked["github rate"]
    told = heroku.headers.get("ratelimit-remaining", "")
    left = _number(heroku.get("remaining"))
    if left is None and told.isdecimal():
        left = int(told)
    core = {each: _number(github.get("resources", "core", each)) for each in ("remaining", "limit")}
    watch = requests_an_hour(len(estate.apps), _INTERVAL)
    return (
        Budget("Heroku", left, LIMIT, _OF_AN_APP * len(estate.apps), watch),
        Budget("GitHub", core["remaining"], core["limit"], of_github(estate, answers), 0),
    )


def of_github(estate: Estate, answers: Answers) -> int:
    """Count what a run asks GitHub for, where what runs was made by the newest run of each way to deploy it."""
    total = 0
    for repository in estate.repositories.values():
        environments, undeclared = _observed(repository, answers)
        custom = sum(_has_own_branches(each) for each in environments)
        protected = any(_lets_protected_through(each) for each in environments)
        deploying = [each for each in repository.workflows.values() if each.deploys]
        behind = {estate.apps[each.app].environment for each in repository.deploys if each.app in estate.apps}
        named = len(behind - {None})
        # Itself, its environments and its workflows; then what waits and what was deployed last, where it deploys.
        total += 3 + custom + protected + 2 * bool(deploying)
        # The newest runs of each workflow; of each that deploys those of every branch, and the job of each way.
        total += len(repository.workflows) + undeclared + len(deploying) + len(repository.deploys)
        # The newest runs of each that the estate says has a schedule.
        total += sum(1 for _ in scheduled_workflows(repository, None))
        # The deployments to each environment of an app, with the states of the newest; and what was pushed since.
        total += 2 * named + sum(each.trigger == "push" or each.max_lag is not None for each in repository.deploys)
    return total


def lines(found: tuple[Budget, ...]) -> Iterator[Line]:
    """Say whether the hour has enough left for a run, and whether a whole one has for a watch."""
    for each in found:
        if not each.run:
            continue
        limit = "" if each.limit is None else f" of {each.limit:,} an hour"
        left = "not told" if each.left is None else f"{each.left:,}{limit} left"
        told = f"{each.provider}: {left}; a run of this estate needs about {each.run:,}"
        if each.watch:
            told += f", a watch of its apps every 5 minutes {each.watch:,} an hour"
        if each.left is not None and each.left < each.run:
            fix = "wait for the next hour, or narrow the run: --app NAME, --repository OWNER/NAME"
            yield _line(Status.WRONG, told, fix)
        elif each.limit is not None and each.limit < each.run + each.watch:
            yield _line(Status.WRONG, f"{told}: more than an hour gives", "use a token of its own for each part")
        else:
            yield _line(Status.NOTE if each.left is None else Status.WELL, told)


def _observed(repository: Repository, answers: Answers) -> tuple[list[dict[str, Any]], int]:
    """Give the environments of a repository, and how many active workflow files the estate does not declare."""
    of = {asked.document.name: looked for asked, looked in answers.items() if asked.subject == repository.name}
    environments = of[ENVIRONMENTS].listed("environments") if ENVIRONMENTS in of else []
    workflows = of[WORKFLOWS].listed("workflows") if WORKFLOWS in of else []
    declared = {each.path for each in repository.workflows.values()}
    active = [str(each.get("path")) for each in workflows if each.get("state") == "active"]
    return environments, sum(each.startswith(_FILES) and each not in declared for each in active)


def _has_own_branches(environment: Mapping[str, Any]) -> bool:
    policy = environment.get("deployment_branch_policy")
    return isinstance(policy, dict) and not policy.get("protected_branches")


def _lets_protected_through(environment: Mapping[str, Any]) -> bool:
    policy = environment.get("deployment_branch_policy")
    return isinstance(policy, dict) and bool(policy.get("protected_branches"))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
