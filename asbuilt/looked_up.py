"""Which requests an answer rests on: they are noted as its facts are looked up."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from asbuilt.model import RepositoryState, Unobserved

K = TypeVar("K")
V = TypeVar("V")


class LookedUp(Mapping[K, V]):
    """A mapping that hands on what is looked up in it: not what is only gone through, nor asked to be there."""

    def __init__(self, held: Mapping[K, V], hand_on: Callable[[V], V]) -> None:
        self._held = held
        self._hand_on = hand_on

    def __getitem__(self, key: K) -> V:
        return self._hand_on(self._held[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def items(self) -> Any:
        """Give what there is, without looking anything up."""
        return self._held.items()

    def values(self) -> Any:
        """Give what there is, without looking anything up."""
        return self._held.values()


def noting(repositories: Mapping[str, RepositoryState], note: list[int]) -> Mapping[str, RepositoryState]:
    """Give repositories that note the requests of what is looked up of them and was seen: runs, jobs, deployments."""

    def noted(fact: Any) -> Any:
        if not isinstance(fact, Unobserved):
            note.extend(fact.requests)
        return fact

    def state(held: RepositoryState) -> RepositoryState:
        names = ("deployments", "histories", "jobs", "statuses", "comparisons")
        facts: dict[str, Any] = {name: LookedUp(getattr(held, name), noted) for name in names}
        return replace(held, **facts)

    return LookedUp(repositories, state)
