"""Scripts that ask GitHub's variables for the ref or the event: what they keep out does not deploy."""

import pytest
from making import CHECKOUT, paths_of

PUSH = "git push https://git.heroku.com/shop.git HEAD:main"
SHIP = "      - uses: akhileshns/heroku-deploy@v3\n        with: { heroku_app_name: shop }\n"


def triggers(*lines, after="", on="[push, pull_request]"):
    """Give the events by which code is deployed, by a script of these lines or by the step after it."""
    script = "\n          ".join(lines)
    text = f"on: {on}\njobs:\n  d:\n    runs-on: x\n    steps:\n{CHECKOUT}      - run: |\n          {script}\n{after}"
    return {path.trigger for path in paths_of(w=text)}


@pytest.mark.parametrize(
    "lines",
    [
        (f'case "$GITHUB_REF" in *main*) {PUSH} ;; esac',),
        (f"if [[ $GITHUB_REF == refs/heads/* ]]; then {PUSH}; fi",),
        (f'if [ "$GITHUB_REF_NAME" = main ]; then {PUSH}; fi',),
        (f'test "$GITHUB_EVENT_NAME" = push || exit 0; {PUSH}',),
    ],
)
def test_a_script_that_asks_for_a_branch_deploys_on_no_pull_request(lines):
    assert triggers(*lines) == {"push"}


@pytest.mark.parametrize(
    "guard",
    [
        '[ "$GITHUB_EVENT_NAME" = push ] || exit 1',
        'if [ "$GITHUB_EVENT_NAME" = pull_request ]; then exit 1; fi',
        '[[ "$GITHUB_REF" =~ ^refs/heads/ ]]',
        'test "${GITHUB_REF}" != refs/pull/1/merge && test "${GITHUB_REF%%/pull/*}" != refs',
    ],
)
def test_a_guard_before_the_deploy_ends_a_pull_request(guard):
    assert triggers(guard, after=SHIP) == {"push"}


@pytest.mark.parametrize(
    "lines", [(f'case "$GITHUB_REF" in refs/pull/*) {PUSH} ;; esac',), (f'[ -n "$GITHUB_HEAD_REF" ] && {PUSH}',)]
)
def test_what_asks_for_a_pull_request_deploys_on_one(lines):
    assert "pull_request" in triggers(*lines)
