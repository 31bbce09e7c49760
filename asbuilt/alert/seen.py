"""What a run saw, of which somebody may be called: its causes, and what is wrong with the run itself.

A run that did not come to its end, or that judged less than the one before it, is a cause like any other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from asbuilt import __version__, texts
from asbuilt.alert.declared import still_declared, subject_of
from asbuilt.alert.state import State, unpacked
from asbuilt.alert.told import Judged, Told
from asbuilt.record.kept_causes import KeptCause, KeptStep, Member
from asbuilt.verdicts import Outcome

INCOMPLETE = "incomplete"
LESS = "less"
# A monitor that does not see is as bad as what it may not have seen: that somebody has to look soon, not at night.
SEVERITY = "SEV-2"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """A cause that a run saw, and whether nobody is to be called for it."""

    cause: KeptCause
    quiet: bool

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its checks."""
        return frozenset(each.id for each in self.cause.members)


def seen_by(told: Told, state: State, quiet: Collection[str]) -> tuple[Seen, ...]:
    """Give what a run saw, its own state first."""
    found = (*_incomplete(told), *_less(told, state), *told.causes)
    return tuple(Seen(each, bool(each.tolerated) or _is_quiet(each.members, quiet)) for each in found)


def judged_by(told: Told) -> dict[str, Judged]:
    """Give what a run judged by id, itself included: that it came to its end is judged as well."""
    if told.lacks:
        return dict(told.judged)
    ended = Judged("", Outcome.CONFORMS)
    return {**told.judged, _run_id(told.suites): ended, _run_id(()): ended}


def gone_with(told: Told, members: Iterable[str]) -> Iterator[str]:
    """Give the checks of those that are not declared any more, so that no run will judge them again."""
    if told.declared is None or told.lacks:
        return
    missing = frozenset(each for each in members if each not in told.judged and subject_of(each))
    if told.said:  # of a part of the estate, what is not declared by name is gone; all else may be in the other part
        names = {each.partition(" ")[0] for each in told.declared}
        yield from (each for each in missing if subject_of(each).partition(" ")[0] not in names)
        return
    suites = {each.partition("/")[0] for each in told.judged}
    mine = {each for each in missing if each.partition("/")[0] in suites}
    yield from mine - still_declared(mine, told.declared, told.judged)


def _incomplete(told: Told) -> Iterator[KeptCause]:
    if not told.lacks:
        return
    checks = f" of the {' and '.join(told.suites)} checks" if told.suites else ""
    why = "; ".join(texts.line(each) for each in told.lacks[:_MOST_NAMED])
    steps = (
        f"asbuilt verify {told.evidence}\nit names each file and each check that does not fit" if told.evidence else "",
        "see why, run it again",
    )
    headline = f"the run {told.run}{checks} is incomplete: {why}"
    yield _of_a_run(told, INCOMPLETE, headline, [_run_id(told.suites)], filter(None, steps))


def _less(told: Told, state: State) -> Iterator[KeptCause]:
    """Give the checks that the run of the same kind before judged, and this one does not, though they are declared."""
    before = state.newest(told)
    if before is None or told.declared is None or told.said or told.lacks:
        return
    missing = unpacked(before.judged) - told.judged.keys()
    if before.version != __version__:  # another version may have no such check any more, of any subject
        known = {each.partition("[")[0] for each in told.judged}
        missing = frozenset(each for each in missing if each.partition("[")[0] in known)
    still = {each for one in state.open if one.kind == LESS and one.is_of(told) for each in one.standing}
    gone = sorted(still_declared(missing | (still - told.judged.keys()), told.declared, told.judged))
    if not gone:
        return
    named = ", ".join(texts.line(subject_of(each)) for each in gone[:_MOST_NAMED])
    more = f" and {len(gone) - _MOST_NAMED} more" if len(gone) > _MOST_NAMED else ""
    count = f"{len(gone)} check{'' if len(gone) == 1 else 's'}"
    fact = f"the run {told.run} judged {len(told.judged)} checks, and none of {count} that were judged before"
    step = "see what the run was started with, and what its estate and its checkouts hold: nobody judges these any more"
    yield _of_a_run(told, LESS, f"{fact}: {named}{more}", gone, (step,))


def _of_a_run(told: Told, outcome: str, headline: str, ids: Iterable[str], steps: Iterable[str]) -> KeptCause:
    members = tuple(Member(each, "", subject_of(each) or told.estate) for each in ids)
    return KeptCause(
        outcome=outcome,
        control="",
        subject=told.estate,
        severity=SEVERITY,
        headline=texts.line(headline, texts.LONGEST_WHOLE),
        since=None,
        steps=tuple(KeptStep(each) for each in steps),
        explains={},
        members=members,
    )


def _run_id(suites: Iterable[str]) -> str:
    return f"run of {' and '.join(sorted(suites)) or 'no known suite'}"


def _is_quiet(members: Iterable[Member], quiet: Collection[str]) -> bool:
    """Tell whether an estate wants nobody to be called for any of some checks."""
    return bool(quiet) and all(_names(each) & set(quiet) for each in members)


def _names(member: Member) -> set[str]:
    subjects = {member.subject, subject_of(member.id)} - {""}
    controls = {member.control} - {""}
    return {*subjects, *controls, *(f"{control} {subject}" for control in controls for subject in subjects)}


def ids_of(judged: Mapping[str, Judged]) -> frozenset[str]:
    """Give the ids of the checks in what was judged: a run itself is none."""
    return frozenset(each for each in judged if "::" in each)
