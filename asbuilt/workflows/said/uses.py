"""What `uses` names of another repository.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_iduses
"""

_PARTS_OF_A_NAME = 2


def named(uses: str) -> tuple[str, str] | None:
    """Give the repository, in lower case, and the path in it that `uses` names, without a version.

        Acme/Shared/.github/workflows/deploy.yml@v1 -> ("acme/shared", ".github/workflows/deploy.yml")
        Acme/Action@v1                              -> ("acme/action", "")

    None for what is named in another way: `./path`, `docker://image`.
    """
    name = uses.partition("@")[0].strip()
    if name.startswith((".", "$", "/")) or "://" in name or "${{" in name:
        return None
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if len(parts) < _PARTS_OF_A_NAME:
        return None
    return "/".join(parts[:_PARTS_OF_A_NAME]).lower(), "/".join(parts[_PARTS_OF_A_NAME:])
