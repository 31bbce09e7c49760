"""What a step asks of an app after a deploy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a bad answer fails it, what the answer proves, and the addresses that are asked, as written."""

    can_fail: bool
    proves_release: bool
    notices_errors: bool
    addresses: tuple[str, ...]
