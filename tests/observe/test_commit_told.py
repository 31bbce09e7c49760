"""The commit that an app's own answer names."""

import httpx
import pytest

from asbuilt.estate import Probe
from asbuilt.model import Observed
from asbuilt.observe.web import probe

SHA = "464fd80d1e73a76be9ec23e0839073e04b393d32"


@pytest.mark.parametrize(
    ("body", "pointer", "told"),
    [
        (f" {SHA}\n", "", SHA),
        (SHA[:7].upper(), "", SHA[:7]),
        (f'{{"build": {{"commit": "{SHA}"}}}}', "/build/commit", SHA),
        (f'[{{"a/b": "{SHA}"}}]', "/0/a~1b", SHA),
        (f"v1 {SHA}", "", ""),
        ("464fd8", "", ""),
        (SHA + "0", "", ""),
        ("<html>secret</html>", "", ""),
        (b"\xff\xfe", "", ""),
        ("", "", ""),
        ('{"commit": 4640008}', "/commit", ""),
        ('{"commit": null}', "/commit", ""),
        ('{"commit": "main"}', "/commit", ""),
        ("{}", "/commit", ""),
        ("not json", "/commit", ""),
        ("[" * 200_000, "/commit", ""),
        (SHA, None, None),
    ],
)
def test_of_an_answer_the_commit_alone_is_kept(client, body, pointer, told):
    wanted = Probe(path="/version", commit=pointer if pointer is None else pointer or True)
    fact = probe(client(lambda _: httpx.Response(200, content=body)), "https://shop.example/version", wanted)
    assert isinstance(fact, Observed)
    assert fact.value.commit == told
