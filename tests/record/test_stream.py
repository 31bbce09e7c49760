"""What a run prints passes a guard: no secret, no command of GitHub's runner, and no waiting for what is neither."""

import io
import random
import sys

import pytest
from disguised import CUT, FORMS, leaks

from asbuilt.record.stream import Guarded, guarded
from asbuilt.withholding import WITHHELD, Secret, Secrets

TOKEN = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"
SECRETS = Secrets.of([Secret("GITHUB_TOKEN", TOKEN)])


def printed(pieces, secrets=SECRETS):
    out = io.StringIO()
    stream = Guarded(out, lambda: secrets)
    for each in pieces:
        stream.write(each)
    stream.release()
    return out.getvalue()


@pytest.mark.parametrize("form", [*FORMS, *CUT])
def test_a_secret_that_comes_in_pieces_is_withheld(form):
    shape = {**FORMS, **CUT}[form](TOKEN)
    chance = random.Random(form)
    text = f"E   before {shape} behind\n"
    for size in (1, 2, 5, 9, 30, len(text)):
        at, pieces = 0, []
        while at < len(text):
            step = chance.randint(1, size)
            pieces.append(text[at : at + step])
            at += step
        out = printed(pieces)
        assert leaks(out, TOKEN) == []
        assert TOKEN[8:] not in out
        assert TOKEN[:-8] not in out
        assert WITHHELD in out
        assert out.startswith("E   before ")
        assert out.endswith(" behind\n")


def test_what_ends_within_a_secret_is_withheld():
    assert printed([f"x {TOKEN[:-1]}"]) == f"x {WITHHELD}"


@pytest.mark.parametrize("secrets", [Secrets(), SECRETS])
def test_the_dots_of_a_run_are_printed_at_once(secrets):
    out = io.StringIO()
    stream = Guarded(out, lambda: secrets)
    for each in (".", "F", "s", "g", "\x1b[32m.\x1b[0m", " 50%", "\n", "tests/a.py::test_b ", "PASSED"):
        before = out.getvalue()
        stream.write(each)
        stream.flush()
        assert out.getvalue() == before + each


@pytest.mark.parametrize("secrets", [Secrets(), SECRETS])
@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["::error::x\n"], "\\::error::x\n"),
        (["a\n", "  ", ":", ":error::x\n"], "a\n  \\::error::x\n"),
        (["a\r::stop::x"], "a\r\\::stop::x"),
        (["a #", "#", "[error]b"], "a ##\\[error]b"),
        (["a\n\t", "\n ::stop::x"], "a\n\t\n \\::stop::x"),
        ([":\ufe0f", ":stop::x #\ufe0f", "#[y]"], "\\:\ufe0f:stop::x #\ufe0f#\\[y]"),
        (["a::b :", " c ##"], "a::b : c ##"),
        (['{"a": "b ::c"}\n', "d ::e"], '{"a": "b ::c"}\nd ::e'),
        (["a", "::b", ":"], "a::b:"),
    ],
)
def test_no_line_becomes_a_command_of_githubs_runner(secrets, pieces, shown):
    assert printed(pieces, secrets) == shown


def test_what_a_withheld_secret_leaves_behind_is_no_command():
    assert printed([f"##{TOKEN}"]) == f"##\\{WITHHELD}"


def test_what_the_stream_cannot_encode_is_printed_as_an_escape():
    raw = io.BytesIO()
    stream = Guarded(io.TextIOWrapper(raw, "ascii"), lambda: SECRETS)
    stream.write("é\n")
    stream.release()
    assert raw.getvalue() == b"\\xe9\n"
    assert stream.encoding == "ascii"
    assert not stream.isatty()
    assert not hasattr(stream, "buffer")


def test_both_streams_are_guarded_until_the_end_and_then_as_they_were(capsys):
    before = sys.stdout, sys.stderr
    with guarded(lambda: SECRETS):
        sys.stdout.write(f"{TOKEN}\n")
        sys.stderr.write(f"x {TOKEN[:9]}")
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == (f"{WITHHELD}\n", f"x {WITHHELD}")


def test_a_secret_that_is_learned_later_is_withheld_from_then_on(capsys):
    known = [Secrets()]
    with guarded(lambda: known[-1]):
        known.append(SECRETS)
        sys.stdout.write(f"{TOKEN}\n")
    assert capsys.readouterr().out == f"{WITHHELD}\n"
