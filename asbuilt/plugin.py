"""The pytest hooks: options, one sweep a run, hand-over to xdist workers, parameters, outcomes."""

import os
from collections.abc import Generator
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from typing import Any

import pytest

from asbuilt import catalogue, ending, faults, heard, judging, keeping, loudness, options, texts
from asbuilt.beginning import CLOSING, WORLD, begun, hand_over, is_worker
from asbuilt.controller import attach
from asbuilt.controls import Drift, NothingToJudgeError, Undecided
from asbuilt.estate_errors import EstateError
from asbuilt.filling import Filling
from asbuilt.forgetting import forget
from asbuilt.interruption import terminable
from asbuilt.model import dump
from asbuilt.option_values import OptionError
from asbuilt.progress import Progress, progress
from asbuilt.record.bodies import packed
from asbuilt.record.brief import brief, each_check
from asbuilt.record.directory import BODIES, OBSERVATION, today
from asbuilt.record.finish import write_sandbox_log
from asbuilt.record.terminal import Text, summary
from asbuilt.record.writing import put, write_bytes
from asbuilt.run import RUN, Run
from asbuilt.subjects import kind_of, none_declared
from asbuilt.suppressing import sort_out
from asbuilt.thrift import Thrift, place
from asbuilt.world import observe


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options."""
    options.declare(parser, pluginmanager)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Decide what the run is about. Whatever the user got wrong ends here, in one message."""
    config.stash[CLOSING] = ExitStack()
    if not options.concerns_estate(config):
        return
    faults.begin(config)
    ending.begin(config)
    keeping.begin(config, os.environ, config.stash[CLOSING])
    if not is_worker(config):
        loudness.begin(config)
        config.pluginmanager.register(faults.Breakdown(config), "asbuilt-breakdown")
        config.stash[CLOSING].enter_context(terminable())
    heard.begin(config, os.environ)
    try:
        with progress("reading what is declared") if not is_worker(config) else nullcontext():
            config.stash[RUN] = begun(config)
        config.pluginmanager.register(Filling(config), "asbuilt-filling")
        config.pluginmanager.register(Thrift(config), "asbuilt-thrift")
    except catalogue.BrokenChecksError as error:
        heard.refuse(config, f"checks that cannot be used: {error}")
        pytest.exit(f"checks that cannot be used, so nothing is judged:\n{error}", returncode=faults.INTERNAL)
    except (EstateError, OptionError) as error:
        said = texts.lines(keeping.secrets(config).hide(str(error)))
        heard.refuse(config, said)
        raise pytest.UsageError(said) from None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | pytest.ExitCode | None, int | None]:
    """Give the exit status that the verdicts come to, whatever plugin or option would have another."""
    try:
        said = yield
    except (KeyboardInterrupt, pytest.exit.Exception):  # in a hook in which pytest expects none
        return ending.status(config, ending.INTERRUPTED)
    return None if said is None else ending.status(config, int(said))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Tell a monitor how it ended. Stop the sandbox, and guarding what is printed; keep nothing of what was read."""
    heard.end(config)
    if config.stash.get(RUN, None) is not None:
        forget()
    if closing := config.stash.get(CLOSING, None):
        closing.close()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Say that the run begins, and observe, once a run, in one process, before any worker starts."""
    config = session.config
    heard.start(config)
    run = config.stash.get(RUN, None)
    if run is None or is_worker(config) or options.judges_nothing(config) or not options.wants_live(config):
        return
    directory, observation = run.directory, run.observation
    if directory is None:
        return
    world, reporter = config.stash[WORLD], config.pluginmanager.get_plugin("terminalreporter")
    bodies = world.bodies
    if observation is None:
        asked = options.asked(config)
        try:
            with progress("observing") as seen:
                observation, served, bodies = observe(
                    run,
                    world,
                    settle=asked.settle,
                    hold=asked.hold,
                    timeout=asked.timeout,
                    deadline=asked.deadline,
                    say=partial(_say, reporter, seen),
                    tell=seen.tell,
                )
        except KeyboardInterrupt:
            if reporter:
                told = f"asbuilt: INCOMPLETE: interrupted while observing {run.estate.name} in {run.world}, so nothing"
                writer = loudness.writer_of(config, reporter)
                writer.line(f"{texts.line(told)} was judged; run it again", red=True, bold=True)
            raise
        if served:
            with faults.unwritten_noted(config):
                write_sandbox_log(directory, served, run.secrets)
    elif run.meant:
        observation = replace(observation, meant=dict(run.meant))
    if reporter:
        _say_of_world(world.said, run, reporter)
    observation, bodies = keeping.as_kept(observation, bodies, run.secrets)
    with faults.unwritten_noted(config):
        write_bytes(directory / OBSERVATION, dump(observation), run.secrets)
        if bodies:
            put(directory / BODIES, packed(observation.world, bodies))
    config.stash[RUN] = replace(run, observation=observation)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Let an xdist worker judge the same run."""
    if run := node.config.stash.get(RUN, None):
        hand_over(node, run)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from an xdist worker what it could not write."""
    if node.config.stash.get(RUN, None):
        faults.hear(node.config, node)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each check one test for each declared subject; where none is declared, one that says so."""
    run = metafunc.config.stash.get(RUN, None)
    kind = kind_of(metafunc.fixturenames)
    if run is None or kind is None or "subject" not in metafunc.fixturenames:
        return
    ids = list(run.subjects(kind))
    nothing = pytest.param("", marks=pytest.mark.skip(reason=none_declared(kind)), id=f"no {kind} declared")
    metafunc.parametrize("subject", ids or [nothing], ids=ids or None, indirect=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let a check be chosen by the name that the terminal has for it (`-k HK002`), and by its suite (`-m static`)."""
    place(item)
    if (control := item.get_closest_marker("control")) and control.args:
        item.extra_keyword_matches.add(str(control.args[0]))
        if item.get_closest_marker("live") is None:
            item.add_marker("static")


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
        if fits and waiver.until < day:
            told = f"waiver of {waiver.control} for {waiver.subject} expired on {waiver.until}"
            item.stash[judging.SEEN].expired = f"{told} ({waiver.owner}, #{waiver.issue})"
        elif fits:
            reason = f"waived until {waiver.until} by {waiver.owner} (#{waiver.issue}): {waiver.reason}"
            item.add_marker(pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Take out of a check's drift what suppressions accept; without drift, ask whether all was read."""
    seen = item.stash[judging.SEEN]
    if isinstance(item, pytest.Function):
        judging.know(item)
        item.obj = seen.noting(item.obj)
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
        if drift.open:
            raise Undecided(drift.open) from None
        seen.nothing = ""  # there was something: it is accepted
        seen.conform()
        if item.get_closest_marker("xfail") is None:  # a waiver of the estate that is there beside it is not needed
            pytest.xfail(found.reason)
        return None
    except NothingToJudgeError as nothing:
        seen.nothing = seen.nothing or str(nothing)
        result = None
    if isinstance(item, pytest.Function):
        seen.refuse_a_stand_in()
    seen.conform()
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the verdict on the report, in a form that a worker can send."""
    report = yield
    run = item.config.stash.get(RUN, None)
    if run is not None and judging.is_check(item):
        if report.when == "call" or call.excinfo or not report.passed:
            attach(report, judging.verdict_of(item, run, call, report), to_send=is_worker(item.config))
        # What pytest prints by `--tb`, `--showlocals` and `-r` is of the same texts.
        report.longrepr = texts.shown_in(report.longrepr)
        report.sections = texts.shown_in(report.sections)
    return report


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
    """Record the run, once every worker and every other plugin has written what it has to, or has broken off."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or is_worker(config) or options.judges_nothing(config):
        yield
        if run is not None and is_worker(config):
            faults.report(config)
        return
    try:
        yield
    except KeyboardInterrupt:
        ending.break_off(config)
    except pytest.exit.Exception:
        pass  # the exit status is told by the verdicts
    ending.end(session)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == faults.INTERNAL and reporter:  # pytest itself asks for no summary then
        _summarise(reporter, config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what somebody woken at night can act on."""
    for failed in terminalreporter.getreports("error"):
        if isinstance(failed, pytest.CollectReport):
            writer = loudness.writer_of(config, terminalreporter)
            writer.line(f"{failed.nodeid}: could not be collected\n{failed.longreprtext}", red=True)
    _summarise(terminalreporter, config)


def _summarise(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print every finding, and last what failed of asbuilt itself."""
    run = config.stash.get(RUN, None)
    if run is None or options.judges_nothing(config):
        return
    columns = loudness.writer_of(config, reporter).fullwidth if reporter.isatty else None
    verdicts, writer = config.stash[ending.VERDICTS], loudness.writer_of(config, reporter)
    said = brief(run, verdicts, columns) if loudness.is_quiet(config) else summary(run, verdicts, columns)
    if loudness.is_verbose(config):
        said = chain([Text("")], each_check(verdicts, columns), said)
    for line in said:
        writer.line(line.text, **line.markup)
    for fault in faults.lines(config):
        writer.line(f"asbuilt: {fault}", red=True, bold=True)


def _say(reporter: Any, seen: Progress, text: str) -> None:
    """Print what is news, in the place of the line that tells how far it is."""
    seen.clear()
    if reporter:
        reporter.write_line(f"asbuilt: {texts.line(text)}")


def _in_scope(item: pytest.Item, run: Run) -> bool:
    subject = judging.subject_of(item, run)
    live, control = item.get_closest_marker("live"), item.get_closest_marker("control")
    with_app = bool(control and control.kwargs.get("with_app"))
    return subject is None or run.judges(subject, live=live is not None, with_app=with_app)


def _day(run: Run) -> date:
    """Give the date of the world that is judged: the providers', or for files alone this machine's."""
    return run.observation.as_of.date() if run.observation else run.day or today()


def _say_of_world(said: str, run: Run, reporter: Any) -> None:
    """Print what a person is told of the world that is judged, a line each."""
    for each in said.splitlines():
        reporter.write_line(f"asbuilt: {texts.line(run.secrets.hide(each), texts.LONGEST_WHOLE)}", yellow=True)
