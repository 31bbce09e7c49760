"""Read what is there: the workflow files, the repository on GitHub, the apps on Heroku and what they answer."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from asbuilt import folders, undeclared
from asbuilt.asked_github import server_asked
from asbuilt.estate import Estate
from asbuilt.estate_defaults import with_defaults_and_names
from asbuilt.github_server import DOT_COM, GitHubServer
from asbuilt.initial import candidates, judged
from asbuilt.initial.asking import Asked, asked
from asbuilt.initial.choosing import Chosen, chosen
from asbuilt.initial.names import Bound, bound, wanted_names
from asbuilt.initial.nouns import Found, FoundApp, FoundRepository, Wanted
from asbuilt.model import AppState, Observation, Observed, Unobserved
from asbuilt.observe import github, github_settings, heroku_lists
from asbuilt.observe.http import IN_FLIGHT
from asbuilt.observe.sweep import sweep
from asbuilt.option_values import OptionError
from asbuilt.scope import scope_of
from asbuilt.workflows.paths import checkout as checkouts
from asbuilt.workflows.paths.checkout import Checkout, CheckoutError
from asbuilt.workflows.said.names import names_of

_A_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")  # of an app, as an estate takes it
_NO_HEROKU = (
    "Heroku: no token (HEROKU_API_KEY, or `heroku login`), so formations, addresses, probes and pipelines are not here"
)
_NO_GITHUB = "GitHub: no token ({}), so rules of environments, required checks and variables are not here"
_NO_CHECKOUT = (
    "workflow files: none were read, so deploys, gates and processes are not here; name their folder, --checkout DIR"
)
_NO_REPOSITORY = "GitHub: no repository is known; name it, --repository OWNER/NAME"


def found(wanted: Wanted, say: Callable[[str], None] = lambda _: None) -> Found:
    """Read what a first estate is to be of; `say` is told of what is on its way.

    Raises OptionError for what cannot be meant, and where there is nobody to ask and nothing to read.
    """
    folder = _folder(wanted)
    server = server_asked(wanted.github, os.environ)
    with ExitStack() as closing:
        whom = asked(wanted.sandbox, closing, say, server)
        name = _repository_name(wanted, folder, whom)
        read = _read(folder, name)
        if not whom.heroku and not whom.github and read is None:
            raise OptionError(
                "there is nobody to ask and nothing to read: set HEROKU_API_KEY and GITHUB_TOKEN, name a folder of "
                "workflow files, --checkout DIR, or a world, --sandbox healthy"
            )
        pool = closing.enter_context(ThreadPoolExecutor(IN_FLIGHT, "init"))
        result = _found(wanted, whom, name, read, pool, say)
    return replace(result, findings=judged.findings(result, wanted, say)) if wanted.judged else result


def _no_github(server: GitHubServer) -> str:
    if server == DOT_COM:
        return _NO_GITHUB.format("GITHUB_TOKEN, or `gh auth login`")
    return _NO_GITHUB.format(f"of {server.host}: `gh auth login --hostname {server.host}`")


def _folder(wanted: Wanted) -> Path | None:
    if wanted.checkout is not None:
        return wanted.checkout
    return Path() if Path(undeclared.FOLDER).is_dir() else None


def _repository_name(wanted: Wanted, folder: Path | None, whom: Asked) -> str:
    """Name the repository: as asked for, else that of the checkout's remote, else the only one of a sandbox."""
    asked_for = [wanted.repository] if wanted.repository else []
    name = undeclared.name_of(folder or Path(), asked_for, wanted.github) if folder or asked_for else ""
    if "/" not in name and len(whom.repositories) == 1:
        return whom.repositories[0]
    return name if "/" in name else ""


def _read(folder: Path | None, name: str) -> Checkout | None:
    if folder is None:
        return None
    try:
        return checkouts.read_to_call(folder, name)
    except CheckoutError as error:
        raise OptionError(str(error)) from error


def _followed(read: Checkout, name: str, branch: str, names: Mapping[str, Mapping[str, str]]) -> Checkout:
    known = {name: names_of(names)} if names else {}
    return folders.followed({name: read}, [name], known, {}, {name: branch} if branch else {})[name]


def _found(
    wanted: Wanted, whom: Asked, name: str, read: Checkout | None, pool: ThreadPoolExecutor, say: Callable[[str], None]
) -> Found:
    client = whom.client
    left = [*([] if whom.heroku else [_NO_HEROKU]), *([] if whom.github else [_no_github(whom.server)])]
    left += [*([] if read else [_NO_CHECKOUT]), *([] if name else [_NO_REPOSITORY])]
    say("asking which apps there are" if whom.heroku else "reading workflow files")
    repository = github.repository(client, name) if name and whom.github else None
    branch = repository.value.default_branch if isinstance(repository, Observed) else ""
    checkout = _followed(read, name, branch, {}) if read else None
    names = Bound()
    if checkout and isinstance(repository, Observed) and (open_names := wanted_names(checkout.deploy_paths)):
        names = bound(client, name, open_names)
    elif checkout:
        names = Bound(unbound=dict.fromkeys(wanted_names(checkout.deploy_paths), "GitHub was not asked"))
    if read and names.values:
        checkout = _followed(read, name, branch, names.values)
    deployed = _deployed(checkout, wanted.apps)
    choice = _chosen(wanted, whom, deployed)
    left += [choice.unread] if choice.unread else []
    say(f"observing {len(choice.names)} apps" if whom.heroku else "observing")
    seen = _swept(whom, choice.names if whom.heroku else (), name if whom.github else "")
    apps = tuple(pool.map(lambda each: _app(each, choice, seen, checkout, whom), choice.names))
    return Found(
        whom.name,
        as_of=seen.as_of,
        apps=apps,
        repository=_repository(whom, name, branch, seen, names) if name else None,
        checkout=checkout,
        folder=_relative(checkout.root, wanted.folder) if checkout else "",
        others=choice.left,
        left_out=tuple(left),
        server=whom.server,
    )


def _deployed(checkout: Checkout | None, asked_for: Collection[str]) -> tuple[str, ...]:
    """Give the apps that workflow files deploy; of those, where apps are asked for, these alone."""
    paths = checkout.deploy_paths if checkout else ()
    every = dict.fromkeys(each.app for each in paths if each.app and not each.review and _A_NAME.fullmatch(each.app))
    return tuple(each for each in every if not asked_for or each in asked_for)


def _chosen(wanted: Wanted, whom: Asked, deployed: tuple[str, ...]) -> Chosen:
    if not whom.heroku:
        return Chosen(tuple(dict.fromkeys((*wanted.apps, *deployed))))
    listed = heroku_lists.apps(whom.client)
    if isinstance(listed, Unobserved) and not (wanted.apps or deployed):
        raise OptionError(f"{listed}: {listed.remedy}; or name the apps, --app NAME")
    return chosen(wanted.apps, deployed, listed, heroku_lists.couplings(whom.client))


def _swept(whom: Asked, apps: Iterable[str], repository: str) -> Observation:
    """Observe apps and a repository of which nothing is declared yet."""
    raw = {"estate": "init", "apps": dict.fromkeys(apps), "repositories": {repository: None} if repository else {}}
    estate = Estate.model_validate(with_defaults_and_names(raw))
    return sweep(estate, scope_of(estate, [], []), whom.client, whom.name)


def _app(name: str, choice: Chosen, seen: Observation, checkout: Checkout | None, whom: Asked) -> FoundApp:
    state = seen.apps.get(name)
    origin = origin_of(state) if state else ""
    if state is None or not origin:
        return FoundApp(name, state, choice.stages.get(name))
    own = candidates.asked_by(checkout.ways.to(name)) if checkout else ()
    paths = tuple(dict.fromkeys((*own, *candidates.USUAL)))
    answering = candidates.answering(whom.client, origin, paths, state)
    return FoundApp(name, state, choice.stages.get(name), answering, paths)


def origin_of(state: AppState) -> str:
    """Give the address of an app that has web dynos; empty for one without."""
    formation = state.formation.value if isinstance(state.formation, Observed) else ()
    app = state.app.value if isinstance(state.app, Observed) else None
    has_web = any(each.type == "web" and each.quantity for each in formation)
    return app.web_url.rstrip("/") if app and app.web_url and has_web else ""


def _repository(whom: Asked, name: str, branch: str, seen: Observation, names: Bound) -> FoundRepository:
    state = seen.repositories.get(name)
    required = {}
    if branch:
        required["rulesets"] = github_settings.checks_by_rulesets(whom.client, name, branch)
        required["branch protection"] = github_settings.checks_by_protection(whom.client, name, branch)
    return FoundRepository(name, state, required, names.values, names.unbound)


def _relative(root: Path, folder: Path) -> str:
    """Give the folder of a checkout as the estate names it: relative to where that stands, with forward slashes."""
    return Path(os.path.relpath(root.resolve(), folder.resolve())).as_posix()
