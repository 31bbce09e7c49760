"""What the general linters of GitHub Actions find."""

from asbuilt.controls import control, none_of


@control("WF030", severity="SEV-3", satisfies=["SOC2 CC6.8", "NIST SI-10", "ISO27001 A.8.28"])
def test_zizmor_finds_nothing(zizmor):
    """The workflow file is one in which zizmor finds nothing, and zizmor has scanned it.

    Every finding of zizmor's default persona counts, whatever its severity.

    Remedy: `zizmor --offline .github/workflows/{workflow}`; what is meant so: `# zizmor: ignore[RULE]` on that line.
    """
    none_of(zizmor)


@control("WF030", severity="SEV-3", satisfies=["SOC2 CC6.8", "NIST SI-10", "ISO27001 A.8.28"])
def test_zizmor_finds_nothing_in_actions(zizmor_of_actions):
    """The repository's own actions are ones in which zizmor finds nothing, and zizmor has scanned each.

    Remedy: `zizmor --offline .` in a checkout of {repository}; what is meant so: `# zizmor: ignore[RULE]` on that line.
    """
    none_of(zizmor_of_actions)


@control("WF031", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST SI-10", "ISO27001 A.8.28"])
def test_actionlint_finds_nothing(actionlint):
    """The workflow file is one in which actionlint finds nothing, and actionlint has read it to its end.

    Remedy: `actionlint .github/workflows/{workflow}`; what is meant so stands in `.github/actionlint.yaml`.
    """
    none_of(actionlint)
