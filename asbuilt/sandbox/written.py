"""Write a world as the file of a scenario, to be read and edited: its keys in their order."""

from __future__ import annotations

import re
from typing import Any

import yaml

# What YAML 1.1 and 1.2 both read as a text; all else is quoted.
_PLAIN = re.compile(r"[A-Za-z_/][\w./@-]*(?: [\w./@()-]+)*")
_WIDTH = 120


class _Dumper(yaml.SafeDumper):
    """Quotes what another reader of YAML could take for a number."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as PyYAML calls it
        """Write what is there twice twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if _PLAIN.fullmatch(text) else '"')


_Dumper.add_representer(str, _text)


def written(document: dict[str, Any], comments: tuple[str, ...] = ()) -> str:
    """Give the text of a scenario's file, with comments at its head."""
    head = "".join(f"# {each}\n" for each in comments)
    body: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return head + body
