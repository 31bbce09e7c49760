"""A plugin that declares asbuilt's options before pytest looks for the first `conftest.py`, for `asbuilt live|static`.

pytest looks where the arguments lead, and takes the value of an option that it does not know yet for one of them:
`--checkout DIR` would run `DIR/conftest.py`. The plugins that are installed have declared their options by then.
"""

from copy import copy
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.expression import Expression

from asbuilt import output
from asbuilt.control_ids import every_id, unknown_in
from asbuilt.declared_options import OF_PYTEST, declarations
from asbuilt.invoked import SUITES
from asbuilt.nearest import nearest, quoted, unknown


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
        raise pytest.UsageError(_unknown(each.partition("=")[0], _verb(known.file_or_dir)))
    for name in output.NAMES:
        if getattr(known, f"asbuilt_{name[2:]}") is not None:  # what the command line had was taken before
            raise pytest.UsageError(f"{name} belongs on the command line of `asbuilt`, not in PYTEST_ADDOPTS or a file")
    _refuse_what_is_not_there(known, early_config.invocation_params.dir)
    known.confcutdir = early_config.known_args_namespace.confcutdir  # found out since the arguments were read
    early_config.known_args_namespace = known


def _verb(places: list[str]) -> str:
    """Give the verb whose checks are judged, by where they stand."""
    folders = {Path(each.partition("::")[0]).name for each in map(str, places)}
    return next((verb for verb, (folder, *_) in SUITES.items() if folder in folders), "live")


def _unknown(name: str, verb: str) -> str:
    """Say of an option that there is none of its name, and which one may have been meant."""
    near = nearest(name, (*declarations(), *output.NAMES, *OF_PYTEST))
    meant = f"did you mean {quoted(near)}? " if near else ""
    ours = f"asbuilt {verb} -h lists those of ours"
    return f"there is no option {quoted(name)}, neither here nor in pytest; {meant}{ours}"


def _refuse_what_is_not_there(known: Any, folder: Path) -> None:
    """Refuse what pytest would find out once all is observed. Raises UsageError."""
    for each in known.file_or_dir:
        if not (folder / str(each).partition("::")[0]).exists():
            raise pytest.UsageError(f"{quoted(str(each))} is no file of checks; a folder is judged by --checkout")
    if known.keyword:
        try:
            Expression.compile(known.keyword)
        except SyntaxError as error:
            raise pytest.UsageError(f"-k {quoted(known.keyword)} is not an expression: {error.msg}") from None
        ids = sorted(set(every_id()))
        if wrong := unknown_in(known.keyword, ids):
            raise pytest.UsageError(f"-k: {unknown('control', wrong, ids)}")
