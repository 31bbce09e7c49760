"""Which code the steps of a job work on: the refs that they check out, and the one that a deploy pushes.

A ref is a text: a name without `refs/heads/`, a commit, a symbol such as `<github.event.inputs.ref>` for what only the
run knows (`symbols`), or one of OWN, DEFAULT_BRANCH and TESTED, which stand for what several names mean. What
`actions/checkout` takes by itself: https://github.com/actions/checkout
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import Mechanism
from asbuilt.workflows.deploys.targets import as_expression
from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.judge.checkouts.symbols import Symbols
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.run.reach import may_run
from asbuilt.workflows.shell.script import Command, commands, expand
from asbuilt.workflows.triggers.events import MERGED, ON_DEFAULT_BRANCH
from asbuilt.workflows.triggers.refs import HEADS, TAGS
from asbuilt.workflows.triggers.situations import Situation
from asbuilt.workflows.yaml.document import Mark, text_of

OWN = "the event's own commit"
DEFAULT_BRANCH = "the head of the default branch"
TESTED = "the commit of the run before"
_CHECKOUT = "actions/checkout"
_OWN = late(
    r"<github\.(?:sha|ref|ref_name|event\.(?:after|head_commit\.id|release\.tag_name|deployment\.(?:sha|ref)))>",
    re.IGNORECASE,
)
_OF_MERGED = late(r"<github\.(?:base_ref|event\.pull_request\.(?:merge_commit_sha|base\.ref))>", re.IGNORECASE)
_TESTED = late(r"<github\.event\.workflow_run\.head_(?:sha|commit\.id)>", re.IGNORECASE)
_WORKED_OUT = late(r"<[^>]*\b(?:steps|needs|env|matrix|job|runner)\b|[$`]|FETCH_HEAD|@\{", re.IGNORECASE)
# `v1^{}` is the commit that a tag stands for.
_PEELED = late(r"(?:\^\{\w*\}|[\^~]0)$")
# Where an archive of a commit comes from: `https://github.com/OWNER/NAME/archive/REF.tar.gz`.
_ARCHIVE = late(
    r"github\.com/\S*?/(?:archive|tarball|zipball|(?:legacy\.)?tar\.gz)/"
    r"(?P<ref>(?:\$\{\{[^}]*\}\}|[^\s\"'\\,?])+?)(?:\.tar\.gz|\.tgz|\.zip)?(?=[\s\"'\\,?]|$)"
)
_WORKSPACE = late(r"^(?:\$\{?GITHUB_WORKSPACE\}?|\$\{\{\s*github\.workspace\s*\}\})/?")
_FILE = late(r"^\.|\.[a-z]{2,5}$|/$")
_QUIET = frozenset({"-f", "--force", "-q", "--quiet", "--detach", "-d", "-t", "--track"})
_MAKES = {
    "checkout": frozenset({"-b", "-B", "--orphan"}),
    "switch": frozenset({"-c", "-C", "--create", "--force-create", "--orphan"}),
}
_WITH_VALUE = frozenset({"-m", "-s", "-X", "--strategy", "--depth"})
# The runner sets these, unless somebody else does.
_VARIABLES = {"github_sha": "github.sha", "github_ref": "github.ref", "github_ref_name": "github.ref_name"}


@dataclass(frozen=True, slots=True)
class Code:
    """The code that a job works on from some step on: its ref, and the place that says so.

    `folder` is where it lies, below the one in which a job starts; `repository` is empty for the repository's own, and
    the ref names another one too.
    """

    ref: str
    placed: PlacedStep
    mark: Mark
    folder: str = ""
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A ref that a deploying step names, as it is written, with its place. GitHub makes an archive of any ref."""

    text: str
    mark: Mark
    is_archive: bool = False


@dataclass(frozen=True, slots=True)
class _Checkout:
    """A ref that a step checks out, as it is written, with its place. Of what a script finds, it says no repository."""

    text: str
    mark: Mark
    folder: str
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads refs in one situation, set off from `refs`.

    `refs` are in full, those that may have set the run off. `repository` is OWNER/NAME, empty where nobody says.
    """

    situation: Situation
    refs: tuple[str, ...]
    default_branch: str
    symbols: Symbols
    repository: str = ""

    def code(self, steps: Iterable[PlacedStep], context: Context) -> Iterator[Code]:
        """Give what the steps of a job check out, in their order. Those that do not run are left out.

        `context` is what the job sees, with symbols (`Symbols.of_run`, `Symbols.of_gate`). Both `actions/checkout` and
        the commands of git that put another commit into the folder are checkouts.
        """
        there: dict[str, str] = {}  # whose code lies in which folder
        for placed in steps:
            for each in _checkouts(placed):
                if may_run(placed, context, self.symbols.sources):
                    here = self.symbols.of_step(placed, context) if "${{" in each.text else context
                    code = self._code(each, placed, here, there)
                    there[code.folder] = code.repository
                    yield code

    def _code(self, checkout: _Checkout, placed: PlacedStep, context: Context, there: Mapping[str, str]) -> Code:
        text, folder, other = self.symbols.in_text(checkout.text, context), checkout.folder, checkout.repository
        if other is None:  # a script works on what it finds
            around = (each for each in there if each and f"{folder}/".startswith(f"{each}/"))
            folder = max(around, key=len, default="")
            other = there.get(folder, "")
        if not other or other.lower() == self.repository.lower():
            return Code(self.ref(text), placed, checkout.mark, folder)
        return Code(f"{text} of {other}" if text else other, placed, checkout.mark, folder, other)

    def ref(self, found: str) -> str:
        """Give a ref by what it stands for, with symbols for what is not known.

            "", "HEAD", "<github.sha>", or the branch that was pushed -> OWN
            "", "HEAD", "<github.sha>" in a run that follows another    -> DEFAULT_BRANCH
            "<github.event.workflow_run.head_sha>"                    -> TESTED
            "origin/stable"                                           -> "stable"

        `found` is a text with its symbols put in.
        """
        text = re.sub(r"<env\.(\w+)>", lambda match: f"<{_VARIABLES.get(match[1].lower(), match[0][1:-1])}>", found)
        text = _PEELED.sub("", text.strip()).removeprefix(HEADS).removeprefix(TAGS).removeprefix("origin/")
        if text in {"", "HEAD", "@"} or _OWN.fullmatch(text) or self._is_own(text):
            return DEFAULT_BRANCH if self.situation.event == "workflow_run" else OWN
        if _TESTED.fullmatch(text):
            return TESTED
        return text

    def _is_own(self, text: str) -> bool:
        """Tell whether a ref that is written out, or the base of a merged pull request, is the event's own."""
        if text == self.default_branch and self.situation.event in ON_DEFAULT_BRANCH:
            return True
        if len(self.refs) == 1 and self.refs[0] in {HEADS + text, TAGS + text}:
            return self.situation.event not in {"pull_request", "workflow_run"} or MERGED in self.situation.origins
        return MERGED in self.situation.origins and _OF_MERGED.fullmatch(text) is not None


def is_known_apart(ref: str) -> bool:
    """Tell whether a ref can be told apart from others: not where the jobs of the run work it out.

    `<steps.pick.outputs.ref>` and `$REF` are not: they may be any commit, the same one too.
    """
    return _WORKED_OUT.search(ref) is None


def ref_in_words(ref: str) -> str:
    """Give a ref for a person: symbols as the expressions that they stand for.

    <github.sha> -> ${{ github.sha }}
    """
    return re.sub(r"<([^<>]+)>", r"${{ \1 }}", ref)


def pushed(step: PlacedStep, mechanism: Mechanism) -> Source | None:
    """Give the ref that a deploying step names itself; None where it sends what is checked out.

    By the action's input for it, the refspec of a `git push`, or the address of an archive on GitHub. None as well
    where a script names several. It is as it is written, with expressions for the variables of the shell.
    """
    if mechanism.ref_input:
        ref = step.step.input(mechanism.ref_input)
        return Source(text_of(ref) or "", step.step.place(mechanism.ref_input)) if ref is not None else None
    if step.step.run is None or not (mechanism.archive or mechanism.push):
        return None
    read = _archive if mechanism.archive else _source
    found = {source for command in commands(step.step.run.text, step.shell) for source in read(command)}
    return Source(as_expression(found.pop()), step.mark, mechanism.archive) if len(found) == 1 else None


def branches_made(steps: Iterable[PlacedStep]) -> frozenset[str]:
    """Give the branches that scripts make of what is checked out.

    By `git checkout -b`, `git switch -c`, `git branch` and `git init`: a push of one sends what is there.
    """
    scripts = ((each.step.run.text, each.shell) for each in steps if each.step.run is not None)
    found = (commands(*each) for each in scripts if "git" in each[0])
    return frozenset(name for each in found for command in each for name in _branches(command.words))


def _source(command: Command) -> Iterator[str]:
    """Give what a `git push` pushes, before the colon."""
    words = [word for word in command.words if not word.startswith("-")]
    if words[:2] == ["git", "push"] and len(words) == 4:  # noqa: PLR2004 - git push REMOTE REFSPEC
        (text,) = expand(words[3], command.variables)[:1]
        yield text.removeprefix("+").partition(":")[0]


def _archive(command: Command) -> Iterator[str]:
    """Give the ref of the archive that a build is made from."""
    for word in (*command.words, command.stdin):
        for text in expand(word, command.variables):
            yield from (match["ref"] for match in _ARCHIVE.finditer(text))


def _checkouts(placed: PlacedStep) -> Iterator[_Checkout]:
    """Give the refs that a step checks out."""
    step = placed.step
    if step.action == _CHECKOUT:
        repository = (text_of(step.input("repository")) or "").replace(" ", "")
        if repository.lower() == "${{github.repository}}":
            repository = ""
        if "${{" not in repository:
            folder = _folder(text_of(step.input("path")) or "")
            yield _Checkout(text_of(step.input("ref")) or "", step.place("ref"), folder, repository)
    elif step.run is not None and "git" in step.run.text:
        folder = _folder(text_of(step.node.get("working-directory")) or "")
        for command in commands(step.run.text, placed.shell):
            if command.words[:1] == ("cd",):
                folder = _folder(" ".join(command.words[1:2]), folder)
            elif (ref := _switched_to(command.words)) is not None:
                yield _Checkout(as_expression(expand(ref, command.variables)[0]), placed.mark, folder)


def _folder(name: str, within: str = "") -> str:
    """Give a folder as it is below the one in which a job starts; empty for that one."""
    path = posixpath.normpath(posixpath.join(within, _WORKSPACE.sub("/", name))).lstrip("/")
    return "" if path == "." else path


def _switched_to(words: tuple[str, ...]) -> str | None:
    """Give the ref that a command of git puts into the folder; None where it stays, or files alone are fetched."""
    options, names = _parts(words)
    match words[:2]:
        case ("git", "checkout" | "switch"):
            made = bool(_branches(words))
            moves = made or options <= _QUIET
            ref = next(iter(names[1:] if made else names), None)
            return ref if moves and ref and len(names) == 1 + made and not _FILE.search(ref) else None
        case ("git", "reset"):
            return names[0] if "--hard" in options and len(names) == 1 else None
        case ("git", "pull"):
            return names[1] if len(names) == 2 else None  # noqa: PLR2004 - git pull REMOTE REF
        case ("git", "merge" | "rebase"):
            return names[0] if len(names) == 1 else None
        case _:
            return None


def _branches(words: tuple[str, ...]) -> list[str]:
    """Give the branches that a command of git makes. A new repository has one, whatever it is called."""
    options, names = _parts(words)
    match words[:2]:
        case ("git", "checkout" | "switch" as name):
            return names[:1] if options & _MAKES[name] else []
        case ("git", "branch"):
            return names[:1] if options <= {"-f", "--force", "-M"} else []
        case ("git", "init"):
            return [*names, *(each.partition("=")[2] for each in options), "main", "master"]
        case _:
            return []


def _parts(words: tuple[str, ...]) -> tuple[set[str], list[str]]:
    """Give the options of a command of git, and what stands on its line besides."""
    options: set[str] = set()
    names: list[str] = []
    before = ""
    for word in words[2:]:
        if word.startswith("-"):
            options.add(word)
        elif before not in _WITH_VALUE:
            names.append(word)
        before = word
    return options, names
