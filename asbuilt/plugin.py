"""The pytest hooks: options, one sweep a run, hand-over to xdist workers, parameters, outcomes."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from asbuilt import catalogue, judging, options
from asbuilt.controller import PHASES, Controller, attach
from asbuilt.controls import Drift
from asbuilt.estate import load, source_of
from asbuilt.estate_errors import EstateError
from asbuilt.model import restore, save
from asbuilt.observe.credentials import NoTokenError
from asbuilt.record.directory import OBSERVATION, RESULTS, new_directory, today
from asbuilt.record.evidence import describe
from asbuilt.record.finish import finish, write_sandbox_log
from asbuilt.record.terminal import summary
from asbuilt.run import RUN, OptionError, Run, checkouts_of, prepared, scope_of
from asbuilt.sandbox.scenario import ScenarioError
from asbuilt.subjects import kind_of, none_declared
from asbuilt.suppressing import sort_out
from asbuilt.verdicts import together
from asbuilt.world import World, choose, observe

_WORLD = pytest.StashKey[World]()
_CLOSING = pytest.StashKey[ExitStack]()
_DIRECTORY = "asbuilt_directory"
_DAY = 86_400


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    options.declare(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Decide what the run is about. Whatever the user got wrong ends here, in one message."""
    config.stash[_CLOSING] = ExitStack()
    config.stash[PHASES] = {}
    if not options.concerns_estate(config):
        return
    try:
        _prepare(config)
    except (EstateError, OptionError, ScenarioError, NoTokenError) as error:
        raise pytest.UsageError(str(error)) from error


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the sandbox."""
    config.stash[_CLOSING].close()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Observe, once a run, in one process, before any worker starts."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or _is_worker(config) or config.option.collectonly or not options.wants_live(config):
        return
    directory, observation = run.directory, run.observation
    if directory is None:
        return
    if observation is None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        observation, served = observe(
            run,
            config.stash[_WORLD],
            settle=config.option.settle,
            timeout=config.option.timeout,
            say=lambda text: reporter.write_line(f"asbuilt: {text}") if reporter else None,
        )
        if served:
            write_sandbox_log(directory, served)
    save(observation, directory / OBSERVATION)
    config.stash[RUN] = replace(run, observation=observation)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where the run's directory is: the observation is in it, and its results belong there."""
    run = node.config.stash.get(RUN, None)
    if run and run.directory:
        node.workerinput[_DIRECTORY] = str(run.directory)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each check one test for each declared subject; where none is declared, one that says so."""
    run = metafunc.config.stash.get(RUN, None)
    kind = kind_of(metafunc.fixturenames)
    if run is None or kind is None or "subject" not in metafunc.fixturenames:
        return
    ids = list(run.subjects(kind))
    nothing = pytest.param("", marks=pytest.mark.skip(reason=none_declared(kind)), id=f"no {kind} declared")
    metafunc.parametrize("subject", ids or [nothing], ids=ids or None, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not in scope; refuse a waiver that names nothing."""
    run = config.stash.get(RUN, None)
    if run is None:
        return
    out = [item for item in items if not _in_scope(item, run)]
    if out:
        gone = set(out)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=out)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Expect the drift that a waiver accepts; a waiver whose date has passed is void."""
    run = item.config.stash.get(RUN, None)
    item.stash[judging.SEEN] = judging.Seen()
    subject = judging.subject_of(item, run) if run else None
    if run is None or subject is None:
        return
    day = _day(run)
    for waiver in run.estate.waivers:
        fits = waiver.control == judging.catalogued(item).id and waiver.subject in {subject.id, subject.name}
        if fits and waiver.until >= day:
            reason = f"waived until {waiver.until} by {waiver.owner} (#{waiver.issue}): {waiver.reason}"
            item.add_marker(pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Take out of a check's drift what suppressions accept; without drift, ask whether all was read."""
    seen = item.stash[judging.SEEN]
    try:
        result = yield
    except Drift as drift:
        run = item.config.stash.get(RUN, None)
        if run is None:
            raise
        subject, control = judging.subject_of(item, run), judging.catalogued(item).id
        found = sort_out(run, subject, control, drift.findings, _day(run))
        seen.accepted = found.accepted
        if found.drift:
            raise Drift(found.drift) from None
        seen.conform()
        if item.get_closest_marker("xfail") is None:  # a waiver of the estate that is there beside it is not needed
            pytest.xfail(found.reason)
        return None
    seen.conform()
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the verdict on the report, in a form that a worker can send."""
    report = yield
    run = item.config.stash.get(RUN, None)
    if run is not None and item.get_closest_marker("control"):
        attach(report, judging.verdict_of(item, run, call, report))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Describe the check in the evidence while it is still open there."""
    run = item.config.stash.get(RUN, None)
    if run is not None and run.directory is not None and item.get_closest_marker("control"):
        subject = judging.subject_of(item, run)
        seen = item.stash[judging.SEEN]
        describe(run, judging.catalogued(item), item.nodeid, subject, seen.facts, seen.requests)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Record the run, once every worker and every other plugin has written what it has to."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or _is_worker(config) or run.directory is None:
        return
    finish(run, together(config.stash[PHASES]), config.stash[_WORLD].secrets)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what somebody woken at night can act on."""
    run = config.stash.get(RUN, None)
    for failed in terminalreporter.getreports("error"):
        if isinstance(failed, pytest.CollectReport):
            terminalreporter.write_line(f"{failed.nodeid}: could not be collected\n{failed.longreprtext}", red=True)
    if run is None or config.option.collectonly:
        return
    columns = config.get_terminal_writer().fullwidth if terminalreporter.isatty else None
    for line in summary(run, together(config.stash[PHASES]), columns):
        terminalreporter.write_line(line.text, **line.markup)


def _in_scope(item: pytest.Item, run: Run) -> bool:
    subject = judging.subject_of(item, run)
    return subject is None or run.judges(subject, live=item.get_closest_marker("live") is not None)


def _day(run: Run) -> date:
    """Give the date of the world that is judged: the providers', or for files alone this machine's."""
    return run.observation.as_of.date() if run.observation else today()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _prepare(config: pytest.Config) -> None:
    """Decide what the run is about, and begin it. Raises what a user can get wrong."""
    option = config.option
    options.refuse_what_contradicts(config)
    path = config.invocation_params.dir / option.estate
    source = source_of(Path(option.estate))
    estate = load(Path(option.estate), {control.id for _, control in catalogue.checks()}, source)
    scope = scope_of(estate, option.app, option.repository)
    checkouts = checkouts_of(estate, path, option.checkout, option.repository)
    if not options.concerns(config, "tests_live"):
        options.refuse_nothing(checkouts)
    run = prepared(estate, scope, checkouts)
    if _is_worker(config):
        run = _handed_over(config, run)
    elif not option.collectonly:
        run = _begun(config, run, source)
    config.stash[RUN] = run


def _begun(config: pytest.Config, run: Run, estate: bytes) -> Run:
    """Give the run of the process that reports its world and its directory."""
    option = config.option
    config.pluginmanager.register(Controller(config), "asbuilt-controller")
    world = World(run.world)
    if options.wants_live(config):
        world = choose(run, sandbox=option.sandbox, observed=option.observed, closing=config.stash[_CLOSING])
    config.stash[_WORLD] = world
    clock = world.sandbox.clock() if world.sandbox else None
    try:
        directory = new_directory(config.invocation_params.dir / option.evidence, clock)
    except OSError as error:
        raise OptionError(f"--evidence {option.evidence}: no folder can be made there: {error.strerror}") from error
    (directory / "estate.yaml").write_bytes(estate)
    option.allure_report_dir = str(directory / RESULTS)
    option.xmlpath = option.xmlpath or str(directory / "junit.xml")
    return replace(run, world=world.name, observation=world.observation, directory=directory)


def _handed_over(config: Any, run: Run) -> Run:
    """Give a worker the run of its controller."""
    handed = config.workerinput.get(_DIRECTORY)
    if handed is None:
        return run
    directory = Path(handed)
    config.option.allure_report_dir = str(directory / RESULTS)
    seen = directory / OBSERVATION
    return replace(run, directory=directory, observation=restore(seen) if seen.exists() else None)
