"""A message that is longer than a service takes, made shorter where nothing is torn apart."""

from collections.abc import Callable

_BLANK = "\n\n"


def shortened(body: str, more: str, fits: Callable[[str], bool]) -> str:
    """Give the first blocks of a body that fit, and `more` behind them; of the first, as much as does.

    What stands behind a block that does not fit is left out with it: a step without the one before it does harm.
    """
    if fits(body):
        return body
    blocks = body.split(_BLANK)
    for count in range(len(blocks) - 1, 0, -1):
        found = _BLANK.join((*blocks[:count], more))
        if fits(found):
            return found
    lines = blocks[0].split("\n")
    for count in range(len(lines) - 1, 0, -1):
        found = "\n".join(lines[:count])
        if fits(found):
            return found
    low, high = 0, len(lines[0])
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(f"{lines[0][:middle]}…") else (low, middle - 1)
    return f"{lines[0][:low]}…"
