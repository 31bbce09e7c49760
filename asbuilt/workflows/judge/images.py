"""Deploys that bring an image, which says itself what it starts."""

from asbuilt.workflows.deploys.mechanisms import HEROKU_DEPLOY
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.document import text_of

_BRING_IMAGES = frozenset(
    {
        "heroku container:release",
        "cloutojp/heroku-deploy",
        "gonuit/heroku-docker-deploy",
        "jctaveras/heroku-deploy",
        "techmmunity/docker-heroku-deploy",
    }
)


def brings_image(path: DeployPath) -> bool:
    """Tell whether a deploy surely brings an image. heroku-deploy takes every text but "false" for a yes."""
    if path.step.mechanism != HEROKU_DEPLOY:
        return path.step.mechanism in _BRING_IMAGES
    setting = path.step.step.input("usedocker")
    if setting is None:
        return False
    value = path.value_of(text_of(setting) or "")
    return isinstance(value, str) and value != "false"
