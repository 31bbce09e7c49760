"""Which names in an estate name nothing that is there, with the nearest that does."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from urllib.parse import quote

from asbuilt.doctor.asking import NOT_ASKED, NOT_FOUND, Looked, Question, mappings
from asbuilt.doctor.controls import Answers
from asbuilt.doctor.documents import APP, ENVIRONMENTS, REPOSITORY, WORKFLOWS
from asbuilt.doctor.said import Group, Line, Status
from asbuilt.estate import Estate, Repository
from asbuilt.nearest import suggestion
from asbuilt.observe.http import GITHUB, HEROKU

_ACCOUNTS, _APPS, _REPOSITORIES = "account", "apps", "repositories"
_FIXES = {
    "app": "correct the estate, or give the account of the token access to it",
    "repository": "correct the estate, or let the token see it",
    "environment": "make it (Settings, Environments), or correct the estate",
    "workflow": "add the file on the default branch, or correct the estate",
    "reviewer": "correct the login in the estate",
}
_line = partial(Line, Group.NAMES)
Key = tuple[str, str]


def questions(estate: Estate, answers: Answers, *, is_of_nobody: bool) -> dict[Key, Question]:
    """Give what is still to be asked: for the reviewers whom no environment shows, and for the names there are.

    `is_of_nobody` says that GitHub's token is that of an installation, which lists what it sees elsewhere.
    """
    found: dict[Key, Question] = {}
    for repository, name in _reviewers(estate):
        path = _account(repository, name)
        if name.lower() not in _seen_reviewers(answers, repository.name):
            found[_ACCOUNTS, path] = Question(GITHUB, path)
    if any(_is_gone(answers, APP, each) for each in estate.apps):
        found[_APPS, ""] = Question(HEROKU, "/apps", "name ..; max=1000")
    if any(_is_gone(answers, REPOSITORY, each) for each in estate.repositories):
        path = "/installation/repositories?per_page=100" if is_of_nobody else "/user/repos?per_page=100"
        found[_REPOSITORIES, ""] = Question(GITHUB, path)
    return found


def lines(estate: Estate, answers: Answers, looked: Mapping[Key, Looked]) -> Iterator[Line]:
    """Say which names are not there; one line says that all are which could be looked for."""
    wrong = [
        *_apps(estate, answers, looked),
        *_repositories(estate, answers, looked),
        *_parts(estate, answers),
        *_accounts(estate, answers, looked),
    ]
    yield from wrong
    if not any(each.status is Status.WRONG for each in wrong) and _anything_seen(answers):
        yield _line(Status.WELL, "every name of the estate that can be looked up is there")


def _apps(estate: Estate, answers: Answers, looked: Mapping[Key, Looked]) -> Iterator[Line]:
    there = [str(each.get("name")) for each in looked.get((_APPS, ""), NOT_ASKED).listed()]
    for name in estate.apps:
        if _is_gone(answers, APP, name):
            yield _missing("app", f"Heroku has no app {name} for this token", name, there)


def _repositories(estate: Estate, answers: Answers, looked: Mapping[Key, Looked]) -> Iterator[Line]:
    answer = looked.get((_REPOSITORIES, ""), NOT_ASKED)
    there = [str(each.get("full_name")) for each in answer.listed() or answer.listed("repositories")]
    for name in estate.repositories:
        if _is_gone(answers, REPOSITORY, name):
            yield _missing("repository", f"GitHub has no {name} that this token may see", name, there)


def _parts(estate: Estate, answers: Answers) -> Iterator[Line]:
    for repository in estate.repositories.values():
        environments = _answer(answers, ENVIRONMENTS, repository.name)
        if environments is not None and environments.is_seen:
            there = [str(each.get("name")) for each in environments.listed("environments")]
            known = {each.lower() for each in there}
            for name in _environments(estate, repository):
                if name.lower() not in known:
                    yield _missing("environment", f"{repository.name} has no environment {name}", name, there)
        workflows = _answer(answers, WORKFLOWS, repository.name)
        if workflows is not None and workflows.is_seen:
            paths = [str(each.get("path")) for each in workflows.listed("workflows")]
            there = [each.rpartition("/")[2] for each in paths]
            for each in repository.workflows.values():
                if each.path not in paths:
                    yield _missing("workflow", f"{repository.name} has no workflow {each.name}", each.name, there)


def _accounts(estate: Estate, answers: Answers, looked: Mapping[Key, Looked]) -> Iterator[Line]:
    for repository, name in _reviewers(estate):
        seen = _seen_reviewers(answers, repository.name)
        if name.lower() in seen:
            continue
        owner, is_team = repository.name.partition("/")[0], name.startswith("@")
        answer = looked.get((_ACCOUNTS, _account(repository, name)))
        if answer is None or answer.is_seen:
            continue
        if is_team:
            told = f"reviewer {name}: whether {owner} has that team cannot be told: that takes Members: read"
            yield _line(Status.NOTE, told)
        elif answer.status == NOT_FOUND:
            yield _missing("reviewer", f"GitHub has no user {name}, whom the estate has for a reviewer", name, seen)


def _missing(what: str, fact: str, name: str, there: Iterable[str]) -> Line:
    known = list(there)
    near = suggestion(name, known) if known else ""
    return _line(Status.WRONG, f"{fact}{near.partition(' allowed:')[0].rstrip(';')}", _FIXES[what])


def _environments(estate: Estate, repository: Repository) -> list[str]:
    """Give the environments that an estate names of a repository, each once."""
    named = {name.lower(): name for name in repository.environments}
    for app in estate.apps.values():
        if app.environment and app.repository == repository.name:
            named.setdefault(app.environment.lower(), app.environment)
    return list(named.values())


def _reviewers(estate: Estate) -> Iterator[tuple[Repository, str]]:
    for repository in estate.repositories.values():
        names = {name for each in repository.environments.values() for name in each.reviewers or ()}
        yield from ((repository, name) for name in sorted(names))


def _account(repository: Repository, name: str) -> str:
    """Give the path of a reviewer: a user, or for @team a team of the organization that owns the repository."""
    if name.startswith("@"):
        return f"/orgs/{quote(repository.name.partition('/')[0])}/teams/{quote(name[1:], safe='')}"
    return f"/users/{quote(name, safe='')}"


def _seen_reviewers(answers: Answers, repository: str) -> set[str]:
    """Give the reviewers whom the environments of a repository have, in lower case, teams as @team."""
    environments = _answer(answers, ENVIRONMENTS, repository)
    found: set[str] = set()
    for environment in environments.listed("environments") if environments else ():
        for rule in mappings(environment.get("protection_rules")):
            for each in mappings(rule.get("reviewers")):
                for reviewer in mappings([each.get("reviewer")]):
                    name = f"@{reviewer['slug']}" if "slug" in reviewer else str(reviewer.get("login"))
                    found.add(name.lower())
    return found


def _answer(answers: Answers, document: str, subject: str) -> Looked | None:
    found = (looked for asked, looked in answers.items() if (asked.document.name, asked.subject) == (document, subject))
    return next(found, None)


def _is_gone(answers: Answers, document: str, subject: str) -> bool:
    looked = _answer(answers, document, subject)
    return looked is not None and looked.status == NOT_FOUND


def _anything_seen(answers: Answers) -> bool:
    return any(each.is_seen for each in answers.values())
