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


LINES = "      - run: |\n          {}\n"


def lines(*written, checkout="", env="", before=""):
    given = f"        env: {{ {env} }}\n" if env else ""
    return uses("actions/checkout", checkout) + before + LINES.format("\n          ".join(written)) + given


def doubts(steps, deploy=TAGS, on="push", **more):
    text = f"on: {on}\njobs:\n  tag:\n    runs-on: x\n    steps:\n{steps}"
    return [doubt for path in paths_of(ship=deploying(on=deploy), tag=text, **more) for doubt in path.doubts]


VERSION = "      - id: next\n        run: echo n=1.2 >> $GITHUB_OUTPUT\n"
HANDED = f'      - id: t\n        env: {{{{ K: \'{OWN}\' }}}}\n        run: echo "mine=$K" >> "$GITHUB_{{}}"\n'
OTHERS = HANDED.replace("GITHUB_TOKEN", "PAT")
ALONE = "persist-credentials: false"
LOGINS = (
    ('echo "$T" | gh auth login --with-token',),
    ('gh auth login --with-token <<< "$T"',),
    ('echo "$T" > token.txt', "gh auth login --with-token < token.txt"),
    ('printf %s "$T" >"$HOME/t"', 'cat "$HOME/t" | gh auth login --with-token'),
)
KEEPERS = (
    ('echo "https://x:${T}@github.com" >> ~/.git-credentials',),
    ("cat > ~/.netrc <<END", "machine github.com login x password $T", "END"),
    ("export GH_TOKEN=$T", "gh auth setup-git"),
)


def logged(how, token):
    return lines(*how, "gh release create $N", env=f"T: '{token}'")


def kept(how, token):
    return lines(*how, "git push --tags", env=f"T: '{token}'", checkout="persist-credentials: false")


APP_TOKEN = "      - id: app\n        uses: actions/create-github-app-token@v2\n"


@pytest.mark.parametrize(
    "steps",
    [
        lines("next=v1.0.$GITHUB_RUN_NUMBER", 'git tag "$next"', 'git push origin "$next"'),
        lines('git tag -a "$(cat VERSION)" -m made', 'git push origin "$(cat VERSION)"'),
        lines("n=$(cat VERSION)", "git tag -am made $n", "git push origin HEAD $n"),
        lines('git tag "${{ steps.next.outputs.n }}"', "git push origin ${{ steps.next.outputs.n }}", before=VERSION),
        lines("git push origin $N", env="N: x", before=LINES.format("git tag $N")),
        lines("git push origin tag $N"),
        lines("git push origin HEAD:refs/tags/$N"),
        lines('git push "https://x-access-token:$PASS@github.com/o/r" --tags', env=f"PASS: '{OWN}'"),
        lines(
            "git push https://x:${{ secrets.GITHUB_TOKEN }}@github.com/o/r --tags",
            checkout="persist-credentials: false",
        ),
        lines("export GH_TOKEN=$PASS", "gh release create $N", env=f"PASS: '{OWN}'"),
        lines("GH_TOKEN=$PASS gh release create $N --generate-notes", env="PASS: '${{ github.token }}'"),
        lines(
            'curl -H "Authorization: Bearer $T" -d \'{"tag_name": "x"}\' https://api.github.com/repos/o/r/releases',
            env=f"T: '{OWN}'",
        ),
        lines("git push https://x:${{ steps.t.outputs.mine }}@github.com/o/r --tags", before=HANDED.format("OUTPUT")),
        lines("git push https://x:$mine@github.com/o/r --tags", before=HANDED.format("ENV")),
        lines("GH_TOKEN=$mine gh release create $N", before=HANDED.format("ENV")),
        *(logged(how, OWN) for how in LOGINS),
        *(kept(how, OWN) for how in KEEPERS),
        lines("gh release create $N", before=HANDED.format("ENV").replace("mine", "GH_TOKEN")),
        uses("actions/checkout")
        + HANDED.format("OUTPUT")
        + uses("ncipollo/release-action", "token: '${{ steps.t.outputs.mine }}'"),
        uses("ncipollo/release-action", "tag: v1, token: '${{ env.T }}'", f"T: '{OWN}'"),
        uses("butlerlogic/action-autotag", env=f"GITHUB_TOKEN: '{OWN}'"),
    ],
)
def test_however_the_tag_and_the_token_are_called(steps):
    (remark,) = remarks(steps)
    assert "makes a tag with GITHUB_TOKEN" in remark
    assert doubts(steps) == []


@pytest.mark.parametrize(
    "steps",
    [
        lines("git tag $N", "git push origin $N", checkout=f"token: '{PERSONAL}'"),
        lines("git tag $N", "git push origin $N", checkout="token: '${{ steps.app.outputs.token }}'", before=APP_TOKEN),
        lines(
            "git push https://x:${{ steps.t.outputs.mine }}@github.com/o/r --tags",
            before=OTHERS.format("OUTPUT"),
            checkout=ALONE,
        ),
        lines("git push https://x:$mine@github.com/o/r --tags", before=OTHERS.format("ENV"), checkout=ALONE),
        lines(
            "git push https://x:$mine@github.com/o/r --tags",
            env=f"mine: '{PERSONAL}'",
            before=HANDED.format("ENV"),
            checkout=ALONE,
        ),
        *(logged(how, PERSONAL) for how in LOGINS),
        *(kept(how, PERSONAL) for how in KEEPERS),
        APP_TOKEN + uses("softprops/action-gh-release", "token: '${{ steps.app.outputs.token }}'"),
        lines("GH_TOKEN=$PASS gh release create $N", env=f"PASS: '{PERSONAL}'"),
        lines(
            "git remote set-url origin https://x:$P@github.com/o/r",
            "git push --tags",
            env=f"P: '{PERSONAL}'",
            checkout=ALONE,
        ),
        lines(
            "git remote set-url origin https://x:${{ secrets.PAT }}@github.com/${{ github.repository }}",
            "git push --tags",
            checkout=ALONE,
        ),
        lines('git push "https://x:${{ secrets.PAT }}@github.com/o/r" --tags', checkout=ALONE),
        lines("git push https://$GITHUB_ACTOR:$P@github.com/o/r --tags", env=f"P: '{PERSONAL}'", checkout=ALONE),
        lines("git push https://$P:x-oauth-basic@github.com/o/r --tags", env=f"P: '{PERSONAL}'", checkout=ALONE),
        lines(
            "git config --unset-all http.https://github.com/.extraheader",
            'git push "https://x:${{ secrets.PAT }}@github.com/o/r" --tags',
        ),
        lines("git tag $N", "git push origin main"),  # the tag stays where it is
        lines("git tag build-$N", "git push origin build-$N"),  # not one that the deploy waits for
        lines("git tag -d $N", "git push origin $N"),
        lines("git push origin :refs/tags/$N"),
        lines("git tag $N", "git push origin $N:refs/heads/build"),
        lines("git tag --list $N", "git push origin $N"),
        uses("rickstaa/action-create-tag", "tag: nightly"),
    ],
)
def test_a_tag_of_another_token_or_another_name_starts_others_or_is_none(steps):
    assert remarks(steps) == []
    assert doubts(steps) == []


@pytest.mark.parametrize(
    ("steps", "written"),
    [
        (lines("git push --tags", checkout="token: '${{ secrets.PAT || github.token }}'"), "secrets.PAT"),
        (lines("git push --tags", checkout="token: '${{ steps.x.outputs.token }}'"), "steps.x.outputs.token"),
        (lines("git push --tags", checkout="persist-credentials: false"), ""),
        (lines("gh release create v1"), ""),
        # The checkout leaves its own header, and git sends that first.
        (lines('git push "https://x:${{ secrets.PAT }}@github.com/o/r" --tags'), "secrets.PAT"),
        (uses("softprops/action-gh-release", "token: '${{ vars.T }}'"), "vars.T"),
    ],
)
def test_whose_token_it_is_may_be_open(steps, written):
    assert remarks(steps) == []
    ((_, mark, what, token),) = doubts(steps)
    assert what == "a tag"
    assert mark.line >= 6
    assert written in token


def test_a_token_is_followed_through_an_action_and_a_call():
    made = (
        "runs:\n  using: composite\n  steps:\n    - run: gh release create v1\n      shell: bash\n"
        "      env: { GH_TOKEN: '${{ inputs.token }}' }\n"
    )
    inputs = "inputs: { token: { default: '${{ github.token }}' } }\n"
    text = "on: push\njobs: {{tag: {{runs-on: x, steps: [{{uses: ./.github/actions/make{}}}]}}}}\n"
    for handed, expected in (("", 1), (", with: {token: '${{ secrets.PAT }}'}", 0)):
        found = paths_of({"make": inputs + made}, ship=deploying(on=TAGS), tag=text.format(handed))
        assert sum(len(path.remarks) for path in found) == expected
    called = (
        "on: workflow_call\njobs:\n  tag:\n    runs-on: x\n    steps:\n      - run: gh release create v1\n"
        "        env: { GH_TOKEN: '${{ secrets.T }}' }\n"
    )
    for secret, expected in (("github.token", 1), ("secrets.PAT", 0)):
        calling = "on: push\njobs: {x: {uses: ./.github/workflows/make.yml, secrets: {T: '${{ " + secret + " }}'}}}\n"
        found = paths_of(ship=deploying(on=TAGS), make=called, call=calling)
        assert sum(len(path.remarks) for path in found) == expected


def test_a_tag_that_is_pushed_makes_no_release():
    assert remarks(lines("git push --tags"), "{release: {types: [published]}}") == []


def test_a_dispatch_with_the_own_token_starts_a_run():
    steps = lines("git push --tags", "gh workflow run ship.yml --ref main", env=f"GH_TOKEN: '{OWN}'")
    assert remarks(steps, "workflow_dispatch") == []
    assert remarks(steps, "repository_dispatch") == []
