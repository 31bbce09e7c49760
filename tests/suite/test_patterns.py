"""Patterns that are compiled late: as good as others once they are asked, and none of them broken."""

import pkgutil
import re
from importlib import import_module

import pytest

import asbuilt
from asbuilt.patterns import late


def test_a_late_pattern_is_compiled_when_it_is_asked_and_not_before():
    broken = late("(")
    assert not hasattr(broken, "cache_clear")
    with pytest.raises(re.error):
        broken.search("a")
    assert late("A(?P<rest>.)", re.IGNORECASE).sub(r"\g<rest>", "xaby") == "xby"
    assert late(rb"a").search(b"ba").span() == (1, 2)


def test_each_late_pattern_of_the_suite_can_be_compiled():
    modules = [import_module(each.name) for each in pkgutil.walk_packages(asbuilt.__path__, "asbuilt.")]
    found = [each for module in modules for each in vars(module).values() if type(each) is type(late(""))]
    assert found
    assert all(re.compile(each.pattern, each.flags) for each in found)
