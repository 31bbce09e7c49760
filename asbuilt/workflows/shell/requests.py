"""HTTP requests that a script makes: what they ask, how, and what they are for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from asbuilt.patterns import late
from asbuilt.workflows.shell.script import Command, expand
from asbuilt.workflows.shell.variables import sole

_CURL_VALUED = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
_LONG_VALUED = late(
    r"--(?:request|data(?:-\w+)?|json|header|user|output|write-out|retry(?:-delay|-max-time)?|max-time|connect-timeout"
    r"|user-agent|cookie|cookie-jar|form|form-string|resolve|cacert|cert|key|proxy|upload-file|range|interface"
    r"|dump-header|referer|config|max-redirs|limit-rate|oauth2-bearer|url-query|connect-to|timeout|tries|waitretry"
    r"|method|body-data|post-data|body-file|post-file|output-document|auth|auth-type|session|expect-status)$"
)
_CARRIES = late(r"^--(?:data|json|form|post-data|post-file|body-data|body-file|upload-file)")
_HTTPIE = frozenset({"http", "https", "xh", "xhs"})
_PROGRAMS = frozenset({"curl", "wget", *_HTTPIE})
_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_METHODS = frozenset({*_CHANGES, "GET", "HEAD", "OPTIONS"})
_ADDRESS = late(r"^(?:https?://|\$|[\w.-]+\.[a-z]{2,}(?:[:/]|$)|.*\$\{?\{?.*/|localhost)", re.IGNORECASE)
_LOCAL = late(r"^(?:https?://)?(?:localhost|127\.|0\.0\.0\.0|\[::1\])")
# Messages to people, and pings to a service that waits for them.
_TELLS = late(
    r"slack|discord|telegram|teams|office\.com|pagerduty|opsgenie|mattermost|webhook|hooks?\.|hc-ping|healthchecks\.io"
    r"|cronitor|betterstack|betteruptime|nosnch|sentry\.io|honeybadger|datadoghq|newrelic|rollbar|bugsnag|codecov"
    r"|sitemap="  # search engines
    r"|ifconfig|ipify|checkip|icanhazip|ipinfo",  # and those that tell this machine its own address
    re.IGNORECASE,
)
# The address of an app, and nothing behind it: written out, or in a variable of such a name.
_HOME = late(
    r"[\"']?(?:https?://)?(?:(?:[\w-]+\.)+[a-z]{2,}|\$\{?\{?[\w\s.]*(?:app|site|web|base|public|prod(?:uction)?|staging|live"
    r"|frontend|backend|service|deploy(?:ed|ment)?|heroku)[-_]?(?:url|host|domain)\s*\}?\}?)/?[\"']?",
    re.IGNORECASE,
)
_INSTALLS = late(
    r"\.(?:sh|tgz|tar(?:\.\w+)?|t?gz|zip|deb|rpm|xz|whl|jar|asc|gpg)(?:[?#]|$)|raw\.githubusercontent|cli-assets\.heroku"
    r"|/releases/(?:download|latest)|://(?:get|install|deb|apt|dl|packages)\.|/install\b|api\.github\.com|bintray|npmjs"
    r"|storage\.googleapis|dl\.google",
    re.IGNORECASE,
)
_RUNS_A_SCRIPT = frozenset(
    {"sh", "bash", "zsh", "sudo", "tar", "gunzip", "apt-key", "gpg", "python", "python3", "unzip"}
)
_NO_DEPLOY = late(
    r"/(?:config-vars|addons|addon-\w+|domains|collaborators|log-\w+|dynos|features|webhooks|acm|sni-endpoints|keys)\b"
)
_HEROKU_API = late(r"api\.heroku\.com")


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `addresses` as written; `known` with the script's variables put in."""

    command: Command
    program: str
    method: str
    addresses: tuple[str, ...]
    known: tuple[str, ...]
    strict: bool  # an error status makes the command fail
    output: str | None
    methods: tuple[str, ...] = ()  # where a function is called with several

    @property
    def sends(self) -> bool:
        """Whether it changes something."""
        return self.method in _CHANGES

    @property
    def to_heroku(self) -> bool:
        """Whether it is made to Heroku's API."""
        return any(map(_HEROKU_API.search, self.known))

    @property
    def deploys(self) -> bool:
        """Whether it has Heroku put code on an app."""
        return (
            self.method in {"POST", "PATCH", "PUT"} and self.to_heroku and not any(map(_NO_DEPLOY.search, self.known))
        )

    @property
    def asks_an_app(self) -> bool:
        """Whether it may ask an app how it is: no message, no download, nothing on this machine, nothing written."""
        if (
            self.sends
            or self.to_heroku
            or any(each.words[0] in _RUNS_A_SCRIPT for each in self._pipeline_without_code())
        ):
            return False
        return all(map(is_of_an_app, (*self.known, *self.addresses))) and not _INSTALLS.search(self.output or "")

    def _pipeline_without_code(self) -> Iterator[Command]:
        """Give what the answer is piped to, but for programs that are given their code in the script."""
        for each in self.command.piped_to:
            if not (each.words[0].startswith("python") and len(each.words) > 1):
                yield each


def is_of_an_app(address: str) -> bool:
    """Tell whether an address may be an app's: nothing on this machine, no message to people, no download."""
    return not (_TELLS.search(address) or _LOCAL.match(address) or _INSTALLS.search(address))


def is_home(address: str) -> bool:
    """Tell whether an address is that of an app's first page."""
    return _HOME.fullmatch(address) is not None


def tells_people(*texts: str) -> bool:
    """Tell whether a text names a service that carries messages."""
    return any(map(_TELLS.search, texts))


def request_of(command: Command, env: Mapping[str, tuple[str, ...]]) -> Request | None:
    """Read a command as a request; None where it is none. `env` are the step's own variables."""
    variables = {**env, **command.variables}
    words = tuple(_spread(command.words, variables))
    program = words[0].rpartition("/")[2] if words else ""
    if program not in _PROGRAMS:
        return None
    call = _read(words[1:], program)
    given, *others = (each.upper() for each in expand(call.given_method, variables))
    named = call.named_method(given)
    method = named or ("POST" if call.carries and not call.flags & {"-G", "--get"} else "GET")
    addresses = call.addresses(named)
    known = tuple(dict.fromkeys(text for address in addresses for text in expand(address, variables)))
    output = _output(call, command.source)
    return Request(command, program, method, addresses, known, call.is_strict, output, (method, *others))


@dataclass(frozen=True, slots=True)
class _Call:
    """The words of a program that makes requests: options without a value, the other words, and values by option."""

    program: str
    flags: set[str]
    words: tuple[str, ...]
    values: dict[str, str]

    @property
    def takes_method(self) -> bool:
        """Whether its words may begin with the method, as HTTPie's do, and have what it sends behind the address."""
        return self.program in _HTTPIE and bool(self.words)

    @property
    def given_method(self) -> str:
        """The method that an option names, or nothing."""
        return next((self.values[name] for name in ("-X", "--request", "--method") if name in self.values), "")

    def named_method(self, given: str) -> str:
        """Give the method that a word or else an option names, or nothing."""
        return self.words[0] if self.takes_method and self.words[0] in _METHODS else given

    @property
    def carries(self) -> bool:
        """Whether something is sent along."""
        if self.takes_method:
            return any(re.match(r"[\w.-]+:?=[^=]", word) for word in self.words[1:])
        return any(name in {"-d", "-F", "-T"} or _CARRIES.match(name) for name in self.values)

    @property
    def is_strict(self) -> bool:
        """Whether an error status makes it fail."""
        if self.program == "curl":
            return bool(self.flags & {"-f", "--fail", "--fail-with-body"})
        return self.program in {"wget", "xh", "xhs"} or "--check-status" in self.flags

    def addresses(self, method: str) -> tuple[str, ...]:
        """Give what it asks, as written; `method` is one that is named among its words."""
        given = (*self.words, self.values.get("--url", ""))
        found = tuple(word for word in given if _ADDRESS.match(word) or "${{" in word)
        if found:
            return found
        if self.takes_method:
            return tuple(word for word in self.words if word != method)[:1]
        return self.words[:1] if self.program == "curl" else ()


def _output(call: _Call, source: str) -> str | None:
    """Give the file that an answer is written to, by an option or by a redirection."""
    named = call.values.get("-o") or call.values.get("--output")
    named = named or (call.values.get("-O") if call.program == "wget" else None)
    if named not in {None, "-", "/dev/null"}:
        return named
    written = re.search(r"(?<![0-9&])>>?\s*[\"']?([\w./$-]+)", source)
    return written[1] if written else named


def _spread(words: tuple[str, ...], variables: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Give the words with those variables taken apart that hold the command or its options."""
    for at, word in enumerate(words):
        if word.startswith("$") and "{{" not in word and sole(word) is not None:
            texts = expand(word, variables)
            if texts[0] != word and (at == 0 or texts[0].startswith("-")):
                yield from texts[0].split()
                continue
        yield word


def _read(words: tuple[str, ...], program: str) -> _Call:
    """Take the words of a program apart."""
    flags: set[str] = set()
    positional: list[str] = []
    values: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("--") and len(word) > 2:  # noqa: PLR2004 - more than the dashes
            name, equals, value = word.partition("=")
            if equals:
                values[name] = value
            elif _LONG_VALUED.match(name) and not (program != "curl" and name == "--json"):
                values[name] = rest.pop(0) if rest else ""
            else:
                flags.add(name)
        elif word.startswith("-") and len(word) > 1:
            _read_short(word[1:], rest, program, flags, values)
        else:
            positional.append(word)
    return _Call(program, flags, tuple(positional), values)


def _read_short(letters: str, rest: list[str], program: str, flags: set[str], values: dict[str, str]) -> None:
    valued = _CURL_VALUED if program == "curl" else frozenset("OoTtUPaA")
    for at, letter in enumerate(letters):
        if letter in valued:
            values[f"-{letter}"] = letters[at + 1 :] or (rest.pop(0) if rest else "")
            return
        flags.add(f"-{letter}")
