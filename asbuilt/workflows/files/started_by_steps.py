"""Puts the files of a checkout that steps run into those steps: scripts, Makefiles, package.json."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from asbuilt.files import RefusedError, read_inside
from asbuilt.workflows.bounds import HANDED, SCRIPT
from asbuilt.workflows.files.handed_on import Reader, in_checkout
from asbuilt.workflows.files.sources import ActionFile
from asbuilt.workflows.files.workflow import Job, Step, WorkflowFile
from asbuilt.workflows.shell.languages import is_shell
from asbuilt.workflows.yaml.document import Document, Mark, Scalar, text_of, texts_of
from asbuilt.workflows.yaml.document import Mapping as Node

_SETS = "GITHUB_ENV"
_CHECKOUT = "actions/checkout"
_OWN = "${{ github.repository }}"


@dataclass(frozen=True, slots=True)
class Started:
    """Reads what steps run of a checkout, each file once, only regular files inside it, and only so many.

    `names` are the paths of its files by the system's names of them; `contents` takes the bytes of what is read.
    """

    root: Path
    names: Mapping[str, str]
    contents: dict[str, bytes]
    repository: str
    _documents: dict[str, Document | None] = field(default_factory=dict)

    def put_into_workflow(self, file: WorkflowFile) -> WorkflowFile:
        """Give a workflow whose steps have what they run; the same one where none runs what speaks of Heroku."""
        outer = _folder(file.document.root)
        jobs = tuple(self._put_into_job(each, outer, file.env) for each in file.jobs)
        return file if all(map(_is, jobs, file.jobs)) else replace(file, jobs=jobs)

    def put_into_action(self, action: ActionFile) -> ActionFile:
        """Give a composite action whose steps have what they run of the checkout."""
        home = posixpath.dirname(action.path)
        steps = tuple(self._put_in(each, "", None, (), None, home) for each in action.steps)
        return action if all(map(_is, steps, action.steps)) else replace(action, steps=steps)

    def _put_into_job(self, job: Job, outer: str, env: Node | None) -> Job:
        places = self._checked_out(job)
        if places is None:
            return job
        folder = _folder(job.node) or outer
        scripts = (text_of(each.run) or "" for each in job.steps)
        around = " ".join((*_names(env), *_names(job.env), *(each for each in scripts if _SETS in each)))
        steps = tuple(self._put_in(each, folder, text_of(job.shell), places, around) for each in job.steps)
        return job if all(map(_is, steps, job.steps)) else replace(job, steps=steps)

    def _checked_out(self, job: Job) -> tuple[str, ...] | None:
        """Give the folders into which a job checks this repository out; None where another one takes its place."""
        folders: list[str] = []
        for step in job.steps:
            if step.action == _CHECKOUT:
                named, path = text_of(step.input("repository")), (text_of(step.input("path")) or "").strip("./")
                own = not named or named == _OWN or named.lower() == self.repository.lower()
                if not own and not path:
                    return None
                if own and path:
                    folders.append(posixpath.normpath(path))
        return tuple(folders)

    def _put_in(
        self,
        step: Step,
        folder: str,
        shell: str | None,
        places: tuple[str, ...],
        around: str | None,
        home: str | None = None,
    ) -> Step:
        script, shell = text_of(step.run), text_of(step.shell) or shell
        uses = text_of(step.uses) or ""
        if (below := next((each for each in places if uses.startswith(f"./{each}/")), None)) is not None:
            return replace(step, below=below)
        if script is None or len(script) > SCRIPT or not is_shell(shell or "bash"):
            return step
        named = text_of(step.node.get("working-directory")) or folder
        folder_here = in_checkout(named, home)
        if folder_here is None or "$" in folder_here:
            return step

        def document(path: str) -> Document | None:
            below = next((each for each in places if path.startswith(f"{each}/")), None)
            return self._document(path if below is None else path[len(below) + 1 :])

        around = None if around is None else " ".join((around, script, *_names(step.env)))
        found = Reader(document, around, home).put_in(script, posixpath.normpath(folder_here or "."))
        return step if found is None else replace(step, handed_on=found)

    def _document(self, name: str) -> Document | None:
        if name not in self.names or (name not in self._documents and len(self._documents) >= HANDED):
            return None
        if name not in self._documents:
            self._documents[name] = self._read(name)
        return self._documents[name]

    def _read(self, name: str) -> Document | None:
        try:
            content = read_inside(self.root, name)
        except RefusedError:
            return None
        path = self.names[name]
        self.contents.setdefault(path, content)
        text = content.decode("utf-8", "replace").replace("\r\n", "\n")
        return Document(path, text, Scalar(text, text, Mark(1, 1)))


def _names(env: Node | None) -> Iterator[str]:
    return (name for name, _ in texts_of(env))


def _is(one: object, other: object) -> bool:
    return one is other


def _folder(node: object) -> str:
    """Give the folder that a workflow or a job has its scripts start in: `defaults.run.working-directory`."""
    for key in ("defaults", "run", "working-directory"):
        node = node.get(key) if isinstance(node, Node) else None
    return (text_of(node) or "") if isinstance(node, Scalar) else ""
