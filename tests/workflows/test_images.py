import pytest
from making import paths_of

from asbuilt.workflows.judge.images import brings_image

WITH = "heroku_app_name: shop"


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
    ],
)
def test_a_deploy_that_brings_an_image(step, expected):
    dispatch = "{workflow_dispatch: {inputs: {image: {type: choice, options: ['true'], required: true}}}}"
    paths = paths_of(w=f"on: {dispatch}\njobs: {{a: {{runs-on: x, steps: [{step}]}}}}")
    assert {brings_image(path) for path in paths} == {expected}
