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
