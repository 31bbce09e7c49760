"""The pytest hooks: options, one sweep a run, hand-over to xdist workers, parameters, outcomes."""

import os
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from asbuilt import catalogue, judging, keeping, options, refusals, texts
from asbuilt.breakdown import ENDING, INTERNAL, Breakdown, held
from asbuilt.controller import PHASES, UNCOLLECTED, Controller, attach
from asbuilt.controls import Drift
from asbuilt.estate import load, source_of
from asbuilt.estate_errors import EstateError
from asbuilt.model import Observation, dump
from asbuilt.model import load as load_observation
from asbuilt.observe.credentials import NoTokenError
from asbuilt.options import Asked
from asbuilt.record.directory import OBSERVATION, RESULTS, new_directory, today
from asbuilt.record.evidence import describe
from asbuilt.record.finish import finish, write_sandbox_log
from asbuilt.record.results import listen
from asbuilt.record.terminal import summary
from asbuilt.record.writing import write_bytes
from asbuilt.run import RUN, OptionError, Run, checkouts_of, prepared, scope_of
from asbuilt.sandbox.scenario import ScenarioError
from asbuilt.subjects import kind_of, none_declared
from asbuilt.suppressing import sort_out
from asbuilt.verdicts import together
from asbuilt.withholding import Secrets
from asbuilt.world import World, choose, observe

_WORLD = pytest.StashKey[World]()
_CLOSING = pytest.StashKey[ExitStack]()
_XML = pytest.StashKey[Path | None]()
_DIRECTORY = "asbuilt_directory"
_OBSERVATION = "asbuilt_observation"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options."""
    options.declare(parser, pluginmanager)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Decide what the run is about. Whatever the user got wrong ends here, in one message."""
    config.stash[_CLOSING] = ExitStack()
    config.stash[PHASES] = {}
    config.stash[UNCOLLECTED] = []
    if not options.concerns_estate(config):
        return
    keeping.begin(config, os.environ, config.stash[_CLOSING])
    if not _is_worker(config):
        config.pluginmanager.register(Breakdown(config), "asbuilt-breakdown")
    try:
        _prepare(config)
    except catalogue.BrokenChecksError as error:
        pytest.exit(f"checks that cannot be used, so nothing is judged:\n{error}", returncode=INTERNAL)
    except (EstateError, OptionError, ScenarioError, NoTokenError) as error:
        raise pytest.UsageError(texts.lines(keeping.secrets(config).hide(str(error)))) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the sandbox, and guarding what is printed."""
    if closing := config.stash.get(_CLOSING, None):
        closing.close()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Observe, once a run, in one process, before any worker starts."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or _is_worker(config) or options.judges_nothing(config) or not options.wants_live(config):
        return
    directory, observation = run.directory, run.observation
    if directory is None:
        return
    if observation is None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        asked = options.asked(config)
        observation, served = observe(
            run,
            config.stash[_WORLD],
            settle=asked.settle,
            timeout=asked.timeout,
            say=lambda text: reporter.write_line(f"asbuilt: {texts.line(text)}") if reporter else None,
        )
        if served:
            with keeping.noting(config):
                write_sandbox_log(directory, served, run.secrets)
    observation = _as_kept(observation, run.secrets)
    with keeping.noting(config):
        write_bytes(directory / OBSERVATION, dump(observation), run.secrets)
    config.stash[RUN] = replace(run, observation=observation)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker what was observed, what is secret, and where its results belong."""
    run = node.config.stash.get(RUN, None)
    if run and run.directory:
        node.workerinput[_DIRECTORY] = str(run.directory)
        node.workerinput[_OBSERVATION] = dump(run.observation).decode() if run.observation else None
        keeping.hand_over(node, run)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from an xdist worker what it could not write."""
    if node.config.stash.get(RUN, None):
        keeping.hear(node.config, node)


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
        # What pytest prints by `--tb`, `--showlocals` and `-r` is of the same texts.
        report.longrepr = texts.shown_in(report.longrepr)
        report.sections = texts.shown_in(report.sections)
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
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Record the run, once every worker and every other plugin has written what it has to."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is not None and _is_worker(config):
        keeping.report_missed(config)
    if run is None or _is_worker(config) or run.directory is None:
        return
    verdicts, uncollected, xml = together(config.stash[PHASES]), config.stash[UNCOLLECTED], config.stash[_XML]
    with held(session), keeping.noting(config):
        finish(run, verdicts, uncollected=uncollected, xml=xml)
    with held(session):
        keeping.scan(config, run, xml)
    if any(keeping.faults(config)):
        session.exitstatus = INTERNAL
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == INTERNAL and reporter:  # pytest itself asks for no summary then
        _summarise(reporter, config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what somebody woken at night can act on."""
    for failed in terminalreporter.getreports("error"):
        if isinstance(failed, pytest.CollectReport):
            terminalreporter.write_line(f"{failed.nodeid}: could not be collected\n{failed.longreprtext}", red=True)
    _summarise(terminalreporter, config)


def _summarise(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print every finding, and last what broke."""
    run = config.stash.get(RUN, None)
    if run is None or options.judges_nothing(config):
        return
    columns = config.get_terminal_writer().fullwidth if reporter.isatty else None
    for line in summary(run, together(config.stash[PHASES]), columns):
        reporter.write_line(line.text, **line.markup)
    for fault in keeping.faults(config):
        reporter.write_line(f"asbuilt: {fault}", red=True)
    if ending := config.stash.get(ENDING, ""):
        reporter.write_line(ending, red=True, bold=True)


def _as_kept(observation: Observation, secrets: Secrets) -> Observation:
    """Give an observation as it is kept: what is judged now is what a later run may judge again."""
    content = dump(observation)
    return observation if secrets.hide_bytes(content) == content else secrets.hide_all(observation)


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
    asked = options.asked(config)
    refusals.refuse_what_contradicts(config, asked)
    keeping.refuse_ways_around(config)
    path = config.invocation_params.dir / asked.estate
    if config.rootpath.resolve() != catalogue.PROJECT.resolve():
        catalogue.checks(config.rootpath)  # a copy's own
    source = source_of(Path(asked.estate))
    estate = load(Path(asked.estate), {control.id for _, control in catalogue.checks()}, source)
    scope = scope_of(estate, asked.apps, asked.repositories)
    checkouts = checkouts_of(estate, path, asked.checkout, asked.repositories)
    if not options.concerns(config, "tests_live"):
        refusals.refuse_nothing(checkouts)
    run = prepared(estate, scope, checkouts)
    if _is_worker(config):
        run = _handed_over(config, run)
    elif not options.judges_nothing(config):
        run = _begun(config, asked, run, source)
    config.stash[RUN] = run


def _begun(config: pytest.Config, asked: Asked, run: Run, estate: bytes) -> Run:
    """Give the run of the process that reports its world and its directory."""
    config.pluginmanager.register(Controller(config), "asbuilt-controller")
    world = World(run.world)
    if options.wants_live(config):
        world = choose(run, sandbox=asked.sandbox, observed=asked.observed, closing=config.stash[_CLOSING])
    config.stash[_WORLD] = world
    keeping.know(config, world.credentials, os.environ, run.estate.model_dump(mode="json"))
    clock = world.sandbox.clock() if world.sandbox else None
    try:
        directory = new_directory(config.invocation_params.dir / asked.evidence, clock)
    except OSError as error:
        if keeping.is_full(error):
            pytest.exit(f"asbuilt: --evidence {asked.evidence}: {error.strerror}; make room", returncode=INTERNAL)
        raise OptionError(f"--evidence {asked.evidence}: no folder can be made there: {error.strerror}") from error
    # pytest's own file would hold what its introspection shows; ours is rendered from the verdicts.
    wanted = getattr(config.option, "xmlpath", None)
    name = os.path.expandvars(wanted) if wanted else None
    config.stash[_XML] = config.invocation_params.dir / Path(name).expanduser() if name else None
    config.option.xmlpath = None
    known = keeping.secrets(config)
    with keeping.noting(config):
        write_bytes(directory / "estate.yaml", estate, known)
    listen(config, directory / RESULTS, known, partial(keeping.missed, config))
    return replace(run, world=world.name, observation=world.observation, directory=directory, secrets=known)


def _handed_over(config: Any, run: Run) -> Run:
    """Give a worker the run of its controller."""
    handed = config.workerinput.get(_DIRECTORY)
    if handed is None:
        return run
    directory = Path(handed)
    keeping.know(config, keeping.handed(config), os.environ, run.estate.model_dump(mode="json"))
    known = keeping.secrets(config)
    listen(config, directory / RESULTS, known, partial(keeping.missed, config))
    seen = config.workerinput[_OBSERVATION]
    observation = load_observation(seen.encode()) if seen else None
    return replace(run, directory=directory, observation=observation, secrets=known)
