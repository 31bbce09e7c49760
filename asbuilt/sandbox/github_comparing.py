"""The history of a repository's branches, as far as a world tells it, and how GitHub compares two points of it.

A branch holds the commits that were pushed to it, one after the other, each with the files that it changed.
Source: https://docs.github.com/rest/commits/commits#compare-two-commits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asbuilt.sandbox.exchange import encoded
from asbuilt.sandbox.github_documents import WEB, Document, commit, repository_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asbuilt.sandbox.world import Repository

_MOST_FILES = 300


def history(repository: Repository, ref: str) -> tuple[str, ...]:
    """Return the commits of a branch, oldest first, up to its head; of a commit, up to it. Empty for neither."""
    for branch in repository.branches:
        pushed = dict.fromkeys(
            run.sha for run in reversed(repository.runs) if run.event == "push" and run.branch == branch.name
        )
        found = tuple(dict.fromkeys([*(sha for sha in pushed if sha != branch.sha), branch.sha]))
        if ref in (branch.name, branch.sha):
            return found
        if ref in found:
            return found[: found.index(ref) + 1]
    return (ref,) if is_known(repository, ref) else ()


def is_known(repository: Repository, sha: str) -> bool:
    """Say whether the repository has a commit: a branch's head, or one that a run ran on."""
    return sha in {*(branch.sha for branch in repository.branches), *(run.sha for run in repository.runs)}


def committed_at(repository: Repository, sha: str) -> datetime:
    """Return when a commit came to be: with the first run that ran on it."""
    return min((run.created_at for run in repository.runs if run.sha == sha), default=repository.created_at)


def ahead(history: Sequence[str], base: str) -> Sequence[str]:
    """Return the commits of a history that another commit does not have: all of them where it is not in it."""
    return history[history.index(base) + 1 :] if base in history else history


def comparison(repository: Repository, history: Sequence[str], base: str, head: str, shown: Sequence[str]) -> Document:
    """Return how the head of a history compares with a commit; `shown` are the commits of one page."""
    new = ahead(history, base)
    below = f"compare/{encoded(base)}...{encoded(head)}"
    web = f"{WEB}/{repository.full_name}"
    meets = base if base in history else history[0]
    status = ("ahead" if new else "identical") if base in history else "diverged"
    return {
        "url": f"{repository_url(repository)}/{below}",
        "html_url": f"{web}/{below}",
        "permalink_url": f"{web}/{below}",
        "diff_url": f"{web}/{below}.diff",
        "patch_url": f"{web}/{below}.patch",
        "base_commit": commit(repository, base, committed_at(repository, base)),
        "merge_base_commit": commit(repository, meets, committed_at(repository, meets)),
        "status": status,
        "ahead_by": len(new),
        "behind_by": 0 if base in history else 1,
        "total_commits": len(new),
        "commits": [_commit(repository, history, sha) for sha in shown],
        "files": [_file(repository, name, history[-1]) for name in _changed(repository, new)][:_MOST_FILES],
    }


def _commit(repository: Repository, history: Sequence[str], sha: str) -> Document:
    """Return a commit with the one that it was put on."""
    document = commit(repository, sha, committed_at(repository, sha))
    at = history.index(sha)
    parents = [history[at - 1]] if at else []
    api, web = repository_url(repository), f"{WEB}/{repository.full_name}"
    document["parents"] = [
        {"sha": each, "url": f"{api}/commits/{each}", "html_url": f"{web}/commit/{each}"} for each in parents
    ]
    return document


def _changed(repository: Repository, commits: Sequence[str]) -> list[str]:
    """Return the files that some commits changed, by name."""
    return sorted({name for run in repository.runs if run.sha in commits for name in run.files})


def _file(repository: Repository, name: str, head: str) -> Document:
    web = f"{WEB}/{repository.full_name}"
    return {
        "sha": head[::-1],
        "filename": name,
        "status": "modified",
        "additions": 1,
        "deletions": 0,
        "changes": 1,
        "blob_url": f"{web}/blob/{head}/{encoded(name)}",
        "raw_url": f"{web}/raw/{head}/{encoded(name)}",
        "contents_url": f"{repository_url(repository)}/contents/{encoded(name)}?ref={head}",
    }
