"""What a line of a file is known by, wherever in the file it moves to: the same as GitHub's own action computes.

A rolling hash over the first 100 characters from where the line begins, without blanks and tabs, and how often that
hash has stood in the file so far: https://github.com/github/codeql-action/blob/v4.36.2/src/fingerprints.ts. Where ours
is theirs, an alert of code scanning stays the same one, whoever computes its fingerprint.
"""

from collections import Counter
from functools import lru_cache

_BLOCK = 100
_BASE = 37
_WORD = 2**64
_END = 65535
_FIRST = pow(_BASE, _BLOCK, _WORD)


@lru_cache(maxsize=32)
def fingerprints(text: str) -> tuple[str, ...]:
    """Give the fingerprint of each line of a text, `HASH:COUNT`; the first line's comes first."""
    units = _units(text)
    starts = [0, *(index + 1 for index, unit in enumerate(units) if unit == ord("\n"))]
    padded = [*units, _END, *([0] * _BLOCK)]
    found = []
    seen: Counter[str] = Counter()
    hashes = _hashes(padded)
    for start in starts:
        told = f"{hashes[start]:x}"
        seen[told] += 1
        found.append(f"{told}:{seen[told]}")
    return tuple(found)


def _units(text: str) -> list[int]:
    """Give a text in UTF-16, as JavaScript counts characters, without blanks and tabs; its lines end in LF."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    raw = plain.encode("utf-16-le", "replace")
    return [raw[index] | raw[index + 1] << 8 for index in range(0, len(raw), 2)]


def _hashes(padded: list[int]) -> list[int]:
    """Give the hash of the block that begins at each character."""
    rolling = 0
    found = []
    for index, unit in enumerate(padded):
        gone = padded[index - _BLOCK] if index >= _BLOCK else 0
        rolling = (_BASE * rolling + unit - _FIRST * gone) % _WORD
        if index >= _BLOCK - 1:
            found.append(rolling)
    return found
