"""What was read of a checkout goes with its run, in whatever process that is."""

import gc
import weakref
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from asbuilt import forgetting, plugin
from asbuilt.beginning import CLOSING
from asbuilt.catalogue import PROJECT
from asbuilt.run import RUN
from asbuilt.workflows.paths.checkout import read
from asbuilt.workflows.shell.script import commands

CHECKOUT = PROJECT / "fixtures/repositories/TradeMasterAPI/before"


def held():
    """Give the names of the caches that hold something of a checkout."""
    return [each.__name__ for each in forgetting.caches() if forgetting.of_a_run(each) and each.cache_info().currsize]


def test_a_checkout_is_gone_once_its_run_is_over():
    found = read(CHECKOUT)
    assert found.deploy_paths
    assert held()
    before = weakref.ref(found.sources)
    del found
    forgetting.forget()
    gc.collect()
    assert before() is None


def test_what_a_text_means_is_kept():
    commands("echo a", "bash")
    by_text = [each for each in forgetting.caches() if not forgetting.of_a_run(each)]
    known = sum(each.cache_info().currsize for each in by_text)
    forgetting.forget()
    assert sum(each.cache_info().currsize for each in by_text) == known > 0


def test_the_end_of_a_run_forgets():
    read(CHECKOUT)
    config = SimpleNamespace(stash=pytest.Stash())
    config.stash[CLOSING] = ExitStack()
    plugin.pytest_unconfigure(config)
    assert held(), "another's run is not over"
    config.stash[RUN] = object()
    plugin.pytest_unconfigure(config)
    assert held() == []


def test_reading_leaves_the_collector_of_the_process_as_it_was():
    before = gc.isenabled(), gc.get_freeze_count(), gc.get_threshold()
    read(CHECKOUT)
    assert (gc.isenabled(), gc.get_freeze_count(), gc.get_threshold()) == before
