import pytest
from making import step

from asbuilt.workflows.health.steps import careless_requests

HOOK = "https://hooks.slack.com/services/x"
API = "https://api.heroku.com/apps/shop/builds"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("curl https://a/health", 1),
        ("curl -sS --retry 5 https://a/health", 1),
        ("curl -f https://a/health", 0),
        ("curl https://a/health\ncurl -f https://a/status", 1),
        ("curl -s https://a/health | jq .", 1),
        ("curl -s https://a/health | jq -e .ok", 0),
        ("curl -s https://a/health | grep ok", 0),
        ('c=$(curl -s -w "%{http_code}" https://a/health)\n[ $c = 200 ]', 0),
        ('c=$(curl -s -w "%{http_code}" https://a/health)\necho $c', 1),
        ("curl https://a/health || true", 0),  # no check at all: WF005
        ("curl https://a/other", 0),
        (f"curl -X POST {API} -d x", 1),
        (f"curl -sS -X POST {API} -d x || true", 1),
        (f"curl -fsS -X POST {API} -d x", 0),
        (f"curl --json '{{}}' {API}", 1),
        (f"curl -X PATCH --fail-with-body {API} -d x", 0),
        (f"curl {API}", 0),
        (f"curl -X DELETE {API}/1", 0),
        ("curl -X PATCH https://api.heroku.com/apps/shop/config-vars -d x", 0),
        ("curl -X PATCH https://api.heroku.com/apps/shop/formation -d x", 1),
        (f'c=$(curl -s -o /dev/null -w "%{{http_code}}" -X POST {API} -d x)\n[ "$c" = 201 ] || exit 1', 0),
        (f"curl -s -X POST {API} -d x | jq -e .id", 0),
        (f"A={API}\ncurl -X POST $A -d x", 1),
        (f"curl -X POST {HOOK} -d health", 0),
        ("curl https://cli-assets.heroku.com/install.sh | sh # health", 0),
        ("curl -o install.sh https://a/health/install.sh", 0),
        ("wget https://a/health", 0),
    ],
)
def test_a_careless_request_takes_an_error_for_an_answer(run, expected):
    assert len(careless_requests(step(run))) == expected
