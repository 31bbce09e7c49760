"""Who is called for what a look says: the same decision, state and delivery as `asbuilt alert`, look by look."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from asbuilt.alert.calling import call
from asbuilt.alert.deliver import deliver
from asbuilt.alert.keeping import Keeper
from asbuilt.alert.lines import problems, sent_lines
from asbuilt.alert.not_kept import NotKeptError
from asbuilt.alert.state import UnknownFormError
from asbuilt.alert.told import Told
from asbuilt.estate_alerts import Alerts
from asbuilt.watch.loop import Reached


def reaching(
    alerts: Alerts, keeper: Keeper, environ: Mapping[str, str], github: str | None
) -> Callable[[Told], Reached]:
    """Give what calls for a look; `github` is the API that the estate declares.

    Whatever fails of that is told, and the next look tries again.
    """

    def reach(told: Told) -> Reached:
        try:
            called = call(told, alerts, keeper, partial(deliver, environ=environ, github=github), datetime.now(UTC))
        except (NotKeptError, UnknownFormError) as error:
            why = f"nobody was called: {error}"
            return Reached((why,), why)
        failed = next((each.failed for each in called.sent if each.failed), called.unkept)
        return Reached(tuple(chain(sent_lines(called), problems(called))), failed)

    return reach
