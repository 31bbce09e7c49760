"""Tags and releases that are made with GITHUB_TOKEN set no workflow off."""

import pytest
from making import deploying, paths_of

TAGS = "{push: {tags: ['v*']}}"
OWN = "${{ secrets.GITHUB_TOKEN }}"
PERSONAL = "${{ secrets.RELEASE_TOKEN }}"


def remarks(steps, deploy=TAGS, on="push", more=""):
    text = f"on: {on}\njobs:\n  tag:\n    runs-on: x\n{more}    steps:\n{steps}"
    return [remark for path in paths_of(ship=deploying(on=deploy), tag=text) for remark in path.remarks]


def uses(action, token="", env=""):
    given = f"        with: {{ {token} }}\n" if token else ""
    return f"      - uses: {action}@v1\n{given}" + (f"        env: {{ {env} }}\n" if env else "")


def run(script, env="", checkout=""):
    given = f"        env: {{ {env} }}\n" if env else ""
    return f"{uses('actions/checkout', checkout)}      - run: {script}\n{given}"


@pytest.mark.parametrize(
    "steps",
    [
        uses("mathieudutour/github-tag-action", f"github_token: '{OWN}'"),
        uses("Mathieudutour/github-tag-action", "github_token: '${{ github.token }}'"),
        uses("softprops/action-gh-release"),
        uses("anothrNick/github-tag-action", env=f"GITHUB_TOKEN: '{OWN}'"),
        uses("googleapis/release-please-action"),
        run("git push --tags"),
        run("git push origin v1.2.3"),
        run("git tag v1 && git push --follow-tags"),
        run('git push origin "$NEW_TAG"'),
        run("git push origin refs/tags/v1", checkout=f"token: '{OWN}'"),
        run("gh release create v1", f"GH_TOKEN: '{OWN}'"),
        run("npx semantic-release", f"GITHUB_TOKEN: '{OWN}'"),
        run("gh api repos/o/r/git/refs -f ref=refs/tags/v1 -f sha=$SHA", f"GH_TOKEN: '{OWN}'"),
        run("gh api repos/o/r/releases -f tag_name=v1", f"GH_TOKEN: '{OWN}'"),
        uses("actions/github-script", "script: 'github.rest.git.createRef({ ref: `refs/tags/${v}`, sha })'"),
        uses("actions/github-script", f"script: 'github.rest.repos.createRelease(x)', github-token: '{OWN}'"),
    ],
)
def test_a_tag_that_its_own_token_pushes_starts_nothing(steps):
    (remark,) = remarks(steps)
    assert "makes a tag with GITHUB_TOKEN" in remark


@pytest.mark.parametrize(
    "steps",
    [
        uses("mathieudutour/github-tag-action", f"github_token: '{PERSONAL}'"),
        uses("softprops/action-gh-release", f"token: '{PERSONAL}'"),
        uses("anothrNick/github-tag-action", env=f"GITHUB_TOKEN: '{PERSONAL}'"),
        uses("googleapis/release-please-action", "token: '${{ steps.app.outputs.token }}'"),
        run("git push --tags", checkout=f"token: '{PERSONAL}'"),
        run("git push --tags", checkout="ssh-key: '${{ secrets.KEY }}'"),
        run("git push --tags", checkout="persist-credentials: false"),
        run("git push https://x:$PAT@github.com/o/r --tags", f"PAT: '{PERSONAL}'"),
        run("git push origin main"),
        run("git push origin --delete v1"),
        run("gh release create v1", f"GH_TOKEN: '{PERSONAL}'"),
        run("npx semantic-release", f"GITHUB_TOKEN: '{PERSONAL}'"),
        run("echo git push --tags"),
        run("gh api repos/o/r/releases --jq .[0].tag_name", f"GH_TOKEN: '{OWN}'"),
        run("gh api repos/o/r/git/refs -f ref=refs/heads/next -f sha=$SHA", f"GH_TOKEN: '{OWN}'"),
        run("gh api repos/o/r/releases -f tag_name=v1", f"GH_TOKEN: '{PERSONAL}'"),
        uses("actions/github-script", f"script: 'createRelease(x)', github-token: '{PERSONAL}'"),
        uses("actions/github-script", "script: 'github.rest.repos.listReleases(x)'"),
        # One of two tokens does start it.
        uses("softprops/action-gh-release") + run("git push --tags", checkout=f"token: '{PERSONAL}'"),
    ],
)
def test_a_tag_that_may_start_others_is_not_remarked_on(steps):
    assert remarks(steps) == []


def test_what_follows_a_tag_makes_none():
    steps = uses("softprops/action-gh-release")
    assert remarks(steps, on=TAGS) == []
    assert remarks(steps, more="    if: startsWith(github.ref, 'refs/tags/')\n") == []


def test_but_it_makes_a_release():
    (remark,) = remarks(uses("softprops/action-gh-release"), "{release: {types: [published]}}", on=TAGS)
    assert "a release" in remark


def test_a_path_by_a_branch_or_by_hand_waits_for_no_tag():
    steps = uses("softprops/action-gh-release")
    assert remarks(steps, "{push: {branches: [main]}}") == []
    assert remarks(steps, "workflow_dispatch") == []
