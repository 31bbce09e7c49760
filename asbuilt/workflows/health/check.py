"""What a step asks of an app after a deploy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a bad answer fails it, what the answer proves, and the addresses that are asked, as written.

    `can_fail` says that a bad answer fails the step, `proves_release` that the answer of the release before would fail
    it, `notices_errors` that an answer with an HTTP error would. `addresses` has each once, and may be empty: a command
    that is named for a check does not say whom it asks.
    """

    can_fail: bool
    proves_release: bool
    notices_errors: bool
    addresses: tuple[str, ...]
