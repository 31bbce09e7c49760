import pytest
from making import paths_of

from asbuilt.workflows.judge.images import brings_image

WITH = "heroku_app_name: shop"
API = "https://api.heroku.com/apps/shop"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (f"{{uses: akhileshns/heroku-deploy@v3, with: {{{WITH}, usedocker: true}}}}", True),
        (f"{{uses: akhileshns/heroku-deploy@v3, with: {{{WITH}, usedocker: '${{{{ inputs.image }}}}'}}}}", True),
        (f"{{uses: akhileshns/heroku-deploy@v3, with: {{{WITH}, usedocker: '${{{{ vars.IMAGE }}}}'}}}}", False),
        (f"{{uses: akhileshns/heroku-deploy@v3, with: {{{WITH}, usedocker: false}}}}", False),
        (f"{{uses: akhileshns/heroku-deploy@v3, with: {{{WITH}}}}}", False),
        (f"{{uses: gonuit/heroku-docker-deploy@v1, with: {{{WITH}}}}}", True),
        ("{run: heroku container:release web -a shop}", True),
        ("{run: git push https://git.heroku.com/shop.git main}", False),
        (f"{{run: 'curl -X PATCH {API}/formation -d @images.json'}}", True),
        (f"{{run: 'http PATCH {API}/formation/web docker_image=$ID'}}", True),
        (f"{{run: 'wget --method=PATCH --body-data=$BODY {API}/formation', env: {{BODY: docker_image}}}}", True),
        (f"{{run: 'requests.patch(\"{API}/formation\", json=dict(docker_image=i))', shell: python}}", True),
        (f"{{run: 'curl -X POST {API}/releases -d oci_image=$ID'}}", True),
        (f"{{run: 'curl -X POST {API}/releases -d slug=$ID'}}", False),
        (f"{{run: 'curl -X POST {API}/builds -d @source.json'}}", False),
        ("{run: heroku builds:create -a shop}", False),
        ("{run: heroku pipelines:promote -a other --to shop}", False),
    ],
)
def test_a_deploy_that_brings_an_image(step, expected):
    dispatch = "{workflow_dispatch: {inputs: {image: {type: choice, options: ['true'], required: true}}}}"
    paths = paths_of(w=f"on: {dispatch}\njobs: {{a: {{runs-on: x, steps: [{step}]}}}}")
    assert {brings_image(path) for path in paths} == {expected}


@pytest.mark.parametrize(("name", "expected"), [("heroku-container", True), ("heroku", False)])
def test_a_called_workflow_that_brings_an_image(name, expected):
    call = f"{{uses: 84codes/actions/.github/workflows/{name}.yml@main, with: {{heroku-app: shop}}}}"
    (path,) = paths_of(w=f"on: {{push: {{branches: [main]}}}}\njobs: {{a: {call}}}")
    assert brings_image(path) is expected
