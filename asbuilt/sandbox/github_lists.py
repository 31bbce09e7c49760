"""How GitHub's lists are cut: pages with their `Link` header, and the filters on workflow runs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from asbuilt.sandbox.github_documents import API, repository_id
from asbuilt.sandbox.reading import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from asbuilt.sandbox.exchange import Ask
    from asbuilt.sandbox.world import Repository, Run

_PAGE, _LARGEST_PAGE = 30, 100
_OPERATORS = (">=", "<=", ">", "<")


def page(ask: Ask, repository: Repository, items: Sequence[Any]) -> tuple[Sequence[Any], dict[str, str]]:
    """Return the page that a request asks for, and its `Link` header, whose URLs name the repository by number.

    Source: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
    """
    asked = ask.parameters
    size = max(1, min(_whole(asked.get("per_page"), _PAGE), _LARGEST_PAGE))
    number = max(1, _whole(asked.get("page"), 1))
    last = max(1, -(-len(items) // size))
    targets = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    shown = [name for name in targets if (number < last if name in ("next", "last") else number > 1)]
    # /repos/OWNER/NAME/rest and /repositories/NUMBER/rest alike.
    below = ask.path.split("/", 4 if ask.path.startswith("/repos/") else 3)[-1]
    url = f"{API}/repositories/{repository_id(repository)}/{below}"
    links = [f'<{url}?{urlencode({**asked, "page": targets[name]})}>; rel="{name}"' for name in shown]
    return items[(number - 1) * size : number * size], {"Link": ", ".join(links)} if links else {}


def filtered(ask: Ask, runs: Sequence[Run]) -> Sequence[Run]:
    """Return the runs that a request's filters let through.

    Source: https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
    """
    wanted = ask.parameters
    tests: dict[str, Callable[[Run, str], bool]] = {
        "branch": lambda run, value: run.branch == value,
        "event": lambda run, value: run.event == value,
        "status": lambda run, value: value in (run.status, run.conclusion),
        "head_sha": lambda run, value: run.sha == value,
        "actor": lambda run, value: run.actor == value,
        "created": lambda run, value: _created(run.created_at, value),
    }
    chosen = [(test, wanted[name]) for name, test in tests.items() if wanted.get(name)]
    return [run for run in runs if all(test(run, value) for test, value in chosen)]


def _created(at: datetime, asked: str) -> bool:
    """Say whether an instant is in a range of GitHub's search syntax: `>=T`, `<T`, `A..B`, `A..*`, or a day."""
    first, dots, last = asked.partition("..")
    if dots:
        return _created(at, f">={first}" if first != "*" else "") and _created(at, f"<={last}" if last != "*" else "")
    operator = next((operator for operator in _OPERATORS if asked.startswith(operator)), "")
    text = asked.removeprefix(operator)
    begins = instant(text, None)
    if begins is None:
        return True
    # A day stands for the whole of it.
    ends = begins + timedelta(days=1, seconds=-1) if "T" not in text else begins
    return {">=": at >= begins, "<=": at <= ends, ">": at > ends, "<": at < begins}.get(operator, begins <= at <= ends)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default
