"""Which names somebody mistook for others."""

import pytest

from asbuilt.mistyped import mistaken_for, slips


@pytest.mark.parametrize(
    ("name", "other", "is_slip"),
    [
        ("Production", "production", True),
        ("Production-", "production", True),
        ("prodcution", "production", True),
        ("poduction", "production", True),
        ("productoin", "production", True),
        ("produktionn", "production", True),
        ("prodution-", "production", True),
        ("stagign", "staging", True),
        ("pord", "prod", True),
        ("prd", "prod", True),
        ("prod-ue", "prod-eu", False),
        ("prodd-eu", "prod-eu", True),
        ("preprod", "prod", False),
        ("staging2", "staging", False),
        ("staging-2", "staging", False),
        ("staging-1", "staging-2", False),
        ("prod-eu", "prod-us", False),
        ("api-a", "api-b", False),
        ("qa", "qb", False),
        ("dev", "demo", False),
        ("test", "prod", False),
        ("staging", "production", False),
        ("stage", "staging", False),
    ],
)
def test_a_slip_is_told_from_a_name_of_its_own(name, other, is_slip):
    assert mistaken_for(name, ["unrelated-name", other]) == (other if is_slip else None)


@pytest.mark.parametrize(
    ("one", "two", "count"), [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("abc", "acbd", 2), ("kitten", "sitting", 3)]
)
def test_slips_are_counted(one, two, count):
    assert slips(one, two) == slips(two, one) == count
