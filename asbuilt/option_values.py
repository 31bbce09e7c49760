"""The values of options, as a person writes them: which of them nobody can have meant."""

from asbuilt.texts import visible


class OptionError(ValueError):
    """An option that cannot be meant: the text says what is wrong and what is allowed."""


def meant(name: str, value: str) -> str:
    """Give the value of an option. Raises OptionError for one that nobody can have meant."""
    if not value.strip():
        raise OptionError(f"{name}: its value is empty, most likely that of a variable that is not set; leave it out")
    if visible(value) != value:
        raise OptionError(f'{name}: "{visible(value)}" holds a line break, or a character that cannot be seen')
    return value
