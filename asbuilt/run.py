"""What one run is about, decided from its options before anything is asked or judged."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from asbuilt.catalogue import kinds_judged
from asbuilt.changes import Changes
from asbuilt.controls import Control
from asbuilt.discovery import PLAIN, Found
from asbuilt.estate import Estate, Ownership, Waiver
from asbuilt.estate_errors import LONGEST_LINE, Tell, first_lines
from asbuilt.github_server import DOT_COM, GitHubServer, server_of
from asbuilt.judged_again import Again
from asbuilt.lint.keep import Scans
from asbuilt.model import Observation
from asbuilt.nearest import quoted, suggestion
from asbuilt.option_values import OptionError
from asbuilt.population import Population
from asbuilt.relations import deploys_by_app
from asbuilt.scope import Scope
from asbuilt.subjects import KINDS, Subject, plural, subjects
from asbuilt.texts import line
from asbuilt.tolerance import Base, Tolerance
from asbuilt.withholding import Secrets
from asbuilt.workflows.files.suppressions import Suppression, suppressions
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.yaml.document import Document

FILES = "workflow files"  # the world of a run that asks no provider


@dataclass(frozen=True, slots=True)
class Run:
    """An estate, the part of it that is judged, and what it is held against.

    `found` is the estate's file. `known` are its subjects, by kind and id, `checks` the catalogue, `suppressions` those
    of each checkout's files, `deploys` the declared ones of each app.
    `directory` is None where nothing is recorded; `observation` is None until something was observed, `scans` until
    linters were asked. `secrets` stand in nothing that is written or printed. `meant` is the commit that an app was
    meant to run, by app. `population` is empty until the checks were collected. `again` says whose observation is
    judged again, None where the run observed it itself. `day` is the one as of which files are judged, by this
    machine's clock. `base` is what was found in the files as they were before, None where nobody asks (`--base`);
    `fail_on` is the least severe severity that fails it, empty for all.
    `changes` is what changed since an earlier run, None until all was judged, and where there is none to compare with.
    """

    estate: Estate
    scope: Scope
    checkouts: Mapping[str, Checkout]
    world: str
    known: Mapping[str, Mapping[str, Subject]]
    found: Found = field(default_factory=lambda: Found(Path(PLAIN), Path()))
    directory: Path | None = None
    observation: Observation | None = None
    checks: tuple[tuple[str, Control], ...] = ()
    suppressions: Mapping[str, tuple[Suppression, ...]] = field(default_factory=dict)
    deploys: Mapping[str, tuple[Ownership, ...]] = field(default_factory=dict)
    scans: Scans | None = None
    secrets: Secrets = field(default_factory=Secrets)
    meant: Mapping[str, str] = field(default_factory=dict)
    day: date | None = None
    population: Population = field(default_factory=Population)
    again: Again | None = None
    changes: Changes | None = None
    base: Base | None = None
    fail_on: str = ""

    @property
    def server(self) -> GitHubServer:
        """The GitHub that was asked; github.com where none was."""
        return server_of(self.observation.github) if self.observation else DOT_COM

    @property
    def tolerance(self) -> Tolerance:
        """What of its findings fails nothing."""
        since = {control.id: control.since for _, control in self.checks}
        return Tolerance(self.estate.as_of or "", since, self.fail_on, self.base)

    def subjects(self, kind: str) -> Mapping[str, Subject]:
        """Give every declared subject of a kind by its id, in scope or not."""
        return self.known[kind]

    def judges(self, subject: Subject, *, live: bool, with_app: bool = False) -> bool:
        """Say whether a subject is in scope: with its app where it has one, with its repository where it has one.

        What the files of a repository say of an app is in scope with either. Of what is live, the environment and the
        workflows that an app's code comes through are in scope with the app; so is the repository itself, for a check
        that is judged `with_app`.
        """
        by_app = subject.app is not None and subject.app.name in self.scope.apps
        repositories = {subject.repository.name} if subject.repository else set()
        if subject.app and subject.app.repository and not live:
            repositories.add(subject.app.repository)
        around = live and self._is_around(subject, with_app=with_app)
        return by_app or around or bool(repositories & self.scope.repositories)

    def _is_around(self, subject: Subject, *, with_app: bool) -> bool:
        if subject.repository is None:
            return False
        name = subject.repository.name
        match subject.kind:
            case "environment":
                return (name, subject.part.lower()) in self.scope.environments
            case "workflow":
                return (name, subject.part.name) in self.scope.workflows
            case kind:
                return with_app and kind == "repository" and name in self.scope.around


def prepared(
    estate: Estate, scope: Scope, checkouts: Mapping[str, Checkout], checks: tuple[tuple[str, Control], ...] = ()
) -> Run:
    """Give a run of which nothing is known yet but what is declared, and the checks that there are.

    Raises OptionError for waivers of a control that their subject can never have: they would wait for ever.
    """
    known = {kind: subjects(estate, checkouts, kind) for kind in KINDS}
    if wrong := list(_wrong_waivers(estate, checkouts, known, checks)):
        raise OptionError(first_lines(wrong))
    found = _suppressions(checkouts)
    deploys = deploys_by_app(estate)
    return Run(estate, scope, checkouts, FILES, known, checks=checks, suppressions=found, deploys=deploys)


def _wrong_waivers(
    estate: Estate,
    checkouts: Mapping[str, Checkout],
    known: Mapping[str, Mapping[str, Subject]],
    checks: Iterable[tuple[str, Control]],
) -> Iterator[Tell]:
    judged = kinds_judged(checks) if estate.waivers else {}
    for waiver in estate.waivers:
        kinds = judged.get(waiver.control, frozenset())
        names = {word for kind in kinds for each in known[kind].values() for word in (each.id, each.name)}
        repository = waiver.subject.partition(" ")[0]
        # What the files of a repository name is known where they are there.
        in_files = any(KINDS[kind].in_files for kind in kinds)
        unread = in_files and repository in estate.repositories and repository not in checkouts
        if waiver.subject not in names and not unread:
            yield partial(_no_such_subject, waiver, kinds, names)


def _no_such_subject(waiver: Waiver, kinds: Collection[str], names: Collection[str]) -> str:
    of = " and ".join(sorted(plural(kind) for kind in kinds)) or "nothing that has a name"
    near = suggestion(waiver.subject, names)
    fact = f"{waiver.control} is never judged of {quoted(waiver.subject)}: it is judged of {of}{near}"
    return line(f"{waiver.place}: {fact}".removeprefix(": "), LONGEST_LINE)


def documents_of(checkout: Checkout) -> tuple[Document, ...]:
    """Give the workflow files and composite actions of a checkout, as documents."""
    workflows = (each.document for each in checkout.workflow_files)
    return (*workflows, *(each.document for each in checkout.sources.actions.values()))


def _suppressions(checkouts: Mapping[str, Checkout]) -> dict[str, tuple[Suppression, ...]]:
    return {
        name: tuple(found for document in documents_of(checkout) for found in suppressions(document))
        for name, checkout in checkouts.items()
    }


RUN = pytest.StashKey[Run]()
