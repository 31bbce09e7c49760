"""What a line is known by is what GitHub's own action computes for it, and moves with the line."""

import pytest

from asbuilt.record.formats.fingerprints import fingerprints

# https://github.com/github/codeql-action/blob/v4.36.2/src/fingerprints.test.ts
THEIRS = {
    "": ["c129715d7a2bc9a3:1"],
    " a\nb\n  \t\tc\n d": ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n": [
        "e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1",
        "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
    ],
    "Lorem ipsum dolor sit amet.\n" * 10: [
        "a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5",
        "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    ],
    "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n": [
        "e54938cc54b302f1:1", "bb609acbe9138d60:1", "1131fd5871777f34:1", "5c482a0f8b35ea28:1", "54517377da7028d2:1",
        "2c644846cb18d53e:1", "f1b89f20de0d133:1", "c129715d7a2bc9a3:1",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "theirs"), THEIRS.items())
def test_it_is_what_github_computes(text, theirs):
    assert list(fingerprints(text)) == theirs


def test_a_line_that_moves_keeps_it_and_one_that_is_changed_does_not():
    line = f"      - uses: akhileshns/heroku-deploy@v3.13.15 # {'x' * 100}\n"
    before, after = fingerprints(f"on: push\n{line}end: 1\n"), fingerprints(f"# new\n\non: push\n{line}end: 1\n")
    assert before[1] == after[3]
    assert fingerprints(f"on: push\n{line.replace('v3', 'v4')}end: 1\n")[1] != before[1]
