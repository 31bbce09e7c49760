"""How a command calls the Heroku CLI: by its name, by a path, or through what fetches or wraps it."""

import re

from asbuilt.workflows.shell.languages import FETCHERS, OF_PACKAGE, PACKAGE_MANAGERS

_CLI = re.compile(r"(?:.*/)?heroku(?:-cli)?(?:@[\w.^~-]+)?$")
# An image that starts the CLI.
_IMAGE = re.compile(r"(?:[\w.-]+/)*[\w.-]*heroku[\w-]*(?::[\w.-]+)?$")
_RUN = frozenset({"exec", "x", "dlx"})
_CONTAINERS = frozenset({"docker", "podman"})


def call_of(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give a call of the CLI from its name on; None where a command is none.

        heroku ps -a shop               -> heroku ps -a shop
        npx -p heroku heroku ps         -> heroku ps
        docker run IMAGE heroku ps:wait -> heroku ps:wait
        pnpm --filter heroku build      -> None

    The first word is as it is written, a path or a version with it, but for a container's. An empty command is none.
    """
    if not words:
        return None
    name = words[0].rpartition("/")[2]
    if name in _CONTAINERS and words[1:2] in {("run",), ("exec",)}:
        # `docker run IMAGE heroku ...`: an image may be called heroku as well, and stands before it.
        at = max((at for at, word in enumerate(words) if _CLI.match(word) or _IMAGE.match(word)), default=0)
        return ("heroku", *words[at + 1 :]) if at and ":" in "".join(words[at + 1 : at + 2]) else None
    if name in FETCHERS | PACKAGE_MANAGERS:
        rest, manages = words[1:], name in PACKAGE_MANAGERS
        while rest and (rest[0].startswith("-") or (manages and rest[0] in _RUN)):
            rest = rest[2:] if manages and rest[0] in OF_PACKAGE else rest[1:]
        if not rest or not _CLI.match(rest[0]):
            return None
        return rest[1:] if rest[1:] and _CLI.match(rest[1]) else rest  # `npx -p heroku heroku ...`
    return words if _CLI.match(words[0]) else None
