"""What to ask of each subject, and how the answers become its state.

First the app and the repository themselves, then what they consist of: what depends on something that is not there is
not asked, and its fact follows from that.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from asbuilt import estate as declared
from asbuilt.deploy_spans import Asks
from asbuilt.model import Absent, App, AppState, Fact, Observed, Repository, RepositoryState, Unobserved, Workflow
from asbuilt.observe import facts, github, heroku, web
from asbuilt.observe.facts import Answers, Key, Questions
from asbuilt.observe.http import Client
from asbuilt.terms import Stretch


def about_app(questions: Questions, client: Client, app: declared.App, fact: Fact[App]) -> None:
    """Ask for the parts of an app that is there, and for its probes where its URL is known.

    `app` is as declared, `fact` what was observed of it. Its probes are asked even where the app itself could not be
    observed, as long as the estate declares the URL.
    """
    origin = app.url or (fact.value.web_url if isinstance(fact, Observed) else None)
    for each in app.probes if origin else ():
        address = f"{(origin or '').rstrip('/')}{each.path}"
        questions.ask(Key(facts.PROBE, app.name, each.path), partial(web.probe, client, address, each.tells_commit_at))
    if isinstance(fact, Observed):
        questions.ask(Key(facts.RELEASES, app.name, None), partial(heroku.releases, client, app.name))
        questions.ask(Key(facts.FORMATION, app.name, None), partial(heroku.formation, client, app.name))
        questions.ask(Key(facts.DYNOS, app.name, None), partial(heroku.dynos, client, app.name))
        questions.ask(Key(facts.BUILDS, app.name, None), partial(heroku.builds, client, app.name))


def about_repository(questions: Questions, client: Client, repository: declared.Repository) -> None:
    """Ask for the parts of a repository that is there.

    `repository` is as declared: runs are asked for its declared workflows alone, on its default branch.
    """
    name = repository.name
    questions.ask(Key(facts.ENVIRONMENTS, name, None), partial(github.environments, client, name))
    questions.ask(Key(facts.WORKFLOWS, name, None), partial(github.workflows, client, name))
    for each in repository.workflows.values():
        runs = partial(github.runs, client, name, each.name, repository.default_branch)
        questions.ask(Key(facts.RUNS, name, each.path), runs)


def about_deploy(
    questions: Questions, client: Client, estate: declared.Estate, ownership: declared.Ownership, app: Fact[App]
) -> None:
    """Ask for what tells which of a workflow's runs made the releases of an app: what all such apps share.

    Nothing where the app was not observed. Deployments are asked where the app declares an environment.
    """
    if not isinstance(app, Observed):
        return
    name, stretch = ownership.repository.name, Stretch(ownership.workflow.name)
    questions.ask(Key(facts.HISTORY, name, stretch), partial(github.history, client, name, stretch))
    if environment := estate.apps[ownership.deploy.app].environment:
        questions.ask(Key(facts.DEPLOYMENTS, name, environment), partial(github.deployments, client, name, environment))


def about_releases(questions: Questions, client: Client, asked: Mapping[str, Asks]) -> None:
    """Ask what tells which run made which release. `asked` has it by repository."""
    for name, asks in asked.items():
        for stretch in asks.histories:
            questions.ask(Key(facts.HISTORY, name, stretch), partial(github.history, client, name, stretch))
        for run in asks.jobs:
            questions.ask(Key(facts.JOBS, name, run), partial(github.jobs, client, name, run))
        for deployment in asks.statuses:
            questions.ask(Key(facts.STATUSES, name, deployment), partial(github.statuses, client, name, deployment))
        for commit, ref in asks.comparisons:
            compare = partial(github.comparison, client, name, commit, ref)
            questions.ask(Key(facts.COMPARISON, name, f"{commit}...{ref}"), compare)


def about_undeclared_workflows(questions: Questions, client: Client, estate: declared.Estate, answers: Answers) -> None:
    """Ask for the runs of the workflow files that GitHub knows and the estate does not.

    `answers` has what was observed of each repository's workflows; those that are disabled are left out.
    """
    for name, fact in answers.of_each(facts.WORKFLOWS).items():
        if not isinstance(fact, Observed):
            continue
        repository = estate.repositories[name]
        known = {each.path for each in repository.workflows.values()}
        for workflow in fact.value:
            if _is_file(workflow) and workflow.path not in known:
                file = workflow.path.rpartition("/")[2]
                runs = partial(github.runs, client, name, file, repository.default_branch)
                questions.ask(Key(facts.RUNS, name, workflow.path), runs)


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
    return RepositoryState(
        repository=fact,
        environments=answers.get(Key(facts.ENVIRONMENTS, name, None), _follows(fact, f"environments of {name}")),
        workflows=answers.get(Key(facts.WORKFLOWS, name, None), _follows(fact, f"workflows of {name}")),
        runs=answers.parts(facts.RUNS, name),
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


def _follows(subject: Fact[object], what: str) -> Absent | Unobserved:
    """Give the fact that follows for a part of a subject: absent with it, unobserved with it, or never asked for."""
    match subject:
        case Absent():
            return Absent(what, subject.requests)
        case Unobserved():
            return replace(subject, what=what)
        case _:
            return Unobserved(what, "no request", "was made: out of the run's scope", "widen --app or --repository")
