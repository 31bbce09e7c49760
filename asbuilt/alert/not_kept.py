"""That the state could not be kept."""


class NotKeptError(Exception):
    """A state that could not be read, locked or saved: what was to hold it, what went wrong, what to do."""


class TakenError(NotKeptError):
    """A state that another run has, or has changed since it was read: what was decided by it no longer holds."""
