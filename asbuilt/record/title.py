"""The title of a run's report, from its manifest: it stands on every page, whoever is handed one."""

from datetime import UTC, datetime

from asbuilt import texts
from asbuilt.judged_again import is_sandbox
from asbuilt.record.clocks import MACHINE
from asbuilt.record.manifest import Manifest

_LONGEST = 100  # of what a run lacks; all of it stands in the manifest


def title(manifest: Manifest) -> str:
    """Give the title: whether all is there and whether it is real come first. Raises ValueError for no instant.

    "INCOMPLETE: SANDBOX: shop (shop-staging only; 24 checks not judged) (1 of 9 checks was never judged), sandbox ..."
    """
    begin = "" if manifest.complete and not manifest.lacks else "INCOMPLETE: "
    if is_sandbox(manifest.world):
        begin += "SANDBOX: "
    name = texts.line(manifest.estate)
    if manifest.covered.said:
        name += f" ({texts.line(manifest.covered.said)})"
    if begin.startswith("INCOMPLETE"):
        name += f" ({texts.line(next(iter(manifest.lacks), 'it does not say why'), _LONGEST)})"
    if manifest.clock == MACHINE:
        return f"{begin}{name}, {texts.line(manifest.world)}"
    ended = datetime.fromisoformat(manifest.ended).astimezone(UTC)
    return f"{begin}{name}, {texts.line(manifest.world)}, as of {ended:%Y-%m-%d %H:%M:%S} UTC"
