"""Runs of the suite for the tests, each in a sandbox, its evidence in a temporary folder; `running` says how."""

import gc
import os
from functools import partial

import pytest
import running


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """Give one worker more than there are cores: some tests wait for processes that they start."""
    return 1 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def pytest_collection_finish():
    """Let the collector not look again and again through some thousands of tests: they stay to the end."""
    gc.freeze()


@pytest.fixture
def play(tmp_path):
    """Give a function that runs the suite with arguments of pytest."""
    return partial(running.in_process, tmp_path)


@pytest.fixture
def play_for_verdicts(tmp_path):
    """Give a function that runs the suite with arguments of pytest, for its verdicts: without Allure's results."""
    return partial(running.in_process, tmp_path, results=False)


@pytest.fixture
def play_apart(tmp_path):
    """Give a function that runs the suite with arguments of pytest in a process of its own."""
    return partial(running.in_a_process, tmp_path)


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    """Give a function that runs the suite with arguments of pytest once a session: nobody writes into its evidence."""
    known = {}

    def run(*arguments):
        if arguments not in known:
            known[arguments] = running.in_process(tmp_path_factory.mktemp("played"), *arguments)
        return known[arguments]

    return run


@pytest.fixture
def live(played):
    """Give a function that runs the live suite in a sandbox world, once a session."""
    return lambda world, *arguments: played("tests_live", "-m", "live", f"--sandbox={world}", *arguments)
