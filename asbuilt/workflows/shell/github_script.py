"""JavaScript that a step hands to `actions/github-script`, GitHub's own action to run it."""

import re

GITHUB_SCRIPT = "actions/github-script"
_GIVES_UP = re.compile(r"setFailed|throw\b|process\.exit")


def gives_up(code: str) -> bool:
    """Tell whether code can fail its step."""
    return _GIVES_UP.search(code) is not None
