"""An Eco app that sleeps is woken by its probes, and asked again for what they brought no answer to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest

from asbuilt.estate import App as Declared
from asbuilt.model import App, AppState, Dyno, Formation, Observed, ProbeResponse, Unobserved
from asbuilt.observe import facts
from asbuilt.observe.facts import Key, Questions
from asbuilt.observe.questions import about_sleepers

AT = datetime(2026, 5, 8, tzinfo=UTC)
DECLARED = Declared.model_validate({"<name>": "shop", "url": "https://shop.example", "probes": ["/health", "/other"]})
APP = Observed(App("shop", None, AT, maintenance=False, slug_size=1, repo_size=1))
SLOW = Unobserved("probe", "GET https://shop.example/health", "gave no answer within 10 s", "ask again")
ROUTER = Observed(ProbeResponse("https://shop.example/health", 503, from_router=True))
ANSWERED = Observed(ProbeResponse("https://shop.example/other", 500))


def state(health, dyno_state="idle", size="Eco"):
    return AppState(
        app=APP,
        releases=Observed(()),
        formation=Observed((Formation("web", 1, size, AT),)),
        dynos=Observed((Dyno("web.1", "web", dyno_state, 1, AT, size),)),
        probes={"/health": health, "/other": ANSWERED},
    )


@pytest.fixture
def ask(client):
    """Give a function that asks what is to be asked again, and gives the facts by path, and the paths as asked."""

    def play(observed):
        asked = []

        def handler(request):
            asked.append(request.url.path)
            return httpx.Response(200)

        questions = Questions()
        about_sleepers(questions, client(handler), DECLARED, observed)
        with ThreadPoolExecutor() as pool:
            answers = questions.answers(pool)
        return answers.get(Key(facts.PROBE, "shop", "/health"), None), asked

    return play


@pytest.mark.parametrize("first", [SLOW, ROUTER])
def test_what_the_first_request_woke_is_asked_again(first, ask):
    found, asked = ask(state(first))
    assert found.value.status == 200
    assert asked == ["/health"]


@pytest.mark.parametrize("observed", [state(SLOW, "up"), state(SLOW, "crashed"), state(SLOW, size="Basic")])
def test_what_does_not_sleep_is_asked_once(observed, ask):
    assert ask(observed) == (None, [])


def test_what_nobody_knows_to_sleep_is_asked_once(ask):
    unknown = Unobserved("dynos", "GET https://api.heroku.com/apps/shop/dynos", "answered 403", "give access")
    asleep = state(SLOW)
    assert ask(AppState(APP, Observed(()), unknown, unknown, asleep.probes)) == (None, [])
