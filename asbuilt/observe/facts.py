"""The facts that a sweep asks for: one key for each, from its question to its answer.

A kind says what is found under its keys, so that no answer is taken for another.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from asbuilt.model import (
    App,
    Build,
    Code,
    Comparison,
    Deployment,
    DeploymentStatus,
    Dyno,
    Environment,
    Fact,
    Formation,
    Job,
    ProbeResponse,
    ProtectedBranch,
    RecentRuns,
    Release,
    Repository,
    RunPage,
    WaitingRun,
    Workflow,
)
from asbuilt.terms import Stretch

T = TypeVar("T")
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T, P]):
    """A kind of fact: `T` is what is observed, `P` tells several of one subject apart, None where there is one.

    Two of one name are the same kind; those that there are stand below.
    """

    name: str


class Key(NamedTuple, Generic[T, P]):
    """Which fact: its kind, the app or repository that it is of, and which of several.

        Key(PROBE, "shop", "/health"), Key(RELEASES, "shop", None)

    A type checker knows from it what the fact holds.
    """

    kind: Kind[T, P]
    subject: str
    part: P


APP: Kind[App, None] = Kind("app")
RELEASES: Kind[tuple[Release, ...], None] = Kind("releases")
FORMATION: Kind[tuple[Formation, ...], None] = Kind("formation")
DYNOS: Kind[tuple[Dyno, ...], None] = Kind("dynos")
PROBE: Kind[ProbeResponse, str] = Kind("probe")  # by path
REPOSITORY: Kind[Repository, None] = Kind("repository")
ENVIRONMENTS: Kind[tuple[Environment, ...], None] = Kind("environments")
WORKFLOWS: Kind[tuple[Workflow, ...], None] = Kind("workflows")
RUNS: Kind[RecentRuns, str] = Kind("runs")  # by the path of the workflow
SCHEDULED: Kind[RunPage, str] = Kind("scheduled")  # by the path of the workflow
WAITING: Kind[tuple[WaitingRun, ...], None] = Kind("waiting")
LATEST: Kind[tuple[Deployment, ...], None] = Kind("latest deployments")
PROTECTED: Kind[tuple[ProtectedBranch, ...], None] = Kind("protected")
HISTORY: Kind[RunPage, Stretch] = Kind("history")
JOBS: Kind[tuple[Job, ...], int] = Kind("jobs")  # by run
STATUSES: Kind[tuple[DeploymentStatus, ...], int] = Kind("statuses")  # by deployment
COMPARISON: Kind[Comparison, str] = Kind("comparison")  # by COMMIT...BRANCH
BUILDS: Kind[tuple[Build, ...], None] = Kind("builds")
CODE: Kind[Code, str] = Kind("code")  # by the id of the slug or image
DEPLOYMENTS: Kind[tuple[Deployment, ...], str] = Kind("deployments")  # by environment


class Questions:
    """What is to be asked, by the keys of the facts: what two have asked for is asked once."""

    def __init__(self) -> None:
        self._asked: dict[Key[Any, Any], Callable[[], Fact[Any]]] = {}

    def ask(self, key: Key[T, P], question: Callable[[], Fact[T]]) -> None:
        """Have a question asked for a fact.

        Nothing is asked yet. Of two questions for one key, the later one is asked.
        """
        self._asked[key] = question

    def answers(self, pool: ThreadPoolExecutor) -> "Answers":
        """Ask all questions at once and wait for every answer; interrupted, ask no more.

        A question gives a fact and raises nothing; what one does raise is raised here.
        """
        futures = {key: pool.submit(ask) for key, ask in self._asked.items()}
        try:
            return Answers({key: future.result() for key, future in futures.items()})
        except BaseException:
            for future in futures.values():
                future.cancel()
            raise


@dataclass(frozen=True)
class Answers:
    """The facts that were asked for, by their keys."""

    facts: dict[Key[Any, Any], Fact[Any]]

    @cached_property
    def _parts(self) -> dict[tuple[Kind[Any, Any], str], dict[Any, Fact[Any]]]:
        found: dict[tuple[Kind[Any, Any], str], dict[Any, Fact[Any]]] = {}
        for key, fact in self.facts.items():
            found.setdefault((key.kind, key.subject), {})[key.part] = fact
        return found

    def of_each(self, kind: Kind[T, P]) -> dict[str, Fact[T]]:
        """Give the facts of a kind of which each subject has one, by subject.

        In the order in which they were asked for. Those that were not asked for are not there.
        """
        return {key.subject: fact for key, fact in self.facts.items() if key.kind == kind}

    def parts(self, kind: Kind[T, P], subject: str) -> dict[P, Fact[T]]:
        """Give the facts of a kind that were asked for of a subject, by their parts.

        Empty where none was.
        """
        return dict(self._parts.get((kind, subject), {}))

    def get(self, key: Key[T, P], otherwise: Fact[T]) -> Fact[T]:
        """Give a fact, or another where it was not asked for.

        That one that was asked for is there says nothing of whether it was observed.
        """
        return self.facts.get(key, otherwise)

    def __or__(self, more: "Answers") -> "Answers":
        return Answers({**self.facts, **more.facts})
