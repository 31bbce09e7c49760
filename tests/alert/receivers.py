"""Who takes messages on this machine: servers that keep what they were sent, and answer what they are told to."""

import json
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


@contextmanager
def web_receiver(status=200, *, tls=None, location="", silent=None, body=b"{}"):
    """Serve a web hook; gives the server, with `port`, and `seen`: paths, and what was sent as JSON.

    `silent` is an event: until it is set, no answer comes.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.seen.append((self.path, json.loads(content)))
            if silent:
                silent.wait(60)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.server.seen.append((self.path, None))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            pass  # a client that distrusts the certificate, or waits no longer

    with Server(("127.0.0.1", 0), Handler) as server:
        server.seen = []
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        server.port = server.server_port
        yield server
        server.shutdown()


class _Mailbox:
    def __init__(self, answers):
        self.answers = answers
        self.seen = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802, ARG002 - as aiosmtpd calls it
        if refused := self.answers.get("rcpt"):
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002 - as aiosmtpd calls it
        if refused := self.answers.get("data"):
            return refused
        self.seen.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


class _OnAnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_receiver(**answers):
    """Serve SMTP; gives the mailbox, with `port`, and `seen`: the mails. `rcpt` and `data` are answers that refuse."""
    mailbox = _Mailbox(answers)
    controller = _OnAnyPort(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


def until(held, seconds=10):
    """Wait until something holds, as long as that takes on a busy machine; say whether it does."""
    end = time.monotonic() + seconds
    while not held() and time.monotonic() < end:
        time.sleep(0.01)
    return held()
