"""Which steps push tags or make releases, and whether that sets other workflows off.

What is done with GITHUB_TOKEN sets no workflow off:
https://docs.github.com/en/actions/concepts/security/github_token
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from asbuilt.patterns import late
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Step, WorkflowFile
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.shell.languages import FETCHERS, GITHUB_SCRIPT, RUNNERS
from asbuilt.workflows.shell.script import Command, commands
from asbuilt.workflows.shell.variables import named_in
from asbuilt.workflows.triggers.refs import TAGS
from asbuilt.workflows.yaml.document import Document, Mark, text_of

# Actions that push a tag or make a release, and the input that takes the token; without one, `env` has it. Those that
# are marked so fall back on GITHUB_TOKEN by themselves.
_ACTIONS = {
    "actions/create-release": ("", False),
    "anothrnick/github-tag-action": ("", False),
    "changesets/action": ("", False),
    "cycjimmy/semantic-release-action": ("", False),
    "go-semantic-release/action": ("github-token", False),
    "google-github-actions/release-please-action": ("token", True),
    "googleapis/release-please-action": ("token", True),
    "k-phoen/semver-release-action": ("", False),
    "marvinpinto/action-automatic-releases": ("repo_token", False),
    "mathieudutour/github-tag-action": ("github_token", False),
    "ncipollo/release-action": ("token", True),
    "phips28/gh-action-bump-version": ("", False),
    "rickstaa/action-create-tag": ("github_token", True),
    "softprops/action-gh-release": ("token", True),
}
_MADE_BY_CODE = late(r"createRelease\(|createRef\([^)]*refs/tags", re.DOTALL)
# Fields make a request of `gh api` a POST.
_MADE_BY_REQUEST = late(r"/releases\s.*\btag_name=|/git/refs\s.*\bref=\S*refs/tags/", re.DOTALL)
_CHECKOUT = "actions/checkout"
_OWN_TOKEN = late(r"github\.token|secrets\.GITHUB_TOKEN|\$\{?GITHUB_TOKEN\b", re.IGNORECASE)
_URL = late(r"https://[^\s\"']*@github\.com")
_TAG = late(r"refs/tags/|^v[0-9$]|\$\{?\w*(?:TAG|VERSION)|\$\{\{[^}]*(?:tag|version)[^}]*\}\}", re.IGNORECASE)
_RELEASE = "a release"
_FOR_TAGS = late(r"refs/tags/|ref_type\s*==\s*'tag'")
_TAGS_ALL = frozenset({"--tags", "--follow-tags", "--mirror"})
_RELEASERS = frozenset({"semantic-release", "release-it", "standard-version", "release-please"})
# Words that may stand before one of those.
_BEFORE = RUNNERS | FETCHERS | {"exec", "run", "dlx", "python", "-m", "--"}


@dataclass(frozen=True, slots=True)
class Tagging:
    """A step that pushes a tag or makes a release. `starts_others` where it does so with a token of its own.

    One that `follows` a tag makes none: it runs only where there is one already.
    """

    document: Document
    mark: Mark
    starts_others: bool
    follows: bool

    def __str__(self) -> str:
        return f"{self.document.path.rpartition('/')[2]}:{self.mark.line}"


def with_remarks(paths: Iterable[DeployPath], sources: Sources) -> Iterator[DeployPath]:
    """Remark on the paths that wait for a tag or a release which only GITHUB_TOKEN makes.

    All paths come out in their order. A path gets no remark where no workflow here makes what it waits for, since
    somebody does by hand, and none where one of the makers has another token, or one that cannot be told.
    """
    known: tuple[Tagging, ...] | None = None
    for path in paths:
        what = _waits_for(path)
        if what:
            known = _taggings_of(sources) if known is None else known
        makers = [each for each in known or () if what == _RELEASE or not each.follows]
        if what and makers and not any(each.starts_others for each in makers):
            where = " and ".join(str(each) for each in makers)
            remark = f"{where} makes {what} with GITHUB_TOKEN, and that starts no workflow; {what} made by hand does"
            yield replace(path, remarks=(*path.remarks, remark))
        else:
            yield path


def _waits_for(path: DeployPath) -> str:
    """Give what sets a path off, in words, where that is a tag or a release; else nothing."""
    if path.trigger == "push" and any(ref.startswith(TAGS) for ref in path.refs):
        return "a tag"
    return _RELEASE if path.trigger == "release" else ""


def _taggings_of(sources: Sources) -> tuple[Tagging, ...]:
    """Give the steps of a repository's workflows that push a tag or make a release."""
    found: dict[tuple[str, Mark], Tagging] = {}
    for file in sources.workflow_files:
        for placed in sources.steps_of(file):
            for own in _own_tokens(placed, sources):
                key = (placed.document.path, placed.mark)
                follows = _follows_a_tag(placed, file)
                found[key] = Tagging(placed.document, placed.mark, starts_others=not own, follows=follows)
    return tuple(found.values())


def _follows_a_tag(placed: PlacedStep, file: WorkflowFile) -> bool:
    """Tell whether a step runs for tags alone, by the triggers of its workflow or by a condition."""
    tests = (placed.job.condition, *(each.step.condition for each in placed.lineage))
    if any(_FOR_TAGS.search(text_of(test) or "") for test in tests):
        return True
    return all(
        each.event == "release" or (each.tags is not None and each.branches is None and each.branches_ignore is None)
        for each in file.triggers
    )


def _own_tokens(placed: PlacedStep, sources: Sources) -> Iterator[bool]:
    """Tell of each thing that a step tags whether it is done with GITHUB_TOKEN; where that is not known, not."""
    step = placed.step
    if step.action in _ACTIONS:
        name, falls_back = _ACTIONS[step.action]
        token = text_of(step.input(name)) if name else None
        token = token or _variable(placed, "GITHUB_TOKEN")
        yield falls_back if token is None else _OWN_TOKEN.search(token) is not None
        return
    if step.action == GITHUB_SCRIPT:
        if _MADE_BY_CODE.search(text_of(step.input("script")) or ""):
            yield not _is_other(text_of(step.input("github-token")))
        return
    script = text_of(step.run) or ""
    if not any(word in script for word in ("push", "release", "refs/tags")):
        return
    for command in commands(script, placed.shell):
        words = [word for word in command.words if word not in _BEFORE]
        if command.words[:1] == ("git",) and _pushes_a_tag(command):
            yield _pushes_with_own_token(command, placed, sources)
        elif _makes_a_release(command) or (words and words[0] in _RELEASERS):
            token = command.environment.get("GH_TOKEN") or _variable(placed, "GH_TOKEN")
            token = token or command.environment.get("GITHUB_TOKEN") or _variable(placed, "GITHUB_TOKEN")
            yield token is not None and _OWN_TOKEN.search(token) is not None


def _makes_a_release(command: Command) -> bool:
    if command.words[:2] == ("gh", "api"):
        return _MADE_BY_REQUEST.search(" ".join(command.words)) is not None
    return command.words[:3] == ("gh", "release", "create")


def _pushes_a_tag(command: Command) -> bool:
    words = command.words[1:]
    if "push" not in words or any(word in {"--delete", "-d"} for word in words):
        return False
    after = words[words.index("push") + 1 :]
    names = [word for word in after if not word.startswith("-")][1:]
    return any(word in _TAGS_ALL for word in after) or any(_TAG.search(word) for word in names)


def _pushes_with_own_token(command: Command, placed: PlacedStep, sources: Sources) -> bool:
    """Tell whether git pushes with GITHUB_TOKEN: the checkout leaves it behind, or an address holds it."""
    steps = sources.steps(placed.workflow_file, placed.job)[: placed.number + 1]
    addresses = [url for each in steps for url in _URL.findall(text_of(each.step.run) or "")]
    addresses += [url for word in command.words for url in _URL.findall(word)]
    if addresses:
        return all(_holds_own_token(url, placed) for url in addresses)
    checkout = next((each.step for each in reversed(steps) if each.step.action == _CHECKOUT), None)
    return checkout is not None and _leaves_own_token(checkout)


def _holds_own_token(address: str, placed: PlacedStep) -> bool:
    if _OWN_TOKEN.search(address):
        return not _is_other(_variable(placed, "GITHUB_TOKEN"))
    names = named_in(address)
    values = [_variable(placed, name) for name in names]
    return bool(values) and all(value is not None and _OWN_TOKEN.search(value) for value in values)


def _is_other(token: str | None) -> bool:
    return token is not None and not _OWN_TOKEN.search(token)


def _leaves_own_token(checkout: Step) -> bool:
    token = text_of(checkout.input("token"))
    keeps = text_of(checkout.input("persist-credentials")) != "false"
    return keeps and checkout.input("ssh-key") is None and not _is_other(token)


def _variable(placed: PlacedStep, name: str) -> str | None:
    """Give the text of an environment variable of a step: its own, its job's or its workflow's."""
    return next((text_of(node.get(name)) for node in reversed(placed.environments) if name in node), None)
