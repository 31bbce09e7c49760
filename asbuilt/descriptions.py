"""What Heroku calls a release, and what that says of it.

There is no field for what made a release; its description is all there is.
https://devcenter.heroku.com/articles/releases says which changes make one. The wordings are those of public `heroku
releases` and `app[api]` log lines; whoever makes a release by the API may write any other, so what is not known here
counts as a deploy.
"""

import re

_NAMES = r"[A-Za-z0-9_]+(,\ [A-Za-z0-9_]+)*"
_NO_CODE = re.compile(
    rf"""
      Initial\ release
    | Enable\ Logplex
    | (Set|Unset|Add|Remove|Update)\ {_NAMES}\ config\ vars?
    | Config\ (add|remove|set|unset)\ {_NAMES}
    | (Attach|Detach|Update)\ \S+\ \(@ref:[^)]+\)
    | Update\ [A-Z0-9_]+(\ by\ \S+)?
    | @ref:\S+\ completed\ provisioning,\ setting\ .+
    | Upgrade\ stack\ to\ \S+
    """,
    re.VERBOSE,
)
# `container:release` releases images by a change of the formation: "Deployed web (f5ce2d583e48)". One call makes one
# release, whatever the number of process types:
# https://github.com/heroku/cli/blob/main/packages/cli/src/commands/container/release.ts
_IMAGES = re.compile(r"Deployed .+ \([0-9a-f]{6,64}(, ?[0-9a-f]{6,64})*\)")
_BUILT = re.compile(r"(Deploy|Promote) .+")
_ROLLBACK = re.compile(r"Rollback to v([0-9]{1,9})")


def is_config_change(description: str) -> bool:
    """Tell whether a release changed config vars, add-ons or the stack of later builds, and brought no code.

        "Set SECRET_KEY, SENTRY_DSN config vars", "Attach DATABASE (@ref:postgresql-curly-33328)"

    A free text that begins alike is a deploy.
    """
    return _NO_CODE.fullmatch(description.strip()) is not None


def is_of_images(description: str) -> bool:
    """Tell whether a release brought container images: "Deployed web (f5ce2d583e48)"."""
    return _IMAGES.fullmatch(description) is not None


def is_built(description: str) -> bool:
    """Tell whether a release brought what Heroku built, or what another app runs: "Deploy 1a2b3c4d", "Promote ..."."""
    return _BUILT.fullmatch(description) is not None


def is_deploy(description: str) -> bool:
    """Tell whether a release says that it brought code, or went back to code that there was."""
    return is_of_images(description) or is_built(description) or rolled_back_to(description) is not None


def rolled_back_to(description: str) -> int | None:
    """Give the version that a release went back to: "Rollback to v8"; None for any other release."""
    match = _ROLLBACK.fullmatch(description)
    return int(match[1]) if match else None
