"""Which commands of a job's scripts deploy to Heroku, and the texts by which they name the app."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from asbuilt.workflows.document import text_of
from asbuilt.workflows.mechanisms import COMMANDS, HEROKU_DEPLOY, SCRIPT_INPUTS
from asbuilt.workflows.shell import Command, commands, expand, option
from asbuilt.workflows.sources import PlacedStep

# An app's name as it is written in a script: a literal, variables, expressions.
_APP = r"(?P<app>(?:\$\{\{.+?\}\}|\$\{\w+(?::?-[\w-]*)?\}|\$\w+|\$\([^()]*\)|[\w-])+)"
_REMOTE_URLS = (
    re.compile(rf"^(?:https|ssh)://(?:.*@)?git\.heroku\.com/{_APP}(?:\.git)?/?$"),
    re.compile(rf"^(?:ssh://)?[\w-]+@heroku(?:\.[\w.-]+)?[:/]{_APP}(?:\.git)?$"),
)
_API = re.compile(rf"api\.heroku\.com/+apps/{_APP}/(?P<part>builds|releases|formation|sources)\b")
# The second is what the dashboard calls to deploy a branch: the app goes by an id there.
_API_WITHOUT_APP = re.compile(
    r"(?:api\.heroku\.com/+|kolkrabbi\.heroku\.com/+apps/[^/]+/)(?P<part>sources|pipeline-promotions|review-apps|github/push)\b"
)
_CLI_OR_ITS_IMAGE = re.compile(r"(?:[\w.-]+/)*[\w.-]*heroku[\w-]*(?::[\w.-]+)?$")
_HTTP = frozenset({"curl", "wget", "http", "https", "xh", "gh"})
_WRITES = re.compile(r"^(?:POST|PATCH|PUT)$", re.IGNORECASE)
_CARRIES = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json", "--data-urlencode", "--post-data")
_RUNNERS = frozenset({"make", "just", "task", "rake", "invoke", "npm", "yarn", "pnpm", "bun", "poetry", "uv", "dpl"})
_DEPLOYS = re.compile(r"deploy|release|promote|\bship", re.IGNORECASE)
# `test-deploy` tests; `deploy-test` deploys to the environment of that name.
_DOES_NOT = re.compile(
    r"wait|check|verif|(?<!deploy[-_:])(?<!deploy-to-)(?<![a-z])test|notif|rollback|version|changelog|notes|lint|valid|preview"
    r"|p(?:re|ost)[-_]?deploy|post[-_]?release|://",
    re.IGNORECASE,
)
_BUILDERS = frozenset({"sbt", "mvn", "gradle", "mvnw", "gradlew"})
_SCRIPT = re.compile(r"^(?:\./|[\w.-]+/)[\w./-]+$|\.(?:sh|bash|py|js|rb)$")
_INTERPRETERS = frozenset({"bash", "sh", "zsh", "python", "python3", "node", "ruby"})
# `git remote add NAME URL`, `git remote rename OLD NEW`.
_REMOTE_WORDS = 5
_UNNAMED = "names no app, and no earlier step of the job says which one it is for"
_WRITTEN = "names no app, and what an earlier step writes to GITHUB_ENV for it is not known before the run"
_WRITES_APP = re.compile(r"\bHEROKU_APP\b.*GITHUB_ENV|GITHUB_ENV.*\bHEROKU_APP\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """A deploy in a script, and the text that names its app; None where there is none: `why` says why."""

    mechanism: str
    app: str | None
    why: str = ""
    review: bool = False
    given_by: PlacedStep | None = None


@dataclass(frozen=True, slots=True)
class _Remote:
    """An app that a git remote stands for, and the step that made it so."""

    app: str
    given_by: PlacedStep


@dataclass(slots=True)
class _Folder:
    """What the steps of a job have done so far: the git remotes of the checkout that they share, by name.

    `unnamed` says why it cannot be told what a command deploys that names no app.
    """

    remotes: dict[str, tuple[_Remote, ...]] = field(default_factory=dict)
    step: PlacedStep | None = None
    unnamed: str = _UNNAMED

    def learn(self, command: Command) -> None:
        """Keep the app that a command gives a remote."""
        words = tuple(word for word in command.words if not word.startswith("-"))
        if words[:2] == ("git", "remote") and len(words) >= _REMOTE_WORDS and words[2] in {"add", "set-url"}:
            name, url = words[-2:]
            # In a branch of an `if`, another branch may have given it another app.
            found = tuple(app for text in expand(url, command.variables) if (app := _app_of_url(text)))
            self.keep(name, found)
        elif (
            words[:2] == ("git", "remote")
            and len(words) == _REMOTE_WORDS
            and words[2] == "rename"
            and words[3] in self.remotes
        ):
            self.remotes[words[4]] = self.remotes.pop(words[3])
        elif _heroku(words) in {"git:remote", "create", "apps:create", "git:clone"}:
            app = option(command.words, "-a", "--app") or next(
                (word for word in _arguments(words) if _heroku(words) in {"create", "apps:create"}), None
            )
            if app:
                self.keep(option(command.words, "-r", "--remote") or "heroku", expand(app, command.variables))

    def keep(self, name: str, apps: tuple[str, ...]) -> None:
        """Keep the apps that a remote may stand for: what an earlier step made of it, only if this one may not run."""
        if not any(apps) or self.step is None:
            return
        sure = all(each.step.condition is None for each in self.step.lineage)
        before = (each for each in self.remotes.get(name, ()) if not sure or each.given_by is self.step)
        now = (_Remote(app, self.step) for app in apps if app)
        self.remotes[name] = tuple(dict.fromkeys((*before, *now)))

    def targets(self, mechanism: str, remote: str) -> Iterator[Target]:
        """Give a deploy to each app that a remote may stand for."""
        for each in self.remotes[remote]:
            yield Target(mechanism, each.app, given_by=each.given_by)


def deploys(scripts: Iterable[PlacedStep]) -> Iterator[tuple[PlacedStep, Target]]:
    """Give every deploy in the scripts of a job, in their order."""
    folder = _Folder()
    found: list[tuple[PlacedStep, Target]] = []
    for placed in scripts:
        folder.step = placed
        if placed.step.action == HEROKU_DEPLOY:
            folder.keep("heroku", (text_of(placed.step.input("heroku_app_name")) or "",))
            continue
        script = script_of(placed)
        if _WRITES_APP.search(script):
            folder.unnamed = _WRITTEN
        if not _worth_reading(script, placed):
            continue
        for command in commands(script, placed.shell):
            if not command.words:
                continue
            found += [(placed, target) for target in _targets(command, placed, folder)]
            folder.learn(command)
    built = any(target.mechanism == "Heroku API builds" for _, target in found)
    for placed, target in dict.fromkeys(found):
        if not (built and target.mechanism == "Heroku API sources"):  # a source is what a build is made from
            yield placed, target


def script_of(placed: PlacedStep) -> str:
    """Give the script that a step runs, itself or through an action made for that."""
    name, prefix = SCRIPT_INPUTS.get(placed.step.action or "", ("", ""))
    return prefix + (text_of(placed.step.input(name)) or "") if name else text_of(placed.step.run) or ""


def _worth_reading(script: str, placed: PlacedStep) -> bool:
    """Tell whether a script can hold a deploy: most do not, and parsing is what takes the time."""
    lowered = script.lower()
    return "heroku" in lowered or ("git" in lowered and "push" in lowered) or _has_heroku_key(placed)


def _targets(command: Command, placed: PlacedStep, folder: _Folder) -> Iterator[Target]:
    words = command.words
    if words[0] == "git":
        yield from _git_push(command, folder)
    elif name := _heroku(words):
        yield from _heroku_command(name, command, folder)
    elif words[0] in _HTTP:
        yield from _api_call(command)
    elif _runs_a_deploy(words) and (_has_heroku_key(placed) or "heroku" in command.source.lower()):
        yield Target(f"`{' '.join(words[:4])}`", None, "runs what is written elsewhere")


def _git_push(command: Command, folder: _Folder) -> Iterator[Target]:
    arguments = list(_git_arguments(command.words[1:]))
    if not arguments or "--dry-run" in command.words or "--delete" in command.words:
        return
    if arguments[0] == "subtree":
        arguments = arguments[1:]
    if arguments[:1] != ["push"] or len(arguments) == 1:
        return
    remote, refs = arguments[1], arguments[2:]
    if refs and all(_builds_nothing(ref) for ref in refs):
        return
    for text in expand(remote, command.variables):
        app = _app_of_url(text)
        if app:
            yield from (Target("git push", each) for each in expand(app, command.variables))
        elif text in folder.remotes:
            yield from folder.targets("git push", text)
        elif "heroku" in text.lower():
            why = f"pushes to `{text}`, and no earlier step of the job says which app that is"
            yield Target("git push", None, why)


def _builds_nothing(ref: str) -> bool:
    """Tell whether a push of a refspec is to a branch that Heroku does not build: it builds main and master."""
    target = ref.lstrip("+").rpartition(":")[2].removeprefix("refs/heads/")
    return re.fullmatch(r"[\w./-]+", target) is not None and target not in {"main", "master", "HEAD"}


def _heroku_command(name: str, command: Command, folder: _Folder) -> Iterator[Target]:
    known = COMMANDS.get(name)
    if known is None or "--help" in command.words:
        return
    mechanism = f"heroku {name}"
    named = option(command.words, *known.app_options)
    if named is None and known.why:
        yield Target(mechanism, None, known.why)
        return
    remote = option(command.words, "-r", "--remote") or "heroku"
    named = named or command.environment.get("HEROKU_APP")
    if named is None and "HEROKU_APP" in command.variables:
        named = "$HEROKU_APP"
    if named is not None:
        for text in expand(named, command.variables):
            yield from (Target(mechanism, each.strip()) for each in text.split(",") if each.strip())
    elif remote in folder.remotes:
        yield from folder.targets(mechanism, remote)
    else:
        yield Target(mechanism, "$HEROKU_APP", folder.unnamed)  # the CLI takes it where no option names the app


def _api_call(command: Command) -> Iterator[Target]:
    words = command.words
    if not _writes(words):
        return
    for word in words[1:]:
        for text in expand(word, command.variables):
            if match := _API.search(text):
                if match["part"] == "releases" and not _carries(command, "slug"):
                    continue  # a rollback names a release
                if match["part"] == "formation" and not _carries(command, "docker_image"):
                    continue  # a formation without an image is scaled, no more
                yield Target(f"Heroku API {match['part']}", match["app"])
            elif match := _API_WITHOUT_APP.search(text):
                review = match["part"] == "review-apps"
                yield Target(f"Heroku API {match['part']}", None, "names no app in its address", review)


def _writes(words: tuple[str, ...]) -> bool:
    method = option(words, "-X", "--request", "--method")
    if method is not None:
        return _WRITES.match(method) is not None
    if len(words) > 1 and _WRITES.match(words[1]):  # httpie and its kin
        return True
    return any(word.partition("=")[0] in _CARRIES or word.startswith("-d") for word in words[1:])


def _carries(command: Command, word: str) -> bool:
    """Tell whether a request carries a word, or a body that is written elsewhere."""
    text = f"{command.source} {command.stdin}"
    return word in text or not re.search(r"[\"']?(?:quantity|size|release|type)\\?[\"']?\s*[:=]", text)


def _heroku(words: tuple[str, ...]) -> str:
    """Give the subcommand of a call of the Heroku CLI, or nothing. The CLI may run in a container."""
    rest = words[1:] if words[0] in {"npx", "bunx"} else words
    if words[0] in {"docker", "podman"} and words[1:2] == ("run",):
        found = (at for at, word in enumerate(words) if at > 1 and _CLI_OR_ITS_IMAGE.match(word))
        rest = ("heroku", *words[max(found, default=len(words)) + 1 :])
    if len(rest) <= 1 or rest[0].rpartition("/")[2] not in {"heroku", "heroku-cli"}:
        return ""
    return rest[1] if not rest[1].startswith("-") else ""


def _arguments(words: tuple[str, ...]) -> Iterator[str]:
    """Give the positional arguments behind a subcommand."""
    return (word for word in words[2:] if not word.startswith("-"))


def _git_arguments(words: tuple[str, ...]) -> Iterator[str]:
    """Give what stands on a git command line but options; options before the subcommand may take a value."""
    takes_value = {"-C", "-c", "--git-dir", "--work-tree", "--prefix", "-P", "-o", "--push-option"}
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in takes_value:
            skip = True
        elif not word.startswith("-"):
            yield word


def _app_of_url(text: str) -> str | None:
    for pattern in _REMOTE_URLS:
        if match := pattern.match(text):
            return match["app"]
    return None


def _runs_a_deploy(words: tuple[str, ...]) -> bool:
    """Tell whether a command runs a deploy that is written elsewhere: a target of make, a script."""
    program = words[0].rpartition("/")[2]
    if program in _BUILDERS:
        return any("heroku" in word.lower() and _DEPLOYS.search(word) for word in words[1:])
    if program in _RUNNERS:
        return any(_DEPLOYS.search(word) and not _DOES_NOT.search(word) for word in words[1:])
    command = words[1] if program in _INTERPRETERS and len(words) > 1 else words[0]
    named = _DEPLOYS.search(command) or "heroku" in command.lower()
    return _SCRIPT.search(command) is not None and bool(named) and not _DOES_NOT.search(command)


def _has_heroku_key(placed: PlacedStep) -> bool:
    """Tell whether a step is given a variable of Heroku's."""
    nodes = (placed.step.env, placed.job.env, placed.workflow_file.env)
    return any("heroku" in name.lower() for node in nodes if node is not None for name in node.values)
