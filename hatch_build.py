"""How the wheel is built: what stands at the repository's top level travels in it, as `asbuilt/project`.

An editable install takes the repository's own files, so it gets no copy of them. `asbuilt/home.py` finds either.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PROJECT = (
    "conftest.py",
    "estate.yaml",
    "fixtures/demo.yaml",
    "fixtures/faults",
    "fixtures/repositories",
    "fixtures/scenarios",
    "pytest.ini",
    "reports/allurerc.mjs",
    "reports/categories.json",
    "tests_live",
    "tests_static",
)


class Project(BuildHookInterface):  # type: ignore[misc] # hatchling is there only while something is built
    """Puts the project's own files into the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say what is to be put where, in a wheel that is not editable."""
        if version == "standard":
            root = Path(self.root)
            build_data["force_include"] |= {str(root / each): f"asbuilt/project/{each}" for each in PROJECT}
