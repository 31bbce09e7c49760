"""Regular expressions that an estate declares and an app's answer is held against: both come from others.

They are those of Rust's `regex`, which pydantic brings: it knows no look-around and no references back, so the time
that it takes grows with the text and never explodes (https://docs.rs/regex/latest/regex/#untrusted-input).
"""

from functools import cache

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

_BEHIND = "error: "


def problem_of(pattern: str) -> str:
    """Say what is wrong with a pattern; nothing where it can be used."""
    try:
        _compiled(pattern)
    except SchemaError as error:
        return _short(str(error))
    return ""


def found(pattern: str, text: str) -> bool:
    """Tell whether a text matches a pattern somewhere. Raises SchemaError for a pattern that cannot be used."""
    try:
        _compiled(pattern).validate_python(text)
    except ValidationError:
        return False
    return True


@cache
def _compiled(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex", strict=True))


def _short(told: str) -> str:
    """Give the reason alone of the picture that Rust draws: its last line."""
    last = told.strip().splitlines()[-1].strip()
    return last.removeprefix("SchemaError: ").removeprefix(_BEHIND).rstrip(".")
