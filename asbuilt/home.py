"""Where the project's own files are: the checks with their configuration, the sandbox's worlds, the examples."""

from pathlib import Path

_IN_PACKAGE = Path(__file__).parent / "project"  # a wheel has there what stands at the repository's top level

IS_PACKAGED = _IN_PACKAGE.is_dir()
PROJECT = _IN_PACKAGE if IS_PACKAGED else Path(__file__).parents[1]
