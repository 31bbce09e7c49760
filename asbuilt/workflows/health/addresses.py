"""Whether what a step hands to the tests that it runs names an app that is up somewhere: then they check that one."""

import re
from collections.abc import Iterable

from asbuilt.workflows.shell.requests import is_of_an_app

_ADDRESS = re.compile(r"https?://(?:\$\{\{.*?\}\}|[^\s\"'`<>)])+", re.IGNORECASE)
_NAMES_ONE = re.compile(r"(?:^|_)(?:ur[li]|host(?:name)?|address|endpoint|origin|domain)$", re.IGNORECASE)
# Variables that name what an app or its tests depend on, not an app.
_NAMES_OTHERS = re.compile(
    r"database|postgres|mysql|mongo|redis|amqp|rabbit|kafka|elastic|smtp|s3_|sentry|proxy|registry|index_url|mirror|hook"
    r"|sonar|codecov|grid|hub|github",
    re.IGNORECASE,
)


def hands_an_app(given: Iterable[tuple[str, str]]) -> bool:
    """Tell whether one of some texts, each with the name that it goes by, is the address of an app.

        ("BASE_URL", "${{ vars.URL }}")               -> True, by its name
        ("", "https://shop.herokuapp.com")            -> True
        ("DATABASE_URL", "https://db.example.com")    -> False, by its name

    The name may be empty: then the text decides.
    """
    return any(_is_an_app(name, text) for name, text in given)


def _is_an_app(name: str, text: str) -> bool:
    if _NAMES_OTHERS.search(name):
        return False
    addresses = _ADDRESS.findall(text)
    if addresses:
        return any(map(is_of_an_app, addresses))
    return "${{" in text and _NAMES_ONE.search(name) is not None
