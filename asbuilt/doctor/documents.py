"""The documents of the providers on which the controls rest: of which subjects each is asked, once, and by which fact.

A run asks for more of the same kind (of each workflow, of each page); what may read one of them may read the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from asbuilt.doctor.asking import Question
from asbuilt.estate import Estate
from asbuilt.observe.http import GITHUB, HEROKU

APPS, REPOSITORIES, DEPLOYING = "apps", "repositories", "repositories that deploy"
APP, REPOSITORY, ENVIRONMENTS, WORKFLOWS = "app", "repository", "environments", "workflows"
_WRAPPED = {ENVIRONMENTS: "environments", WORKFLOWS: "workflows", "runs": "workflow_runs"}


@dataclass(frozen=True, slots=True)
class Document:
    """A document of each subject of a kind: `what` names it for people, `facts` are the fixtures that read it.

    `permission` is what a fine-grained token needs for it; `without` says what is then, where a run can do without.
    """

    name: str
    what: str
    origin: str
    path: str
    of: str
    facts: frozenset[str]
    permission: str = ""
    without: str = ""
    range: str = ""
    is_mapping: bool = False

    def is_of_form(self, document: object) -> bool:
        """Say whether an answer is what its API promises: a mapping, a list, or a mapping with the list of its name."""
        if self.is_mapping:
            return isinstance(document, dict)
        if key := _WRAPPED.get(self.name):
            document = document.get(key) if isinstance(document, dict) else None
        return isinstance(document, list)

    @property
    def is_optional(self) -> bool:
        """Whether a run can do without it."""
        return bool(self.without)


def _of_app(name: str, path: str, *facts: str, wanted: str = "", without: str = "") -> Document:
    what = "the app itself" if name == APP else name
    return Document(
        name,
        what,
        HEROKU,
        f"/apps/{{}}{path}",
        APPS,
        frozenset(facts),
        without=without,
        range=wanted,
        is_mapping=name == APP,
    )


def _of_repository(
    name: str, path: str, permission: str, *facts: str, of: str = REPOSITORIES, without: str = ""
) -> Document:
    what = "the repository itself" if name == REPOSITORY else name
    return Document(
        name,
        what,
        GITHUB,
        f"/repos/{{}}{path}",
        of,
        frozenset(facts),
        permission=permission,
        without=without,
        is_mapping=name == REPOSITORY,
    )


DOCUMENTS = (
    _of_app(APP, "", "heroku_app", "heroku_app_or_none", "heroku_app_if_asked"),
    _of_app("releases", "/releases", "releases", wanted="version ..; order=desc,max=1"),
    _of_app("formation", "/formation", "formation", "formation_if_asked"),
    _of_app("dynos", "/dynos", "dynos"),
    _of_app(
        "builds",
        "/builds",
        "named_commit",
        "behind",
        wanted="created_at ..; order=desc,max=1",
        without="without them a release's slug alone says which commit runs",
    ),
    _of_repository(
        REPOSITORY, "", "Metadata: read", "github_repository", "github_repository_or_none", "default_branch", "_owned"
    ),
    _of_repository(ENVIRONMENTS, "/environments?per_page=100", "Actions: read", "environments"),
    _of_repository(WORKFLOWS, "/actions/workflows?per_page=100", "Actions: read", "workflows"),
    _of_repository(
        "runs", "/actions/runs?per_page=1", "Actions: read", "_recent", "waiting", "scheduled_runs", "provenance"
    ),
    _of_repository(
        "deployments", "/deployments?per_page=1", "Deployments: read", "used_strays", "last_deployment", of=DEPLOYING
    ),
    _of_repository(
        "branches",
        "/branches?per_page=1",
        "Contents: read",
        "protected_branches",
        "lag",
        of=DEPLOYING,
        without="without them, what rests on them is not applicable",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A document of one subject."""

    document: Document
    subject: str

    @property
    def question(self) -> Question:
        """What is asked for it."""
        path = self.document.path.format(quote(self.subject, safe="/" if self.document.origin == GITHUB else ""))
        return Question(self.document.origin, path, self.document.range)


def asked_of(estate: Estate) -> Iterator[Asked]:
    """Give each document of each subject of an estate on which a control rests."""
    deploying = [each.name for each in estate.repositories.values() if each.deploys]
    subjects: Mapping[str, list[str]] = {
        APPS: sorted(estate.apps),
        REPOSITORIES: sorted(estate.repositories),
        DEPLOYING: sorted(deploying),
    }
    for document in DOCUMENTS:
        yield from (Asked(document, subject) for subject in subjects[document.of])
