"""Stand for Heroku's router and the apps behind it: what an app's own URL answers.

Source: https://devcenter.heroku.com/articles/error-codes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asbuilt.sandbox.exchange import HTML, Ask, Reply

if TYPE_CHECKING:
    from asbuilt.sandbox.world import App, World

# `idle` is a sleeping Eco dyno: the router wakes it and waits.
_SERVING = ("up", "idle")

_PAGE = """<!DOCTYPE html>
<html>
  <head>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta charset="utf-8">
    <title>{title}</title>
    <style media="screen">html,body,iframe {{ margin: 0; padding: 0; border: 0; width: 100%; height: 100%; }}</style>
  </head>
  <body>
    <iframe src="https://www.herokucdn.com/error-pages/{page}.html"></iframe>
  </body>
</html>
"""


def answer(world: World, ask: Ask) -> Reply:
    """Answer one request to an app's own URL.

    A declared response wins over what the dynos' states suggest, so that a fault can change the one or the other. In
    maintenance the router asks no dyno, nor whether there are any: https://devcenter.heroku.com/articles/maintenance-mode.
    """
    app = world.app_at(ask.host)
    if app is None:
        return _error(404, "No such app", "no-such-app")
    if app.maintenance:
        return _error(503, "Offline for Maintenance", "maintenance-mode")  # H80
    if (canned := app.responses.get(ask.path)) is not None:
        return Reply(canned.status, canned.json, canned.text, dict(canned.headers))
    return _routed(app)


def headers(ask: Ask) -> dict[str, str]:
    """Return the headers that the router adds to every answer."""
    return {"Server": "Heroku", "Via": "1.1 heroku-router", "X-Request-Id": ask.id()[:32]}


def _routed(app: App) -> Reply:
    """Return what the router says of an app by itself."""
    web = [dyno for dyno in app.dynos if dyno.type == "web"]
    if app.current is None or (app.current.commit is None and not app.current.image):
        return _error(502)  # H81, blank app
    if not web:
        return _error(503)  # H14, no web dynos running
    if not any(dyno.state in _SERVING for dyno in web):
        return _error(503)  # H10, app crashed; H20, boot time-out
    return Reply(404, {"error": "not found"})


def _error(status: int, title: str = "Application Error", page: str = "application-error") -> Reply:
    head = {"Content-Type": HTML, "Cache-Control": "no-cache, no-store"}
    return Reply(status, text=_PAGE.format(title=title, page=page), headers=head)
