"""Allure's results, written while the checks run, in the process that runs them: each whole, none with a secret."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import allure_commons
import attr
import pytest
from allure_pytest.listener import AllureListener  # type: ignore[import-untyped]

from asbuilt.record.writing import NotWrittenError, folder, write_bytes, write_json
from asbuilt.withholding import Secrets


class Results:
    """Takes the place of Allure's own writer of files."""

    def __init__(self, results: Path, secrets: Secrets, missed: Callable[[NotWrittenError], None]) -> None:
        """`missed` hears of what could not be written: it must not end a check."""
        self._folder = results
        self._secrets = secrets
        self._missed = missed

    @allure_commons.hookimpl
    def report_result(self, result: Any) -> None:
        """Write the result of one check."""
        plain = attr.asdict(result, filter=lambda _, value: bool(value) or value is False)
        path = self._folder / result.file_pattern.format(prefix=uuid4())
        self._write(lambda: write_json(path, plain, self._secrets, indent=None))

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """Write an attachment."""
        content = body if isinstance(body, bytes) else body.encode("utf-8", "backslashreplace")
        self._write(lambda: write_bytes(self._folder / file_name, content, self._secrets))

    def _write(self, write: Callable[[], None]) -> None:
        try:
            folder(self._folder)
            write()
        except NotWrittenError as error:
            self._missed(error)


class _Checks(AllureListener):  # type: ignore[misc]
    """Allure's listener without pytest's fixtures: as containers of results they are noise to a reader."""

    pytest_fixture_setup = None
    pytest_fixture_post_finalizer = None

    def _update_fixtures_children(self, item: pytest.Item) -> None:
        """Keep no containers."""


def listen(config: pytest.Config, results: Path, secrets: Secrets, missed: Callable[[NotWrittenError], None]) -> None:
    """Let Allure's results of this process be written to a folder, by us alone."""
    config.option.allure_report_dir = None  # Allure's own writer stays away
    config.option.attach_capture = False
    if not config.pluginmanager.hasplugin("allure_pytest"):
        return
    listener = _Checks(config)
    config.pluginmanager.register(listener, "allure_listener")
    for each in (listener, Results(results, secrets, missed)):
        allure_commons.plugin_manager.register(each)
        config.add_cleanup(partial(allure_commons.plugin_manager.unregister, each))
