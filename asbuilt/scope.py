"""Which part of an estate a command is about, and whose files it reads for that."""

from dataclasses import dataclass
from pathlib import Path

from asbuilt.estate import Estate, Ownership, is_repository
from asbuilt.estate_errors import suggestion
from asbuilt.option_values import OptionError
from asbuilt.workflows.paths import checkout as checkouts
from asbuilt.workflows.paths.checkout import Checkout


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of what a run observes and judges.

    An app that is out of scope is still asked for where a deploy in scope is one of it. Around the apps are what their
    code comes through, in scope with them: `around` are repositories of which only that is, `environments` and
    `workflows` those, each behind its repository's name; of an environment the name is in lower case.
    """

    apps: frozenset[str]
    repositories: frozenset[str]
    around: frozenset[str] = frozenset()
    environments: frozenset[tuple[str, str]] = frozenset()
    workflows: frozenset[tuple[str, str]] = frozenset()

    def owns(self, ownership: Ownership) -> bool:
        """Say whether a declared deploy is in scope: with its app, or with its repository."""
        return ownership.deploy.app in self.apps or ownership.repository.name in self.repositories


def scope_of(estate: Estate, apps: list[str], repositories: list[str]) -> Scope:
    """Narrow an estate to what `--app` and `--repository` name; without them, all of it.

    Raises OptionError for a name that is not declared.
    """
    for kind, names, known in (("app", apps, estate.apps), ("repository", repositories, estate.repositories)):
        for name in names:
            if name not in known:
                raise OptionError(f'--{kind}: "{name}" is not declared in the estate{suggestion(name, known)}')
    if not apps and not repositories:
        return Scope(frozenset(estate.apps), frozenset(estate.repositories))
    return _with_surroundings(estate, frozenset(apps), frozenset(repositories))


def _with_surroundings(estate: Estate, apps: frozenset[str], repositories: frozenset[str]) -> Scope:
    """Give a scope with what the code of its apps comes through: environments, workflows of deploys, repositories."""
    owned = [each for each in estate.ownerships() if each.deploy.app in apps]
    pairs = {(each.repository.name, each.deploy.app) for each in owned}
    pairs |= {(repository, name) for name in apps if (repository := estate.apps[name].repository)}
    environments = ((repository, estate.apps[name].environment) for repository, name in pairs)
    return Scope(
        apps,
        repositories,
        around=frozenset(repository for repository, _ in pairs) - repositories,
        environments=frozenset((repository, name.lower()) for repository, name in environments if name),
        workflows=frozenset((each.repository.name, each.workflow.name) for each in owned),
    )


def meant_by(estate: Estate, scope: Scope, commit: str | None) -> dict[str, str]:
    """Give the commit that each app in scope is meant to run; nothing without one.

    A commit is one of a repository, so it is for the apps of one. Raises OptionError where they are of several.
    """
    if commit is None:
        return {}
    if not scope.apps:
        raise OptionError("--commit: no app is in scope that could run it; add --app NAME")
    of: dict[str, list[str]] = {}
    for name in sorted(scope.apps):
        if repository := repository_of(estate, name):
            of.setdefault(repository, []).append(name)
    if len(of) > 1:
        which = "; ".join(f"{repository}: --app {' --app '.join(names)}" for repository, names in of.items())
        raise OptionError(f"--commit {commit}: in scope are apps of {len(of)} repositories; say which: {which}")
    return dict.fromkeys(next(iter(of.values()), sorted(scope.apps)), commit)


def repository_of(estate: Estate, app: str) -> str | None:
    """Give the repository that deploys an app, by its own word or by that of a declared deploy."""
    ownership = estate.ownership_of(app)
    return estate.apps[app].repository or (ownership.repository.name if ownership else None)


def checkouts_of(estate: Estate, estate_file: Path, folder: str | None, repositories: list[str]) -> dict[str, Checkout]:
    """Read the files of each repository that has a folder: the one of `--checkout`, else those of the estate.

    Raises OptionError for a folder that is not there, or one that could belong to several repositories.
    """
    if folder:
        names = repositories or list(estate.repositories)
        if not names:
            raise OptionError(f"--checkout {folder}: whose files are these? declare it: repositories: {{OWNER/NAME: }}")
        if len(names) != 1:
            allowed = ", ".join(estate.repositories)
            raise OptionError(f"--checkout {folder}: whose files are these? add --repository, one of: {allowed}")
        folders = {names[0]: Path(folder)}
    else:
        folders = {
            each.name: estate_file.parent / each.checkout for each in estate.repositories.values() if each.checkout
        }
    try:
        return {name: checkouts.read(path, name if is_repository(name) else "") for name, path in folders.items()}
    except checkouts.CheckoutError as error:
        raise OptionError(str(error)) from error
