"""A deploy is done when the app has answered."""

from asbuilt.controls import control, finding, none_of


@control("WF005", severity="SEV-3", satisfies=["SOC2 CC7.2", "SOC2 CC8.1", "NIST SI-4"])
def test_deploy_is_followed_by_a_health_check(app, deploy_paths):
    """A health check that can fail the run follows every deploy, in the same job or a later one.

    A request whose failure is swallowed, and a step or job with `continue-on-error`, check nothing.

    Remedy: after the deploy, ask the app: `curl --fail --retry 10 --retry-all-errors URL/health`.
    """
    none_of(
        finding(
            path.document,
            path.mark,
            f'job "{path.job}" deploys {app.name} ({path.way}), and no later step fails the run if it does not answer',
            "add a step after it: run: curl --fail --retry 10 --retry-all-errors URL"
            + (app.probes[0].path if app.probes else "/"),
        )
        for path in deploy_paths
        if not path.verified_by
    )
