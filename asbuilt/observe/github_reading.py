"""How GitHub's REST API is read: what each question carries, how a list is walked, and what a run is."""

from collections.abc import Iterator
from typing import Any

from asbuilt.model import WorkflowRun
from asbuilt.observe.ask import Ask, instant, items
from asbuilt.observe.http import next_page

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_MOST_PAGES = 100


def listed(ask: Ask, url: str, key: str) -> Iterator[dict[str, Any]]:
    """Walk a list to its last page. `key` is what it is wrapped in, empty for one that is bare.

    Raises ValueError for one that repeats, never ends, or leads elsewhere.
    """
    for page, _ in pages(ask, url, key):
        yield from page


def pages(ask: Ask, url: str, key: str) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    """Walk a list page by page, as long as somebody asks for the next: each with whether there is one behind it.

    Raises ValueError as `listed` does.
    """
    seen: set[str] = set()
    what, count = key or "things", 0
    while url:
        if url in seen or len(seen) == _MOST_PAGES:
            raise ValueError(f"a list of {what} whose pages repeat or do not end")
        seen.add(url)
        answer = ask.get(url, HEADERS)
        document = answer.json()
        url = next_page(answer.headers)
        found = items(document[key] if key else document)
        count += len(found)
        total = document.get("total_count") if key else None
        if not url and isinstance(total, int) and count < total:
            raise ValueError(f"{count} of {total} {what}, and no page more")
        yield found, bool(url)
        if url and not url.startswith(f"{ask.github}/"):
            raise ValueError(f"a list of {what} that goes on elsewhere")


def run(raw: dict[str, Any]) -> WorkflowRun:
    """Read a workflow run."""
    return WorkflowRun(
        id=raw["id"],
        number=raw["run_number"],
        event=raw["event"],
        status=raw["status"],
        conclusion=raw["conclusion"],
        branch=raw["head_branch"],
        sha=raw["head_sha"],
        created_at=instant(raw["created_at"]),
        updated_at=instant(raw["updated_at"]),
        url=raw["html_url"],
    )
