import pytest
from making import DEPLOY, deploying, paths_of

MAIN = "{push: {branches: [main]}}"


def test_the_check_in_its_own_job_has_the_last_word():
    ask = "      - run: curl --fail https://{}.example/health\n"
    later = f"  web:\n    needs: deploy\n    runs-on: x\n    steps:{DEPLOY.format(app='web')}{ask.format('web')}"
    shop, web = paths_of(deploy=deploying(on=MAIN) + ask.format("shop") + later)
    assert len(shop.verifications) == 2
    assert shop.last_word(shop.verifications).label == "deploy: curl --fail https://shop.example/health"
    assert web.last_word(web.verifications).label == "web: curl --fail https://web.example/health"


def test_a_check_in_a_later_job_has_the_last_word_where_there_is_no_nearer_one():
    later = "  ask:\n    needs: deploy\n    runs-on: x\n    steps: [{run: curl --fail https://shop.example/health}]\n"
    (path,) = paths_of(deploy=deploying(on=MAIN) + later)
    assert path.last_word(path.verifications).label == "ask: curl --fail https://shop.example/health"


def test_what_stands_before_a_deploy_does_not_follow_it():
    ask = "      - run: curl --fail https://{}.example/health\n"
    both = deploying("shop", on=MAIN) + ask.format("shop") + DEPLOY.format(app="web").lstrip("\n") + ask.format("web")
    shop, web = paths_of(deploy=both)
    asked = [f"deploy: curl --fail https://{app}.example/health" for app in ("shop", "web")]
    assert [list(each.verified_by) for each in (shop, web)] == [asked, asked[1:]]
    assert [len(each.later) for each in (shop, web)] == [3, 1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["git push https://git.heroku.com/shop.git main", "curl --fail https://shop.example/health"], [False]),
        (["heroku container:release web -a shop && curl --fail https://shop.example/health"], [False]),
        (
            ["heroku container:release web -a shop", 'test "$(curl -s https://shop.example/version)" = $GITHUB_SHA'],
            [True],
        ),
        (["heroku container:release web -a ${{ vars.APP }}", "curl --fail https://shop.example/health"], [False]),
        (["heroku container:release web -a shop", "curl --fail https://shop.example/health || true"], []),
        (["curl --fail https://shop.example/health", "heroku container:release web -a shop"], []),
        (["heroku container:release web -a shop", "echo done"], []),
    ],
)
def test_a_script_can_check_what_it_has_deployed(lines, expected):
    step = "".join(f"          {line}\n" for line in lines)
    text = f"on: {MAIN}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n{step}"
    (path,) = paths_of(w=text)
    assert [each.check.proves_release for each in path.verifications] == expected
    (path,) = paths_of(w=f"{text}        continue-on-error: true\n")
    assert path.verifications == ()
