"""Which of the apps that a token sees a first estate is of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from asbuilt.model import Fact, Observed, Unobserved
from asbuilt.nearest import suggestion
from asbuilt.observe.heroku_lists import Coupling, ListedApp
from asbuilt.option_values import OptionError

MOST = 100
_SHOWN = 5
_UNREAD = "pipelines: {}; {}; so tiers are by name, and apps that only share a pipeline are not here"
# Review apps come and go with their pull requests: https://devcenter.heroku.com/articles/github-integration-review-apps
_PASSING = frozenset({"review", "test"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The names of the chosen apps, the stages of those that are in a pipeline, and the names that were left out.

    `unread` says why no pipeline could be read, where none could.
    """

    names: tuple[str, ...]
    stages: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    unread: str = ""


def chosen(
    asked: Collection[str],
    deployed: Collection[str],
    listed: Fact[tuple[ListedApp, ...]],
    couplings: Fact[tuple[Coupling, ...]],
) -> Chosen:
    """Choose: the apps that are asked for; else those that files deploy, with the others of their pipelines.

    Where files name none, those that are in a pipeline; where none is, all that the token sees. Raises OptionError for
    a name that Heroku does not list, and for more apps than anybody can have meant.
    """
    seen = listed.value if isinstance(listed, Observed) else ()
    names = {each.id: each.name for each in seen}
    places = [each for each in (couplings.value if isinstance(couplings, Observed) else ()) if each.app in names]
    stages = {names[each.app]: each.stage for each in places}
    unread = _UNREAD.format(couplings, couplings.remedy) if isinstance(couplings, Unobserved) else ""
    if asked:
        _refuse_strangers(asked, deployed, listed)
        return Chosen(tuple(dict.fromkeys(asked)), stages, tuple(sorted(set(names.values()) - set(asked))), unread)
    lines = {names[each.app]: each.pipeline for each in places}
    own = {lines[name] for name in deployed if name in lines}
    of_lines = [name for name, line in lines.items() if (line in own or not deployed) and stages[name] not in _PASSING]
    found = tuple(dict.fromkeys((*deployed, *sorted(of_lines)))) or tuple(sorted(names.values()))
    if len(found) > MOST:
        first = ", ".join(found[:_SHOWN])
        raise OptionError(
            f"the token sees {len(found)} apps, {first} and others: name those of this estate, --app NAME"
        )
    return Chosen(found, stages, tuple(sorted(set(names.values()) - set(found))), unread)


def _refuse_strangers(asked: Collection[str], deployed: Collection[str], listed: Fact[tuple[ListedApp, ...]]) -> None:
    if not isinstance(listed, Observed):
        return
    known = {each.name for each in listed.value}
    for name in asked:
        if name not in known and name not in deployed:
            near = suggestion(name, known)
            raise OptionError(f'--app: "{name}" is not among the {len(known)} apps that the Heroku token sees{near}')
