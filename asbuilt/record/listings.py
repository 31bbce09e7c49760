"""Which lists of the providers a run read, and to which page: told by the transcript, whoever wrote it."""

from collections.abc import Iterable

from asbuilt.model import Observation, Request
from asbuilt.observe.endpoints import endpoint_of
from asbuilt.record.manifest import Listing

_OK, _NO_MORE_OK, _REDIRECTS_END = 200, 300, 400
_Asked = tuple[str, str]  # an address, and the range of what is asked for there


def listings(observation: Observation) -> tuple[Listing, ...]:
    """Give each list that was asked for, in the order of their addresses: of one that was read again, the last reading.

    A list is whole where its last page was read and names no other; not where an answer failed, and not in an
    observation that was saved before the transcript had it.
    """
    newest = {each.request: each for each in _readings(observation.transcript, observation.github)}
    return tuple(newest[request] for request in sorted(newest))


def _readings(transcript: Iterable[Request], github: str) -> list[Listing]:
    """Give each reading of a list in the order in which they began.

    The next page of a list is what its last one named, its range included: what is asked for otherwise begins anew.
    """
    readings: list[Listing] = []
    awaited: dict[_Asked, int] = {}
    for each in transcript:
        endpoint = endpoint_of(each.url, github)
        if endpoint is None or not endpoint.is_list:
            continue
        at = awaited.pop((each.url, each.page), None)
        if at is None:
            at = len(readings)
            readings.append(Listing(f"{each.method} {each.url}", 0, whole=False))
        is_page = each.status is not None and _OK <= each.status < _NO_MORE_OK
        before = readings[at]
        pages = before.pages + is_page
        readings[at] = Listing(before.request, pages, whole=is_page and each.following == "")
        if following := _next(each, is_page=is_page):
            awaited[following] = at
    return readings


def _next(request: Request, *, is_page: bool) -> _Asked | None:
    """Give what would go on with a list: the next page, where it was redirected to, or the same after a failure."""
    is_redirect = request.status is not None and _NO_MORE_OK <= request.status < _REDIRECTS_END
    if not is_page and not (is_redirect and request.following):
        return request.url, request.page
    if not request.following:
        return None
    is_address = request.following.startswith("https://")
    return (request.following, request.page) if is_address else (request.url, request.following)
