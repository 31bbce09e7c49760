"""The documents of the Heroku Platform API v3: https://devcenter.heroku.com/articles/platform-api-reference.

Each function turns one noun of the world into one document. `sdk` asks for the variant `version=3.sdk`, which the
official CLI asks for.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox.exchange import iso, stable_number

if TYPE_CHECKING:
    from datetime import datetime

    from asbuilt.sandbox.tokens import HerokuToken
    from asbuilt.sandbox.world import App, Dyno, Formation, Release

Document = dict[str, Any]

_SPACE = uuid.UUID("5f2d8f5c-0f0e-5a53-9c07-0a4b5c7a1e11")


def identifier(*parts: Any) -> str:
    """Return the UUID of a thing, derived from its name, so that every start serves the same one."""
    return str(uuid.uuid5(_SPACE, "/".join(map(str, parts))))


def named(kind: str, name: str) -> Document:
    """Return a reference by id and name."""
    return {"id": identifier(kind, name), "name": name}


def person(email: str) -> Document:
    """Return a reference to an account."""
    return {"id": identifier("account", email), "email": email}


def code_reference(app: App, release: Release, generation: str) -> Document | None:
    """Return the reference to the code that a release runs: a Cedar app has a slug, a Fir app an OCI image.

    That of a container app names none.
    """
    if release.commit is None or release.image or app.generation != generation:
        return None
    return {"id": _code(app, release)}


def _code(app: App, release: Release) -> str:
    """Return the id of what a release runs: each deploy builds its own, other releases carry on one of that commit."""
    same = [each for each in app.releases if each.commit == release.commit and each.version <= release.version]
    built = [each.version for each in same if each.description.startswith("Deploy")]
    return identifier(app.name, "code", release.commit, *built[-1:])


def account(email: str, created_at: datetime, now: datetime, *, sdk: bool) -> Document:
    """Return the account whose token asks."""
    document = {
        **person(email),
        "allow_tracking": False,
        "beta": False,
        "country_of_residence": None,
        "created_at": iso(created_at),
        "default_organization": None,
        "default_team": None,
        "delinquent_at": None,
        "federated": False,
        "identity_provider": None,
        "last_login": iso(now),
        "name": None,
        "sms_number": None,
        "suspended_at": None,
        "two_factor_authentication": True,
        "updated_at": iso(created_at),
        "verified": True,
    }
    if sdk:
        document |= {
            "acknowledged_msa": True,
            "acknowledged_msa_at": iso(created_at),
            "eco_dynos_enabled": False,
            "eco_dynos_shutdown_at": None,
            "italian_customer_terms": None,
            "italian_partner_terms": None,
            "mfa_enabled": True,
            "mfa_exemption": False,
            "mfa_exemption_reason": None,
            "mfa_experience": "vaas",
            "pipeline_cost_consent_at": None,
        }
    return document


def authorization(email: str, of: HerokuToken, token: str, since: datetime, now: datetime, *, sdk: bool) -> Document:
    """Return the authorization of the token that asks."""
    left = int((of.expires_at - now).total_seconds()) if of.expires_at else None
    access = {"expires_in": left, "id": identifier("token", email), "token": token}
    return {
        "access_token": access | ({"version": 1} if sdk else {}),
        "client": None,
        "created_at": iso(since),
        "description": "asbuilt",
        "grant": None,
        "id": identifier("authorization", email),
        "refresh_token": None,
        "scope": list(of.scope),
        "session": None,
        "updated_at": iso(since),
        "user": {**person(email), "full_name": None},
    }


def app(app: App, *, sdk: bool) -> Document:
    """Return one app; an app that was never deployed has neither `slug_size` nor `repo_size`."""
    current = app.current
    commit = current.commit if current else None
    slug = commit is not None and app.generation == "cedar" and not (current and current.image)
    document = {
        **named("app", app.name),
        "acm": False,
        "archived_at": None,
        "build_stack": named("stack", app.stack),
        "buildpack_provided_description": "Python" if slug else None,
        "created_at": iso(app.created_at),
        "generation": named("generation", app.generation),
        "git_url": f"https://git.heroku.com/{app.name}.git",
        "internal_routing": None,
        "maintenance": app.maintenance,
        "organization": None,
        "owner": person(app.owner),
        "region": named("region", app.region),
        "released_at": iso(current.created_at) if current else None,
        "repo_size": stable_number(app.name, "repository", digits=7) if slug else None,
        "slug_size": stable_number(app.name, commit, digits=8) if slug else None,
        "space": None,
        "stack": named("stack", app.stack),
        "team": None,
        "updated_at": iso(current.created_at if current else app.created_at),
        "web_url": f"https://{app.hostname}/",
    }
    if sdk:
        document |= {
            "base_image_name": None,
            "buildpacks": None,
            "current_build_architecture": [],
            "generation": app.generation,
        }
    return document


def release(app: App, release: Release, *, sdk: bool) -> Document:
    """Return one release: `slug` says whether there is code, `current` whether it runs."""
    slug, image = code_reference(app, release, "cedar"), code_reference(app, release, "fir")
    document = {
        "addon_plan_names": [f"{addon}:basic" for addon in app.addons],
        "app": named("app", app.name),
        "artifacts": [
            {"type": kind, "id": code["id"]}
            for kind, code in (("slug", slug), ("oci-image", image))
            if code is not None
        ],
        "created_at": iso(release.created_at),
        "current": release is app.current,
        "description": release.description,
        "eligible_for_rollback": (release.commit is not None or release.image) and release.status == "succeeded",
        "id": identifier(app.name, "release", release.version),
        "output_stream_url": None,
        "slug": slug,
        "status": release.status,
        "updated_at": iso(release.created_at),
        "user": person(app.owner),
        "version": release.version,
    }
    return document | {"oci_image": image} if sdk else document


def slug(app: App, release: Release) -> Document:
    """Return the slug of the release that brought it in."""
    commit = release.commit or ""
    return {
        "blob": {"method": "GET", "url": f"https://slugs.example.com/{_code(app, release)}.tgz"},
        "buildpack_provided_description": "Python",
        "checksum": f"SHA256:{commit}{commit[:24]}",
        "commit": commit,
        "commit_description": None,
        "created_at": iso(release.created_at),
        "deleted_at": None,
        "id": _code(app, release),
        "process_types": {formation.type: formation.command for formation in app.formation},
        "size": stable_number(app.name, commit, digits=8),
        "stack": named("stack", app.stack),
        "updated_at": iso(release.created_at),
    }


def image(app: App, release: Release, *, sdk: bool) -> Document:
    """Return the OCI image of the release that brought it in."""
    commit = release.commit or ""
    document = {
        "architecture": "amd64",
        "base_image_name": "heroku/heroku:24-cnb",
        "base_top_layer": f"sha256:{commit[::-1]}{commit[:24]}",
        "buildpacks": [{"id": "heroku/python", "version": "2.0.0", "homepage": "https://github.com/heroku"}],
        "commit": commit,
        "commit_description": "",
        "created_at": iso(release.created_at),
        "digest": f"sha256:{commit}{commit[:24]}",
        "id": _code(app, release),
        "image_repo": "images",
        "process_types": {
            formation.type: {"name": formation.type, "display_cmd": formation.command, "command": formation.command}
            for formation in app.formation
        },
        "stack": named("stack", app.stack),
        "updated_at": iso(release.created_at),
    }
    return document if sdk else document | {"deleted_at": None}


def build(app: App, release: Release, *, sdk: bool) -> Document:
    """Return the build behind a release that deployed."""
    document = {
        "app": {"id": identifier("app", app.name)},
        "buildpacks": [{"name": "heroku/python", "url": "urn:buildpack:heroku/python"}],
        "created_at": iso(release.created_at),
        "id": identifier(app.name, "build", release.version),
        "output_stream_url": f"https://build-output.example.com/{identifier(app.name, 'build', release.version)}",
        "release": {"id": identifier(app.name, "release", release.version)},
        "slug": code_reference(app, release, "cedar"),
        "source_blob": {
            "checksum": None,
            "url": f"https://source.example.com/{identifier(app.name, 'source', release.version)}",
            "version": release.commit,
            "version_description": None,
        },
        "stack": app.stack,
        "status": "failed" if release.status == "failed" else "succeeded",
        "updated_at": iso(release.created_at),
        "user": person(app.owner),
    }
    return document if sdk else document | {"generation": app.generation}


def formation(app: App, formation: Formation) -> Document:
    """Return what is wanted of one process type."""
    return {
        "app": named("app", app.name),
        "command": formation.command,
        "created_at": iso(app.created_at),
        "dyno_size": named("dyno-size", formation.size),
        "id": identifier(app.name, "formation", formation.type),
        "quantity": formation.quantity,
        "size": formation.size,
        "type": formation.type,
        "updated_at": iso(formation.since),
    }


def dyno(app: App, dyno: Dyno) -> Document:
    """Return one dyno; `updated_at` is when it came into its state."""
    return {
        "app": named("app", app.name),
        "attach_url": None,
        "command": dyno.command,
        "created_at": iso(dyno.since),
        "id": identifier(app.name, "dyno", dyno.name, dyno.release),
        "name": dyno.name,
        "release": {"id": identifier(app.name, "release", dyno.release), "version": dyno.release},
        "size": dyno.size,
        "state": dyno.state,
        "type": dyno.type,
        "updated_at": iso(dyno.since),
    }


def addon(app: App, addon: str, *, sdk: bool) -> Document:
    """Return one add-on, on its service's basic plan."""
    price = {"cents": 500, "contract": False, "unit": "month"}
    return {
        "actions": [],
        "addon_service": named("addon-service", addon),
        "app": named("app", app.name),
        "billed_price": price | {"metered": False} if sdk else price,
        "billing_entity": {**named("app", app.name), "type": "app"},
        "config_vars": [],
        "created_at": iso(app.created_at),
        "id": identifier(app.name, "addon", addon),
        "name": f"{addon}-{app.hash[:5]}",
        "plan": named("plan", f"{addon}:basic"),
        "provider_id": identifier(app.name, "provider", addon),
        "state": "provisioned",
        "updated_at": iso(app.created_at),
        "web_url": None,
    }


def collaborator(app: App, email: str) -> Document:
    """Return one collaborator."""
    return {
        "app": named("app", app.name),
        "created_at": iso(app.created_at),
        "id": identifier(app.name, "collaborator", email),
        "permissions": [],
        "role": "owner" if email == app.owner else "collaborator",
        "updated_at": iso(app.created_at),
        "user": {**person(email), "federated": False},
    }


def coupling(app: App, pipeline: str, stage: str) -> Document:
    """Return the app's place in its pipeline."""
    return {
        "app": {"id": identifier("app", app.name)},
        "created_at": iso(app.created_at),
        "id": identifier(app.name, "pipeline-coupling"),
        "pipeline": {"id": identifier("pipeline", pipeline)},
        "stage": stage,
        "updated_at": iso(app.created_at),
    }


def domain(app: App, hostname: str) -> Document:
    """Return one domain: the app's own, or a custom one."""
    own = hostname == app.hostname
    return {
        "acm_status": None,
        "acm_status_reason": None,
        "app": named("app", app.name),
        "cname": None if own else f"{identifier(hostname)[:18]}.herokudns.com",
        "created_at": iso(app.created_at),
        "hostname": hostname,
        "id": identifier(app.name, "domain", hostname),
        "kind": "heroku" if own else "custom",
        "sni_endpoint": None,
        "status": "none" if own else "succeeded",
        "updated_at": iso(app.created_at),
    }
