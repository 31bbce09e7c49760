"""Services that keep an incident for what they are told: each cause is one there, until it is resolved.

They know an incident again by a key, and resolve it when they are told of success. Without a key of the cause they
take its title, which changes with each message, or open one incident for each; so a cause would be resolved nowhere,
and its end would call somebody. What a URL says of key and action is overruled: with one key for all causes, the end of
one would resolve all.

Opsgenie and Jira are told which alert to close by an id that Apprise keeps only while it runs. To them each message is
a new alert, the end of a cause too: that way it is told at least.
"""

from collections.abc import Mapping

from apprise import NotifyBase

_KEYS = {
    "firehydrant": "dedup",
    "goalert": "dedup",
    "goalerts": "dedup",
    "ilert": "dedup",
    "incidentio": "dedup",
    "opsimate": "dedup",
    "opsimates": "dedup",
    "pagerduty": "dedup",
    "pagertree": "thirdparty",
    "signl4": "external_id",
    "splunk": "entity_id",
    "squadcast": "dedup",
    "victorops": "entity_id",
}
_ALWAYS_NEW = frozenset({"jira", "opsgenie"})


def keep_apart(service: NotifyBase, fingerprint: str) -> None:
    """Have a service know the incident of a cause by its fingerprint, and resolve it with the cause."""
    if key := _KEYS.get(service.schema):
        _overrule(service, {key: fingerprint, "action": "map"})
    elif service.schema in _ALWAYS_NEW:
        _overrule(service, {"alias": None, "action": "new"})


def _overrule(service: NotifyBase, settings: Mapping[str, str | None]) -> None:
    for name, value in settings.items():
        setattr(service, name, value)
