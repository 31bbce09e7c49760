"""What `asbuilt verify` prints: a line for each thing that was checked, and below it what does not fit."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from asbuilt import texts
from asbuilt.estate_forms import Duration
from asbuilt.option_values import OptionError
from asbuilt.record.verify import Verification
from asbuilt.record.verifying.checked import Misfit

_LONGEST = 4000  # of what was accepted
_MOST = 40  # lines below one thing that was checked; --format json has them all


def age_of(text: str) -> timedelta:
    """Read an age as a person writes it. Raises OptionError."""
    try:
        return TypeAdapter(Duration).validate_python(text)
    except ValidationError as error:
        raise OptionError(f'--max-age: "{text}" is no age: write a number and a unit: 90s, 5m, 26h or 2d') from error


def lines(found: Verification) -> Iterator[str]:
    """Give the lines: which run, who ran it, what was checked, what was accepted, the signature, and the end."""
    yield f"run: {texts.line(found.run)}"
    if found.manifest:
        yield f"by: {texts.line(found.by, texts.LONGEST_WHOLE)}"
    for each in found.checks:
        yield f"{each.name}: {texts.line(each.said, texts.LONGEST_WHOLE)}"
        yield from (f"  {_misfit(one)}" for one in each.misfits[:_MOST])
        if (more := len(each.misfits) - _MOST) > 0:
            yield f"  and {more} more: --format json has them all"
    if found.manifest:
        yield f"accepted: {texts.line(found.accepted, _LONGEST)}"
    yield f"signature: {texts.whole(found.signature)}"
    wrong = [each.name for each in found.checks if not each.fits]
    yield f"the record does not hold: {', '.join(wrong)}" if wrong else "the record holds"


def _misfit(misfit: Misfit) -> str:
    return texts.line(f"{misfit.where}: {misfit.fact}", texts.LONGEST_WHOLE)
