"""The providers' clock: the `Date` of their answers. An app sets its own, and this machine's may be wrong."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from asbuilt.model import Request
from asbuilt.observe.endpoints import GITHUB, is_of_a_provider


def began(transcript: Iterable[Request], github: str = GITHUB) -> datetime | None:
    """Give when a run began: the first date that a provider sent; None where none sent any."""
    return next(_dates(transcript, github), None)


def latest(transcript: Iterable[Request], github: str = GITHUB) -> datetime | None:
    """Give the latest date that a provider sent; None where none sent any."""
    return max(_dates(transcript, github), default=None)


def _dates(transcript: Iterable[Request], github: str) -> Iterator[datetime]:
    return (each.date for each in transcript if each.date and is_of_a_provider(each.url, github))
