"""Make an estate of what was read: as plain data, with what looks wrong beside it."""

from asbuilt.initial.nouns import Drafted, Found


def document(found: Found) -> Drafted:
    """Draft the estate that what was found conforms to."""
    return Drafted({"estate": found.repository.name.rpartition("/")[2] if found.repository else "estate"})
