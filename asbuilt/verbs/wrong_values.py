"""What is said of a value that an option does not take: what is allowed, and which was most likely meant."""

import re

_WRONG = re.compile(
    r"Invalid value for '(--[a-z-]+)': (?:Value error, )?'(.*)' is not one of ('[^']*'(?:, '[^']*')*)\.?", re.DOTALL
)


def worded(message: str) -> str:
    """Give what Typer says of a mistake in our words; of another one than such a value, as it stands.

    "Invalid value for '--format': Value error, 'jsn' is not one of 'table', 'json'." -> `--format: "jsn" is not
    allowed; did you mean "json"? allowed: json, table`
    """
    found = _WRONG.fullmatch(message)
    if found is None:
        return message.replace(": Value error, ", ": ")
    from asbuilt.estate_errors import quoted, suggestion

    option, given, allowed = found.groups()
    near = suggestion(given, allowed[1:-1].split("', '"))
    return f"{option}: {quoted(given)} is not allowed{near}"
