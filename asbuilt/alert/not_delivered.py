"""What a delivery raises that failed."""


class NotDeliveredError(Exception):
    """A message that a target did not take: names the target without its secret, what went wrong, what to do."""
