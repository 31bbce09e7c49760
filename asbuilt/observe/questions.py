"""What to ask of each subject, and how the answers become its state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from asbuilt import estate as declared
from asbuilt.model import Absent, App, AppState, Observed, RepositoryState, Unobserved, Workflow
from asbuilt.observe import github, heroku, web
from asbuilt.observe.http import Client

Questions: TypeAlias = dict[Any, Callable[[], Any]]


def about_app(client: Client, app: declared.App, fact: Any) -> Questions:
    """Ask for the parts of an app that is there, and for its probes where its URL is known."""
    origin = app.url or (fact.value.web_url if isinstance(fact, Observed) else None)
    probes = {
        ("probe", app.name, each.path): partial(web.probe, client, f"{origin.rstrip('/')}{each.path}")
        for each in app.probes
        if origin
    }
    if not isinstance(fact, Observed):
        return dict(probes)
    return {
        **probes,
        ("releases", app.name): partial(heroku.releases, client, app.name),
        ("formation", app.name): partial(heroku.formation, client, app.name),
        ("dynos", app.name): partial(heroku.dynos, client, app.name),
    }


def about_repository(client: Client, repository: declared.Repository) -> Questions:
    """Ask for the parts of a repository that is there."""
    name = repository.name
    return {
        ("environments", name): partial(github.environments, client, name),
        ("workflows", name): partial(github.workflows, client, name),
        **{
            ("runs", name, each.path): partial(github.runs, client, name, each.name, repository.default_branch)
            for each in repository.workflows.values()
        },
    }


def about_deploy(client: Client, estate: declared.Estate, ownership: declared.Ownership, app: Any) -> Questions:
    """Ask whether a declared deploy was ever used, since its app was created."""
    if not isinstance(app, Observed):
        return {}
    since: App = app.value
    name, workflow, deploy = ownership.repository.name, ownership.workflow.name, ownership.deploy
    key = ("successes", name, f"{workflow} {deploy.trigger} {deploy.app}")
    questions: Questions = {key: partial(github.successes, client, name, workflow, deploy.trigger, since.created_at)}
    if environment := estate.apps[deploy.app].environment:
        questions["deployments", name, environment] = partial(github.deployments, client, name, environment)
    return questions


def about_undeclared_workflows(client: Client, estate: declared.Estate, answers: Mapping[Any, Any]) -> Questions:
    """Ask for the runs of the workflow files that GitHub knows and the estate does not."""
    questions: Questions = {}
    for (kind, name, *_), fact in answers.items():
        if kind != "workflows" or not isinstance(fact, Observed):
            continue
        repository = estate.repositories[name]
        known = {each.path for each in repository.workflows.values()}
        for workflow in fact.value:
            if _is_file(workflow) and workflow.path not in known:
                file = workflow.path.rpartition("/")[2]
                questions["runs", name, workflow.path] = partial(
                    github.runs, client, name, file, repository.default_branch
                )
    return questions


def _is_file(workflow: Workflow) -> bool:
    """Tell a workflow file from GitHub's own dynamic ones (Pages, Dependabot), whose runs are not the team's."""
    return workflow.path.startswith(".github/workflows/") and workflow.state == "active"


def app_state(app: declared.App, fact: Any, answers: Mapping[Any, Any]) -> AppState:
    """Give everything observed of an app. What was not asked follows from the app itself."""
    name = app.name
    unasked = _follows(fact, name)
    if isinstance(fact, Observed) and not (app.url or fact.value.web_url):
        unasked = Unobserved(name, "no request", "was made: the app has no web_url", "declare its `url` in the estate")
    return AppState(
        app=fact,
        releases=answers.get(("releases", name), _follows(fact, f"releases of {name}")),
        formation=answers.get(("formation", name), _follows(fact, f"formation of {name}")),
        dynos=answers.get(("dynos", name), _follows(fact, f"dynos of {name}")),
        probes={
            each.path: answers.get(("probe", name, each.path), replace(unasked, what=f"{name} {each.path}"))
            for each in app.probes
        },
    )


def repository_state(name: str, fact: Any, answers: Mapping[Any, Any]) -> RepositoryState:
    """Give everything observed of a repository. What was not asked follows from the repository itself."""

    def keyed(kind: str) -> dict[str, Any]:
        return {key[2]: each for key, each in answers.items() if key[:2] == (kind, name)}

    return RepositoryState(
        repository=fact,
        environments=answers.get(("environments", name), _follows(fact, f"environments of {name}")),
        workflows=answers.get(("workflows", name), _follows(fact, f"workflows of {name}")),
        runs=keyed("runs"),
        successes=keyed("successes"),
        deployments=keyed("deployments"),
    )


def _follows(subject: Any, what: str) -> Absent | Unobserved:
    """Give the fact that follows for a part of a subject: absent with it, unobserved with it, or never asked for."""
    match subject:
        case Absent():
            return Absent(what, subject.requests)
        case Unobserved():
            return replace(subject, what=what)
        case _:
            return Unobserved(what, "no request", "was made: out of the run's scope", "widen --app or --repository")
