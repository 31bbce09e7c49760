"""What a script deploys, as the recognisers of its parts say it."""

from dataclasses import dataclass, field

from asbuilt.workflows.deploys.mechanisms import Mechanism
from asbuilt.workflows.files.sources import PlacedStep


@dataclass(frozen=True, slots=True)
class Spot:
    """A command in a step's script that must run for a deploy to happen. `app` is the text of the app that it names.

    `assigned` are the names of the variables that the script sets itself; `until` are later steps that undo what it
    does, if they run. `line` is that of the script, from 0.
    """

    placed: PlacedStep
    words: tuple[str, ...]
    app: str | None = None
    assigned: frozenset[str] = frozenset()
    until: tuple[PlacedStep, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IdlePush:
    """A push to an app's repository at Heroku that builds nothing: `ref` goes to another branch than it builds.

    `line` is that of the script, from 0. App and ref are as they are written.
    """

    placed: PlacedStep
    line: int
    app: str
    ref: str


@dataclass(frozen=True, slots=True)
class Target:
    """A deploy in a script, and the text that names its app; None where there is none: `why` says why.

    The text is as it is written, with variables and expressions: what it comes to is for `targets.app_of`.

    `remote` is the command that made a git remote stand for the app, in this step or an earlier one.
    """

    mechanism: Mechanism
    app: str | None
    why: str = ""
    remote: Spot | None = field(default=None, compare=False)

    @property
    def given_by(self) -> PlacedStep | None:
        """The step that made the remote stand for the app."""
        return self.remote.placed if self.remote is not None else None
