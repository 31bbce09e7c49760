"""Which part of an estate a command is about, and whose files it reads for that."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from asbuilt import folders
from asbuilt.estate import Estate, Ownership, place_of
from asbuilt.nearest import quoted, suggestion
from asbuilt.option_values import OptionError
from asbuilt.workflows.paths.checkout import Checkout, CheckoutError
from asbuilt.workflows.said.described import Described, called_name
from asbuilt.workflows.said.names import Names, names_of


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


def checkouts_of(
    estate: Estate, estate_file: Path, given: Sequence[str] | None, repositories: list[str]
) -> dict[str, Checkout]:
    """Read the files of each repository that has a folder: those of `--checkout`, else those of the estate.

    A folder of a repository that the estate does not declare is read for what the others call in it, and so are, where
    `--checkout` says what is judged, the estate's other folders that are there.

    Raises OptionError for a folder that is not there, or one that could belong to several repositories.
    """
    named = folders.named(given or ())
    of_estate = {
        each.name: estate_file.parent / each.checkout for each in estate.repositories.values() if each.checkout
    }
    judged: dict[str, Path] = {}
    called: dict[str, Path] = {}
    for name, folder in named.of.items():
        own = next((each for each in estate.repositories if each.lower() == name.lower()), None)
        (called if own is None else judged)[own or name] = Path(folder)
    if named.plain is not None:
        judged[_owner_of(named.plain, estate, repositories, judged)] = Path(named.plain)
    if judged:
        called |= {name: path for name, path in of_estate.items() if name not in judged and path.is_dir()}
    else:
        judged = of_estate
    for name, path in of_estate.items():
        if judged.get(name) == path and not path.is_dir():
            raise OptionError(_no_checkout(estate_file, name, estate.repositories[name].checkout or ""))
    try:
        return folders.read(judged, called, names_in(estate), descriptions_in(estate), branches_in(estate))
    except CheckoutError as error:
        raise OptionError(str(error)) from error


def _no_checkout(estate_file: Path, name: str, checkout: str) -> str:
    """Say of a folder that the estate names and that is none, where it does so and what it is relative to."""
    here = Path.cwd()
    shown = estate_file.relative_to(here) if estate_file.is_relative_to(here) else estate_file
    place = place_of(shown, ("repositories", name, "checkout"))
    what = "is no folder" if (estate_file.parent / checkout).exists() else "is not there"
    return f"{place}: checkout {quoted(checkout)} of {name} {what}: name the folder of its files, relative to this file"


def _owner_of(folder: str, estate: Estate, repositories: list[str], taken: Collection[str]) -> str:
    """Give the repository whose files a folder has: the one that is asked for, else the only one without a folder."""
    names = [each for each in repositories or estate.repositories if each not in taken]
    if not names and not estate.repositories:
        raise OptionError(f"--checkout {folder}: whose files are these? declare it: repositories: {{OWNER/NAME: }}")
    if len(names) != 1:
        allowed = ", ".join(estate.repositories) or "(none is declared)"
        raise OptionError(f"--checkout {folder}: whose files are these? add --repository, one of: {allowed}")
    return names[0]


def names_in(estate: Estate) -> dict[str, Names]:
    """Give what secrets and variables of each repository come to, as far as the estate says so."""
    return {each.name: names_of(each.names) for each in estate.repositories.values() if each.names}


def branches_in(estate: Estate) -> dict[str, str]:
    """Give the default branch of each repository: most events run on it."""
    return {each.name: each.trunk for each in estate.repositories.values()}


def descriptions_in(estate: Estate) -> dict[str, Described]:
    """Give what the estate says of workflows of other repositories, by what a call of each goes by."""
    return {
        called_name(uses): Described(
            each.app, each.environment or "", each.gates, checked=bool(each.checked), proved=each.checked == "commit"
        )
        for uses, each in estate.workflows.items()
    }
