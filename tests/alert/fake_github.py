"""A GitHub that has issues, comments and labels, as far as its published description and its answers are known.

It takes what https://docs.github.com/en/rest/issues describes, and nothing else: what it does not know is an error of
the test. `answers` answers `responses`, `serving` a local address.
"""

import json
import re
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

API = "https://api.github.com"
REPOSITORY = "acme/alerts"
TOKEN = "ghs_Alerts0000000000000000000000000000"
MEMBER, BOT, STRANGER = 1, 41898282, 666
NOT_FOUND = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}
_REASONS = {"completed", "not_planned", "duplicate", "reopened", None}


@dataclass
class Failure:
    """What the next request is answered with; `done` where GitHub did it all the same; `skip` so many before it."""

    status: int
    document: object = None
    headers: dict = field(default_factory=dict)
    done: bool = False
    skip: int = 0


@dataclass
class FakeGitHub:
    """One repository. The token is a workflow's, with `issues: write`, but for what is said otherwise."""

    api: str = API
    repository: str = REPOSITORY
    token: str = TOKEN
    writer: int = BOT
    may_write: bool = True
    may_label: bool = True
    makes_labels: bool = True
    has_issues: bool = True
    moved_to: str = ""
    longest: int = 65_536
    issues: list = field(default_factory=list)
    comments: dict = field(default_factory=dict)
    labels: set = field(default_factory=set)
    failures: deque = field(default_factory=deque)
    log: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    before: list = field(default_factory=list)
    _ticks: int = 0

    # What a test sees and does

    def opened(self, title="", body="", *, by=STRANGER, labels=(), state="open", pull=False):
        """Open an issue as a person does, in the browser."""
        issue = self._new(title, body, by, [*labels])
        issue["state"] = state
        if pull:
            issue["pull_request"] = {"url": f"{self.api}/repos/{self.repository}/pulls/{issue['number']}"}
        return issue

    def commented(self, number, body, *, by=STRANGER, association="NONE"):
        """Comment as a person does."""
        return self._comment(self.issue(number), body, by, association)

    def issue(self, number):
        return next(each for each in self.issues if each["number"] == number)

    def texts(self, number):
        """Give what stands in an issue: its body and its comments."""
        return [self.issue(number)["body"], *(each["body"] for each in self.comments.get(number, ()))]

    @property
    def written(self):
        return [(method, path) for method, path, _ in self.log if method != "GET"]

    # What answers

    def answer(self, method, url, headers, body):
        """Answer one request: status, headers, document."""
        address = urlsplit(url)
        path, query = address.path, {name: each[-1] for name, each in parse_qs(address.query).items()}
        document = json.loads(body) if body else None
        self.log.append((method, path, document))
        for each in self.before:
            each(method, path)
        if self.failures:
            if self.failures[0].skip:
                self.failures[0].skip -= 1
            else:
                failure = self.failures.popleft()
                if failure.done:
                    self._routed(method, path, query, headers, document)
                return failure.status, failure.headers, failure.document
        return self._routed(method, path, query, headers, document)

    def _routed(self, method, path, query, headers, document):
        headers = {name.lower(): value for name, value in headers.items()}
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, {"message": "Bad credentials"}
        if headers.get("accept") != "application/vnd.github+json":
            self.wrong.append(f"headers of {method} {path}")
        begin, now = f"{urlsplit(self.api).path}/repos/{self.repository}", urlsplit(self.moved_to).path
        if now and path.startswith(f"{begin}/"):
            there = f"{self.moved_to}{path.removeprefix(begin)}"
            return (301 if method == "GET" else 307), {"Location": there}, {"message": "Moved Permanently"}
        begin = now or begin
        if not path.startswith(f"{begin}/"):
            return 404, {}, NOT_FOUND
        rest = path.removeprefix(begin)
        if not self.has_issues and rest.startswith("/issues"):
            return 410, {}, {"message": "Issues has been disabled in this repository."}
        if method != "GET" and not self.may_write:
            needed = {"X-Accepted-GitHub-Permissions": "issues=write"}
            return 403, needed, {"message": "Resource not accessible by integration"}
        return self._served(method, rest, query, document)

    def _served(self, method, rest, query, document):
        match method, rest:
            case "GET", "/issues":
                return self._list(query)
            case "POST", "/issues":
                return self._create(document)
            case "POST", "/labels":
                return self._label(document)
        if found := re.fullmatch(r"/issues/(\d+)(/comments)?", rest):
            issue = next((each for each in self.issues if each["number"] == int(found[1])), None)
            if issue is None:
                return 404, {}, NOT_FOUND
            match method, found[2]:
                case "GET", None:
                    return 200, {}, issue
                case "GET", _:
                    return self._paged(self.comments.get(issue["number"], []), query, rest)
                case "PATCH", None:
                    return self._update(issue, document)
                case "POST", _ if found[2]:
                    return self._commented(issue, document)
        self.wrong.append(f"{method} {rest}")
        return 404, {}, NOT_FOUND

    def _list(self, query):
        self._known(query, {"state", "labels", "sort", "direction", "per_page", "page"}, "GET /issues")
        wanted = query.get("state", "open")
        found = [each for each in self.issues if wanted in {"all", each["state"]}]
        for label in filter(None, query.get("labels", "").split(",")):
            found = [each for each in found if label.lower() in {one["name"].lower() for one in each["labels"]}]
        by = {"created": "created_at", "updated": "updated_at"}[query.get("sort", "created")]
        found.sort(key=lambda each: each[by], reverse=query.get("direction", "desc") == "desc")
        return self._paged(found, query, "/issues")

    def _paged(self, found, query, rest):
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        assert 1 <= size <= 100
        headers = {}
        if page * size < len(found):
            more = "&".join(f"{name}={value}" for name, value in {**query, "page": page + 1}.items())
            address = f"{self.api}/repos/{self.repository}{rest}?{more}"
            headers["Link"] = f'<{address}>; rel="next", <{address}>; rel="last"'
        return 200, headers, found[(page - 1) * size : page * size]

    def _create(self, document):
        self._known(document, {"title", "body", "labels"}, "POST /issues")
        if refused := self._too_long(document):
            return refused
        labels = document.get("labels", []) if self.may_label else []
        self.labels |= set(labels)
        return 201, {}, self._new(document["title"], document["body"], self.writer, labels)

    def _update(self, issue, document):
        self._known(document, {"title", "body", "state", "state_reason"}, "PATCH /issues/N")
        if document.get("state", "open") not in {"open", "closed"} or document.get("state_reason") not in _REASONS:
            return 422, {}, {"message": "Validation Failed", "errors": [{"field": "state", "code": "invalid"}]}
        if len(document.get("body", "")) <= self.longest:  # else it stays as it is, and that is answered with 200
            issue.update(document)
        issue["updated_at"] = self._now()
        return 200, {}, issue

    def _commented(self, issue, document):
        self._known(document, {"body"}, "POST /issues/N/comments")
        if refused := self._too_long({"title": "-", **document}):
            return refused
        return 201, {}, self._comment(issue, document["body"], self.writer, "NONE")

    def _label(self, document):
        self._known(document, {"name", "color", "description"}, "POST /labels")
        if not self.makes_labels:
            return 403, {}, {"message": "You do not have permission to create labels on this repository."}
        if not re.fullmatch(r"[0-9a-f]{6}", document["color"]) or len(document["description"]) > 100:
            self.wrong.append(f"label {document}")
        if document["name"].lower() in {each.lower() for each in self.labels}:
            error = {"resource": "Label", "code": "already_exists", "field": "name"}
            return 422, {}, {"message": "Validation Failed", "errors": [error]}
        self.labels.add(document["name"])
        return 201, {}, document

    def _too_long(self, document):
        if not document["title"].strip() or len(document["title"]) > 256:
            error = {"resource": "Issue", "code": "custom", "field": "title", "message": "title is too long"}
        elif len(document["body"]) > self.longest:
            said = f"body is too long (maximum is {self.longest} characters)"
            error = {"resource": "Issue", "code": "custom", "field": "body", "message": said}
        else:
            return None
        return 422, {}, {"message": "Validation Failed", "errors": [error]}

    def _known(self, document, allowed, what):
        if more := set(document) - allowed:
            self.wrong.append(f"{what}: {sorted(more)}")

    def _new(self, title, body, user, labels):
        number, now = len(self.issues) + 1, self._now()
        issue = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "state_reason": None,
            "labels": [{"id": each, "name": name} for each, name in enumerate(labels)],
            "comments": 0,
            "user": {"id": user, "login": str(user)},
            "author_association": "NONE",
            "html_url": f"https://github.com/{self.repository}/issues/{number}",
            "created_at": now,
            "updated_at": now,
        }
        self.issues.append(issue)
        return issue

    def _comment(self, issue, body, user, association):
        here = self.comments.setdefault(issue["number"], [])
        comment = {
            "id": len(here) + 1,
            "body": body,
            "user": {"id": user, "login": str(user)},
            "author_association": association,
            "html_url": f"{issue['html_url']}#issuecomment-{len(here) + 1}",
        }
        here.append(comment)
        issue["comments"], issue["updated_at"] = len(here), self._now()
        return comment

    def _now(self):
        self._ticks += 1
        return f"2026-04-30T{self._ticks // 3600:02}:{self._ticks // 60 % 60:02}:{self._ticks % 60:02}Z"


def answers(fake):
    """Give what answers for `responses`, whatever is asked of the API."""

    def answer(request):
        status, headers, document = fake.answer(request.method, request.url, request.headers, request.body)
        return status, headers, document if isinstance(document, str | bytes) else json.dumps(document)

    return answer


@contextmanager
def serving(fake, context=None):
    """Serve a GitHub at a local address, which is its API's then, until the end of the block; by TLS with a context."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _all(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = f"{fake.api}{self.path}"
            status, headers, document = fake.answer(self.command, url, self.headers, body)
            content = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _all  # noqa: N815 - the names that http.server calls

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    fake.api = f"http{'s' if context else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
