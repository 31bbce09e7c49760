"""Deliveries that fail, and URLs with a secret in them, of which nobody may hear."""

import traceback

import pytest
from events_of import MESSAGE

from asbuilt.alert.deliver import deliver
from asbuilt.alert.not_delivered import NotDeliveredError

SECRET = "TIiajkdnlazkcOXrIdevi7FQ"
SLACK = f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}/#general"
HOOK = f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{SECRET}"
DISCORD = f"discord://27120123456789012345/{SECRET}-{'x' * 40}"
OTHER = "set PAGER_URL to another service"
TEAMS = f"workflows://prod-13.westus.logic.azure.com:443/{'a' * 32}/{SECRET}"


def refused(url, message=MESSAGE):
    """Give what is told of a delivery that fails; nothing of its URL stands in it, nor in its traceback."""
    with pytest.raises(NotDeliveredError) as caught:
        deliver("env:PAGER_URL", message, {"PAGER_URL": url})
    told = str(caught.value)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert SECRET not in shown
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert told.startswith("env:PAGER_URL: ")
    return told.removeprefix("env:PAGER_URL: ")
