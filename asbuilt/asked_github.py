"""Which GitHub is asked, for whoever takes options: what can be no address is an error of theirs."""

from collections.abc import Mapping

from asbuilt.github_server import GitHubServer, meant
from asbuilt.option_values import OptionError


def server_asked(declared: str | None, environ: Mapping[str, str]) -> GitHubServer:
    """Give the GitHub that is meant: what the estate declares goes before the environment. Raises OptionError."""
    try:
        return meant(declared, environ)
    except ValueError as error:
        raise OptionError(str(error)) from error
