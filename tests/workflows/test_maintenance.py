"""Maintenance mode that a deploy turns on, and what turns it off again."""

from pathlib import Path

import pytest
from making import DEPLOY, sources_of

from asbuilt.workflows.judge.maintenance import left_on
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.tracing import deploy_paths

ON = "      - run: heroku maintenance:on --app kiosk\n"
OFF = "run: heroku maintenance:off --app kiosk"
SHIP = DEPLOY.format(app="kiosk").lstrip("\n")
PATCH = "curl -X PATCH https://api.heroku.com/apps/kiosk -H 'Accept: x' -d '{\"maintenance\": %s}'"


def checked(text, actions=None, **files):
    sources = sources_of(actions, w=text, **files)
    for each in sources.workflow_files:
        assert each.document.problems == (), each.document.problems
    checkout = Checkout(Path(), sources, deploy_paths=deploy_paths(sources))
    return [each for file in sources.workflow_files for each in left_on(file, checkout)]


def found(steps, jobs="", actions=None, on="push"):
    return checked(f"on: {on}\njobs:\n  ship:\n    runs-on: x\n    steps:\n{steps}{jobs}", actions)


def script(*lines):
    return "      - run: |\n" + "".join(f"          {each}\n" for each in lines)


@pytest.mark.parametrize(
    "steps",
    [
        SHIP,
        ON + SHIP + f"      - if: always()\n        {OFF}\n",
        ON + SHIP + f"      - if: success() || failure() || cancelled()\n        {OFF}\n",
        ON + SHIP + f"      - {OFF}\n      - if: failure() || cancelled()\n        {OFF}\n",
        ON + SHIP + f"      - if: always() && steps.on.outcome == 'success'\n        {OFF}\n",
        ON + SHIP + "      - if: always()\n        env: { HEROKU_APP: kiosk }\n        run: heroku maintenance:off\n",
        ON + SHIP + f"      - if: always()\n        {OFF} || true\n",
        script("trap 'heroku maintenance:off --app kiosk' EXIT", "heroku maintenance:on --app kiosk", "make") + SHIP,
        script("up() { heroku maintenance:off -a kiosk; }", "trap up EXIT", "heroku maintenance:on -a kiosk", "make")
        + SHIP,
        script("set +e", "heroku maintenance:on -a kiosk", "make migrate", "heroku maintenance:off -a kiosk") + SHIP,
        script(PATCH % "true") + SHIP + "      - if: always()\n        run: |\n          " + PATCH % "false" + "\n",
        # It is turned on for a failure alone.
        SHIP + "      - if: failure()\n        run: heroku maintenance:on -a kiosk\n",
    ],
)
def test_what_turns_it_off_whatever_happens_is_right(steps):
    assert found(steps) == []


@pytest.mark.parametrize(
    "steps",
    [
        ON + SHIP,
        ON + SHIP + f"      - {OFF}\n",
        ON + SHIP + f"      - if: failure()\n        {OFF}\n",
        ON + SHIP + f"      - if: success()\n        {OFF}\n",
        ON + SHIP + "      - if: always()\n        run: heroku maintenance:off --app another\n",
        ON
        + SHIP
        + "      - if: always()\n        run: |\n          make check\n          heroku maintenance:off -a kiosk\n",
        f"      - if: always()\n        {OFF}\n" + ON + SHIP,
        script("heroku maintenance:on -a kiosk", "make migrate", "heroku maintenance:off -a kiosk") + SHIP,
        script("heroku maintenance:on -a kiosk", "trap 'heroku maintenance:off -a kiosk' USR1", "make") + SHIP,
        script(PATCH % "true") + SHIP,
    ],
)
def test_what_a_failure_leaves_on_is_found_at_the_command(steps):
    (finding,) = found(steps)
    assert "stays so where a step behind fails" in finding.fact
    assert "maintenance" in finding.excerpt
    assert not finding.open


@pytest.mark.parametrize(
    "steps",
    [
        f"      - if: '!cancelled()'\n        {OFF}\n",
        f"      - if: success() || failure()\n        {OFF}\n",
        f"      - {OFF}\n      - if: failure()\n        {OFF}\n",
        f"      - if: always() && job.status != 'cancelled'\n        {OFF}\n",
    ],
)
def test_a_run_that_is_cancelled_leaves_it_on_too(steps):
    (finding,) = found(ON + SHIP + steps)
    assert "stays so where the run is cancelled" in finding.fact
    assert not finding.open


def test_the_remedy_ends_it():
    (finding,) = found(ON + SHIP)
    step = finding.fix.partition("the step: ")[2]
    assert found(ON + SHIP + f"      - {step}\n") == []


AFTER = "  up:\n    runs-on: x\n    needs: [ship]\n{}    steps:\n      - " + OFF + "\n"


def test_a_later_job_may_turn_it_off():
    assert found(ON + SHIP, AFTER.format("    if: always()\n")) == []
    assert len(found(ON + SHIP, AFTER.format(""))) == 1
    assert len(found(ON + SHIP, AFTER.format("    if: '!cancelled()'\n"))) == 1
    assert len(found(ON + SHIP, AFTER.format("    if: needs.ship.result == 'failure'\n"))) == 1


def test_it_may_be_turned_on_in_a_job_before_the_deploy():
    jobs = (
        f"  down:\n    runs-on: x\n    steps:\n{ON}  ship:\n    runs-on: x\n    needs: down\n    steps:\n{SHIP}"
        "  up:\n    runs-on: x\n    needs: [down, ship]\n{}    steps:\n      - " + OFF + "\n"
    )
    text = "on: push\njobs:\n" + jobs
    assert checked(text.replace("{}", "    if: always()\n")) == []
    assert len(checked(text.replace("{}", ""))) == 1


def test_a_condition_that_both_have_is_one():
    test = "if: inputs.down"
    steps = f"      - {test}\n        run: heroku maintenance:on -a kiosk\n{SHIP}      - if: always() && inputs.down\n"
    on = "{workflow_dispatch: {inputs: {down: {type: boolean}}}}"
    assert found(steps + f"        {OFF}\n", on=on) == []


def test_whether_it_is_turned_off_that_a_variable_decides_is_open():
    (finding,) = found(ON + SHIP + f"      - if: always() && vars.UP == 'yes'\n        {OFF}\n")
    assert finding.open
    assert finding.fact.startswith("cannot be told whether maintenance mode of kiosk")


def test_the_step_of_an_action_counts_where_it_stands():
    action = "runs: { using: composite, steps: [{ run: heroku maintenance:%s -a kiosk, shell: bash }] }\n"
    actions = {"down": action % "on", "up": action % "off"}
    steps = "      - uses: ./.github/actions/down\n" + SHIP
    assert found(steps + "      - if: always()\n        uses: ./.github/actions/up\n", actions=actions) == []
    (finding,) = found(steps, actions=actions)
    assert finding.path.endswith("down/action.yml")


def test_a_workflow_that_deploys_nothing_may_turn_it_on():
    assert checked(f"on: workflow_dispatch\njobs:\n  down:\n    runs-on: x\n    steps:\n{ON}") == []
