"""Which controls can be known with the tokens at hand, and what has to change for the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from asbuilt.catalogue import checks, facts_asked
from asbuilt.doctor import tokens
from asbuilt.doctor.asking import NOT_FOUND, Looked
from asbuilt.doctor.documents import APP, DOCUMENTS, REPOSITORY, Asked, Document
from asbuilt.doctor.said import Group, Knowable, Line, Status, Token
from asbuilt.estate import Estate
from asbuilt.observe.http import GITHUB, HEROKU
from asbuilt.subjects import KINDS, subjects

_THEMSELVES = frozenset({APP, REPOSITORY})
_PROBED = frozenset({"response", "told_commits"})
_LIVE = "tests_live"
_line = partial(Line, Group.CONTROLS)
Answers = Mapping[Asked, Looked]


@dataclass(frozen=True, slots=True)
class Judged:
    """A control by its id, and the documents that its checks read: of some controls there are several checks.

    `rests_on` has the names of these, and of the app or the repository that they are parts of: where that cannot be
    seen, none of its parts is asked for.
    """

    id: str
    needs: tuple[Document, ...]
    rests_on: frozenset[str]


def judged_of(estate: Estate) -> tuple[tuple[Judged, ...], tuple[str, ...]]:
    """Give the controls that ask the providers and have a subject in an estate, and the ids of the others."""
    has = {kind: bool(subjects(estate, {}, kind)) for kind in KINDS}
    live: dict[str, set[str]] = {}
    static: set[str] = set()
    for test, control in checks():
        if not test.startswith(_LIVE):
            static.add(control.id)
        elif has.get(control.kind, True):
            live.setdefault(control.id, set()).update(facts_asked(control))
    return tuple(_judged(estate, each, live[each]) for each in sorted(live)), tuple(sorted(static))


def _judged(estate: Estate, identity: str, facts: set[str]) -> Judged:
    needs = tuple(each for each in DOCUMENTS if each.facts & facts)
    whole = {each.name for each in needs if not each.is_optional}
    of = {each.origin for each in needs}
    # The address at which an app is probed is Heroku's to say, where the estate does not.
    finds_address = any(each.probes and not each.url for each in estate.apps.values())
    if HEROKU in of or (facts & _PROBED and finds_address):
        whole.add(APP)
    if GITHUB in of:
        whole.add(REPOSITORY)
    return Judged(identity, needs, frozenset(whole))


def knowable(controls: Iterable[Judged], answers: Answers, tokens: Mapping[str, Token | None]) -> Iterator[Knowable]:
    """Say of each control whether all that it rests on can be seen, and which changes it takes where it cannot."""
    for control in controls:
        changes = dict.fromkeys(
            change_for(asked, looked, tokens)
            for asked, looked in answers.items()
            if asked.document.name in control.rests_on and not is_told(asked, looked)
        )
        yield Knowable(control.id, not changes, tuple(changes))


def is_told(asked: Asked, looked: Looked) -> bool:
    """Say whether an answer is one to judge by: that an app or a repository is not there is one too, of itself."""
    return looked.is_seen or (looked.status == NOT_FOUND and asked.document.name in _THEMSELVES and not looked.reason)


def lines(controls: Iterable[Judged], answers: Answers, tokens: Mapping[str, Token | None]) -> Iterator[Line]:
    """Say of each document which controls rest on it, and of which subjects it can be seen."""
    needs = {control.id: control.needs for control in controls}
    for document in DOCUMENTS:
        named = [each for each, needed in needs.items() if document in needed]
        of = {asked.subject: (asked, looked) for asked, looked in answers.items() if asked.document == document}
        if not named or not of:
            continue
        about = f"{' '.join(sorted(named))}: {document.what} of"
        seen = [subject for subject, each in of.items() if is_told(*each)]
        if seen:
            yield _line(Status.WELL, f"{about} {_counted(seen, document)}: yes")
        refused: dict[tuple[str, str], list[str]] = {}
        for subject, (asked, looked) in of.items():
            if not is_told(asked, looked):
                refused.setdefault((_why(looked), change_for(asked, looked, tokens)), []).append(subject)
        for (why, change), unseen in refused.items():
            status = Status.NOTE if document.is_optional else Status.WRONG
            without = f"; optional: {document.without}" if document.is_optional else ""
            yield _line(status, f"{about} {_counted(unseen, document)}: no, {why}{without}", change)
    asking = [each for each, needed in needs.items() if not needed]
    if asking:
        yield _line(Status.WELL, f"{' '.join(sorted(asking))}: the apps' own URLs: need no token")


def static_lines(estate: Estate, ids: Sequence[str], missing: Iterable[str]) -> Iterator[Line]:
    """Say what the controls of files need, and of which repositories there are none."""
    lost = sorted(missing)
    told = f"{ids[0]} to {ids[-1]} ({len(ids)} controls): workflow files: need no token"
    if lost:
        fix = "check it out there, or correct `checkout` in the estate; or hand it over: --checkout DIR"
        yield _line(Status.WRONG, f"{told}, but the checkout of {', '.join(lost)} is not there", fix)
    elif estate.repositories and not any(each.checkout for each in estate.repositories.values()):
        yield _line(Status.NOTE, f"{told}; no `checkout` is declared, so hand one over: asbuilt static --checkout DIR")
    elif estate.repositories:
        yield _line(Status.WELL, told)


def change_for(asked: Asked, looked: Looked, held: Mapping[str, Token | None]) -> str:
    """Say what to change so that a document can be seen; the same for each that the same change makes seen."""
    document = asked.document
    token = held["Heroku" if document.origin == HEROKU else "GitHub"]
    if token is None or token.is_valid is False:
        return f"give a {'Heroku' if document.origin == HEROKU else 'GitHub'} token that is valid"
    if looked.status == NOT_FOUND:
        if document.origin == HEROKU:
            return f"give the account of the Heroku token access to {asked.subject}, or correct its name"
        return f"let the GitHub token see {asked.subject}, or correct its name"
    if looked.status != 403 or "rate limit" in looked.reason:  # noqa: PLR2004
        return looked.remedy or "ask again"
    if document.origin == HEROKU:
        return "give the account of the Heroku token access to these apps, and the token the scope read"
    if looked.remedy.startswith("http") or "sign" in looked.remedy:
        return looked.remedy
    return _permission(token, document)


def _permission(token: Token, document: Document) -> str:
    match token.kind:
        case tokens.ACTIONS:
            name, _, level = document.permission.lower().partition(": ")
            return f"give the job that asks permissions: {{ {name}: {level} }}"
        case tokens.APP:
            return f"give the GitHub App {document.permission}, and accept that where it is installed"
        case tokens.CLASSIC | tokens.OAUTH:
            return f"make a fine-grained GitHub token with {document.permission}: this one would need the scope repo"
        case _:
            return f"give the GitHub token {document.permission}"


def _why(looked: Looked) -> str:
    return looked.reason or ("it is not there (404)" if looked.status == NOT_FOUND else "no answer came")


def _counted(names: list[str], document: Document) -> str:
    if len(names) == 1:
        return names[0]
    return f"{len(names)} {'repositories' if document.origin == GITHUB else 'apps'}"
