"""Deploys by `git push`: to a URL of Heroku's, or to a remote that stands for one.

A remote's name says nothing: what counts is the URL that the steps of the job gave it. Only a push to `main` or
`master` makes Heroku build: https://devcenter.heroku.com/articles/git
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from asbuilt.patterns import late
from asbuilt.workflows.bounds import REMOTES, hold
from asbuilt.workflows.deploys.branches import arguments, branch_of, builds, sent_by
from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import PUSH, Mechanism
from asbuilt.workflows.deploys.script_target import Spot, Target
from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.run import matrix
from asbuilt.workflows.shell.script import Command, expand, option
from asbuilt.workflows.shell.variables import ENV_EXPRESSION

# An app's name as it is written in a script: a literal, variables, expressions. Each part is taken in one way only.
APP = r"(?P<app>(?>\$\{\{.+?\}\}|\$\{\w+[^{}]*\}|\$\w+|\$\([^()]*\)|[\w-])+)"
_URL = late(
    rf"^(?:(?:https|ssh)://(?:.*@)?git\.heroku\.com/|(?:ssh://)?[\w-]+@heroku(?:\.[\w.-]+)?[:/]){APP}(?:\.git)?/?$",
    re.IGNORECASE,
)
# A URL, or `user@host:path`, whose host is written out; or a folder.
_PLACE = late(r"^(?:[a-z+]+://(?:[^@]*@)?|[\w.-]+@)(?P<host>[\w.-]+)(?=[:/]|$)|^\.{0,2}/", re.IGNORECASE)
_HEROKU = late(r"(?:^|\.)heroku(?:\.com)?$", re.IGNORECASE)
_MATRIX = late(r"\$\{\{[^}]*\bmatrix\.")
_DEEPEST = 3

Variables = Mapping[str, tuple[str, ...]]


def app_of_url(text: str) -> str | None:
    """Give the app that a URL of a git repository of Heroku's names, as it is written there.

        https://git.heroku.com/shop.git            -> shop
        https://heroku:KEY@git.heroku.com/$APP.git -> $APP
        git@heroku.com:shop.git                    -> shop

    None for every other text, one with blanks around the URL included.
    """
    match = _URL.match(text)
    return match["app"] if match else None


@dataclass(frozen=True, slots=True)
class _Remote:
    """A URL that a git remote stands for, and the command that made it so."""

    url: str
    given_by: Spot


@dataclass(slots=True)
class Remotes:
    """What the steps of a job have made of the git remotes in the folder that they share, by name.

    `step` is the step that is read, and `env` are its environment variables: both are set before its commands are. Hand
    it the commands in the order in which they run: `learn` of each, and `pushes` of each before that.
    """

    known: dict[str, tuple[_Remote, ...]] = field(default_factory=dict)
    step: PlacedStep | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    def put(self, text: str, variables: Variables, wanted: re.Pattern[str]) -> tuple[str, ...]:
        """Give what a text comes to, with the script's variables put in, and with the step's until it is as wanted.

        Each text that it may come to, once. A text that is as `wanted` is left as it is; what is not known stays as
        written.
        """
        found = expand(text, variables)
        given = {name: (value,) for name, value in self.env.items()}
        for _ in range(_DEEPEST):  # a variable may be made of another
            if not given or all(map(wanted.search, found)):
                break
            put = [each if wanted.search(each) else self._with_env(each) for each in found]
            found = tuple(
                dict.fromkeys(now for each in put for now in ((each,) if wanted.search(each) else expand(each, given)))
            )
        return found

    def _with_env(self, text: str) -> str:
        """Put variables in where an expression names them: `${{ env.NAME }}`."""
        return ENV_EXPRESSION.sub(lambda match: self.env.get(match[1], match[0]), text)

    def learn(self, command: Command) -> None:
        """Keep the URL that a command gives a remote.

        It may be git's (`remote add`, `remote set-url`, `config`, `clone`) or the CLI's (`git:remote`, `create`,
        `git:clone`), which call it `heroku`, or whatever `--remote` says. Any other command changes nothing. Raises
        PastBoundError.
        """
        words = command.words
        if (call := call_of(words)) is not None:
            self._learn_from_cli(call, command)
        elif words[0].rpartition("/")[2] == "git":
            match list(arguments(words[1:])):
                case ["remote", "add" | "set-url", *_, name, url]:
                    self.keep(name, self.put(url, command.variables, _URL), command)
                case ["remote", "rename", old, new] if old in self.known:
                    self.known[new] = self.known.pop(old)
                case ["config", key, url] if match := re.fullmatch(r"remote\.(.+)\.(?:push)?url", key):
                    self.keep(match[1], self.put(url, command.variables, _URL), command)
                case ["clone", url, *_]:
                    found = self.put(url, command.variables, _URL)
                    self.keep("origin", tuple(each for each in found if app_of_url(each)), command)

    def _learn_from_cli(self, call: tuple[str, ...], command: Command) -> None:
        if call[1:2] and call[1] in {"git:remote", "create", "apps:create", "git:clone"}:
            app = option(call, "-a", "--app")
            if app is None and call[1] != "git:clone" and call[2:3] and not call[2].startswith("-"):
                app = call[2]
            if app is None and call[1] == "git:remote":
                app = command.environment.get("HEROKU_APP", "$HEROKU_APP")
            if app:
                apps = expand(app, command.variables)
                name = option(call, "-r", "--remote") or "heroku"
                self.keep(name, tuple(map(url_of, filter(None, apps))), command)

    def keep(self, name: str, urls: tuple[str, ...], command: Command | None = None) -> None:
        """Keep the URLs that a remote may stand for.

        What an earlier step made of it counts on only if this one may not run, or works in another folder; what the
        same script made of it, only if the command stands in a branch. Without a `command` it is an action that does
        it. No URL changes nothing. Raises PastBoundError where they are too many.
        """
        if not urls or self.step is None:
            return
        sure = all(each.step.condition is None for each in self.step.lineage)
        last_word = command is not None and command.certain
        before = [
            replace(each, given_by=replace(each.given_by, until=(*each.given_by.until, self.step)))
            if each.given_by.placed is not self.step and each.given_by.placed.folder == self.step.folder
            else each
            for each in self.known.get(name, ())
            # In a branch of an `if`, another branch of the same script may have given it another URL.
            if (not last_word if each.given_by.placed is self.step else not sure)
            or each.given_by.placed.folder != self.step.folder
        ]
        assigned = frozenset(command.variables) if command is not None else frozenset()
        words = command.words if command is not None else ()
        now = (_Remote(url, Spot(self.step, words, app_of_url(url), assigned)) for url in urls)
        self.known[name] = tuple(dict.fromkeys((*before, *now)))
        hold(len(self.known[name]), REMOTES, "URLs of a git remote", self.step.mark)

    def targets(self, mechanism: Mechanism, name: str) -> Iterator[Target]:
        """Give a deploy to each app that a remote may stand for.

        `name` is that of a remote that is known. A URL that is not Heroku's gives none; one that may be, by a word in
        it, gives a deploy whose app cannot be told.
        """
        for each in self.known[name]:
            if app := app_of_url(each.url):
                yield Target(mechanism, app, remote=each.given_by)
            elif self._may_be_herokus(f"{name} {each.url}") and not _is_elsewhere(each.url):
                yield Target(mechanism, None, f"pushes to `{each.url}`, and what that is, is not known before the run")

    def _may_be_herokus(self, text: str) -> bool:
        """Tell whether a text that is no URL speaks of Heroku, itself or by what the job's matrix puts into it."""
        if "heroku" in text.lower():
            return True
        job = self.step.job if self.step is not None and _MATRIX.search(text) else None
        rows = matrix.combinations(job.matrix, {}) if job is not None else ()
        known = (value for row in rows if isinstance(row, dict) for value in row.values())
        return any(isinstance(value, str) and app_of_url(value) is not None for value in known)

    def of_cli(self, named: str | None) -> str | None:
        """Give the remote that the CLI takes the app from: the one that is named, or else the only one of Heroku's.

        Where several are Heroku's, the one that is called `heroku`. None where there is none such.
        """
        if named is not None:
            return named if named in self.known else None
        ours = [name for name, urls in self.known.items() if any(app_of_url(each.url) for each in urls)]
        return "heroku" if "heroku" in ours else ours[0] if len(ours) == 1 else None

    def pushes(self, command: Command) -> Iterator[Target]:
        """Give the deploys of a `git push`.

        None for another command of git, for a push that sends nothing (`--dry-run`, `--delete`), for one of tags alone
        or to branches that Heroku does not build, and for one to a place that is not Heroku's. One to what is not known
        here, and speaks of Heroku, is a deploy whose app cannot be told. `git subtree push` is a push.
        """
        remote, refs = sent_by(command.words)
        if not remote or (all(map(_builds_nothing, refs)) and (refs or "--tags" in command.words)):
            return
        for text in self.put(remote, command.variables, _URL):
            if app := app_of_url(text):
                yield from (Target(PUSH, each) for each in expand(app, command.variables))
            elif text in self.known:
                yield from self.targets(PUSH, text)
            elif self._may_be_herokus(text) and not _is_elsewhere(text):
                why = f"pushes to `{text}`, and no earlier step of the job says which app that is"
                yield Target(PUSH, None, why)

    def idle(self, command: Command) -> Iterator[tuple[str, str]]:
        """Give the apps that a `git push` sends branches to which Heroku does not build, with the refspec.

        As they are written. None for a push that deploys, and for one of tags alone.
        """
        remote, refs = sent_by(command.words)
        branches = [ref for ref in refs if _builds_nothing(ref) and branch_of(ref)]
        if not remote or not branches or len(branches) < len(refs):
            return
        for text in self.put(remote, command.variables, _URL):
            apps = (
                [app_of_url(text)] if app_of_url(text) else [app_of_url(each.url) for each in self.known.get(text, ())]
            )
            yield from ((app, branches[0]) for app in apps if app)


def url_of(app: str) -> str:
    """Give the URL of an app's repository, as the CLI writes it.

    `app` may be a text of a workflow with an expression in it.
    """
    return f"https://git.heroku.com/{app}.git"


def _is_elsewhere(text: str) -> bool:
    """Tell whether a text names a repository that is not Heroku's."""
    place = _PLACE.match(text)
    return place is not None and not (place["host"] and _HEROKU.search(place["host"]))


def _builds_nothing(ref: str) -> bool:
    """Tell whether a push of a refspec is to a branch that Heroku does not build: it builds main and master."""
    source, colon, target = ref.lstrip("+").rpartition(":")
    if colon and not source:
        return True  # it is deleted
    target = target.removeprefix("refs/heads/")
    return re.fullmatch(r"[\w./-]+", target) is not None and not builds(target)
