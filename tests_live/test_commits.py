"""What runs is the commit that was meant."""

import pytest

from asbuilt.commits import agree
from asbuilt.controls import Finding, control, none_of

pytestmark = pytest.mark.live


@control(
    "HK009",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "SOC2 CC7.2"],
    explained_by=["HK003", "HK018"],
    declared=["meant"],
    observed=["told_commits", "named_commit", "release", "release_of_meant"],
)
def test_what_runs_is_the_commit_that_was_meant(meant, told_commits, named_commit, release, release_of_meant):
    """What runs is what was meant: the commit of `--commit`, and the one that the app itself names.

    A run that was green need not have released what it was started for.

    Remedy: heroku releases --app {app}   (no release of it there? {deploy})
    """
    expected = meant or named_commit
    if expected is None:
        pytest.skip("Heroku names no commit of the current release, and no --commit says what was meant")
    named = {f"current release {release} runs": named_commit} if named_commit else {}
    named |= {f"GET {path} says that it is": commit for path, commit in told_commits.items()}
    wrong = {who: commit for who, commit in named.items() if not agree(commit, expected)}
    became = _became(release_of_meant) if meant else ""
    none_of(Finding(f"{who} {commit}, not {expected}{became}") for who, commit in wrong.items())


def _became(release):
    """Say what became of the release of the commit that was meant."""
    if release is None:
        return ": there is no release of it"
    become = {"succeeded": "was overtaken", "pending": "is pending"}.get(release.status, release.status)
    return "" if release.current else f": its release {release} {become}"
