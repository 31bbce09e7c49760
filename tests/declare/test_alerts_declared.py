"""Who is called for what, as an estate declares it."""

from datetime import timedelta

import pytest

from asbuilt.estate import load
from asbuilt.estate_errors import EstateError

ESTATE = "estate: shop\napps: {shop-prod: {}}\nalerts:\n"


def declared(written, *lines):
    return load(written(ESTATE + "".join(f"  {each}\n" for each in lines))).alerts


def test_a_severity_has_its_own_targets_those_of_default_or_none(written):
    alerts = declared(written, "SEV-1: [env:PAGER, env:CHAT, env:PAGER]", "SEV-4: []", "default: [env:CHAT]")
    assert alerts.targets("SEV-1") == ("env:PAGER", "env:CHAT")
    assert alerts.targets("SEV-2") == ("env:CHAT",)
    assert alerts.targets("SEV-4") == ()


def test_an_estate_without_alerts_calls_nobody_and_one_with_any_has_defaults(written):
    assert load(written("estate: shop\napps: {shop-prod: {}}\n")).alerts is None
    alerts = declared(written, "default: [github-issue:acme/shop]")
    assert alerts.remind == (timedelta(days=1), timedelta(days=3), timedelta(days=7))
    assert (alerts.unknown_after, alerts.hold, alerts.quiet) == (3, timedelta(minutes=30), ())


@pytest.mark.parametrize(
    "target",
    [
        "https://hooks.slack.com/services/T0/B0/XXXX", "slack://T0/B0/XXXX", "PAGER", "env:", "env:1A", "env:A B",
        "github-issue:acme", "github-issue:../acme", "github-issue:acme/..", "github-issue:acme/shop/1", "7", "[]",
    ],
)  # fmt: skip
def test_a_target_is_a_variable_or_a_repository_and_never_an_address(written, target):
    with pytest.raises(EstateError, match=r"estate\.yaml:4:13: .*env:NAME.*github-issue:OWNER/NAME") as refused:
        declared(written, f"default: [{target}]" if target == "[]" else f'default: ["{target}"]')
    assert ("holds a secret" in str(refused.value)) == ("://" in target)


@pytest.mark.parametrize("quiet", ["HK007", "shop-prod", "HK007 shop-prod", "WEB001 shop-prod /health", "acme/shop"])
def test_what_is_quiet_is_a_control_a_subject_or_both(written, quiet):
    text = f"{ESTATE}  quiet: [{quiet}]\nrepositories: {{acme/shop: {{}}}}\n"
    assert load(written(text), {"HK007": "0.1", "WEB001": "0.1"}).alerts.quiet == (quiet,)


@pytest.mark.parametrize(
    ("quiet", "told"),
    [
        ("HK070", 'there is no control "HK070"'),
        ("HK070 shop-prod", 'there is no control "HK070"'),
        ("shop-pord", '"shop-pord" is not declared'),
        ("HK007 shop-pord", '"shop-pord" is not declared'),
    ],
)
def test_a_slip_in_what_is_quiet_is_told_since_it_would_call_all_the_same(written, quiet, told):
    with pytest.raises(EstateError, match=r"estate\.yaml:4:") as refused:
        load(written(f"{ESTATE}  quiet: [{quiet}]\n"), {"HK007": "0.1"})
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("remind: [3d, 1d]", "each longer than the one before it"),
        ("remind: [1d, 1d]", "each longer than the one before it"),
        ("remind: [soon]", "a number and a unit"),
        ("unknown_after: 0", "whole number from 1 to 100"),
        ("hold: -5m", "a number and a unit"),
        ("SEV-5: [env:CHAT]", "SEV-5"),
        ("sev_1: [env:CHAT]", "sev_1"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_allowed(written, line, told):
    with pytest.raises(EstateError, match=r"estate\.yaml:4:") as refused:
        declared(written, line)
    assert told in str(refused.value)
