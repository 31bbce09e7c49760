import pytest
from making import deploying, paths_of

from asbuilt.workflows.judge.gates import wrong_environment

MAIN = "{push: {branches: [main]}}"
BY_HAND = "{workflow_dispatch: {inputs: {to: {type: choice, options: [live]}}}}"


def faults(**files):
    return [
        (fault.mark.line, fault.fact.partition(" through ")[2], fault.fix)
        for path in paths_of(**files)
        if (fault := wrong_environment(path, "production")) is not None
    ]


@pytest.mark.parametrize(
    ("environment", "on", "expected"),
    [
        ("production", MAIN, []),
        ("Production", MAIN, []),
        ("${{ github.ref_name == 'main' && 'production' || 'staging' }}", MAIN, []),
        (None, MAIN, [(3, "no environment, expected production", "add to job deploy: environment: production")]),
        ("live", MAIN, [(5, "live, expected production", "environment: production")]),
        (
            "${{ inputs.to }}",
            BY_HAND,
            [(5, "live, expected production", "let ${{ inputs.to }} come to production here")],
        ),
        (
            "${{ inputs.to }}",
            MAIN,
            [
                (
                    5,
                    "no environment: ${{ inputs.to }} is empty here, expected production",
                    "let ${{ inputs.to }} come to production here",
                )
            ],
        ),
        (
            "${{ vars.TO }}",
            MAIN,
            [
                (
                    5,
                    "cannot be told: `${{ vars.TO }}` on line 5",
                    "in the estate: repositories: {OWNER/NAME: {names: {vars.TO: production}}}",
                )
            ],
        ),
    ],
)
def test_a_deploy_goes_through_the_declared_environment(environment, on, expected):
    job = f"    environment: {environment}\n" if environment else ""
    assert faults(w=deploying(on=on, job=job)) == expected


def test_what_a_caller_hands_over_is_mended_there():
    called = deploying(on="{workflow_call: {inputs: {to: {type: string}}}}", job="    environment: ${{ inputs.to }}\n")
    entry = f"on: {MAIN}\njobs: {{go: {{uses: ./.github/workflows/called.yml, with: {{to: live}}}}}}\n"
    assert faults(w=entry, called=called) == [
        (
            5,
            "live, expected production; called by w.yml:2",
            "in the job that calls this workflow, with: to: production",
        )
    ]
    assert faults(w=entry.replace("live", "production"), called=called) == []
