"""What a team declares, as far as the judgements ask: an estate has it, and nothing here knows an estate.

A judgement takes what has these properties, so a test can hand it anything that does.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class Probe(Protocol):
    """A path of an app that answers."""

    @property
    def path(self) -> str: ...  # noqa: D102


class App(Protocol):
    """An app as it is declared.

    `tier` is a word such as `production`; what is None is not declared. `gates` are ids of jobs, `repository`
    OWNER/NAME. `formation` has what is declared of each process type by its name, nothing where none is.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def tier(self) -> str: ...  # noqa: D102
    @property
    def url(self) -> str | None: ...  # noqa: D102
    @property
    def environment(self) -> str | None: ...  # noqa: D102
    @property
    def repository(self) -> str | None: ...  # noqa: D102
    @property
    def gates(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def probes(self) -> Sequence[Probe]: ...  # noqa: D102
    @property
    def formation(self) -> Mapping[str, object]: ...  # noqa: D102


class Workflow(Protocol):
    """A workflow file that owns deploys."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102


class Deploy(Protocol):
    """One declared way for code to reach an app.

    `app` is the name of one, `trigger` an event. A branch or a tag that is None is any, and so is an input that is left
    out.
    """

    @property
    def app(self) -> str: ...  # noqa: D102
    @property
    def trigger(self) -> str: ...  # noqa: D102
    @property
    def branch(self) -> str | None: ...  # noqa: D102
    @property
    def tag(self) -> str | None: ...  # noqa: D102
    @property
    def inputs(self) -> Mapping[str, str]: ...  # noqa: D102


class Environment(Protocol):
    """An environment: `deployment_branches` are the branches and tags that it lets deploy, None where any may."""

    @property
    def deployment_branches(self) -> Sequence[str] | None: ...  # noqa: D102


class Repository(Protocol):
    """A repository: its `trunk` is the default branch, its `environments` are by their name."""

    @property
    def trunk(self) -> str: ...  # noqa: D102
    @property
    def environments(self) -> Mapping[str, Environment]: ...  # noqa: D102


class Ownership(Protocol):
    """A declared deploy with the workflow that owns it."""

    @property
    def workflow(self) -> Workflow: ...  # noqa: D102
    @property
    def deploy(self) -> Deploy: ...  # noqa: D102


class Estate(Protocol):
    """All that is declared.

    `apps` are by their name; `ownerships()` gives every declared deploy.
    """

    @property
    def apps(self) -> Mapping[str, App]: ...  # noqa: D102
    def ownerships(self) -> Iterable[Ownership]: ...  # noqa: D102
