"""Every document that the sandbox serves is one that the published schemas allow."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
from sandbox_caller import WORLDS

from asbuilt.sandbox import github, heroku
from asbuilt.sandbox.scenario import load

PROJECT = Path(__file__).parents[2]
CONTRACTS = Path(os.environ.get("ASBUILT_CONTRACTS") or PROJECT / "../shared/contracts")
pytestmark = pytest.mark.skipif(not CONTRACTS.is_dir(), reason=f"no published schemas in {CONTRACTS}")

# Template -> definition; a list is an array of it.
HEROKU = {
    "/account": "account",
    "/account/rate-limits": "rate-limit",
    "/apps": "app",
    "/apps/{app}": "app",
    "/apps/{app}/addons": "add-on",
    "/apps/{app}/builds": "build",
    "/apps/{app}/collaborators": "collaborator",
    "/apps/{app}/config-vars": "config-var",
    "/apps/{app}/domains": "domain",
    "/apps/{app}/dynos": "dyno",
    "/apps/{app}/dynos/{dyno}": "dyno",
    "/apps/{app}/formation": "formation",
    "/apps/{app}/formation/{formation}": "formation",
    "/apps/{app}/pipeline-couplings": "pipeline-coupling",
    "/apps/{app}/releases": "release",
    "/apps/{app}/releases/{release}": "release",
    "/apps/{app}/releases/{release}/config-vars": "config-var",
    "/apps/{app}/oci-images/{image}": "oci-image",
    "/apps/{app}/slugs/{slug}": "slug",
    "/pipeline-couplings": "pipeline-coupling",
    "/users/~/apps": "app",
}
GITHUB = {
    "/meta": "/meta",
    "/rate_limit": "/rate_limit",
    "/user": "/user",
    "/repos/{owner}/{repo}": "/repos/{owner}/{repo}",
}
for part in (
    *("actions/runs", "actions/runs/{run}", "actions/runs/{run}/jobs", "actions/workflows"),
    *("actions/workflows/{workflow}", "actions/workflows/{workflow}/runs", "branches", "branches/{branch...}"),
    *("commits/{ref...}", "compare/{basehead...}"),
    *("deployments", "deployments/{deployment}", "deployments/{deployment}/statuses"),
    *("environments", "environments/{environment}", "environments/{environment}/deployment-branch-policies"),
    *("actions/variables", "actions/organization-variables", "environments/{environment}/variables"),
    "rules/branches/{branch...}",
):
    contract = part.replace("{run}", "{run_id}").replace("{workflow}", "{workflow_id}").replace("...}", "}")
    contract = contract.replace("{deployment}", "{deployment_id}").replace("{environment}", "{environment_name}")
    GITHUB[f"/repos/{{owner}}/{{repo}}/{part}"] = f"/repos/{{owner}}/{{repo}}/{contract}"

# Real, though GitHub's description lacks it.
UNDOCUMENTED = {"can_admins_bypass"}


def plain(schema):
    """OpenAPI 3.0 as JSON Schema: `nullable` becomes a union."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: plain(value) for key, value in schema.items() if key != "nullable"}
    if schema.get("nullable") is not True:
        return made
    return {"anyOf": [made, {"type": "null"}]}


@cache
def contract_of_heroku(variant):
    root = json.loads((CONTRACTS / f"heroku-platform-v3{variant}.strict.json").read_text())
    # The published format of a domain's name is that of a URL, which no host name is.
    root["definitions"]["domain"]["definitions"]["hostname"].pop("format")
    return root


@cache
def validator_of_heroku(variant, definition, *, many):
    one = {"$ref": f"#/definitions/{definition}"}
    definitions = contract_of_heroku(variant)["definitions"]
    schema = {"definitions": definitions, **({"type": "array", "items": one} if many else {"allOf": [one]})}
    return jsonschema_rs.Draft7Validator(schema, validate_formats=True)


@cache
def github_contract():
    root = json.loads((CONTRACTS / "github-openapi-subset.json").read_text())
    return {"paths": root["paths"], "components": plain(root["components"])}


@cache
def schema_of_github(template):
    described = github_contract()["paths"][GITHUB[template]]["get"]["responses"]["200"]
    schema = plain(described["content"]["application/json"]["schema"])
    return {**schema, "components": github_contract()["components"]}


@cache
def validator_of_github(template):
    return jsonschema_rs.Draft7Validator(schema_of_github(template), validate_formats=True)


def faults(path, validator, document):
    return [f"{path}: {error.instance_path}: {error.message}" for error in validator.iter_errors(document)]


def unknown_keys(root, schemas, value, at="$"):
    """Keys of a document that no alternative of its schema names."""
    flat = []
    todo = list(schemas)
    while todo:
        schema = todo.pop()
        if "$ref" in schema:
            target = root
            for step in schema["$ref"][2:].split("/"):
                target = target[step]
            todo.append(target)
            continue
        flat.append(schema)
        todo += [sub for word in ("anyOf", "oneOf", "allOf") for sub in schema.get(word, [])]
    if isinstance(value, list):
        items = [schema["items"] for schema in flat if "items" in schema]
        return [key for index, item in enumerate(value) for key in unknown_keys(root, items, item, f"{at}[{index}]")]
    found = []
    if isinstance(value, dict):
        known = [schema["properties"] for schema in flat if "properties" in schema]
        for key, item in value.items():
            below = [properties[key] for properties in known if key in properties]
            if known and not below and key not in UNDOCUMENTED:
                found.append(f"{at}.{key}")
            found += unknown_keys(root, below, item, f"{at}.{key}")
    return found


def paths_of_heroku(world):
    """Every path that this world can answer, by template."""
    yield from ((template, template) for template in HEROKU if "{" not in template)
    for app in world.apps:
        base = f"/apps/{app.name}"
        own = [template for template in HEROKU if template.startswith("/apps/{app}") and template.count("{") == 1]
        for template in own:
            if "pipeline" not in template or app.pipeline:
                yield template, template.replace("{app}", app.name)
        yield from (("/apps/{app}/dynos/{dyno}", f"{base}/dynos/{dyno.name}") for dyno in app.dynos)
        yield from (("/apps/{app}/formation/{formation}", f"{base}/formation/{kind.type}") for kind in app.formation)
        for release in app.releases:
            yield "/apps/{app}/releases/{release}", f"{base}/releases/{release.version}"
            yield "/apps/{app}/releases/{release}/config-vars", f"{base}/releases/{release.version}/config-vars"
            code = heroku.documents.code_reference(app, release, "cedar")
            if code:
                yield "/apps/{app}/slugs/{slug}", f"{base}/slugs/{code['id']}"
            if image := heroku.documents.code_reference(app, release, "fir"):
                yield "/apps/{app}/oci-images/{image}", f"{base}/oci-images/{image['id']}"


def paths_of_github(world):
    yield from ((path, path) for path in ("/meta", "/rate_limit", "/user"))
    repository = world.repositories[0]
    base, template = f"/repos/{repository.full_name}", "/repos/{owner}/{repo}"
    deployed = [run for run in repository.runs if run.environment]
    runs = {(run.workflow, run.status, run.conclusion, run.environment): run for run in repository.runs}.values()
    values = {
        "{run}": [run.id for run in runs],
        "{workflow}": [workflow.file for workflow in repository.workflows],
        "{branch...}": [branch.name for branch in repository.branches],
        "{basehead...}": [
            f"{run.sha}...{repository.default_branch}" for run in (repository.runs[0], repository.runs[-1])
        ],
        "{ref...}": [repository.default_branch, repository.runs[0].sha],
        "{deployment}": [
            github.actions.deployment_id(run) for run in {run.environment: run for run in deployed}.values()
        ]
        + [github.actions.deployment_id(deployed[-1])],
        "{environment}": [environment.name.replace("/", "%2F") for environment in repository.environments],
    }
    for known in GITHUB:
        if not known.startswith(template):
            continue
        below = known.removeprefix(template)
        name = next((name for name in values if name in below), None)
        for value in values.get(name, [""]):
            yield known, base + (below.replace(name, str(value)) if name else below)


def test_every_route_has_a_contract():
    assert set(HEROKU) == set(heroku.ROUTES.templates())
    assert set(GITHUB) == set(github.ROUTES.templates())


@pytest.mark.parametrize("variant", ["", ".sdk"])
def test_heroku_documents_conform(everywhere, variant):
    for template, path in paths_of_heroku(everywhere.sandbox.scenario.world(0)):
        response = everywhere.sdk(path) if variant else everywhere.heroku(path)
        assert response.status_code == 200, f"{path}: {response.text}"
        document = response.json()
        validator = validator_of_heroku(variant, HEROKU[template], many=isinstance(document, list))
        assert faults(path, validator, document) == []


def test_github_documents_conform(everywhere):
    for template, path in paths_of_github(everywhere.sandbox.scenario.world(0)):
        response = everywhere.github(path)
        assert response.status_code == 200, f"{path}: {response.text}"
        assert faults(path, validator_of_github(template), response.json()) == []
        schema = schema_of_github(template)
        assert unknown_keys(schema, [schema], response.json()) == []


def test_the_rich_world_has_one_of_everything():
    world = load("rich", folder=WORLDS).world(0)
    assert {template for template, _ in paths_of_heroku(world)} == set(HEROKU)
    assert {template for template, _ in paths_of_github(world)} == set(GITHUB)
