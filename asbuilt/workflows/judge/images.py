"""Deploys that bring an image, which says itself what it starts."""

from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.document import text_of


def brings_image(path: DeployPath) -> bool:
    """Tell whether a deploy surely brings an image. heroku-deploy takes every text but "false" for a yes.

    False where only the run tells. Of an image, Heroku reads no Procfile.
    """
    known = path.step.mechanism
    setting = path.step.step.input(known.image_input) if known.image_input else None
    if setting is None:
        return known.image
    value = path.value_of(text_of(setting) or "")
    return isinstance(value, str) and value != "false"
