"""What the general linters of GitHub Actions find."""

from asbuilt.controls import Finding, control, finding, none_of


@control("WF030", severity="SEV-3", satisfies=["SOC2 CC6.8", "NIST SI-10", "ISO27001 A.8.28"])
def test_zizmor_finds_nothing(workflow_file, zizmor):
    """The workflow file is one in which zizmor finds nothing, and zizmor has scanned it.

    Every finding of zizmor's default persona counts, whatever its severity.

    Remedy: `zizmor --offline .github/workflows/{workflow}`; what is meant so: `# zizmor: ignore[RULE]` on that line.
    """
    none_of(noted(workflow_file.document, each) for each in zizmor)


@control("WF030", severity="SEV-3", satisfies=["SOC2 CC6.8", "NIST SI-10", "ISO27001 A.8.28"])
def test_zizmor_finds_nothing_in_actions(checkout, zizmor_of_actions):
    """The repository's own actions are ones in which zizmor finds nothing, and zizmor has scanned each.

    Remedy: `zizmor --offline .` in a checkout of {repository}; what is meant so: `# zizmor: ignore[RULE]` on that line.
    """
    documents = {each.path: each.document for each in checkout.sources.actions.values()}
    none_of(noted(documents.get(each.path), each) for each in zizmor_of_actions)


@control("WF031", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST SI-10", "ISO27001 A.8.28"])
def test_actionlint_finds_nothing(workflow_file, actionlint):
    """The workflow file is one in which actionlint finds nothing, and actionlint has read it to its end.

    Remedy: `actionlint .github/workflows/{workflow}`; what is meant so stands in `.github/actionlint.yaml`.
    """
    none_of(noted(workflow_file.document, each) for each in actionlint)


def noted(document, remark):
    """Give a linter's remark as a finding, by the linter's own name for the rule."""
    fact, fix = f"{remark.rule}: {remark.message}", f"see {remark.link}" if remark.link else ""
    if document is None:
        return Finding(fact, fix, remark.path, remark.mark)
    return finding(document, remark.mark, fact, fix)
