"""What to ask of each subject, and how the answers become its state.

First the app and the repository themselves, then what they consist of: what depends on something that is not there is
not asked, and its fact follows from that.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from asbuilt import estate as declared
from asbuilt.deploy_spans import Asks
from asbuilt.model import (
    Absent,
    App,
    AppState,
    Fact,
    Observation,
    Observed,
    RecentRuns,
    Repository,
    RepositoryState,
    Unobserved,
    Workflow,
    WorkflowRun,
)
from asbuilt.observe import facts, github, github_origins, github_runs, heroku, web
from asbuilt.observe.facts import Answers, Key, Questions
from asbuilt.observe.http import Client
from asbuilt.scheduled import ScheduledWorkflow
from asbuilt.terms import Stretch
from asbuilt.under_way import asleep


def about_app(questions: Questions, client: Client, app: declared.App, fact: Fact[App]) -> None:
    """Ask for the parts of an app that is there, and for its probes where its URL is known.

    `app` is as declared, `fact` what was observed of it. Its probes are asked even where the app itself could not be
    observed, as long as the estate declares the URL.
    """
    origin = app.url or (fact.value.web_url if isinstance(fact, Observed) else None)
    for each in app.probes if origin else ():
        address = f"{(origin or '').rstrip('/')}{each.path}"
        questions.ask(Key(facts.PROBE, app.name, each.path), partial(web.probe, client, address, each))
    if isinstance(fact, Observed):
        releases = partial(heroku.releases, client, app.name, images=fact.value.runs_images)
        questions.ask(Key(facts.RELEASES, app.name, None), releases)
        questions.ask(Key(facts.FORMATION, app.name, None), partial(heroku.formation, client, app.name))
        questions.ask(Key(facts.DYNOS, app.name, None), partial(heroku.dynos, client, app.name))
        questions.ask(Key(facts.BUILDS, app.name, None), partial(heroku.builds, client, app.name))


def about_sleepers(questions: Questions, client: Client, app: declared.App, state: AppState) -> None:
    """Ask a sleeping app again for what its first requests, which woke it, brought no answer to.

    `state` is what was observed of it.
    """
    origin = app.url or (state.app.value.web_url if isinstance(state.app, Observed) else None)
    if not origin or not _sleeps(state):
        return
    for each in app.probes:
        fact = state.probes[each.path]
        if not isinstance(fact, Observed) or fact.value.from_router:
            address = f"{origin.rstrip('/')}{each.path}"
            questions.ask(Key(facts.PROBE, app.name, each.path), partial(web.probe_asleep, client, address, each))


def _sleeps(state: AppState) -> bool:
    dynos = state.dynos.value if isinstance(state.dynos, Observed) else ()
    formation = state.formation.value if isinstance(state.formation, Observed) else ()
    web_type = next((each for each in formation if each.type == "web"), None)
    return any(dyno.type == "web" and asleep(dyno, web_type) for dyno in dynos)


def about_repository(
    questions: Questions, client: Client, repository: declared.Repository, observed: Repository
) -> None:
    """Ask for the parts of a repository that is there.

    `repository` is as declared: runs are asked for its declared workflows alone, on the branch that GitHub has for its
    default branch; which of them wait, where one of them is declared to deploy.
    """
    name = repository.name
    questions.ask(Key(facts.ENVIRONMENTS, name, None), partial(github.environments, client, name))
    questions.ask(Key(facts.WORKFLOWS, name, None), partial(github.workflows, client, name))
    for each in repository.workflows.values():
        triggers = [deploy.trigger for deploy in each.deploys]
        branch, enough = observed.default_branch, repository.red_after
        runs = partial(github_runs.recent, client, name, each.name, branch, enough=enough, events=triggers)
        questions.ask(Key(facts.RUNS, name, each.path), runs)
    if repository.deploys:
        questions.ask(Key(facts.WAITING, name, None), partial(github_runs.waiting, client, name))


def about_deploy(
    questions: Questions,
    client: Client,
    estate: declared.Estate,
    ownership: declared.Ownership,
    observation: Observation,
) -> None:
    """Ask for what tells which of a workflow's runs made the releases of an app: what all such apps share.

    Nothing where app or repository was not observed. Deployments are asked where the app declares an environment, by
    the name that GitHub has for it: two names that differ in case are one.
    """
    state = observation.repositories[ownership.repository.name]
    if not isinstance(observation.apps[ownership.deploy.app].app, Observed):
        return
    if not isinstance(state.repository, Observed):
        return
    name, stretch = ownership.repository.name, Stretch(ownership.workflow.name)
    questions.ask(Key(facts.HISTORY, name, stretch), partial(github_origins.history, client, name, stretch))
    if environment := estate.apps[ownership.deploy.app].environment:
        known = state.environments.value if isinstance(state.environments, Observed) else ()
        named = next((each.name for each in known if each.name.lower() == environment.lower()), environment)
        questions.ask(Key(facts.DEPLOYMENTS, name, environment), partial(github.deployments, client, name, named))


def about_releases(questions: Questions, client: Client, asked: Mapping[str, Asks]) -> None:
    """Ask what tells which run made which release. `asked` has it by repository."""
    for name, asks in asked.items():
        for stretch in asks.histories:
            questions.ask(Key(facts.HISTORY, name, stretch), partial(github_origins.history, client, name, stretch))
        for run in asks.jobs:
            questions.ask(Key(facts.JOBS, name, run), partial(github_origins.jobs, client, name, run))
        for deployment in asks.statuses:
            statuses = partial(github_origins.statuses, client, name, deployment)
            questions.ask(Key(facts.STATUSES, name, deployment), statuses)
        for commit, ref in asks.comparisons:
            compare = partial(github_origins.comparison, client, name, commit, ref)
            questions.ask(Key(facts.COMPARISON, name, f"{commit}...{ref}"), compare)


def about_undeclared_workflows(
    questions: Questions,
    client: Client,
    estate: declared.Estate,
    answers: Answers,
    repositories: Mapping[str, Fact[Repository]],
) -> None:
    """Ask for the runs of the workflow files that GitHub knows and the estate does not.

    `answers` has what was observed of each repository's workflows; those that are disabled are left out.
    """
    for name, fact in answers.of_each(facts.WORKFLOWS).items():
        observed = repositories[name]
        if not isinstance(fact, Observed) or not isinstance(observed, Observed):
            continue
        repository = estate.repositories[name]
        known = {each.path for each in repository.workflows.values()}
        for workflow in fact.value:
            if _is_file(workflow) and workflow.path not in known:
                file = workflow.path.rpartition("/")[2]
                branch, enough = observed.value.default_branch, repository.red_after
                runs = partial(github_runs.recent, client, name, file, branch, enough=enough)
                questions.ask(Key(facts.RUNS, name, workflow.path), runs)


def about_schedules(
    questions: Questions,
    client: Client,
    scheduled: Mapping[str, Collection[ScheduledWorkflow]],
    repositories: Mapping[str, Fact[Repository]],
) -> None:
    """Ask for the newest runs by schedule of the workflows that are to run by one. `scheduled` are by repository."""
    for name, workflows in scheduled.items():
        if isinstance(repositories.get(name), Observed):
            for each in workflows:
                asked = partial(github_runs.scheduled, client, name, each.name)
                questions.ask(Key(facts.SCHEDULED, name, each.path), asked)


def about_protected_branches(questions: Questions, client: Client, answers: Answers) -> None:
    """Ask for the protected branches where an environment lets these through and no others.

    `answers` has what was observed of each repository's environments.
    """
    for name, fact in answers.of_each(facts.ENVIRONMENTS).items():
        if isinstance(fact, Observed) and any(each.branches == ("@protected",) for each in fact.value):
            questions.ask(Key(facts.PROTECTED, name, None), partial(github.protected_branches, client, name))


def about_strays(questions: Questions, client: Client, estate: declared.Estate, answers: Answers) -> None:
    """Ask for the newest deployments where an environment stands open that the estate does not declare.

    `answers` has what was observed of each repository's environments. Nothing where no deploy is declared.
    """
    for name, fact in answers.of_each(facts.ENVIRONMENTS).items():
        repository = estate.repositories[name]
        if not isinstance(fact, Observed) or not repository.environments or not repository.deploys:
            continue
        if any(each.is_open and repository.environment(each.name) is None for each in fact.value):
            questions.ask(Key(facts.LATEST, name, None), partial(github.latest_deployments, client, name))


def _is_file(workflow: Workflow) -> bool:
    """Tell a workflow file from GitHub's own dynamic ones (Pages, Dependabot), whose runs are not the team's."""
    return workflow.path.startswith(".github/workflows/") and workflow.state == "active"


def app_state(app: declared.App, fact: Fact[App], answers: Answers) -> AppState:
    """Give everything observed of an app. What was not asked follows from the app itself.

    Each part is a fact, and each declared probe has one by its path: absent with the app, unobserved with it, or
    unobserved since the run did not ask.
    """
    name = app.name
    unasked = _follows(fact, name)
    if isinstance(fact, Observed) and not (app.url or fact.value.web_url):
        unasked = Unobserved(name, "no request", "was made: the app has no web_url", "declare its `url` in the estate")
    return AppState(
        app=fact,
        releases=answers.get(Key(facts.RELEASES, name, None), _follows(fact, f"releases of {name}")),
        formation=answers.get(Key(facts.FORMATION, name, None), _follows(fact, f"formation of {name}")),
        dynos=answers.get(Key(facts.DYNOS, name, None), _follows(fact, f"dynos of {name}")),
        probes={
            each.path: answers.get(Key(facts.PROBE, name, each.path), replace(unasked, what=f"{name} {each.path}"))
            for each in app.probes
        },
        builds=answers.get(Key(facts.BUILDS, name, None), _follows(fact, f"builds of {name}")),
        codes=answers.parts(facts.CODE, name),
    )


def repository_state(name: str, fact: Fact[Repository], answers: Answers) -> RepositoryState:
    """Give everything observed of a repository. What was not asked follows from the repository itself.

    Runs are those that were asked for.
    """
    recent = answers.parts(facts.RUNS, name)
    return RepositoryState(
        repository=fact,
        environments=answers.get(Key(facts.ENVIRONMENTS, name, None), _follows(fact, f"environments of {name}")),
        workflows=answers.get(Key(facts.WORKFLOWS, name, None), _follows(fact, f"workflows of {name}")),
        runs={path: _runs_of(each) for path, each in recent.items()},
        cut={path: each.value.cut for path, each in recent.items() if isinstance(each, Observed)},
        waiting=answers.parts(facts.WAITING, name).get(None),
        protected=answers.parts(facts.PROTECTED, name).get(None),
        latest=answers.parts(facts.LATEST, name).get(None),
        scheduled=answers.parts(facts.SCHEDULED, name),
    )


def with_origins_of(name: str, state: RepositoryState, answers: Answers) -> RepositoryState:
    """Give the state of a repository with what was answered of which run made which release, beside what it has."""
    return replace(
        state,
        deployments={**state.deployments, **answers.parts(facts.DEPLOYMENTS, name)},
        histories={**state.histories, **answers.parts(facts.HISTORY, name)},
        jobs={**state.jobs, **answers.parts(facts.JOBS, name)},
        statuses={**state.statuses, **answers.parts(facts.STATUSES, name)},
        comparisons={**state.comparisons, **answers.parts(facts.COMPARISON, name)},
    )


def _runs_of(recent: Fact[RecentRuns]) -> Fact[tuple[WorkflowRun, ...]]:
    return Observed(recent.value.runs, recent.requests) if isinstance(recent, Observed) else recent


def _follows(subject: Fact[object], what: str) -> Absent | Unobserved:
    """Give the fact that follows for a part of a subject: absent with it, unobserved with it, or never asked for."""
    match subject:
        case Absent():
            return Absent(what, subject.requests)
        case Unobserved():
            return replace(subject, what=what)
        case _:
            return Unobserved(what, "no request", "was made: out of the run's scope", "widen --app or --repository")
