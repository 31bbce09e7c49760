"""Commands that a deploying job runs in a dyno, and who hears how they end."""

import pytest
from making import DEPLOY, sources_of

from asbuilt.workflows.judge.remote import unheard

SHIP = DEPLOY.format(app="kiosk")
HEARD = (
    "{ id: m, continue-on-error: true, run: heroku run -x -a kiosk m }\n"
    "      - { if: steps.m.outcome == 'failure', run: exit 1 }"
)


def found(*steps, actions=None, deploy=SHIP):
    listed = "".join(f"      - {each}\n" for each in steps)
    sources = sources_of(actions, w=f"on: push\njobs:\n  ship:\n    runs-on: x\n    steps:{deploy}{listed}")
    return unheard(sources.workflow_files[0], sources)


@pytest.mark.parametrize(
    "step",
    [
        "run: heroku run --exit-code -a kiosk rake db:migrate",
        "run: heroku run rake db:migrate -x -a kiosk",
        "run: heroku run -xa kiosk rake db:migrate",
        "run: npx heroku run --exit-code=true -a kiosk -- rake db:migrate",
        "run: heroku run -x -a kiosk rake db:migrate || exit 1",
        "run: if ! heroku run -x -a kiosk bin/check; then heroku rollback -a kiosk; exit 1; fi",
        "run: if heroku run -x -a kiosk bin/is-first; then echo hello; fi",
        "run: heroku ps:wait -a kiosk",
        "run: heroku run --help",
        "run: heroku releases -a kiosk | grep run",
        HEARD,
    ],
)
def test_a_remote_command_that_is_heard_of_is_right(step):
    assert found(step) == ()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("run: heroku run -a kiosk rake db:migrate", "heroku run succeeds without --exit-code"),
        ("run: heroku run -a kiosk -- rake db:migrate -x", "heroku run succeeds without --exit-code"),
        ('run: heroku run -a kiosk "rake db:migrate --exit-code"', "heroku run succeeds without --exit-code"),
        ("run: npx heroku@9 run -a kiosk m", "heroku run succeeds without --exit-code"),
        ("run: heroku run:detached --exit-code -a kiosk m", "run:detached does not wait for it"),
        ("run: heroku run -x -a kiosk m || true", "the script goes on where it fails"),
        ("run: if ! heroku run -x -a kiosk m; then echo failed; fi", "what is done where it fails ends well"),
        ("run: heroku run -x -a kiosk m || echo failed", "the script goes on where it fails"),
        ("{ shell: 'bash {0}', run: 'heroku run -x -a kiosk m; echo over' }", "the script goes on where it fails"),
        ("{ continue-on-error: true, run: heroku run -x -a kiosk m }", "continue-on-error"),
        ("run: timeout 60 heroku run -a kiosk m", "heroku run succeeds without --exit-code"),
        ("{ shell: pwsh, run: heroku run -a kiosk m }", "heroku run succeeds without --exit-code"),
        ("{ uses: actions/heroku@master, with: { args: run -a kiosk m } }", "heroku run succeeds without --exit-code"),
        ("run: for each in a b; do heroku run -a kiosk $each; done", "heroku run succeeds without --exit-code"),
    ],
)
def test_one_that_nobody_hears_of_is_found(step, words):
    (finding,) = found(step)
    assert words in finding.fact
    assert len(finding.fact) <= 160


def test_the_remedy_can_be_pasted_and_ends_it():
    (finding,) = found('run: heroku run -a kiosk "rake db:migrate"')
    assert finding.fix == 'heroku run --exit-code -a kiosk "rake db:migrate"'
    assert found(f"run: {finding.fix}") == ()


def test_it_is_told_at_its_line_of_the_script():
    (finding,) = found("run: |\n          echo now\n          heroku run -a kiosk m\n          echo done")
    assert (finding.mark.line, finding.mark.column) == (10, 11)
    assert finding.excerpt == "heroku run -a kiosk m"


def test_one_in_an_action_of_the_repository_is_found_there():
    action = "runs: { using: composite, steps: [{ run: heroku run -a kiosk m, shell: bash }] }\n"
    (finding,) = found("uses: ./.github/actions/migrate", actions={"migrate": action})
    assert finding.path.endswith("migrate/action.yml")
    assert "used by w.yml" in finding.fact


def test_a_job_that_deploys_nothing_is_not_asked():
    assert found("run: heroku run -a kiosk m", deploy="\n") == ()
