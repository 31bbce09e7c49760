"""An image gets onto its app."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import pushed_images


@control("WF035", since="0.2", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2", "ISO27001 A.8.32"])
def test_pushed_image_is_released(workflow_file, checkout):
    """An image that is pushed for an app is one that Heroku's registry takes, and is released in the same run.

    A push puts nothing on an app: until its release, the old image runs on, and the run is green. The registry takes
    Docker manifests of version 2, schema 2, alone: provenance, which buildx makes by default, an SBOM, OCI's media
    types and several platforms make another one. `heroku container:push` sees to that itself.

    Remedy: set `provenance: false` where the image is built, and run `heroku container:release TYPE --app APP` after
    the push.
    """
    found = pushed_images.pushes(workflow_file, checkout)
    wrong = (*pushed_images.unreleased(found, checkout), *pushed_images.not_taken(found, checkout.sources))
    none_of(wrong, among=found, what="push of an image to Heroku's registry")
