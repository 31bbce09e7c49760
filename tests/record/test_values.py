"""Declared and observed values on a page, as people read them."""

import pytest

from asbuilt.record.values import page


@pytest.mark.parametrize("text", ["Deploy 1a2b3c4d", "größer", "部署", "Deploy 🚀"])
def test_a_text_of_any_script_is_shown_as_it_is(text):
    assert text in page("It is so.", {"app": text}, [{"description": text}], [])


def test_values_stand_in_the_order_in_which_they_are_told():
    shown = page("It is so.", {"web": 2, "release": 1, "ready": True}, None, [])
    assert ">web: 2\nrelease: 1\nready: true<" in shown
