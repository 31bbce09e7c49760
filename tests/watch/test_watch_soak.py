"""A few hours of a watch over faults that come and go: what is over its grace is called once, and resolved once."""

from soaked import APPS, soaked

LOOKS, SEED = 40, 92


def test_every_outage_over_its_grace_is_called_and_resolved_and_none_under_it(tmp_path):
    found = soaked(tmp_path, LOOKS, SEED)
    assert not found.wrong
    assert any(each.must_be_called for each in found.outages)
    assert any(each.must_not_be_called for each in found.outages)
    assert found.requests["Heroku"] <= 2 * len(APPS) * LOOKS
