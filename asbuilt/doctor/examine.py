"""What a doctor looks at, and in which order: first the tokens, then what they show of the estate, then this machine.

Nothing is asked twice and nothing is asked again: an answer comes in seconds, and one that does not come is a line.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asbuilt.asked_github import server_asked
from asbuilt.doctor import alerts, budget, controls, names, reach, tokens, versions
from asbuilt.doctor.asking import DEADLINE, NOT_ASKED, SECONDS, UNAUTHORIZED, Looked, asked
from asbuilt.doctor.documents import Asked, asked_of
from asbuilt.doctor.said import Group, Line, Report, Status, Token, best_change
from asbuilt.estate import Estate
from asbuilt.github_server import DOT_COM, GitHubServer
from asbuilt.observe.credentials import Held, Tokens, held_github, held_heroku
from asbuilt.observe.http import HEROKU, Client
from asbuilt.option_values import OptionError
from asbuilt.sandbox.making import of_estate
from asbuilt.sandbox.scenario import DECLARED, ScenarioError
from asbuilt.sandbox.server import Sandbox

_ODD = "answered something that its API does not promise"


@dataclass(frozen=True, slots=True)
class Around:
    """What a doctor works in: the tokens at hand, and the address of the sandbox that answers, if one does."""

    heroku: Held | None
    github: Held | None
    world: str = "live"
    route_to: str | None = None
    clock: datetime | None = None
    server: GitHubServer = DOT_COM

    @property
    def secrets(self) -> dict[str, str]:
        """The tokens that are to be withheld, by what each is called; a sandbox has none."""
        held = {"the Heroku token": self.heroku, "the GitHub token": self.github}
        return {} if self.route_to else {name: each.token for name, each in held.items() if each}


def around(
    sandbox: str | None, closing: ExitStack, estate: Estate | None = None, file: Path = Path("estate.yaml")
) -> Around:
    """Find the tokens, or start a sandbox, which gives its own. Raises OptionError for a world that there is not.

    Which GitHub is asked the estate says, else the environment; `file` is where it stands.
    """
    server = server_asked(estate.providers.github if estate else None, os.environ)
    if sandbox is None:
        return Around(held_heroku(os.environ, Path.home()), held_github(os.environ, server), server=server)
    try:
        made = {DECLARED: lambda: of_estate(estate, file, []).document} if estate else None
        started = closing.enter_context(Sandbox.start(sandbox, made=made, estate=estate, github=server))
    except ScenarioError as error:
        raise OptionError(str(error)) from error
    source = "the sandbox"
    heroku, github = started.scenario.world(0).tokens.values()
    return Around(
        Held(heroku, source) if heroku else None,
        Held(github, source) if github else None,
        f"sandbox {sandbox}",
        started.origin,
        started.clock(),
        server,
    )


def examined(here: Around, estate: Estate | None, file: str, folder: Path) -> Report:
    """Say what can be known before a run. `file` is what the estate is called, `folder` where its checkouts begin."""
    lints = estate is not None and bool(estate.repositories) and estate.lint != "off"
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="versions") as beside:
        of_machine = beside.submit(lambda: tuple(versions.lines(lints=lints)))
        report = _asked(here, estate, file, folder)
        return replace(report, lines=(*report.lines, *of_machine.result()))


def _asked(here: Around, estate: Estate | None, file: str, folder: Path) -> Report:
    """Say what the providers tell."""
    given = Tokens(*(each.token if each else None for each in (here.heroku, here.github)))
    client = Client(given, github=here.server.api, route_to=here.route_to, timeout=SECONDS, deadline=DEADLINE)
    try:
        looked = asked(client, tokens.QUESTIONS)
        now = here.clock or _now(looked)
        held = {
            "Heroku": tokens.of_heroku(here.heroku, looked, now),
            "GitHub": tokens.of_github(here.github, looked),
        }
        told = list(_of_tokens(held, looked, estate, now, here.server))
        report = Report(here.world, file if estate else "", (), tuple(filter(None, held.values())))
        if estate is None:
            told += [_no_estate(file)]
        else:
            report, more = _of_estate(report, client, estate, held, looked, folder)
            told += [*more, *alerts.lines(estate.alerts, os.environ)]
    finally:
        client.close()
    in_sandbox = here.route_to is not None
    told += reach.lines(looked, in_sandbox=in_sandbox, server=here.server)
    told += reach.proxy_lines(os.environ, in_sandbox=in_sandbox)
    return replace(report, lines=tuple(told))


def _of_tokens(
    held: Mapping[str, Token | None],
    looked: Mapping[str, Looked],
    estate: Estate | None,
    now: datetime,
    server: GitHubServer,
) -> Iterator[Line]:
    needed = {
        "Heroku": estate is None or bool(estate.apps),
        "GitHub": estate is None or bool(estate.repositories),
    }
    first = {"Heroku": looked["heroku account"], "GitHub": looked["github rate"]}
    for provider, token in held.items():
        yield from tokens.lines(
            provider, token, now, needed=needed[provider], why=first[provider].reason, server=server
        )


def _of_estate(
    report: Report,
    client: Client,
    estate: Estate,
    held: Mapping[str, Token | None],
    looked: Mapping[str, Looked],
    folder: Path,
) -> tuple[Report, list[Line]]:
    """Add what can be known of an estate, and give the lines of it."""
    answers = _answers(client, estate, held, looked)
    live, static = controls.judged_of(estate)
    known = tuple(controls.knowable(live, answers, held))
    declared = (each.checkout for each in estate.repositories.values() if each.checkout)
    missing = [each for each in declared if not (folder / each).is_dir()]
    best, helped = best_change(known)
    more = [*controls.lines(live, answers, held), *controls.static_lines(estate, static, missing)]
    github = held["GitHub"]
    is_of_nobody = github is not None and github.kind in {tokens.APP, tokens.ACTIONS}
    asked_names = names.questions(estate, answers, is_of_nobody=is_of_nobody)
    more += names.lines(estate, answers, asked(client, asked_names) if asked_names else {})
    budgets = budget.budgets(estate, answers, looked)
    more += budget.lines(budgets)
    return replace(report, controls=known, budgets=budgets, best=best, helped=helped), more


def _answers(
    client: Client, estate: Estate, held: Mapping[str, Token | None], looked: Mapping[str, Looked]
) -> dict[Asked, Looked]:
    """Ask each document of each subject, but of a provider that has not answered, or takes no token of ours."""
    shut = {
        "Heroku": _shut(held["Heroku"], looked["heroku account"]),
        "GitHub": _shut(held["GitHub"], looked["github rate"]),
    }
    every = list(asked_of(estate))
    answers: dict[Asked, Looked] = {}
    for each in every:
        if why := shut["Heroku" if each.document.origin == HEROKU else "GitHub"]:
            answers[each] = replace(NOT_ASKED, reason=why[0], remedy=why[1])
    open_ones = {each: each.question for each in every if each not in answers}
    found = asked(client, open_ones) if open_ones else {}
    return {each: answers.get(each) or _as_promised(each, found[each]) for each in every}


def _as_promised(question: Asked, looked: Looked) -> Looked:
    """Give an answer; one that is not of the form that its API promises shows nothing."""
    if not looked.is_seen or question.document.is_of_form(looked.document):
        return looked
    return replace(looked, reason=_ODD, remedy="ask again; if it stays, a proxy answers in its place")


def _shut(token: Token | None, first: Looked) -> tuple[str, str] | None:
    """Say why a provider need not be asked for anything; None where it is to be."""
    if token is None:
        return "there is no token", ""
    if first.status == UNAUTHORIZED:
        return "the token is not valid (401)", ""
    if first.status is None:
        return f"the provider {first.reason}", first.remedy
    return None


def _no_estate(file: str) -> Line:
    fix = "write one (docs/adopting.md), or name it: --estate FILE"
    return Line(Group.CONTROLS, Status.WRONG, f"there is no {file}: nothing says what should be true", fix)


def _now(looked: Mapping[str, Looked]) -> datetime:
    """Give the providers' clock; this machine's only where neither answered."""
    skews = [each.skew for each in looked.values() if each.skew is not None]
    return datetime.now(UTC) + timedelta(seconds=max(skews, default=0.0))
