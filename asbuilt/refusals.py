"""What of pytest's options, its plugins and its settings cannot be meant for a run that judges an estate.

Each of them would let a check conform that saw nothing, lose evidence, or accept what nobody accepted.
"""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from asbuilt import options
from asbuilt.catalogue import FOLDERS, PROJECT
from asbuilt.option_values import OptionError
from asbuilt.options import Asked
from asbuilt.record.directory import RESULTS, VERDICTS
from asbuilt.workflows.paths.checkout import Checkout

_WAYS_AROUND = {
    "log_file": "--log-file",
    "debug": "--debug",
    "pastebin": "--pastebin",
    "report_log": "--report-log",
    "htmlpath": "--html",
    "json_report": "--json-report",
}


def refuse_what_contradicts(config: pytest.Config, asked: Asked) -> None:
    """Refuse options that make no sense, or none together. Raises OptionError."""
    option = config.option
    refuse_vanishing_asserts(sys.flags.optimize)
    _refuse_what_is_off(config)
    _refuse_other_settings(config)
    refuse_ways_around(config)
    for dest, name in (("clean_alluredir", "--clean-alluredir"), ("allure_report_dir", "--alluredir")):
        if getattr(option, dest, None):
            raise OptionError(f"{name}: each run has {RESULTS} of its own, in a fresh directory; take it out")
    if getattr(option, "runxfail", False):
        raise OptionError("--runxfail: waivers and suppressions rest on what it switches off; take it out")
    if _reruns(config):
        raise OptionError("--reruns: what was observed does not change when it is judged again; take it out")
    if getattr(option, "setuponly", False) and not getattr(option, "setupplan", False):
        raise OptionError("--setup-only judges nothing: take --setup-plan, or --setup-show with a run")
    static = options.concerns(config, "tests_static") and options.wants_static(config)
    of_files_alone = not options.concerns(config, FOLDERS[0])
    live = options.wants_live(config)
    _refuse_what_is_of_others(asked, live=live, static=static, of_files_alone=of_files_alone)
    if asked.hold is not None and asked.hold > asked.settle / 2:
        most = f"at most half of --settle, which is {asked.settle:g}"
        raise OptionError(f"--hold {asked.hold:g}: {most}; give a longer --settle, or a shorter --hold")
    refuse_nested(config.invocation_params.dir / asked.evidence, asked.evidence)


def _refuse_what_is_of_others(asked: Asked, *, live: bool, static: bool, of_files_alone: bool) -> None:
    """Refuse options that are for other checks than those that were asked for, or for none of what they go with."""
    for name, value in (("--sandbox", asked.sandbox), ("--observed", asked.observed)):
        if not live and value:
            way = f"asbuilt live {name}={shlex.quote(value)}" if of_files_alone else "add -m live"
            raise OptionError(f"{name} is for the live checks, and files are judged without it: {way}")
    if not live and asked.edited:
        raise OptionError("--edited is for --observed, which is for the live checks: add -m live")
    if not live and asked.commit:
        raise OptionError("--commit is for the live checks: add -m live")
    if asked.recorded and asked.checkout:
        raise OptionError("--recorded brings the files of the checkouts: take --checkout out, or --recorded")
    if asked.base and asked.recorded:
        raise OptionError("--base is of a checkout, and --recorded brings what was found then: take one of them out")
    if asked.base and not static:
        raise OptionError("--base is for the checks of workflow files: asbuilt static")
    if asked.recorded and live and not asked.observed:
        raise OptionError("--recorded is of what was judged before: add --observed DIR/observation.json")


def refuse_ways_around(config: pytest.Config) -> None:
    """Refuse options that write or send elsewhere what no secret is taken out of. Raises OptionError."""
    logs_to = config.getini("log_file") if config.pluginmanager.hasplugin("logging") else ""
    asked = [name for dest, name in _WAYS_AROUND.items() if getattr(config.option, dest, None)]
    if logs_to and "--log-file" not in asked:
        asked.append("log_file")
    if asked:
        raise OptionError(f"{', '.join(asked)}: what is written there would hold secrets; leave it out")


def refuse_nothing(checkouts: Mapping[str, Checkout]) -> None:
    """Refuse folders without a file to judge: most likely they are the wrong ones, and all would be well with them."""
    if any(each.workflow_files or each.procfile for each in checkouts.values()):
        return
    where = f" in {', '.join(str(each.root) for each in checkouts.values())}" if checkouts else ""
    raise OptionError(
        f"no workflow files to judge{where}: name their folder, --checkout DIR or repositories.*.checkout"
    )


def refuse_nested(evidence: Path, name: str) -> None:
    """Refuse a folder for evidence that is itself the directory of a run. Raises OptionError."""
    if (evidence / RESULTS).is_dir() or (evidence / VERDICTS).exists():
        raise OptionError(f"--evidence {name}: is the directory of one run; name the folder above it")


def refuse_vanishing_asserts(level: int) -> None:
    """Refuse a Python that leaves assert statements out: a check without them always conforms. Raises OptionError."""
    if level:
        raise OptionError("Python runs without assert statements, so no check could fail: unset PYTHONOPTIMIZE, no -O")


def _reruns(config: pytest.Config) -> bool:
    """Say whether pytest-rerunfailures is there, and asked to run again what failed."""
    if not hasattr(config.option, "reruns"):
        return False
    return bool(config.option.reruns or getattr(config.option, "force_reruns", None) or config.getini("reruns"))


def _refuse_what_is_off(config: pytest.Config) -> None:
    """Refuse to run without a plugin that outcomes rest on: it is there where its option is."""
    if not hasattr(config.option, "runxfail"):
        raise OptionError(
            "the plugin skipping is switched off, and waivers and suppressions rest on it: "
            "take away -p no:skipping, or whatever else keeps it out"
        )


def _refuse_other_settings(config: pytest.Config) -> None:
    """Refuse settings other than those beside the checks: which checks are live, what an empty set comes to."""
    ini, home = config.inipath, config.rootpath.resolve()
    ours = home == PROJECT.resolve() or not any(options.asks_for(config, PROJECT / each) for each in FOLDERS)
    if ini is None or ini.resolve() != home / "pytest.ini" or not ours:
        raise OptionError(
            f"the checks run with the pytest.ini beside them, not with {ini or 'no settings'} from {config.rootpath}: "
            "leave out -c and --rootdir, or use `asbuilt live` and `asbuilt static`"
        )
