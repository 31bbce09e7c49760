import httpx
import pytest

from asbuilt.model import Absent, Observed, Unobserved, deploys
from asbuilt.observe import heroku, web
from asbuilt.sandbox.server import Sandbox

ACCEPT = "application/vnd.heroku+json; version=3"
AT = "2026-04-30T16:30:00Z"
APP = {
    "name": "shop",
    "web_url": "https://shop-0a1b2c3d4e5f.herokuapp.com/",
    "created_at": AT,
    "maintenance": False,
    "slug_size": None,
    "repo_size": None,
    "region": {"id": "0b1c2d3e-0000-4000-8000-000000000001", "name": "us"},
    "stack": {"id": "0b1c2d3e-0000-4000-8000-000000000002", "name": "heroku-24"},
    "build_stack": {"id": "0b1c2d3e-0000-4000-8000-000000000002", "name": "heroku-24"},
}


def release(version, slug=None, *, current=False, status="succeeded", artifacts=()):
    return {
        "version": version,
        "description": f"v{version}",
        "status": status,
        "current": current,
        "slug": {"id": slug} if slug else None,
        "artifacts": list(artifacts),
        "created_at": AT,
    }


def paged(*pages, after=None):
    """Serve pages by the ranges that lead to them; `after` leads on from the last one."""

    def handler(request):
        assert request.headers["accept"] == ACCEPT
        handler.ranges.append(request.headers.get("range"))
        number = len(pages) - 1 if after and handler.ranges[-1] == after else 0
        if (handler.ranges[-1] or "").startswith("page "):
            number = int(handler.ranges[-1].split()[1])
        more = f"page {number + 1}" if number + 1 < len(pages) else after
        return httpx.Response(206 if more else 200, json=pages[number], headers={"Next-Range": more} if more else {})

    handler.ranges = []
    return handler


FIRST = "version ..; order=desc,max=200"


def versions(found):
    assert isinstance(found, Observed), found
    return [each.version for each in found.value]


# Releases.


def test_releases_are_asked_for_newest_first(client):
    handler = paged([release(2, "a", current=True), release(1)])
    assert versions(heroku.releases(client(handler), "shop")) == [2, 1]
    assert handler.ranges == [FIRST]


def test_releases_go_on_until_the_last_page_where_no_code_was_deployed(client):
    handler = paged([release(5, current=True), release(4)], [release(3), release(2)], [release(1)])
    found = heroku.releases(client(handler), "shop")
    assert versions(found) == [5, 4, 3, 2, 1]
    assert handler.ranges == [FIRST, "page 1", "page 2"]
    assert found.requests == (0, 1, 2)


def test_releases_stop_once_the_current_one_and_a_deploy_were_seen(client):
    handler = paged([release(6), release(5, current=True)], [release(4, "a"), release(3)], [release(2), release(1)])
    assert versions(heroku.releases(client(handler), "shop")) == [6, 5, 4, 3]
    assert len(handler.ranges) == 2


def test_releases_go_on_where_the_current_one_was_not_seen_yet(client):
    handler = paged(
        [release(6, "b"), release(5, "b")], [release(4, "a", current=True), release(3)], [release(2), release(1)]
    )
    assert versions(heroku.releases(client(handler), "shop")) == [6, 5, 4, 3]


def test_releases_go_on_to_what_brought_the_code_that_config_changes_carry(client):
    changed = {"description": "Set A config vars"}
    carried = [release(each, "a", current=each == 6) | changed for each in (6, 5, 4)]
    handler = paged(carried[:2], [carried[2], release(3, "a")], [release(2), release(1)])
    assert versions(heroku.releases(client(handler), "shop")) == [6, 5, 4, 3]


def test_a_deploy_that_failed_is_none_to_stop_at(client):
    failed = release(5, "b", status="failed")
    handler = paged([failed, release(4, current=True)], [release(3, "a"), release(2)], [release(1)])
    assert versions(heroku.releases(client(handler), "shop")) == [5, 4, 3, 2]


def test_a_look_reads_one_page_and_takes_no_part_of_a_list_for_the_whole(client):
    handler = paged([release(9, current=True)], [release(8, "s1")])
    fact = heroku.releases(client(handler), "shop", images=True, most_pages=1)
    assert str(fact) == "GET https://api.heroku.com/apps/shop/releases goes on behind what a look reads of it"
    assert len(handler.ranges) == 1
    enough = paged([release(9, "s1", current=True)], [release(8, "s1")])
    assert isinstance(heroku.releases(client(enough), "shop", images=True, most_pages=1), Observed)
    endless = paged([], [])
    assert isinstance(heroku.dynos(client(endless), "shop", most_pages=1), Unobserved)
    assert len(endless.ranges) == 1


@pytest.mark.parametrize("after", [FIRST, "page 1"])
def test_a_range_that_repeats_makes_releases_unobserved(client, after):
    handler = paged([release(4, current=True)], [release(3)], after=after)
    found = heroku.releases(client(handler), "shop")
    assert isinstance(found, Unobserved)
    assert "repeat" in found.reason
    assert len(handler.ranges) <= 3


def test_a_page_that_repeats_under_another_range_makes_releases_unobserved(client):
    page = [release(4, current=True), release(3)]
    handler = paged(page, page, [release(2), release(1)])
    found = heroku.releases(client(handler), "shop")
    assert isinstance(found, Unobserved)
    assert found.reason.endswith("a page that repeats itself at v4")
    assert found.request == "GET https://api.heroku.com/apps/shop/releases"
    assert len(handler.ranges) == 2


def test_releases_that_never_end_are_unobserved(client):
    handler = paged(*([release(1000 - each)] for each in range(200)))
    found = heroku.releases(client(handler), "shop")
    assert isinstance(found, Unobserved)
    assert "do not end" in found.reason
    assert len(handler.ranges) == 100


def test_code_is_the_slug_or_the_image_of_a_fir_app(client):
    image = {"type": "oci-image", "id": "image"}
    tarball = {"type": "slug", "id": "slug-artifact"}
    page = [
        release(5, artifacts=[tarball, image], current=True),
        release(4, artifacts=[tarball]),
        release(3, "slug"),
        {**release(2), "artifacts": None},
        {key: value for key, value in release(1).items() if key != "artifacts"},
    ]
    found = heroku.releases(client(paged(page)), "shop").value
    assert [each.code for each in found] == ["image", None, "slug", None, None]
    assert [each.version for each in deploys(found)] == [3, 5]


@pytest.mark.parametrize("missing", ["version", "status", "current", "slug", "created_at"])
def test_a_release_that_lacks_something_makes_all_unobserved(client, missing):
    raw = {key: value for key, value in release(1).items() if key != missing}
    found = heroku.releases(client(paged([raw])), "shop")
    assert found.reason == f"answered something that its API does not promise: lacks '{missing}'"


# The app, its formation and its dynos.


def test_an_app_that_was_never_deployed_has_no_sizes(client, replies):
    handler = replies((200, {"json": APP}))
    app = heroku.app(client(handler), "shop").value
    assert (app.name, app.slug_size, app.repo_size, app.generation) == ("shop", None, None, "cedar")
    assert handler.seen[0].headers["accept"] == ACCEPT


def test_an_app_says_what_it_runs_on_and_what_its_next_build_will(client, replies):
    raw = {**APP, "stack": {"name": "heroku-22"}}
    app = heroku.app(client(replies((200, {"json": raw}))), "shop").value
    assert (app.stack, app.build_stack, app.runs_images) == ("heroku-22", "heroku-24", False)


@pytest.mark.parametrize(
    "size", [{"size": "Eco"}, {"dyno_size": {"name": "Eco"}}, {"size": None, "dyno_size": {"name": "Eco"}}]
)
def test_a_size_stands_under_either_name(client, size):
    raw = {"type": "web", "quantity": 1, "updated_at": AT, **size}
    assert heroku.formation(client(paged([raw])), "shop").value[0].size == "Eco"


def test_releases_of_images_stop_at_one_that_says_so(client):
    deployed = {**release(3), "description": "Deployed web (f5ce2d583e48)"}
    pages = [release(4, current=True), deployed], [release(2), release(1)]
    assert versions(heroku.releases(client(paged(*pages)), "shop", images=True)) == [4, 3]


def test_a_fir_app_says_so_and_may_have_no_url(client, replies):
    raw = {**APP, "generation": {"id": "x", "name": "fir"}, "web_url": None}
    app = heroku.app(client(replies((200, {"json": raw}))), "shop").value
    assert (app.generation, app.web_url) == ("fir", None)


def test_an_app_that_is_not_there_is_absent(client, replies):
    assert heroku.app(client(replies(404)), "shop") == Absent("app shop", (0,))


@pytest.mark.parametrize("observe", [heroku.releases, heroku.formation, heroku.dynos])
def test_a_part_that_is_not_there_though_the_app_is_cannot_be_told(client, replies, observe):
    found = observe(client(replies(404)), "shop")
    assert isinstance(found, Unobserved)
    assert "answered 404" in found.reason


def test_dynos_and_formation_are_read_to_the_last_page(client):
    dyno = {"type": "web", "state": "up", "release": {"version": 3}, "updated_at": AT}
    dynos = paged([{**dyno, "name": "web.1"}, {**dyno, "name": "web.2"}], [{**dyno, "name": "web.3"}])
    found = heroku.dynos(client(dynos), "shop").value
    assert [(each.name, each.release) for each in found] == [("web.1", 3), ("web.2", 3), ("web.3", 3)]
    process = {"quantity": 1, "size": "Basic", "updated_at": AT}
    formation = paged([{**process, "type": "web"}], [{**process, "type": "worker"}])
    assert [each.type for each in heroku.formation(client(formation), "shop").value] == ["web", "worker"]
    assert dynos.ranges == formation.ranges == [None, "page 1"]


def test_a_list_of_dynos_that_repeats_is_unobserved(client):
    handler = paged([], [], after="page 1")
    found = heroku.dynos(client(handler), "shop")
    assert isinstance(found, Unobserved)
    assert "repeat" in found.reason
    assert len(handler.ranges) == 2


# As the sandbox pages, which does as Heroku does.


@pytest.fixture
def blank(tmp_path, client):
    releases = "\n".join(
        f"        - {{version: {each}, description: Set KEY config vars, created_at: '-{500 - each}m'}}"
        for each in range(1, 451)
    )
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "blank.yaml").write_text(
        "summary: an app that nobody ever deployed\nclock: 2026-04-30T16:30:00Z\nheroku:\n  apps:\n    shop:\n"
        f"      hash: 0a1b2c3d4e5f\n      created_at: '-8d'\n      releases:\n{releases}\n"
    )
    with Sandbox.start("blank", folder=tmp_path) as sandbox:
        yield sandbox, client(route_to=sandbox.origin)


def test_every_page_is_read_of_an_app_with_config_changes_alone(blank):
    sandbox, asked = blank
    found = heroku.releases(asked, "shop")
    assert versions(found) == list(range(450, 0, -1))
    assert [each.status for each in sandbox.log] == [206, 206, 200]
    assert found.value[0].current
    assert deploys(found.value) == ()


def test_an_app_in_maintenance_is_answered_for_by_the_router_and_its_dynos_run(tmp_path, client):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "offline.yaml").write_text(
        "summary: an app in maintenance\nclock: 2026-04-30T16:30:00Z\nheroku:\n  apps:\n    shop:\n"
        "      hash: 0a1b2c3d4e5f\n      created_at: '-8d'\n      maintenance: true\n"
        f"      releases: [{{version: 1, description: Deploy, slug: {'c' * 40}, created_at: '-1d'}}]\n"
        "      formation: {web: {command: serve}}\n      dynos: {web.1: {state: up}}\n"
        "      responses: {/health: {status: 200, json: {status: ok}}}\n"
    )
    with Sandbox.start("offline", folder=tmp_path) as sandbox:
        asked = client(route_to=sandbox.origin)
        app, dynos = heroku.app(asked, "shop").value, heroku.dynos(asked, "shop").value
        probe = web.probe(asked, f"{app.web_url}health").value
    assert (app.maintenance, [each.state for each in dynos]) == (True, ["up"])
    assert (probe.status, probe.from_router) == (503, True)
