"""A way whose app is typed by whoever starts the run, as the way to one of the apps that may be typed."""

import re
from dataclasses import replace
from typing import Any

from asbuilt.workflows.deploys.targets import as_expression
from asbuilt.workflows.expressions.evaluate import Unknown, Whole
from asbuilt.workflows.expressions.values import equal
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.run.contexts import text_in
from asbuilt.workflows.yaml.document import text_of

_INPUT = re.compile(r"\$\{\{\s*(?:github\.event\.)?inputs\.([\w-]+)\s*\}\}", re.IGNORECASE)


def to_app(path: DeployPath, app: str) -> DeployPath | None:
    """Give a way whose app is typed as the way to one app; None where the app cannot be typed there.

    Where one input makes both the app and the environment, that app has that environment:

        app: shop-${{ inputs.stage }}, environment: ${{ inputs.stage }}, to shop-staging -> environment staging
    """
    step = path.step
    written = as_expression(step.target or "") if step.in_script else step.target or ""
    names = {name.lower() for name in _INPUT.findall(written)}
    if len(names) != 1 or "${{" in _INPUT.sub("", written):
        return replace(path, app=app)
    name = names.pop()
    parts = [re.escape(each) for each in _INPUT.sub("\0", written.strip()).split("\0")]
    match = re.fullmatch("(?P<typed>.*)".join(parts[:2]), app) if len(parts) == 2 else None  # noqa: PLR2004 - one input
    if len(parts) > 2:  # noqa: PLR2004 - as above
        return replace(path, app=app)
    if match is None or not _may_be(path.run.last.context, name, match["typed"]):
        return None
    context = _typing(path.run.last.context, name, match["typed"])
    environment = text_in(text_of(step.job.environment) or "", context)
    is_open = isinstance(environment, Unknown)
    return replace(
        path,
        app=app,
        inputs={**path.inputs, name: match["typed"]},
        environment=None if isinstance(environment, Unknown) else environment or None,
        is_environment_open=is_open,
        is_environment_typed=is_open and path.is_environment_typed,
    )


def _may_be(context: dict[str, Any], name: str, value: str) -> bool:
    inputs = context["inputs"]
    given = (
        next((each for key, each in inputs.items() if key.lower() == name), None) if isinstance(inputs, dict) else ""
    )
    return equal(given, value) is not False


def _typing(context: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    """Give a context in which an input has a value."""
    inputs = {key: value if key.lower() == name else given for key, given in context["inputs"].items()}
    github = context["github"]
    event = github.get("event", {})
    if isinstance(event, dict) and isinstance(event.get("inputs"), dict):
        github = {**github, "event": {**event, "inputs": Whole(inputs)}}
    return {**context, "inputs": Whole(inputs), "github": github}
