"""Which steps push tags or make releases, and whether that sets other workflows off.

What is done with GITHUB_TOKEN sets no workflow off, but for a dispatch:
https://docs.github.com/en/actions/concepts/security/github_token
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from asbuilt.patterns import late
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths import tokens
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.tokens import Token
from asbuilt.workflows.shell.languages import FETCHERS, GITHUB_SCRIPT, RUNNERS
from asbuilt.workflows.shell.script import Command, commands
from asbuilt.workflows.shell.variables import sole
from asbuilt.workflows.triggers.refs import TAGS, is_glob, overlap
from asbuilt.workflows.yaml.document import Document, Mark, text_of

# Actions that push a tag or make a release, and the input that takes the token; without one, `env` has it. Those that
# are marked so fall back on GITHUB_TOKEN by themselves.
_ACTIONS = {
    "actions/create-release": ("", False),
    "anothrnick/github-tag-action": ("", False),
    "butlerlogic/action-autotag": ("", False),
    "changesets/action": ("github-token", False),
    "cycjimmy/semantic-release-action": ("", False),
    "go-semantic-release/action": ("github-token", False),
    "google-github-actions/release-please-action": ("token", True),
    "googleapis/release-please-action": ("token", True),
    "haya14busa/action-bumpr": ("github_token", True),
    "k-phoen/semver-release-action": ("", False),
    "marvinpinto/action-automatic-releases": ("repo_token", False),
    "mathieudutour/github-tag-action": ("github_token", False),
    "ncipollo/release-action": ("token", True),
    "phips28/gh-action-bump-version": ("", False),
    "rickstaa/action-create-tag": ("github_token", True),
    "softprops/action-gh-release": ("token", True),
    "svenstaro/upload-release-action": ("repo_token", True),
}
# Those among them that push a tag and make no release of it.
_TAG_ALONE = frozenset(
    {
        "anothrnick/github-tag-action", "butlerlogic/action-autotag", "haya14busa/action-bumpr",
        "mathieudutour/github-tag-action", "phips28/gh-action-bump-version", "rickstaa/action-create-tag",
    }
)  # fmt: skip
_NAMES = ("tag_name", "tag", "custom_tag", "tag-name")  # the inputs in which they are told the tag
_RELEASE_BY_CODE, _TAG_BY_CODE = late(r"createRelease\("), late(r"createRef\([^)]*refs/tags", re.DOTALL)
# Fields make a request of `gh api` a POST.
_BY_REQUEST = (
    (late(r"/releases\b"), late(r"\btag_name[\"']?\s*[:=]"), True),
    (late(r"/git/refs\b"), late(r"\bref[\"']?\s*[:=]\s*\S*refs/tags/"), False),
)
_HEADER = late(r"authorization:\s*(?:bearer|token)\s+(.+)", re.IGNORECASE)
_TAG = late(r"refs/tags/|^v[0-9$]|\$\{?\w*(?:TAG|VERSION)|\$\{\{[^}]*(?:tag|version)[^}]*\}\}", re.IGNORECASE)
_RELEASE = "a release"
_FOR_TAGS = late(r"refs/tags/|ref_type\s*==\s*'tag'")
_TAGS_ALL = frozenset({"--tags", "--follow-tags", "--mirror"})
_RELEASERS = frozenset({"semantic-release", "release-it", "standard-version", "release-please"})
# Options of `git tag` behind which a value stands: https://git-scm.com/docs/git-tag
_VALUED = frozenset({"-m", "--message", "-F", "--file", "-u", "--local-user", "--cleanup", "--trailer"})
_NO_TAGGING = frozenset({"-d", "--delete", "-l", "--list", "-v", "--verify", "--contains", "--points-at", "--sort"})
# Words that may stand before one of those.
_BEFORE = RUNNERS | FETCHERS | {"exec", "run", "dlx", "python", "-m", "--"}


@dataclass(frozen=True, slots=True)
class Tagging:
    """A step that pushes a tag or makes a release, and with whose token.

    One that `follows` a tag makes none: it runs only where there is one already. `releases` says that it makes a
    release, `tag` how the tag is called as a pattern, where that is known: `v1.*`.
    """

    document: Document
    mark: Mark
    token: Token
    follows: bool
    releases: bool
    tag: str | None

    def __str__(self) -> str:
        return f"{self.document.path.rpartition('/')[2]}:{self.mark.line}"

    def may_make(self, what: str, refs: tuple[str, ...]) -> bool:
        """Tell whether it may make what a path waits for: a release, or a tag that its filter lets through."""
        if what == _RELEASE:
            return self.releases
        names = [ref.removeprefix(TAGS) for ref in refs if ref.startswith(TAGS)]
        return not self.follows and (self.tag is None or any(overlap(name, self.tag) for name in names))


def with_remarks(paths: Iterable[DeployPath], sources: Sources) -> Iterator[DeployPath]:
    """Remark on the paths that wait for a tag or a release which only GITHUB_TOKEN makes.

    All paths come out in their order. A path gets no remark where no workflow here makes what it waits for, since
    somebody does by hand, and none where one of the makers has another token. Where it cannot be told whose token one
    of them has, there is a doubt instead.
    """
    known: tuple[Tagging, ...] | None = None
    for path in paths:
        what = _waits_for(path)
        if what:
            known = _taggings_of(sources) if known is None else known
        makers = [each for each in known or () if what and each.may_make(what, path.refs)]
        doubtful = [each for each in makers if each.token.own is None]
        if not makers or any(each.token.own is False for each in makers):
            yield path
        elif doubtful:
            told = ((each.document, each.mark, what, each.token.written) for each in doubtful)
            yield replace(path, doubts=tuple(told))
        else:
            where = " and ".join(str(each) for each in makers)
            remark = f"{where} makes {what} with GITHUB_TOKEN, and that starts no workflow; {what} made by hand does"
            yield replace(path, remarks=(*path.remarks, remark))


def _waits_for(path: DeployPath) -> str:
    """Give what sets a path off, in words, where that is a tag or a release; else nothing."""
    if path.trigger == "push" and any(ref.startswith(TAGS) for ref in path.refs):
        return "a tag"
    return _RELEASE if path.trigger == "release" else ""


def _taggings_of(sources: Sources) -> tuple[Tagging, ...]:
    """Give what the steps of a repository's workflows push as a tag, or make a release of."""
    found: dict[tuple[str, Mark, bool, str | None], Tagging] = {}
    for file in sources.workflow_files:
        for placed in sources.steps_of(file):
            for token, releases, tag in _made_by(placed, sources):
                key = (placed.document.path, placed.mark, releases, tag)
                follows = _follows_a_tag(placed, file)
                found[key] = Tagging(placed.document, placed.mark, token, follows, releases, tag)
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


def _made_by(placed: PlacedStep, sources: Sources) -> Iterator[tuple[Token, bool, str | None]]:
    """Give each thing that a step makes: with whose token, whether it is a release, and how its tag is called."""
    step = placed.step
    if step.action in _ACTIONS:
        name, falls_back = _ACTIONS[step.action]
        text = tokens.given(placed, name, ("GITHUB_TOKEN", "GH_TOKEN"))
        token = Token(own=True) if text is None and falls_back else tokens.of_text(text, placed, sources)
        tag = next((found for each in _NAMES if (found := text_of(step.input(each)))), None)
        yield token, step.action not in _TAG_ALONE, _pattern(tag)
        return
    if step.action == GITHUB_SCRIPT:
        code = text_of(step.input("script")) or ""
        given = text_of(step.input("github-token"))
        for made, releases in ((_RELEASE_BY_CODE, True), (_TAG_BY_CODE, False)):
            if made.search(code):
                token = Token(own=True) if given is None else tokens.of_text(given, placed, sources)
                yield token, releases, None
        return
    script = text_of(step.run) or ""
    if any(word in script for word in ("push", "release", "refs/tags")):
        for command in commands(script, placed.shell):
            yield from _made_by_command(command, placed, sources)


def _made_by_command(
    command: Command, placed: PlacedStep, sources: Sources
) -> Iterator[tuple[Token, bool, str | None]]:
    words = [word for word in command.words if word not in _BEFORE]
    line = " ".join(command.words)
    if command.words[:1] == ("git",):
        for tag in dict.fromkeys(_tags_pushed(command, placed, sources)):
            yield tokens.of_push(command, placed, sources), False, tag
    elif command.words[:3] == ("gh", "release", "create"):
        named = [word for word in command.words[3:4] if not word.startswith("-")]
        yield tokens.of_gh(command, placed, sources), True, _pattern(_expanded(named[0], command) if named else None)
    elif command.words[:2] == ("gh", "api") or (command.words[:1] == ("curl",) and "api.github.com" in line):
        for address, field, releases in _BY_REQUEST:
            if address.search(line) and field.search(f"{line} {command.stdin}"):
                yield _of_request(command, placed, sources), releases, None
    elif words and words[0] in _RELEASERS:
        yield tokens.of_variables(("GH_TOKEN", "GITHUB_TOKEN"), placed, sources, command), True, None


def _of_request(command: Command, placed: PlacedStep, sources: Sources) -> Token:
    header = next((match[1] for word in command.words if (match := _HEADER.search(word))), None)
    if header is None:
        return tokens.of_gh(command, placed, sources) if command.words[:1] == ("gh",) else tokens.UNTOLD
    return tokens.of_text(header, placed, sources, command)


def _tags_pushed(command: Command, placed: PlacedStep, sources: Sources) -> Iterator[str | None]:
    """Give the tags that a command of git pushes, as patterns; None for one whose name is not known."""
    words = command.words[1:]
    if "push" not in words or any(word in {"--delete", "-d"} for word in words):
        return
    after = words[words.index("push") + 1 :]
    names = [word for word in after if not word.startswith("-")][1:]
    made = {each.removeprefix(TAGS): tag for each, tag in _tags_made(placed, sources)}
    if any(word in _TAGS_ALL for word in after):
        yield from made.values() or (None,)
    for index, word in enumerate(names):
        if word.startswith(":"):  # nothing is pushed there: what is there is deleted
            continue
        target = word.removeprefix("+").rpartition(":")[2] if "${{" not in word else word
        bare = target.removeprefix(TAGS)
        if bare in made:
            yield made[bare]
        elif _TAG.search(target) or (index and names[index - 1] == "tag"):
            yield _pattern(_expanded(bare, command))


@lru_cache(maxsize=256)  # each push of a script asks
def _tags_made(placed: PlacedStep, sources: Sources) -> tuple[tuple[str, str | None], ...]:
    """Give the names that `git tag` gives in a step and in those before it, as they are written, and as patterns."""
    found: list[tuple[str, str | None]] = []
    for each in sources.steps(placed.workflow_file, placed.job)[: placed.number + 1]:
        script = text_of(each.step.run) or ""
        for command in commands(script, each.shell) if "tag" in script else ():
            words = command.words
            if words[:1] == ("git",) and "tag" in words and _NO_TAGGING.isdisjoint(words):
                behind = iter(words[words.index("tag") + 1 :])
                names = [word for word in behind if not _skips(word, behind)]
                if names:
                    found.append((names[0], _pattern(_expanded(names[0], command))))
    return tuple(found)


def _skips(word: str, behind: Iterator[str]) -> bool:
    """Tell whether a word is an option, and pass over the value that it has."""
    if word in _VALUED or (re.fullmatch(r"-[a-z]*[mFu]", word) is not None):
        next(behind, None)
    return word.startswith("-")


def _expanded(word: str, command: Command) -> str:
    """Give a word with what its script puts in the variable that it is, where that is one text."""
    values = command.variables.get(sole(word) or "", ())
    return values[0] if len(values) == 1 else word


def _pattern(name: str | None) -> str | None:
    """Give how a tag begins, as a pattern of what cannot be told: `v1.$N` -> `v1.*`; None where nothing is known."""
    if name is None:
        return None
    fixed = re.split(r"[$`]", name.removeprefix(TAGS), maxsplit=1)[0]
    if fixed == name.removeprefix(TAGS):
        return fixed if not is_glob(fixed) else None
    return f"{fixed}*" if fixed and not is_glob(fixed) else None
