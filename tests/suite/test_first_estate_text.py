"""The YAML of a first estate: whatever a name or a finding is, the file says that and nothing else."""

import pytest

from asbuilt.initial import Drafted, text
from asbuilt.initial.nouns import Review
from asbuilt.initial.tiers import tier_of
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import plain

VALUES = (
    "main", "v*", "yes", "on", "null", "~", "1", "1.0", "007", "true",
    "a: b", "a #b", "- a", "{a}", "[a]", "a,b", "'a'",
    '"a"', "@any", "*a", "&a", "!a", "|", ">", "%a", "`a", "https://shop.example.com", "a:", ":a", "2026-06-01", "",
    "ünder", "\U0001f600", "a\\b", "=", "\u200b", "\x7f", "\u2028", "a\tb",
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_each_text_is_read_back_as_it_is(value):
    written = {"estate": value, "apps": {value or "a": {"gates": [value], "inputs": {value or "a": value}, "n": 1}}}
    assert plain(reader.read(text(Drafted(written)).encode(), "estate.yaml").root) == written


def test_no_review_is_more_than_a_comment():
    told = "one\nestate: other\r\n# two\u2028three\x1b[31m ::error::four " + "word " * 100
    written = text(Drafted({"estate": "shop", "apps": {"a": {}}}, (Review(("apps", "a"), told),)))
    assert plain(reader.read(written.encode(), "estate.yaml").root) == {"estate": "shop", "apps": {"a": {}}}
    assert written.isprintable() or set(written) - {"\n"} <= set(map(chr, range(32, 127)))
    assert max(map(len, written.splitlines())) <= 120


TIERS = {
    ("shop-prod", None): ("production", ""),
    ("shop-staging-2", None): ("staging", ""),
    ("dev-shop", None): ("development", ""),
    ("production-shop-staging", None): ("staging", ""),
    ("shop-pr-12", None): ("review", ""),
    ("shop-prod", "staging"): ("staging", ""),
    ("shop", "production"): ("production", ""),
    ("product-catalogue", None): ("production", "no pipeline says its tier, nor does its name: taken for production"),
    ("shop", "canary"): ("production", 'its stage "canary" is no tier here; taken for production'),
}


@pytest.mark.parametrize(("name", "stage"), TIERS)
def test_the_tier_is_that_of_the_pipeline_else_of_the_name(name, stage):
    assert tier_of(name, stage) == TIERS[name, stage]
