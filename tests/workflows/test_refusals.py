"""Steps that refuse what does not suit them, before the deploy."""

import pytest
from making import SHIP, gated, paths_of

BOTH = "[push, pull_request]"
ASKS = "      - if: github.event_name == 'pull_request'\n"
REFUSES = f"{ASKS}        run: |\n          echo no\n          exit 1\n"


def triggers(text, **files):
    return {path.trigger for path in paths_of(w=text, **files)}


@pytest.mark.parametrize(
    ("step", "refused"),
    [
        (REFUSES, True),
        (f"{ASKS}        run: 'false'\n", True),
        (f"{ASKS}        uses: actions/github-script@v7\n        with: {{ script: core.setFailed('no') }}\n", True),
        (REFUSES.replace("exit 1", "exit 0"), False),
        (REFUSES.replace("exit 1", "exit 0; exit 1"), False),
        (REFUSES.replace("exit 1", "test -n x || exit 1"), False),
        (REFUSES.replace("exit 1", "make || exit 1"), False),
        (REFUSES.replace("        run", "        continue-on-error: true\n        run"), False),
        (REFUSES.replace("if: ", "if: failure() && "), False),
        (REFUSES.replace("== 'pull_request'", "== 'issues'"), False),
        (REFUSES.replace("github.event_name == 'pull_request'", "vars.X == 'y'"), False),
    ],
)
def test_a_step_before_the_deploy_refuses(step, refused):
    expected = {"push"} if refused else {"push", "pull_request"}
    assert triggers(gated(BOTH, deploy=step)) == expected
    assert triggers(gated(BOTH, gate=step)) == expected
    assert triggers(gated(BOTH, deploy="", action=SHIP + step)) == {"push", "pull_request"}


def test_a_gate_that_does_not_count_refuses_nothing():
    assert triggers(gated(BOTH, gate=REFUSES, condition="    if: always()\n")) == {"push", "pull_request"}


def test_what_is_refused_on_every_way_is_still_a_deploy():
    assert triggers(gated("pull_request", deploy=REFUSES)) == {"pull_request"}


def test_a_step_of_an_action_refuses():
    step = REFUSES.replace("        run", "        shell: bash\n        run")
    action = f"runs:\n  using: composite\n  steps:\n{step}"
    uses = "      - uses: ./.github/actions/check\n"
    assert triggers(gated(BOTH, deploy=uses), actions={"check": action}) == {"push"}
