"""What a repository's workflows can start and call: its workflow files, and its composite actions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from asbuilt.workflows.bounds import STEPS_OF_A_JOB, hold
from asbuilt.workflows.files.modelling import declared_inputs, listed_steps
from asbuilt.workflows.files.workflow import Input, Job, Step, WorkflowFile
from asbuilt.workflows.said.described import Described, Descriptions, described
from asbuilt.workflows.said.names import NONE, Names
from asbuilt.workflows.said.uses import named
from asbuilt.workflows.yaml.document import Document, Mark, text_of
from asbuilt.workflows.yaml.document import Mapping as Node
from asbuilt.workflows.yaml.reader import read

WORKFLOWS = ".github/workflows"
# How `uses` names a file of the same repository: in the folder that was checked out, or at the workflow's own commit.
HERE = ("./", "$/")
ACTION_FILES = ("action.yml", "action.yaml")
# GitHub follows composite actions ten levels down: https://docs.github.com/en/actions/reference/limits
DEEPEST = 10


@dataclass(frozen=True, eq=False)
class ActionFile:
    """A composite action of the repository's own.

    One that could not be read is here too, without inputs and steps: its document says why.
    """

    document: Document
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]

    @property
    def path(self) -> str:
        """The path in its repository."""
        return self.document.path


@dataclass(frozen=True, slots=True)
class Closed:
    """An action of the repository's own that is a program: what runs it, as `node20` or `docker`, and its file."""

    using: str
    document: Document


@dataclass(frozen=True, slots=True, eq=False)
class PlacedStep:
    """A step where it stands: in which file it is written, and which job runs it.

    `within` is the step that uses the composite action in which it is written; `number` its place among all the steps
    that the job runs. `document` is the file in which it is written; `workflow_file` that of its job; `action` the
    action in which it is written, None as `within` is for a step of the job itself.
    """

    step: Step
    document: Document
    workflow_file: WorkflowFile
    job: Job
    number: int
    within: "PlacedStep | None" = None
    action: ActionFile | None = None

    @property
    def mark(self) -> Mark:
        """The place of what it does."""
        return self.step.mark

    def place_of(self, line: int) -> Mark:
        """Give the place of a line of its script, counted from 0.

        That of the step where the script's lines are none of the file's: it stands behind `run:`, is folded, or is that
        of another file with it.
        """
        script = self.step.run if self.step.handed_on is None else None
        return self.document.line(script.mark.line + 1 + line) if script is not None and script.literal else self.mark

    @property
    def shell(self) -> str | None:
        """The shell that its script is written for, where one is named.

        As it is written, its own or else, but for a step of an action, the default of its job or workflow.
        """
        named = self.step.shell or (self.job.shell if self.within is None else None)
        return text_of(named)

    @property
    def folder(self) -> str:
        """The folder that it names to work in."""
        return text_of(self.step.node.get("working-directory")) or ""

    @property
    def environments(self) -> tuple[Node, ...]:
        """The `env` of its workflow, of its job and its own, as far as they are written.

        From the outermost. Those of the steps that it is within are not among them.
        """
        nodes = (self.workflow_file.env, self.job.env, self.step.env)
        return tuple(each for each in nodes if each is not None)

    @property
    def lineage(self) -> "tuple[PlacedStep, ...]":
        """The steps that it is within, from the outermost, and itself."""
        return (*(self.within.lineage if self.within else ()), self)

    @property
    def used_by(self) -> str:
        """Who uses the action that it is written in: `used by FILE:LINE`; empty for a step of the workflow itself."""
        if self.within is None:
            return ""
        first = self.lineage[0]
        return f"used by {first.workflow_file.file_name}:{first.mark.line}"


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """Files of another repository, of which a folder is given: to be called, whichever version a call names.

    The paths of the files begin with `repository`, OWNER/NAME; `actions` are by their folder in it.
    """

    repository: str
    workflow_files: tuple[WorkflowFile, ...]
    actions: Mapping[str, ActionFile]


@dataclass(frozen=True, eq=False)
class Sources:
    """Workflow files by path, composite actions by folder; `repository` is OWNER/NAME, or nothing where nobody says.

    So is `default_branch`, on which most events run: empty where it is not known. `elsewhere` are other repositories'
    files, by the name of each in lower case. `names` and `descriptions` are the estate's word: what secrets and
    variables come to, and what workflows do that nobody has here. `closed` are the other actions, by folder: what those
    do is not read.
    """

    workflow_files: tuple[WorkflowFile, ...]
    actions: Mapping[str, ActionFile] = field(default_factory=dict)
    repository: str = ""
    default_branch: str = ""
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
    names: Names = NONE
    descriptions: Descriptions = field(default_factory=dict)
    closed: Mapping[str, Closed] = field(default_factory=dict)

    @cached_property
    def by_path(self) -> dict[str, WorkflowFile]:
        """Workflow files by path."""
        return {each.path: each for each in self.workflow_files}

    @cached_property
    def by_name(self) -> dict[str, tuple[WorkflowFile, ...]]:
        """Workflow files by the name that `workflow_run` knows them by; one without a name goes by its path.

        Several may share a name; they are in the order of the files.
        """
        found: dict[str, tuple[WorkflowFile, ...]] = {}
        for each in self.workflow_files:
            name = each.name or each.path
            found[name] = (*found.get(name, ()), each)
        return found

    @cached_property
    def _steps(self) -> dict[int, tuple[PlacedStep, ...]]:
        return {}

    @cached_property
    def _callers(self) -> dict[int, list[tuple[WorkflowFile, Job]]]:
        """The jobs that call each workflow, by its identity: every deploy of a repository asks for those of its own."""
        found: dict[int, list[tuple[WorkflowFile, Job]]] = {}
        for each in (*self.workflow_files, *self.called_elsewhere):
            for job in each.jobs:
                if (called := self.called_by(job)) is not None:
                    found.setdefault(id(called), []).append((each, job))
        return found

    @cached_property
    def _elsewhere_by_path(self) -> dict[str, dict[str, WorkflowFile]]:
        """The workflow files of each other repository, by their path in that."""
        return {
            name: {file.path.removeprefix(f"{each.repository}/"): file for file in each.workflow_files}
            for name, each in self.elsewhere.items()
        }

    @cached_property
    def _homes(self) -> dict[int, str]:
        """The repository in which a job or a step of another one is written, by its identity."""
        found: dict[int, str] = {}
        for name, each in self.elsewhere.items():
            jobs = [job for file in each.workflow_files for job in file.jobs]
            steps = [step for job in jobs for step in job.steps]
            steps += [step for action in each.actions.values() for step in action.steps]
            found |= dict.fromkeys(map(id, (*jobs, *steps)), name)
        return found

    @cached_property
    def called_elsewhere(self) -> tuple[WorkflowFile, ...]:
        """The workflow files of other repositories that those of this one call, directly or through others."""
        found: dict[int, WorkflowFile] = {}
        ahead = list(self.workflow_files) if self.elsewhere else []
        while ahead:
            for job in ahead.pop().jobs:
                called = self.called_by(job)
                if called is not None and self.is_elsewhere(called) and id(called) not in found:
                    found[id(called)] = called
                    ahead.append(called)
        return tuple(found.values())

    def is_elsewhere(self, workflow_file: WorkflowFile) -> bool:
        """Tell whether a workflow file is another repository's."""
        return bool(self.elsewhere) and self.by_path.get(workflow_file.path) is not workflow_file

    def called_by(self, job: Job) -> WorkflowFile | None:
        """Give the workflow that a job calls, if it does and it is here: of this repository, or of a given folder.

        A version makes no difference: the files stand for each. A workflow of another repository that calls
        one by its path alone means one of its own.
        """
        uses = text_of(job.uses)
        if not uses:
            return None
        if uses.startswith(HERE):
            home = self._homes.get(id(job)) if self.elsewhere else None
            return self._in(home or "", _local(uses))
        called = named(uses)
        return self._in(*called) if called is not None and self._is_here(called[0]) else None

    def _is_here(self, repository: str) -> bool:
        return repository in self.elsewhere or repository == self.repository.lower()

    def _in(self, repository: str, path: str) -> WorkflowFile | None:
        """Give a workflow file of a repository, by its path there; no name stands for this one."""
        found = self._elsewhere_by_path.get(repository) if self.elsewhere else None
        return (self.by_path if found is None else found).get(path)

    def described(self, job: Job) -> Described | None:
        """Give what the estate says of the workflow that a job calls, where nobody has it here."""
        uses = text_of(job.uses)
        if not uses or not self.descriptions or self.called_by(job) is not None:
            return None
        return described(uses, self.descriptions)

    def without(self, job: Job) -> str:
        """Give the repository whose files are here and lack the workflow that a job calls; empty where they have it.

        Or where the job calls none by its repository's name, or the estate says what it does.
        """
        called = named(text_of(job.uses) or "")
        if called is None or not self._is_here(called[0]) or self.called_by(job) or self.described(job):
            return ""
        there = self.elsewhere.get(called[0])
        return there.repository if there is not None else self.repository

    def version_of(self, uses: str | None) -> str:
        """Say which version a `uses` names of what is read here as it is in a folder; empty where it names none.

        acme/shared/.github/workflows/deploy.yml@v1 is read as it is in the files of acme/shared
        """
        found = named(uses) if uses and "@" in uses else None
        if found is None or not self._is_here(found[0]):
            return ""
        there = self.elsewhere.get(found[0])
        return f"{uses} is read as it is in the files of {there.repository if there else self.repository}"

    def callers_of(self, workflow_file: WorkflowFile) -> Iterator[tuple[WorkflowFile, Job]]:
        """Give the jobs of this repository that call a workflow.

        Each with its file, in the order of the files and of the jobs in them.
        """
        yield from self._callers.get(id(workflow_file), ())

    def with_callers(self, workflow_file: WorkflowFile) -> tuple[WorkflowFile, ...]:
        """Give a workflow, and those that call it, directly or through others. Each once."""
        found, waiting = {id(workflow_file): workflow_file}, [workflow_file]
        while waiting:
            for file, _ in self.callers_of(waiting.pop()):
                if id(file) not in found:
                    found[id(file)] = file
                    waiting.append(file)
        return tuple(found.values())

    def action_of(self, step: Step) -> ActionFile | None:
        """Give the composite action that a step uses, if it does and it is here: of this repository, or a given folder.

        None for a step that uses another action, or none. One that could not be read has no steps. `./path` is in the
        folder that was checked out, whichever file says so; `$/path` in the repository of that file.
        """
        folder = folder_of_action(step)
        if folder is not None:
            home = self._homes.get(id(step)) if self.elsewhere and (text_of(step.uses) or "").startswith("$/") else None
            return (self.elsewhere[home].actions if home is not None else self.actions).get(folder)
        used = named(text_of(step.uses) or "") if self.elsewhere or self.repository else None
        if used is None or not self._is_here(used[0]):
            return None
        there = self.elsewhere.get(used[0])
        return (there.actions if there is not None else self.actions).get(used[1])

    def closed_action_of(self, step: Step) -> Closed | None:
        """Give the action of this repository that a step uses, if it is there and is no list of steps."""
        folder = folder_of_action(step)
        return self.closed.get(folder) if folder is not None else None

    def steps(self, workflow_file: WorkflowFile, job: Job) -> tuple[PlacedStep, ...]:
        """Give the steps that a job runs, those of composite actions behind the step that uses them.

        In the order in which they run. The step that uses an action is one itself. Actions are followed ten levels
        down, as GitHub does, and the same tuple comes out each time. Raises PastBoundError where they are too many.
        """
        known = self._steps.get(id(job))
        if known is None:
            placed: list[PlacedStep] = []
            self._place(job.steps, workflow_file.document, workflow_file, job, None, None, placed)
            known = self._steps[id(job)] = tuple(placed)
        return known

    def steps_of(self, workflow_file: WorkflowFile) -> Iterator[PlacedStep]:
        """Give the steps that all jobs of a file run, in the order of the file."""
        for job in workflow_file.jobs:
            yield from self.steps(workflow_file, job)

    def documents_of(self, workflow_file: WorkflowFile) -> tuple[Document, ...]:
        """Give the documents that say what a file does: its own, and those of all that it calls and uses.

        Each once, its own first. Of what is not in the repository there is none.
        """
        found: dict[str, Document] = {}
        files = [workflow_file]
        while files:
            file = files.pop()
            if file.path in found:
                continue
            found[file.path] = file.document
            files += [called for job in file.jobs if (called := self.called_by(job)) is not None]
            for placed in self.steps_of(file):
                if (used := self.action_of(placed.step)) is not None:
                    found[used.path] = used.document
                if placed.step.handed_on is not None:
                    found |= {each.path: each for each in placed.step.handed_on.documents}
        return tuple(found.values())

    def _place(
        self,
        steps: Iterable[Step],
        document: Document,
        workflow_file: WorkflowFile,
        job: Job,
        within: PlacedStep | None,
        action: ActionFile | None,
        placed: list[PlacedStep],
    ) -> None:
        depth = len(within.lineage) if within else 0
        for step in steps:
            first = (within or placed[-1]).lineage[0].mark if placed else None
            hold(len(placed) + 1, STEPS_OF_A_JOB, "steps of a job, with those of actions", first)
            here = PlacedStep(step, document, workflow_file, job, len(placed), within, action)
            placed.append(here)
            used = self.action_of(step)
            if used is not None and depth < DEEPEST:
                self._place(used.steps, used.document, workflow_file, job, here, used, placed)


def action(source: bytes | str, path: str) -> ActionFile | None:
    """Read an action file; None where it is no composite action. One that cannot be read is kept, with its problems.

    `source` is the file's bytes, `path` its path in the repository. Source:
    https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
    """
    document = read(source, path)
    if document.root is None:
        return unread_action(document)
    root = document.root if isinstance(document.root, Node) else None
    runs = root.get("runs") if root else None
    if root is None or not isinstance(runs, Node) or text_of(runs.get("using")) != "composite":
        return None
    return ActionFile(document, declared_inputs(root), listed_steps(runs))


def closed_action(source: bytes | str, path: str) -> Closed | None:
    """Read an action file that describes no composite action; None for one that says nothing of what runs it."""
    document = read(source, path)
    runs = document.root.get("runs") if isinstance(document.root, Node) else None
    using = text_of(runs.get("using")) if isinstance(runs, Node) else None
    return Closed(using, document) if using and using != "composite" else None


def unread_action(document: Document) -> ActionFile:
    """Give the action of a file of which nothing is known."""
    return ActionFile(document, (), ())


def is_workflow(path: str) -> bool:
    """Tell whether GitHub takes a file of a repository for a workflow.

    .github/workflows/ci.yml -> True, .github/workflows/old/ci.yml -> False, workflows/ci.yml -> False
    """
    folder, _, name = path.rpartition("/")
    return folder == WORKFLOWS and name.endswith((".yml", ".yaml"))


def may_hold_workflows(folder: str) -> bool:
    """Tell whether GitHub looks into a folder of a repository for workflows.

    Of `.github/workflows` and `.github`, it does.
    """
    return f"{WORKFLOWS}/".startswith(f"{folder}/")


def folder_of_action(step: Step) -> str | None:
    """Give the folder of this repository whose action a step uses, if it uses one.

        uses: ./.github/actions/deploy/ -> ".github/actions/deploy"

    Whether there is such a folder is not asked. None for an action of another repository.
    """
    uses = text_of(step.uses)
    if not uses or not uses.startswith(HERE):
        return None
    folder = _local(uses)
    return folder.removeprefix(f"{step.below}/") if step.below else folder


def is_action(path: str) -> bool:
    """Tell whether a file of a repository describes an action.

    By its name alone, in any folder: `action.yml`, `action.yaml`.
    """
    return path.rpartition("/")[2] in ACTION_FILES


def _local(uses: str) -> str:
    """Give the path that a local `uses` names: without what it begins with, without a slash at its end."""
    parts = [part for part in uses[len("./") :].split("/") if part not in {"", "."}]
    return "/".join(parts)
