"""Which of the causes that are open a run saw again: the same head, or checks in common.

A cause changes while it lasts: its head explains more tomorrow, a watch sees a part of it. It is still one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from asbuilt.alert.seen import Seen
from asbuilt.alert.state import Open


@dataclass(frozen=True, slots=True)
class Matched:
    """An open cause with what a run saw of it, the best first; and the open ones that have become one with it.

    `opened` is None for what is new. `parted_from` is the open cause that it was a part of, where a run that judged all
    of that saw it apart, and `parted` are the checks that have left an open cause so.
    """

    opened: Open | None
    seen: tuple[Seen, ...] = ()
    absorbed: tuple[Open, ...] = ()
    parted_from: Open | None = None
    parted: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Group:
    opened: Open
    seen: list[Seen] = field(default_factory=list)
    absorbed: list[Open] = field(default_factory=list)
    parted: set[str] = field(default_factory=set)


def matched(
    opened: Sequence[Open], seen: Sequence[Seen], judged: Mapping[str, object], now: datetime, hold: timedelta
) -> list[Matched]:
    """Give each open cause with what was seen of it, those of which nothing was included, then what is new."""
    scores = _scores(opened, seen, judged, now, hold)
    owner: dict[int, int] = {}  # of what was seen, the open cause that it is
    taken: set[int] = set()
    for one, other in sorted(scores, key=lambda pair: (scores[pair], -pair[1]), reverse=True):
        if one not in owner and other not in taken:
            owner[one] = other
            taken.add(other)
    groups = {index: _Group(each) for index, each in enumerate(opened)}
    apart: list[Matched] = []
    for index, each in enumerate(seen):
        if index in owner:
            groups[owner[index]].seen.append(each)
        elif like := [other for one, other in scores if one == index]:
            whole = max(like, key=lambda other: scores[index, other])
            if groups[whole].opened.standing.keys() <= judged.keys():
                apart.append(Matched(None, (each,), parted_from=groups[whole].opened))
                groups[whole].parted |= each.ids
            else:  # of a part nobody can say that it is by itself
                groups[whole].seen.append(each)
        else:
            apart.append(Matched(None, (each,)))
    _merge(groups, owner, scores, judged)
    known = (
        Matched(each.opened, tuple(each.seen), tuple(each.absorbed), parted=frozenset(each.parted))
        for each in groups.values()
    )
    return [*known, *apart]


def _scores(
    opened: Sequence[Open], seen: Sequence[Seen], judged: Mapping[str, object], now: datetime, hold: timedelta
) -> dict[tuple[int, int], tuple[int, bool]]:
    """Give how alike each pair is that is alike at all: checks in common, the same head."""
    found = {}
    lasting = [frozenset(_lasting(each, now, hold)) for each in opened]
    for one, new in enumerate(seen):
        for other, old in enumerate(opened):
            if new.cause.outcome != old.kind:
                continue
            common = len(new.ids & lasting[other])
            head = (new.cause.control, new.cause.subject) == (old.cause.control, old.cause.subject)
            # The same head without a check in common is the same cause only where its checks have other names now, and
            # nobody judged those of old: what was repaired and breaks again is another cause.
            strange = head and not new.ids & old.members.keys()
            renamed = strange and bool(lasting[other]) and not lasting[other] & judged.keys()
            if common or renamed:
                found[one, other] = (common, head)
    return found


def _lasting(opened: Open, now: datetime, hold: timedelta) -> Iterable[str]:
    """Give the checks by which a cause is known again: what was repaired and breaks later is another cause."""
    for each, one in opened.members.items():
        if one.stands or now - one.seen < hold:
            yield each


def _merge(
    groups: dict[int, _Group],
    owner: Mapping[int, int],
    scores: Iterable[tuple[int, int]],
    judged: Mapping[str, object],
) -> None:
    """Let open causes become one that a run saw as one: of those the one of which somebody was told first stays.

    Where the run did not judge all of one, that stays by itself: what it saw of it is of both.
    """
    taken = set(owner.values())
    for one, other in owner.items():
        others = [index for found, index in scores if found == one and index not in taken and index in groups]
        apart = [index for index in others if not groups[index].opened.standing.keys() <= judged.keys()]
        for index in apart:
            own = groups[index].opened.members.keys()
            groups[index].seen += [_part(each, own) for each in groups[other].seen]
            groups[other].seen = [_part(each, each.ids - own) for each in groups[other].seen]
        both = [groups.pop(index) for index in (other, *(each for each in others if each not in apart))]
        stays, *left = sorted(both, key=lambda each: (each.opened.called is None, each.opened.first_seen))
        stays.seen = [found for each in both for found in each.seen]
        stays.absorbed += [each.opened for each in left]
        groups[other] = stays


def _part(seen: Seen, ids: Collection[str]) -> Seen:
    """Give what was seen of some checks of a cause."""
    members = tuple(each for each in seen.cause.members if each.id in ids)
    return replace(seen, cause=replace(seen.cause, members=members))
