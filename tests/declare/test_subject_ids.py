"""Every subject has an id of its own, whatever it is called."""

from asbuilt.estate import App, Environment, Estate, Repository
from asbuilt.subjects import subjects


def estate_with(*environments):
    # The names may be those of a workflow's file, which no form of an estate's holds to anything.
    named = {each: Environment.model_construct(name=each) for each in environments}
    repository = Repository.model_construct(name="o/r", environments=named)
    return Estate(estate="e", apps={"shop": App(**{"<name>": "shop"})}, repositories={"o/r": repository})


def test_two_long_names_that_begin_alike_are_two_subjects_with_short_ids():
    first, second = (f"{'x' * 100_000}{end}" for end in "ab")
    found = subjects(estate_with(first, second, "production"), {}, "environment")
    assert {each.part for each in found.values()} == {first, second, "production"}
    assert "o/r production" in found
    assert all(len(each) < 1100 and found[each].id == each for each in found)


def test_an_id_can_be_written():
    (found,) = subjects(estate_with("a\udcffb"), {}, "environment")
    assert found == "o/r a\\xffb"
