"""Images that are pushed to Heroku's registry: what releases them, and whether the registry takes them."""

from pathlib import Path

import pytest
from making import sources_of

from asbuilt.workflows.deploys.steps import deploy_steps
from asbuilt.workflows.judge import pushed_images
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.tracing import deploy_paths

IMAGE = "registry.heroku.com/kiosk/web"
PUSH = f"- run: docker push {IMAGE}"
RELEASE = "- run: heroku container:release web --app kiosk"
BUILD = "- {{ uses: 'docker/build-push-action@{ref}', with: {{ push: true, tags: '{image}'{more} }} }}"
SECRET = "${{ secrets.KIOSK }}"
PATCH = 'curl --fail -X PATCH https://api.heroku.com/apps/kiosk/formation -d \'{"updates": [{"docker_image": 1}]}\''

TAGGED = (
    f"- {{ id: meta, uses: docker/metadata-action@v5, with: {{ images: {IMAGE} }} }}\n"
    "- uses: docker/build-push-action@v6\n"
    "  with: { push: true, provenance: false, tags: '${{ steps.meta.outputs.tags }}' }"
)


def build(more="", ref="v6"):
    return BUILD.format(ref=ref, image=IMAGE, more=f", {more}" if more else "")


def workflow(*steps, job="", on="push", after=""):
    lines = "\n".join(f"      {line}" for step in steps for line in step.splitlines())
    return f"on: {on}\njobs:\n  one:\n    runs-on: x\n{job}    steps:\n{lines}\n{after}"


def found(text, actions=None, of="one", **files):
    sources = sources_of(actions, one=text, **files)
    for file in sources.workflow_files:
        assert file.document.problems == (), file.document.problems
    steps = tuple(step for file in sources.workflow_files for step in deploy_steps(file, sources))
    checkout = Checkout(Path(), sources, deploy_steps=steps, deploy_paths=deploy_paths(sources))
    pushes = pushed_images.pushes(sources.by_path[f".github/workflows/{of}.yml"], checkout)
    return (*pushed_images.unreleased(pushes, checkout), *pushed_images.not_taken(pushes, sources))


def kinds(text, actions=None, **files):
    words = {"nothing releases it": "unreleased", "refuses": "refused", "cannot be told": "open"}
    gaps = found(text, actions, **files)
    assert all(each.open == each.fact.startswith("cannot be told") for each in gaps)
    assert all(len(each.fact) < 160 for each in gaps), gaps
    return [kind for gap in gaps for word, kind in words.items() if word in gap.fact]


@pytest.mark.parametrize(
    "push",
    [
        PUSH,
        f"- run: docker image push {IMAGE}:latest",
        f"- run: |\n    docker tag kiosk {IMAGE}\n    docker push {IMAGE}",
        "- run: |\n    to=registry.heroku.com/kiosk\n    docker push $to/web",
        f"- run: docker push $IMAGE\n  env: {{ IMAGE: {IMAGE} }}",
        "- { shell: pwsh, run: docker push registry.heroku.com/kiosk/web }",
        f"- run: docker buildx build --provenance=false --push --tag {IMAGE} .",
        f"- run: docker buildx build --provenance=false --output type=registry -t {IMAGE} .",
        f"- run: skopeo copy docker-archive:kiosk.tar docker://{IMAGE}",
        f"- run: crane copy ghcr.io/nordwind/kiosk {IMAGE}",
        "- run: heroku container:push web --app kiosk",
        "- run: heroku container:push --recursive -a kiosk",
        f"- {{ uses: nick-fields/retry@v3, with: {{ command: 'docker push {IMAGE}' }} }}",
        build("provenance: false"),
        build("provenance: false", ref="3d3c42e5aac5ba805825da76410c181273ba90b1"),
        "- { uses: redhat-actions/push-to-registry@v2, with: { registry: registry.heroku.com, image: kiosk/web } }",
        TAGGED,
    ],
)
def test_an_image_that_is_pushed_has_to_be_released(push):
    assert kinds(workflow(push)) == ["unreleased"]
    assert kinds(workflow(push, RELEASE)) == []
    assert kinds(workflow(RELEASE, push)) == ["unreleased"]
    assert kinds(workflow(push, f"{RELEASE}\n  if: false")) == ["unreleased"]


@pytest.mark.parametrize(
    "step",
    [
        "- run: docker push ghcr.io/nordwind/kiosk",
        f"- run: docker pull {IMAGE}",
        f"- run: docker build -t {IMAGE} .",
        f"- run: docker buildx build --load -t {IMAGE} .",
        f"- run: echo docker push {IMAGE}",
        f"- {{ uses: docker/build-push-action@v6, with: {{ tags: {IMAGE} }} }}",
        f"- {{ uses: docker/build-push-action@v6, with: {{ push: '${{{{ false }}}}', tags: {IMAGE} }} }}",
        f"- {{ if: false, run: docker push {IMAGE} }}",
        "- { uses: docker/login-action@v3, with: { registry: registry.heroku.com } }",
        "- run: docker login registry.heroku.com",
    ],
)
def test_what_pushes_nothing_to_heroku_needs_no_release(step):
    assert found(workflow(step)) == ()


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (RELEASE, []),
        ("- run: heroku container:release -a kiosk web worker", []),
        ("- run: heroku container:release worker --app kiosk", ["unreleased"]),
        ("- run: heroku container:release web --app another", ["unreleased"]),
        ("- run: heroku container:release $TYPES --app kiosk", []),
        (f"- run: |\n    {PATCH}", []),
        ("- run: heroku ps:scale web=2 --app kiosk", ["unreleased"]),
        ("- run: heroku container:release web --app $APP\n  env: { APP: kiosk }", []),
        (f"- run: heroku container:release web --app $APP\n  env: {{ APP: '{SECRET}' }}", ["open"]),
        ("- run: make deploy-heroku", ["open"]),
    ],
)
def test_the_release_is_of_the_same_app_and_type(release, expected):
    assert kinds(workflow(PUSH, release)) == expected


def test_a_name_that_cannot_be_told_is_held_against_the_same_expression():
    push = "- run: docker push registry.heroku.com/%s/web"
    release = "- run: heroku container:release web --app %s"
    assert kinds(workflow(push % SECRET, release % SECRET)) == []
    job = f"    env: {{ APP: '{SECRET}' }}\n"
    assert kinds(workflow(push % "$APP", release % "${APP}", job=job)) == []
    assert kinds(workflow(push % SECRET, release % '"$APP"', job=job)) == []
    assert kinds(workflow(push % SECRET)) == ["unreleased"]
    assert kinds(workflow(push % SECRET, release % "kiosk")) == ["open"]
    assert kinds(workflow(push % SECRET, release % "${{ secrets.OTHER }}")) == ["open"]


def test_it_is_released_by_a_later_job_or_the_run_that_follows():
    later = "  two:\n    runs-on: x\n    needs: one\n    steps:\n      " + RELEASE + "\n"
    assert kinds(workflow(PUSH, after=later)) == []
    assert kinds(workflow(PUSH), two=workflow(RELEASE)) == ["unreleased"]
    followed = "name: Build\n" + workflow(PUSH)
    assert kinds(followed, two=workflow(RELEASE, on="{workflow_run: {workflows: [Build]}}")) == []


def test_rows_of_a_matrix_and_called_workflows_are_looked_at_each():
    job = "    strategy: { matrix: { app: [kiosk, till] } }\n"
    push = "- run: docker push registry.heroku.com/${{ matrix.app }}/web"
    assert kinds(workflow(push, RELEASE, job=job)) == ["unreleased"]
    assert kinds(workflow(push, "- run: heroku container:release web -a ${{ matrix.app }}", job=job)) == []
    call = "on: push\njobs: { build: { uses: ./.github/workflows/one.yml, with: { app: kiosk } }%s }\n"
    called = workflow(
        "- run: docker push registry.heroku.com/${{ inputs.app }}/web",
        on="{workflow_call: {inputs: {app: {type: string}}}}",
    )
    (gap,) = [each for each in found(called, start=call % "") if "kiosk" in each.fact]
    assert gap.fact.endswith("; called by start.yml:2")
    release = ", ship: { needs: build, runs-on: x, steps: [{ run: heroku container:release web -a kiosk }] }"
    assert [each for each in found(called, start=call % release) if "kiosk" in each.fact] == []


def test_an_action_of_the_repository_pushes_for_who_uses_it():
    action = (
        "inputs: { app: { required: true } }\nruns:\n  using: composite\n  steps:\n"
        "    - { shell: bash, run: 'docker push registry.heroku.com/${{ inputs.app }}/web' }\n"
    )
    use = "- { uses: ./.github/actions/push, with: { app: kiosk } }"
    assert kinds(workflow(use), {"push": action}) == ["unreleased"]
    assert kinds(workflow(use, RELEASE), {"push": action}) == []


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (build("provenance: false"), []),
        (build(), ["refused"]),
        (build("provenance: true"), ["refused"]),
        (build("provenance: mode=max"), ["refused"]),
        (build("provenance: '${{ vars.PROVENANCE }}'"), ["open"]),
        (build("provenance: '${{ github.event_name == ''release'' }}'"), []),
        (build("provenance: false, sbom: true"), ["refused"]),
        (build("provenance: false, platforms: 'linux/amd64,linux/arm64'"), ["refused"]),
        (build("provenance: false, platforms: linux/amd64"), []),
        (build("provenance: false, outputs: 'type=image,oci-mediatypes=true'"), ["refused"]),
        (build("attests: 'type=provenance,disabled=true'"), []),
        (build("attests: 'type=sbom', provenance: false"), ["refused"]),
        (build(ref="v3"), []),
        (build("sbom: true", ref="v3"), ["refused"]),
        (build(ref="3d3c42e5aac5ba805825da76410c181273ba90b1"), ["open"]),
        (build()[:-1] + ", env: { BUILDX_NO_DEFAULT_ATTESTATIONS: 1 } }", []),
        (build()[:-1] + ", env: { BUILDX_NO_DEFAULT_ATTESTATIONS: 0 } }", ["refused"]),
        (f"- run: docker buildx build --push -t {IMAGE} .", ["refused"]),
        (f"- run: docker buildx build -o type=image,push=true -t {IMAGE} .", ["refused"]),
        (f"- run: docker buildx build --push --provenance=false -t {IMAGE} .", []),
        (f"- run: docker buildx build --push --provenance false -t {IMAGE} .", []),
        (f"- run: docker buildx build --push --provenance=false --sbom=true -t {IMAGE} .", ["refused"]),
        (f"- run: docker buildx build --push --provenance=false --platform linux/amd64,linux/arm64 -t {IMAGE} .",
         ["refused"]),
        (f"- run: BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker buildx build --push -t {IMAGE} .", []),
        (f"- run: |\n    export BUILDX_NO_DEFAULT_ATTESTATIONS=1\n    docker buildx build --push -t {IMAGE} .", []),
        (f"- run: docker build -t {IMAGE} . && docker push {IMAGE}", []),
        (f"- run: docker buildx build --load -t {IMAGE} . && docker push {IMAGE}", []),
        (f"- run: docker build --push -t {IMAGE} .", []),
        (f"- uses: docker/setup-buildx-action@v3\n  with: {{ install: true }}\n- run: docker build --push -t {IMAGE} .",
         ["refused"]),
        ("- run: heroku container:push web -a kiosk", []),
    ],
)  # fmt: skip
def test_what_the_registry_takes(step, expected):
    assert kinds(workflow(step, RELEASE)) == expected


def test_the_remedy_ends_the_finding():
    (refused,) = found(workflow(build(), RELEASE))
    assert refused.fix == "add to its with: provenance: false"
    assert found(workflow(build("provenance: false"), RELEASE)) == ()
    (unreleased,) = found(workflow(PUSH))
    assert unreleased.fix == f"add a step after it: {RELEASE.removeprefix('- ')}"


def test_the_place_is_the_line_of_the_script():
    (gap,) = found(workflow(f"- run: |\n    docker build -t {IMAGE} .\n    docker push {IMAGE}"))
    assert (gap.mark, gap.excerpt) == ((8, 11), f"docker push {IMAGE}")


def test_what_is_released_where_something_failed_is_no_release():
    gaps = kinds(workflow(PUSH, RELEASE.replace("- run", "- if: failure()\n  run")))
    assert gaps == ["unreleased"]
    assert kinds(workflow(PUSH, RELEASE.replace("- run", "- if: always()\n  run"))) == []
