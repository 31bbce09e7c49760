"""What a folder lacks of being a run's, for whoever reads runs back."""


class NoRunError(ValueError):
    """A folder that is no run's, or a file of one that cannot be read: the text says which, and why."""
