"""The commit that an app's own answer names."""

import httpx
import pytest

from asbuilt.model import Observed
from asbuilt.observe.pointer import at
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
    fact = probe(client(lambda _: httpx.Response(200, content=body)), "https://shop.example/version", pointer)
    assert isinstance(fact, Observed)
    assert fact.value.commit == told


@pytest.mark.parametrize(
    ("document", "pointer", "found"),
    [({"a": [1, {"b~c": 2}]}, "/a/1/b~0c", 2), ({"": 1}, "/", 1), ({"a": 1}, "", {"a": 1})],
)
def test_a_pointer_names_what_it_says(document, pointer, found):
    assert at(document, pointer) == found


@pytest.mark.parametrize("pointer", ["/b", "/a/2", "/a/-", "/a/00", "/a/0/x", "/a/-1"])
def test_a_pointer_to_nothing_is_an_error(pointer):
    with pytest.raises(LookupError):
        at({"a": [1]}, pointer)
