"""That somebody could not be called."""


class NotDeliveredError(Exception):
    """A message that did not reach its target: which target, without its secret, what went wrong, what to do."""
