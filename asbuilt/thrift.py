"""What a run of many thousand checks does without."""

import gc

import pytest


class Thrift:
    """Lets go of what pytest keeps of each check and nobody reads."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._is_timed = getattr(config.option, "durations", None) is not None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self) -> None:
        """Forget the reports of phases that had nothing to say: two of three, which only `--durations` asks for."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and not self._is_timed:
            reporter.stats.pop("", None)


_PLACES = pytest.StashKey[dict[str, tuple[str, int | None]]]()


def place(item: pytest.Item) -> None:
    """Give a check the place of its function: pytest would look that up in its source for each subject anew."""
    if not isinstance(item, pytest.Function) or item.cls is not None or item.parent is None:
        return
    known = item.parent.stash.setdefault(_PLACES, {})
    if item.originalname in known:
        vars(item)["location"] = (*known[item.originalname], item.name)  # a cached property of pytest's
        return
    path, line, name = item.location
    if name == item.name:
        known[item.originalname] = path, line


class Settled:
    """For a process that runs pytest once and ends: what was collected stays until then."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Let the collector of garbage look no more through checks, estate and observation."""
        gc.freeze()
