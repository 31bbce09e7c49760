"""What docs/permissions.md says of the requests that a run makes."""

import re

from asbuilt.catalogue import PROJECT

_ROW = re.compile(r"^\| `GET (?P<path>/[^`]+)` \|.*\| `?(?P<permission>[^|`]+)`? \|$", re.MULTILINE)
_OPTIONAL = ", optional"


def pattern(template):
    """Give a template of a path, whose braces stand for one part of it, as a pattern."""
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", template))))


def permissions(path):
    """Give the permissions that the tables have for a path: one, where it is documented."""
    return [told.removesuffix(_OPTIONAL) for told in _told(path)]


def is_optional(path):
    """Say whether a path takes a permission that is not among the least ones."""
    return any(told.endswith(_OPTIONAL) for told in _told(path))


def paths():
    """Give each path in the tables, a word in place of each name."""
    rows = _ROW.finditer((PROJECT / "docs/permissions.md").read_text())
    return [re.sub(r"(?<=[/.])[A-Z]+(?=[/.]|$)", "shop", row["path"]) for row in rows]


def _told(path):
    for row in _ROW.finditer((PROJECT / "docs/permissions.md").read_text()):
        template = re.sub(r"(?<=[/.])[A-Z]+(?=[/.]|$)", "{}", row["path"])
        if pattern(template).fullmatch(path):
            yield row["permission"]
