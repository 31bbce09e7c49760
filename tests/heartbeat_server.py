"""A service on this machine that hears heartbeats, and answers as it is told to."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

KEY = "073305d2-3582-4dd6-b6a3-425e88583ca2"


@dataclass(frozen=True)
class Heard:
    """One ping: `what` is the end of its path behind the key, `query` each parameter's values."""

    method: str
    path: str
    query: dict
    body: str

    @property
    def what(self):
        """What is told of a run: nothing for success."""
        return self.path.partition(KEY)[2]

    @property
    def run(self):
        """The run's id."""
        (found,) = self.query["rid"]
        return found


@dataclass
class Service:
    """`answers` are (status, headers, body) for the next pings, the last of them for all that follow."""

    address: str
    heard: list = field(default_factory=list)
    answers: list = field(default_factory=lambda: [(200, {}, b"OK")])
    hanging: Event | None = None

    @property
    def told(self):
        """What each ping told."""
        return [each.what for each in self.heard]


@contextmanager
def serving():
    """Serve until the end of the block; whoever hangs is let go then."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            service.heard.append(Heard(self.command, parts.path, parse_qs(parts.query), body))
            if service.hanging:
                service.hanging.wait()
            status, headers, content = service.answers.pop(0) if len(service.answers) > 1 else service.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self):
            self.do_POST()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        service = Service(f"http://127.0.0.1:{server.server_port}/{KEY}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            if service.hanging:
                service.hanging.set()
            server.shutdown()
            thread.join()
