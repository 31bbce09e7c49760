"""Which paths of an app may be probes, and which of them answer as one."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from asbuilt.estate import Probe
from asbuilt.initial.nouns import AnsweringPath
from asbuilt.model import AppState, Fact, Observed, ProbeResponse
from asbuilt.observe import web
from asbuilt.observe.http import Client
from asbuilt.under_way import asleep
from asbuilt.workflows.paths.deploy_path import DeployPath

# What frameworks and teams call it, the likeliest first.
USUAL = ("/health", "/healthz", "/api/health", "/api/system/status", "/status", "/up", "/ping", "/")
# No app has it: one that answers 200 all the same has one page for whatever is asked, and its answer says nothing.
NOWHERE = "/asbuilt-asks-whether-every-path-answers"
_MOST_OF_FILES = 8
_LONGEST_WORD = 20
_FOUND, _STATUS = 200, "/status"
_WELL = frozenset({"ok", "OK", "healthy", "pass", "up", "UP"})  # what a body says at /status that is well
_PATH = re.compile(r"^(?:https?://)?(?:\$\{\{[^{}]*\}\}|\$\{?\w+\}?|[\w.-]+)(/[A-Za-z0-9._~/-]*)$")


def asked_by(paths: Iterable[DeployPath]) -> tuple[str, ...]:
    """Give the paths that the health checks behind some deploys ask an app for, as far as these are plain."""
    addresses = (each for path in paths for check in path.verifications for each in check.check.addresses)
    found = (match[1] for each in addresses if (match := _PATH.match(each.strip("\"'"))))
    return tuple(dict.fromkeys(each for each in found if _is_plain(each)))[:_MOST_OF_FILES]


def _is_plain(path: str) -> bool:
    return not path.startswith("//") and not {".", ".."} & set(path.split("/"))


def answering(client: Client, origin: str, candidates: Sequence[str], state: AppState) -> tuple[AnsweringPath, ...]:
    """Ask an app for some paths, and give those that answer 200; a sleeping one is asked until the first that does."""
    if sleeps(state):
        return tuple(_until_one(client, origin, candidates))
    asked = (*candidates, NOWHERE)
    facts = {path: web.probe(client, f"{origin}{path}", _wanted(path)) for path in asked}
    found = tuple(each for path in candidates if (each := _answering(path, facts[path])))
    if _answering(NOWHERE, facts[NOWHERE]):
        return tuple(each for each in found if each.says or each.path == "/")
    return found


def sleeps(state: AppState) -> bool:
    """Say whether an app's web dynos are asleep: the first request wakes them."""
    dynos = state.dynos.value if isinstance(state.dynos, Observed) else ()
    formation = state.formation.value if isinstance(state.formation, Observed) else ()
    web_type = next((each for each in formation if each.type == "web"), None)
    return any(dyno.type == "web" and asleep(dyno, web_type) for dyno in dynos)


def _until_one(client: Client, origin: str, candidates: Iterable[str]) -> Iterator[AnsweringPath]:
    for path in candidates:
        if found := _answering(path, web.probe_asleep(client, f"{origin}{path}", _wanted(path))):
            yield found
            return


def _wanted(path: str) -> Probe:
    return Probe.model_validate({"path": path, "json": {_STATUS: "ok"}})


def _answering(path: str, fact: Fact[ProbeResponse]) -> AnsweringPath | None:
    """Give a path that answered as a probe should; None for one that did not."""
    if not isinstance(fact, Observed) or fact.value.status != _FOUND or fact.value.from_router:
        return None
    written = fact.value.body.values.get(_STATUS) if fact.value.body else None
    said = json.loads(written) if written and len(written) <= _LONGEST_WORD else None
    return AnsweringPath(path, said if said in _WELL else "")
