"""Stand for api.heroku.com: the GET endpoints of the Platform API v3, their lists, their refusals.

Source: https://devcenter.heroku.com/articles/platform-api-reference
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox import heroku_documents as documents
from asbuilt.sandbox.building import OPERATOR
from asbuilt.sandbox.exchange import JSON, Ask, RefusalError, Reply, Routes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asbuilt.sandbox.world import App, World

HOST = "api.heroku.com"
ROUTES = Routes()

_ACCEPT = re.compile(r"application/vnd\.heroku\+json\s*;\s*version=3(\.[\w.-]+)?")
_RANGE = re.compile(
    r"(?P<by>\w+)\s+(?P<after>\]?)(?P<first>[^\].;,]*)\.\.(?P<last>[^;\[]*)(?P<before>\[?)\s*(?:;(?P<options>.*))?"
)
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PAGE, _LARGEST_PAGE = 200, 1000
_LIMIT, _SPAN = 4500, 4000


def answer(world: World, ask: Ask) -> Reply:
    """Answer one request as api.heroku.com does."""
    try:
        return _answer(world, ask)
    except RefusalError as refusal:
        return refusal.reply


def headers(ask: Ask) -> dict[str, str]:
    """Return the headers that every answer of this API carries."""
    request_id = ask.id()
    return {
        "Content-Type": JSON,
        "Request-Id": "-".join(request_id[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))),
        "RateLimit-Remaining": str(remaining(ask)),
        "RateLimit-Multiplier": "1",
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization,Accept-Encoding",
        "Server": "Heroku",
    }


def remaining(ask: Ask) -> int:
    """Return the requests that are left: fewer with each one, refilled before a client would have to wait."""
    return _LIMIT - ask.earlier % _SPAN


def canonical(world: World, path: str) -> str:
    """Return a path with the app's name in it where the request had its id."""
    match = re.fullmatch(r"/apps/([^/]+)(/.*)?", path)
    found = _app_called(world, match[1]) if match else None
    return f"/apps/{found.name}{match[2] or ''}" if match and found else path


def error(status: int, name: str, message: str, **more: str) -> Reply:
    """Return Heroku's error body."""
    return Reply(status, {"id": name, **more, "message": message})


def _answer(world: World, ask: Ask) -> Reply:
    if "authorization" not in ask.headers:
        raise RefusalError(error(401, "unauthorized", "Invalid credentials provided."))
    if not _ACCEPT.search(ask.headers.get("accept", "")):
        message = "Specify the version: Accept: application/vnd.heroku+json; version=3."
        raise RefusalError(error(406, "not_acceptable", message))
    found = ROUTES.find(ask.path)
    if found is None:
        raise RefusalError(error(404, "not_found", "The requested API endpoint was not found."))
    _, function, parts = found
    if "app" in parts:
        wanted = parts.pop("app")
        app = _app_called(world, wanted)
        if app is None:
            raise _missing("app")
        return function(ask, app, **parts)
    return function(ask, world, **parts)


def _app_called(world: World, wanted: str) -> App | None:
    """Return the app of a name or an id; ids are looked at only where no app has that name."""
    if named := world.app(wanted):
        return named
    if not _IDENTIFIER.fullmatch(wanted):
        return None
    return next((app for app in world.apps if wanted == documents.identifier("app", app.name)), None)


def _missing(resource: str) -> RefusalError:
    message = f"Couldn't find that {resource.replace('-', ' ')}."
    return RefusalError(error(404, "not_found", message, resource=resource.replace("-", "_")))


def _sdk(ask: Ask) -> bool:
    match = _ACCEPT.search(ask.headers.get("accept", ""))
    return bool(match and match[1] == ".sdk")


def _listing(ask: Ask, items: Sequence[Mapping[str, Any]], *by: str) -> Reply:
    """Return one page of a list, as its `Range` header asks: 206 and `Next-Range` where more follows.

    Source: https://devcenter.heroku.com/articles/platform-api-reference#ranges. A bound stands in the order that is
    asked for: `]5..` with order=desc goes on below 5, and that is what Next-Range says.
    """
    asked = ask.headers.get("range", f"{by[0]} ..")
    match = _RANGE.fullmatch(asked.strip())
    numbers = "" if match is None or match["by"] != "version" else match["first"] + match["last"].strip()
    if match is None or match["by"] not in by or (numbers and not numbers.isdecimal()):
        message = f"Could not read the range {asked!r}; it may name {', '.join(by)}."
        raise RefusalError(error(416, "requested_range_not_satisfiable", message))
    options = dict(re.findall(r"(\w+)\s*=\s*(\w+)", match["options"] or ""))
    descending = options.get("order") == "desc"
    largest = max(1, min(int(options["max"]), _LARGEST_PAGE)) if options.get("max", "").isdecimal() else _PAGE
    key = match["by"]

    def behind(value: Any, text: str, exclusive: str) -> bool:
        """Say whether a value comes after a bound in the order that is asked for, or stands on an inclusive one."""
        bound: Any = int(text) if key == "version" else text
        return (value == bound and not exclusive) or (value < bound if descending else value > bound)

    ordered = sorted(items, key=lambda item: item[key], reverse=descending)
    if first := match["first"]:
        ordered = [item for item in ordered if behind(item[key], first, match["after"])]
    if last := match["last"].strip():
        ordered = [item for item in ordered if not behind(item[key], last, "" if match["before"] else "beyond")]
    page = ordered[:largest]
    settings = f"max={largest}" if not descending else f"order=desc,max={largest}"
    head = {"Accept-Ranges": ", ".join(by)}
    if page:
        head["Content-Range"] = f"{key} {page[0][key]}..{page[-1][key]}"
    if len(ordered) > len(page):
        return Reply(206, page, headers=head | {"Next-Range": f"{key} ]{page[-1][key]}..; {settings}"})
    return Reply(200, page, headers=head)


@ROUTES.get("/account")
def _account(ask: Ask, world: World) -> Reply:
    created_at = min((app.created_at for app in world.apps), default=ask.at)
    email = world.apps[0].owner if world.apps else OPERATOR
    return Reply(document=documents.account(email, created_at, ask.at, sdk=_sdk(ask)))


@ROUTES.get("/account/rate-limits")
def _rate_limits(ask: Ask, _world: World) -> Reply:
    return Reply(document={"remaining": remaining(ask)})


@ROUTES.get("/apps")
def _apps(ask: Ask, world: World) -> Reply:
    return _listing(ask, [documents.app(app, sdk=_sdk(ask)) for app in world.apps], "id", "name", "updated_at")


# What `heroku apps` asks for; nobody else's apps are in a world.
ROUTES.get("/users/~/apps")(_apps)


@ROUTES.get("/apps/{app}")
def _app(ask: Ask, app: App) -> Reply:
    return Reply(document=documents.app(app, sdk=_sdk(ask)))


@ROUTES.get("/apps/{app}/releases")
def _releases(ask: Ask, app: App) -> Reply:
    items = [documents.release(app, release, sdk=_sdk(ask)) for release in app.releases]
    return _listing(ask, items, "id", "version")


@ROUTES.get("/apps/{app}/releases/{release}")
def _release(ask: Ask, app: App, release: str) -> Reply:
    return Reply(document=_release_named(ask, app, release))


@ROUTES.get("/apps/{app}/releases/{release}/config-vars")
def _config_vars_of_release(ask: Ask, app: App, release: str) -> Reply:
    _release_named(ask, app, release)
    return _config_vars(ask, app)


def _release_named(ask: Ask, app: App, name: str) -> documents.Document:
    for release in app.releases:
        document = documents.release(app, release, sdk=_sdk(ask))
        if name in (document["id"], str(release.version)) or (name == "current" and document["current"]):
            return document
    raise _missing("release")


@ROUTES.get("/apps/{app}/slugs/{slug}")
def _slug(_ask: Ask, app: App, slug: str) -> Reply:
    for release in app.releases:
        code = documents.code_reference(app, release, "cedar")
        if code and code["id"] == slug:
            return Reply(document=documents.slug(app, release))
    raise _missing("slug")


@ROUTES.get("/apps/{app}/oci-images/{image}")
def _image(ask: Ask, app: App, image: str) -> Reply:
    for release in app.releases:
        code = documents.code_reference(app, release, "fir")
        if code and code["id"] == image:
            return Reply(document=documents.image(app, release, sdk=_sdk(ask)))
    raise _missing("oci-image")


@ROUTES.get("/apps/{app}/formation")
def _formation(ask: Ask, app: App) -> Reply:
    return _listing(ask, [documents.formation(app, formation) for formation in app.formation], "id", "type")


@ROUTES.get("/apps/{app}/formation/{formation}")
def _formation_of(_ask: Ask, app: App, formation: str) -> Reply:
    for known in app.formation:
        document = documents.formation(app, known)
        if formation in (document["id"], known.type):
            return Reply(document=document)
    raise _missing("formation")


@ROUTES.get("/apps/{app}/dynos")
def _dynos(ask: Ask, app: App) -> Reply:
    return _listing(ask, [documents.dyno(app, dyno) for dyno in app.dynos], "id", "name")


@ROUTES.get("/apps/{app}/dynos/{dyno}")
def _dyno(_ask: Ask, app: App, dyno: str) -> Reply:
    for known in app.dynos:
        document = documents.dyno(app, known)
        if dyno in (document["id"], known.name):
            return Reply(document=document)
    raise _missing("dyno")


@ROUTES.get("/apps/{app}/builds")
def _builds(ask: Ask, app: App) -> Reply:
    deploys = [release for release in app.releases if release.description.startswith("Deploy")]
    return _listing(ask, [documents.build(app, release, sdk=_sdk(ask)) for release in deploys], "id", "created_at")


@ROUTES.get("/apps/{app}/config-vars")
def _config_vars(_ask: Ask, app: App) -> Reply:
    return Reply(document=dict.fromkeys(app.config_vars, "sandbox"))


@ROUTES.get("/apps/{app}/addons")
def _addons(ask: Ask, app: App) -> Reply:
    return _listing(ask, [documents.addon(app, addon, sdk=_sdk(ask)) for addon in app.addons], "id", "name")


@ROUTES.get("/apps/{app}/collaborators")
def _collaborators(ask: Ask, app: App) -> Reply:
    return _listing(ask, [documents.collaborator(app, email) for email in app.collaborators], "id")


@ROUTES.get("/apps/{app}/pipeline-couplings")
def _coupling(_ask: Ask, app: App) -> Reply:
    if app.pipeline is None:
        raise _missing("pipeline-coupling")
    return Reply(document=documents.coupling(app, *app.pipeline))


@ROUTES.get("/pipeline-couplings")
def _couplings(ask: Ask, world: World) -> Reply:
    coupled = ((app, app.pipeline) for app in world.apps)
    return _listing(ask, [documents.coupling(app, *pipeline) for app, pipeline in coupled if pipeline], "id")


@ROUTES.get("/apps/{app}/domains")
def _domains(ask: Ask, app: App) -> Reply:
    return _listing(ask, [documents.domain(app, host) for host in (app.hostname, *app.domains)], "id", "hostname")
