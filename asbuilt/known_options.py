"""A plugin that declares asbuilt's options before pytest looks for the first `conftest.py`, for `asbuilt live|static`.

pytest looks where the arguments lead, and takes the value of an option that it does not know yet for one of them:
`--checkout DIR` would run `DIR/conftest.py`. The plugins that are installed have declared their options by then.
"""

import difflib
from copy import copy

import pytest

from asbuilt import output
from asbuilt.texts import line


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pytest call itself what the user has called."""
    parser.prog = "asbuilt"
    group = parser.getgroup("asbuilt", "conformance of a deployment estate")
    for name, (metavar, told) in output.HELP.items():
        group.addoption(name, dest=f"asbuilt_{name[2:]}", metavar=metavar, help=told)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Declare the options, and read the arguments again. Raises UsageError for an option that nobody has declared."""
    early_config.pluginmanager.import_plugin("asbuilt.plugin")
    known, unknown = parser.parse_known_and_unknown_args(args, namespace=copy(early_config.option))
    for each in unknown:
        raise pytest.UsageError(_unknown(each.partition("=")[0]))
    for name in output.NAMES:
        if getattr(known, f"asbuilt_{name[2:]}") is not None:  # what the command line had was taken before
            raise pytest.UsageError(f"{name} belongs on the command line of `asbuilt`, not in PYTEST_ADDOPTS or a file")
    known.confcutdir = early_config.known_args_namespace.confcutdir  # found out since the arguments were read
    early_config.known_args_namespace = known


def _unknown(name: str) -> str:
    """Say of an option that there is none of its name, and which one may have been meant."""
    from asbuilt.options import names  # noqa: PLC0415 - for a mistake alone

    near = difflib.get_close_matches(name, (*names(), *output.NAMES), n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return line(f"{name}: neither asbuilt nor pytest has such an option; {meant}`asbuilt live --help` lists them all")
