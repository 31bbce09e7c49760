"""What an estate declares without saying so: where no repository is declared, those that its apps name."""

from collections.abc import Callable, Mapping
from typing import Any


def implied(raw: Mapping[str, Any], is_repository: Callable[[str], bool]) -> Mapping[str, Any]:
    """Give what was read of an estate, with the repositories and environments that apps alone name.

    As soon as one repository is declared, an app names one of these: another name would be a slip.
    """
    apps = raw.get("apps")
    if raw.get("repositories") is not None or not isinstance(apps, dict):
        return raw
    defaults = raw.get("defaults")
    base = defaults.get("app") if isinstance(defaults, dict) else None
    found: dict[str, dict[str, Any]] = {}
    for app in apps.values():
        said = {**(base if isinstance(base, dict) else {}), **(app if isinstance(app, dict) else {})}
        name, environment = said.get("repository"), said.get("environment")
        if isinstance(name, str) and is_repository(name):
            environments = found.setdefault(name, {}).setdefault("environments", {})
            known = {each.lower() for each in environments}
            if isinstance(environment, str) and environment.lower() not in known:
                environments[environment] = {}
    return {**raw, "repositories": found} if found else raw
