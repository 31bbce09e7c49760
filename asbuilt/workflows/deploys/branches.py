"""Where a `git push` goes: its remote, its branch, and whether Heroku builds what arrives there.

Source: https://devcenter.heroku.com/articles/git
"""

from collections.abc import Iterator

from asbuilt.workflows.shell.script import option

_TAKES_VALUE = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--prefix", "-P", "-o", "--push-option", "--repo"})
_SENDS_NOTHING = frozenset({"--dry-run", "-n", "--delete", "-d"})


def sent_by(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Give the remote of a `git push`, and what it sends there.

        git push heroku HEAD:main -> "heroku", ("HEAD:main",)

    An empty remote for another command, and for a push that sends nothing.
    """
    given = list(arguments(words[1:]))
    given = given[1:] if given[:1] == ["subtree"] else given
    if words[0].rpartition("/")[2] != "git" or given[:1] != ["push"] or _SENDS_NOTHING & set(words):
        return "", ()
    remote, *refs = given[1:] if len(given) > 1 else [option(words, "--repo") or "origin"]
    return remote, tuple(refs)


def branch_of(ref: str) -> str:
    """Give the branch that a refspec goes to; empty for a tag, and for one that deletes.

    HEAD:refs/heads/main -> main, develop -> develop, refs/tags/v1 -> nothing
    """
    source, colon, target = ref.lstrip("+").rpartition(":")
    if (colon and not source) or target.startswith("refs/tags/"):
        return ""
    return target.removeprefix("refs/heads/")


def builds(branch: str) -> bool:
    """Tell whether Heroku builds what is pushed to a branch: main and master. HEAD is whatever is checked out."""
    return branch in {"main", "master", "HEAD", "@"}


def arguments(words: tuple[str, ...]) -> Iterator[str]:
    """Give what stands on a git command line but options; options before the subcommand may take a value."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _TAKES_VALUE:
            skip = True
        elif not word.startswith("-"):
            yield word
