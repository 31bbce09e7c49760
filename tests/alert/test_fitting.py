"""A message that is longer than a service takes is cut where nothing is torn apart."""

from asbuilt.alert.services.fitting import shortened

MORE = "(more)"


def cut(body, most):
    return shortened(body, MORE, lambda text: len(text) <= most)


def test_what_fits_stays_as_it_is():
    assert cut("a\n\nb", 4) == "a\n\nb"


def test_blocks_are_left_out_from_the_end_and_it_is_said():
    assert cut("aaaa\n\nbbbb\n\ncccc\n\ndddd", 20) == f"aaaa\n\nbbbb\n\n{MORE}"


def test_nothing_behind_a_block_that_is_left_out_is_told():
    assert cut(f"aaaa\n\n{'b' * 50}\n\nc", 30) == f"aaaa\n\n{MORE}"


def test_of_a_first_block_that_does_not_fit_lines_are_told():
    assert cut(f"aaaa\n{'b' * 50}\n\nc", 10) == "aaaa"


def test_of_a_first_line_that_does_not_fit_as_much_as_does():
    assert cut(f"{'a' * 50}\n\nc", 10) == f"{'a' * 9}…"
