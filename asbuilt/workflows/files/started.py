"""The file that a command of a Procfile starts.

A module may be a file or a package, so a command starts one of several files: the likeliest is given first, and the one
that the interpreter prefers where it is there last.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from asbuilt.patterns import late
from asbuilt.workflows.shell.languages import ENVIRONMENTS, SHELLS, language

# Heroku unpacks a repository here, and starts its processes here.
_HOME = "/app"
_WHERE = late(r"^\$\{?(HOME|PWD)\b\}?")
_VARIABLE = late(r"(\w+)=(.*)", re.DOTALL)
_ENDS = frozenset({"&&", "||", ";", "|", "&", "|&", ";;"})
# Words before a command that change nothing about what it starts.
_WRAPPERS = ENVIRONMENTS | {
    "exec", "env", "time", "nice", "nohup", "newrelic-admin", "run-program", "ddtrace-run", "run",
    "opentelemetry-instrument", "dumb-init", "doppler",
}  # fmt: skip
# Scripts that buildpacks add: they set something up, then start the words behind them.
_ADDED = late(r"(\./)?bin/(start-(stunnel|pgbouncer|pgbouncer-stunnel|nginx|nginx-debug)|qgtunnel)")
_RUNNERS = frozenset({"streamlit", "fastapi", "chainlit"})
# Programs that take the path of a script, and what that ends in.
_INTERPRETERS = {
    "ruby": (".rb",), "php": (".php",), "perl": (".pl",), "bun": (".js", ".ts"), "deno": (".js", ".ts"),
    "ts-node": (".ts",), "tsx": (".ts",), "nodemon": (".js", ".ts"), "pm2-runtime": (".js", ".ts"),
}  # fmt: skip
_SERVERS = frozenset(
    {"gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "waitress", "sanic", "granian", "dramatiq"}
)
# Programs that start what a package.json says, and their option for its folder.
_OF_PACKAGES = {"npm": "--prefix", "yarn": "--cwd", "pnpm": "--dir"}
_PROTOCOL = late(r"^[aw]sgi:(?=\w[\w.]*:)")
_TARGET = late(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?")
_MODULE = late(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
# Options of all these programs that stand alone; any other one has a value behind it.
_ALONE = frozenset(
    {
        "--preload", "--reload", "--daemon", "-D", "--spew", "--check-config", "--print-config", "--no-sendfile",
        "-R", "--enable-stdio-inheritance", "--capture-output", "--log-syslog", "--reuse-port", "--initgroups",
        "--factory", "--proxy-headers", "--no-proxy-headers", "--no-server-header", "--no-date-header",
        "--no-access-log", "--access-log", "--use-colors", "--no-use-colors", "--debug", "--no-debug", "--no-reload",
        "--no-server-name", "--call", "--expose-tracebacks", "--no-expose-tracebacks", "--no-ipv4", "--no-ipv6",
        "--log-untrusted-proxy-headers", "--clear-untrusted-proxy-headers", "--asyncore-use-poll", "--with-threads",
        "--without-threads",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a command starts: in which folder, and with which variables."""

    folder: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        """Give a path as it is in the repository; empty for its root."""
        here = posixpath.join(_HOME, self.folder)
        bare = _WHERE.sub(lambda match: _HOME if match[1] == "HOME" else here, name)
        path = posixpath.normpath(posixpath.join(here, bare))
        return "" if path == _HOME else path.removeprefix(f"{_HOME}/")

    def inside(self, folder: str | None) -> "_Place":
        return replace(self, folder=self.path(folder)) if folder else self

    @property
    def roots(self) -> "tuple[_Place, ...]":
        """The folders in which Python looks for a module."""
        more = self.variables.get("PYTHONPATH", "").split(":")
        told = (each for each in more if each not in {"", "."} and "$" not in _WHERE.sub("", each))
        return (self, *map(self.inside, told))


_Starter = Callable[[list[str], _Place], tuple[str, ...]]


def files_started_by(command: str) -> tuple[str, ...]:
    """Give the files of which a command starts one, the likeliest first; none where that cannot be told.

        gunicorn shop.wsgi:app                                    -> shop/wsgi.py, shop/wsgi/__init__.py
        cd api && python manage.py migrate && gunicorn app:app    -> api/app.py, api/app/__init__.py
        npm start                                                 -> package.json
        bundle exec puma                                          -> none

    Paths are relative to the folder that the command starts in, which at Heroku is /app. Whether they are there is not
    asked. A path with a variable that is not known is none.

    In a chain, the last command that starts a file counts: what comes before it prepares the ground.
    """
    started = next((found for found in reversed([_started(*each) for each in _commands(command)]) if found), ())
    return () if any(set("$`") & set(each) for each in started) else started


def files_named_by(command: str) -> frozenset[str]:
    """Give every word of a command as a path of the repository.

        cd api && ruby x.rb -> api/ruby, api/x.rb

    For programs that are not known here: whether a word is a file, its reader can tell.
    """
    return frozenset(place.path(word) for words, place in _commands(command) for word in words)


def _commands(text: str, place: _Place | None = None) -> Iterator[tuple[list[str], _Place]]:
    """Give the commands of a chain as words, each with the place where it starts."""
    place = place or _Place()
    if text.startswith("(") and text.endswith(")"):  # a shell of its own
        text = text[1:-1]
    for words in _split(text):
        bare, variables = _bare(words)
        here = replace(place, variables={**place.variables, **variables})
        if not bare:
            continue
        if bare[0] == "export":
            place = replace(place, variables={**place.variables, **_bare(bare[1:])[1]})
        elif bare[0] in {"cd", "pushd"} and len(bare) == 2:  # noqa: PLR2004 - cd and its folder
            place = place.inside(bare[1])
        elif posixpath.basename(bare[0]) in SHELLS and (script := _script_text(bare)) is not None:
            yield from _commands(script, here)
        else:
            yield bare, here


def _split(text: str) -> Iterator[list[str]]:
    """Split a chain into its commands. Behind `||` stands what happens on failure, behind a pipe what only listens."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";|&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    listens = False
    try:
        for word in lexer:
            if word not in _ENDS:
                words.append(word)
                continue
            if not listens:
                yield words
            words, listens = [], word in {"||", "|", "|&"}
    except ValueError:  # a quote that does not end
        return
    if not listens:
        yield words


def _bare(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Take the variables and the wrappers off the front of a command."""
    words, variables = _unwrapped(words)
    while words and "--" in words[1:-1] and _starter(posixpath.basename(words[0])) is None:
        # It starts what stands behind: `op run --env-file .env -- gunicorn app:app`.
        words, _ = _unwrapped(words[words.index("--") + 1 :])
    return words, variables


def _unwrapped(words: list[str]) -> tuple[list[str], dict[str, str]]:
    variables: dict[str, str] = {}
    wrapped = False
    while words:
        if match := _VARIABLE.fullmatch(words[0]):
            variables[match[1]] = match[2]
        elif words[0] in _WRAPPERS or (_ADDED.fullmatch(words[0]) and len(words) > 1):
            wrapped = True
        elif not (wrapped and (words[0].startswith("-") or _is_value(words))):
            break
        words = words[1:]
    return words, variables


def _is_value(words: list[str]) -> bool:
    """Tell whether a word belongs to the wrapper before it: a program that is known comes further on."""
    known, *others = (_starter(posixpath.basename(word)) is not None for word in words)
    return not known and any(others)


def _script_text(words: list[str]) -> str | None:
    """Give the text that a shell is handed with -c, also as -lc."""
    for option, text in pairwise(words):
        if option.startswith("-") and not option.startswith("--") and option.endswith("c"):
            return text
    return None


def _started(words: list[str], place: _Place) -> tuple[str, ...]:
    program = posixpath.basename(words[0])
    if starter := _starter(program):
        return starter(words[1:], place)
    return (place.path(words[0]),) if program.endswith(".sh") else ()


def _starter(program: str) -> _Starter | None:
    if language(program) == "python":
        return _by_python
    if program in _SERVERS:
        return _by_server
    if program in _RUNNERS:
        return lambda words, place: _script(words, place, (".py",))
    if program in _INTERPRETERS:
        return lambda words, place: _script(words, place, _INTERPRETERS[program])
    if program in _OF_PACKAGES:
        return lambda words, place: (place.inside(_option(words, _OF_PACKAGES[program])).path("package.json"),)
    known = {"flask": _by_flask, "celery": _by_celery, "node": _by_node, "uwsgi": _by_uwsgi}
    return _by_shell if program in SHELLS else known.get(program)


def _by_python(words: list[str], place: _Place) -> tuple[str, ...]:
    while words and words[0].startswith("-"):
        if words[0] == "-m" and len(words) > 1:
            known = _starter(words[1])
            return known(words[2:], place) if known else _module(words[1], place, "__main__.py")
        if words[0] == "-c":
            return ()
        words = words[2:] if words[0] in {"-W", "-X"} else words[1:]
    return (place.path(words[0]),) if words and words[0].endswith(".py") else ()


def _by_server(words: list[str], place: _Place) -> tuple[str, ...]:
    for option in ("--chdir", "--app-dir", "--pythonpath"):
        place = place.inside(_option(words, option))
    target = _option(words, "--app") or next(_arguments(words), None)
    target = _PROTOCOL.sub("", target or "") or None
    if target is None or not _MODULE.fullmatch(target.partition(":")[0]):
        # An option that is not known may stand alone, and has hidden what it stands before.
        target = next((word for word in words if _TARGET.fullmatch(word)), None)
    return _module(target.partition(":")[0], place) if target else ()


def _by_uwsgi(words: list[str], place: _Place) -> tuple[str, ...]:
    place = place.inside(_option(words, "--chdir"))
    file = _option(words, "--wsgi-file") or _option(words, "--file")
    module = _option(words, "--module") or _option(words, "-w") or _option(words, "--wsgi")
    return (place.path(file),) if file else _module(module.partition(":")[0], place) if module else ()


def _by_flask(words: list[str], place: _Place) -> tuple[str, ...]:
    if "run" not in words:
        return ()
    app = _option(words, "--app") or _option(words, "-A") or place.variables.get("FLASK_APP")
    if app is None:
        return (place.path("app.py"), place.path("wsgi.py"))
    module = app.partition(":")[0]
    return (place.path(module),) if module.endswith(".py") else _module(module, place)


def _by_celery(words: list[str], place: _Place) -> tuple[str, ...]:
    app = _option(words, "-A") or _option(words, "--app")
    if app is None:
        return ()
    module = app.partition(":")[0]
    return (*_module(module, place), *_module(f"{module}.celery", place)[:1])


def _by_node(words: list[str], place: _Place) -> tuple[str, ...]:
    if {"-e", "--eval", "-p", "--print"} & set(words):
        return ()
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in {"-r", "--require", "--import", "--loader", "--env-file"} else words[1:]
    if not words:
        return ()
    path = place.path(words[0])
    if posixpath.splitext(path)[1] in {".js", ".cjs", ".mjs", ".ts"}:
        return (path,)
    return (f"{path}.js", f"{path}/index.js") if path else ("index.js",)


def _by_shell(words: list[str], place: _Place) -> tuple[str, ...]:
    script = next((word for word in words if not word.startswith("-")), None)
    return (place.path(script),) if script else ()


def _script(words: list[str], place: _Place, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    return next(((place.path(word),) for word in words if word.endswith(suffixes) and not word.startswith("-")), ())


def _option(words: list[str], name: str) -> str | None:
    for word, following in pairwise((*words, "")):
        if word == name:
            return following
        if word.startswith(name + "="):
            return word.partition("=")[2]
    return None


def _arguments(words: list[str]) -> Iterator[str]:
    """Give the words that are neither options nor an option's value."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("--"):
            skip = "=" not in word and word not in _ALONE
        elif word.startswith("-"):
            skip = len(word) == 2 and word not in _ALONE  # noqa: PLR2004 - a letter; -w4 has its value in it
        else:
            yield word


def _module(name: str, place: _Place, of_package: str = "__init__.py") -> tuple[str, ...]:
    """Give the files that a module may be, in each folder where Python looks for it."""
    if not _MODULE.fullmatch(name):
        return ()
    path = name.replace(".", "/")
    files = (f"{path}.py", f"{path}/{of_package}")
    return tuple(root.path(each) for root in place.roots for each in files)
