"""Which commit a release runs: what Heroku says of its slug or image, of its build, or in its description.

A commit is told by seven to forty hexadecimal digits; two agree where one begins with the other.
"""

import re
from collections.abc import Iterator

from asbuilt.model import AppState, Comparison, Fact, Observed, Release, RepositoryState, current_release, deploys
from asbuilt.terms import COMMIT

_SHA = re.compile(COMMIT)
_DEPLOY = re.compile(rf"Deploy ({COMMIT})", re.IGNORECASE)


def is_commit(text: str | None) -> bool:
    """Say whether a text names a commit: a whole one, or as much of it as tells it apart."""
    return text is not None and _SHA.fullmatch(text) is not None


def agree(one: str, other: str) -> bool:
    """Say whether two names of commits are of the same."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return long.startswith(short)


def releases_of(state: AppState) -> tuple[Release, ...]:
    """Give the releases of an app, newest first: none where they could not be seen."""
    return state.releases.value if isinstance(state.releases, Observed) else ()


def deploys_of(state: AppState) -> tuple[Release, ...]:
    """Give the releases of an app that brought code: none where they could not be seen."""
    images = isinstance(state.app, Observed) and state.app.value.runs_images
    return deploys(releases_of(state), images=images)


def brought_by(state: AppState, release: Release) -> Release | None:
    """Give the release that brought the code which a release runs: itself, or one that it carries forward.

    One that did not succeed, or not yet, carries nothing forward: what it brought was not before.
    """
    if release.status in {"pending", "failed"}:
        return None
    found = (each for each in deploys_of(state) if each.version <= release.version)
    return max(found, key=lambda each: each.version, default=None)


def commit_of(state: AppState, release: Release) -> str | None:
    """Give the commit that a release of an app runs, as whole as Heroku knows it; None where nothing names it.

    `release` is one of `state.releases`, the code that it runs brought by itself or by an earlier one.
    """
    return next(_named(state, release), None)


def release_of(state: AppState, commit: str) -> Release | None:
    """Give the newest release of a commit, current or not; None where none is known to be of it."""
    named = ((release, commit_of(state, release)) for release in releases_of(state))
    return next((release for release, of in named if of and agree(of, commit)), None)


def other_commit(state: AppState, meant: str | None) -> str | None:
    """Give the commit that the current release runs, where Heroku names one that is not the meant one."""
    release = current_release(releases_of(state))
    named = commit_of(state, release) if release else None
    return named if named and meant and not agree(named, meant) else None


def comparison_with(state: RepositoryState, commit: str) -> Fact[Comparison] | None:
    """Give what tells whether GitHub knows a commit: absent where it does not, None where nobody asked."""
    found = (fact for name, fact in state.comparisons.items() if name.startswith(f"{commit}..."))
    return next(found, None)


def told_by(state: AppState) -> dict[str, str]:
    """Give the commit that an app itself names, by the path of the probe that was answered so."""
    answers = {path: fact.value.commit for path, fact in state.probes.items() if isinstance(fact, Observed)}
    return {path: commit for path, commit in answers.items() if commit}


def _named(state: AppState, release: Release) -> Iterator[str]:
    """Give what names the commit of a release, the surest first."""
    brought = brought_by(state, release) or release
    code = state.codes.get(release.code or "")
    if isinstance(code, Observed) and code.value.commit and is_commit(code.value.commit):
        yield code.value.commit
    for build in state.builds.value if isinstance(state.builds, Observed) else ():
        of_it = build.release in {release.id, brought.id} - {""} or (build.code and build.code == release.code)
        if of_it and build.version and is_commit(build.version):
            yield build.version
    for each in (release, brought):
        if match := _DEPLOY.fullmatch(each.description):
            yield match[1]
