"""Run the sandbox: a real HTTP server, in a thread of the caller or as a command of its own."""

from __future__ import annotations

import signal
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from asbuilt.github_server import DOT_COM
from asbuilt.sandbox.application import Application, Entry
from asbuilt.sandbox.scenario import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from types import FrameType
    from typing import Self

    from asbuilt.estate import Estate
    from asbuilt.github_server import GitHubServer
    from asbuilt.sandbox.scenario import Scenario

__all__ = ["Entry", "Sandbox", "serve"]

_DEADLINE = 10.0


class Sandbox:
    """A running sandbox: `with Sandbox.start("healthy") as sandbox: ...`."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        port: int,
        unix_socket: Path | None,
        elapsed: Callable[[], float] | None,
        github: GitHubServer,
    ) -> None:
        begun, self._skipped = time.monotonic(), 0.0
        self.scenario = scenario
        self.name = scenario.name
        self.unix_socket = unix_socket
        self._passes = elapsed or (lambda: time.monotonic() - begun)
        self._application = Application(scenario, self.elapsed, github)
        self._sockets = _listen(port, unix_socket)
        self.origin = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._application,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                date_header=False,
                server_header=False,
                timeout_keep_alive=60,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread: threading.Thread | None = None

    @classmethod
    def start(
        cls,
        name: str,
        *,
        port: int = 0,
        unix_socket: Path | str | None = None,
        folder: Path | None = None,
        elapsed: Callable[[], float] | None = None,
        made: Mapping[str, Callable[[], dict[str, Any]]] | None = None,
        estate: Estate | None = None,
        github: GitHubServer = DOT_COM,
    ) -> Self:
        """Load a scenario and serve it from a thread; it answers by the time that this returns.

        `elapsed` tells how many seconds the sandbox has run; a test hands in its own rather than sleep. `made`
        makes worlds by their names, such as `declared`, and `estate` says what is declared of whatever world.
        `github` is the GitHub that it stands for.
        """
        path = Path(unix_socket) if unix_socket else None
        scenario = load(name, folder=folder, made=made, estate=estate)
        sandbox = cls(scenario, port=port, unix_socket=path, elapsed=elapsed, github=github)
        try:
            sandbox._begin()
        except BaseException:  # an interruption too: what the thread has begun is not left to the end of the process
            sandbox.close()
            raise
        return sandbox

    @property
    def log(self) -> tuple[Entry, ...]:
        """Every request so far, in the order of arrival."""
        return tuple(self._application.log)

    def clock(self) -> datetime:
        """Return the scenario's time, which the next answer's Date header carries."""
        return self._application.clock()

    def elapsed(self) -> float:
        """Return how many seconds have passed in the sandbox: those that it has run, and those that were skipped."""
        return self._passes() + self._skipped

    def skip(self, seconds: float) -> None:
        """Let so many seconds pass in the sandbox at once: nobody has to wait for what is not real."""
        self._skipped += seconds

    def stop(self) -> None:
        """Begin to stop serving, which takes a moment: `close` waits for it. Requests that hang are dropped."""
        self._server.should_exit = True
        self._server.force_exit = True

    def close(self) -> None:
        """Stop serving; requests that hang are dropped, not waited for."""
        self.stop()
        if self._thread is not None:
            self._thread.join(_DEADLINE)
            self._release()

    def wait(self) -> None:
        """Wait until it is closed. Raises KeyboardInterrupt where this thread is interrupted."""
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": self._sockets}, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _DEADLINE
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"The sandbox {self.name} did not start within {_DEADLINE:.0f} s.")
            time.sleep(0.001)

    def _release(self) -> None:
        for listening in self._sockets:
            listening.close()
        if self.unix_socket is not None:
            self.unix_socket.unlink(missing_ok=True)


def serve(
    name: str,
    port: int = 0,
    unix_socket: Path | str | None = None,
    *,
    folder: Path | None = None,
    made: Mapping[str, Callable[[], dict[str, Any]]] | None = None,
    estate: Estate | None = None,
    ready: Callable[[Sandbox], None] | None = None,
) -> None:
    """Serve a scenario until interrupted; `ready` learns the origin once it answers."""
    started = Sandbox.start(name, port=port, unix_socket=unix_socket, folder=folder, made=made, estate=estate)
    with started as sandbox, _terminable(sandbox):
        if ready is not None:
            ready(sandbox)
        sandbox.wait()


@contextmanager
def _terminable(sandbox: Sandbox) -> Iterator[None]:
    """Let a SIGTERM end the process as it would, but not before the sandbox is closed: its Unix socket is a file."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: FrameType | None) -> None:
        sandbox.close()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(port: int, unix_socket: Path | None) -> list[socket.socket]:
    """Open the loopback socket, and the Unix socket where one is asked for (a stale one gives way)."""
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer would wait 40 ms for an ACK.
    loopback = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    loopback.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    loopback.bind(("127.0.0.1", port))
    loopback.listen(2048)
    if unix_socket is None:
        return [loopback]
    if unix_socket.is_socket():
        unix_socket.unlink()
    local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        local.bind(str(unix_socket))
    except OSError as error:
        loopback.close()
        raise OSError(error.errno, error.strerror or str(error), str(unix_socket)) from error
    local.listen(2048)
    return [loopback, local]
