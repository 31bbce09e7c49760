"""A plugin that declares asbuilt's options before pytest looks for the first `conftest.py`, for `asbuilt live|static`.

pytest looks where the arguments lead, and takes the value of an option that it does not know yet for one of them:
`--checkout DIR` would run `DIR/conftest.py`. The plugins that are installed have declared their options by then.
"""

from copy import copy

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pytest call itself what the user has called."""
    parser.prog = "asbuilt"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Declare the options, and read the arguments again."""
    early_config.pluginmanager.import_plugin("asbuilt.plugin")
    known = parser.parse_known_args(args, namespace=copy(early_config.option))
    known.confcutdir = early_config.known_args_namespace.confcutdir  # found out since the arguments were read
    early_config.known_args_namespace = known
