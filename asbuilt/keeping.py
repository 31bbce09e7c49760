"""What a process keeps to itself: its secrets.

Every process of a run guards what it prints and hides the same: xdist's workers are told the credentials in memory.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from asbuilt import faults, texts
from asbuilt.model import Observation, dump
from asbuilt.record import directory
from asbuilt.record.bodies import Bodies, without_secrets
from asbuilt.record.stream import guarded
from asbuilt.record.writing import Written
from asbuilt.run import Run
from asbuilt.withholding import Secret, Secrets

_SECRETS = pytest.StashKey[Secrets]()
_HANDED = "asbuilt_credentials"


def begin(config: pytest.Config, environ: Mapping[str, str], closing: ExitStack) -> None:
    """Let nothing secret out of this process from here on, until `closing` is closed."""
    config.stash[_SECRETS] = Secrets.of(handed(config), environ)
    closing.enter_context(guarded(lambda: config.stash[_SECRETS]))


def know(config: pytest.Config, credentials: Sequence[Secret], environ: Mapping[str, str], declared: Any) -> None:
    """Learn the credentials that the run uses, and what is declared: a name in the estate is nobody's secret.

    `CACHE_KEY=shop-prod` would otherwise withhold the app's own name, and nothing could be held against it.
    """
    names = set(texts.within(declared))
    secret = {name: value for name, value in environ.items() if value.strip() not in names}
    config.stash[_SECRETS] = Secrets.of(credentials, secret)


def handed(config: pytest.Config) -> tuple[Secret, ...]:
    """Give the secrets that a worker was told; nothing in the process that reports."""
    return tuple(Secret(*each) for each in getattr(config, "workerinput", {}).get(_HANDED, ()))


def secrets(config: pytest.Config) -> Secrets:
    """Give the secrets of this process."""
    return config.stash[_SECRETS]


def hand_over(node: Any, run: Run) -> None:
    """Tell a worker the secrets that its own environment need not have."""
    node.workerinput[_HANDED] = [(each.name, each.value) for each in run.secrets.held]


def as_kept(observation: Observation, bodies: Bodies, secrets: Secrets) -> tuple[Observation, Bodies]:
    """Give an observation as it is kept, bounded and without secrets: what is judged now may be judged again later.

    So are the bodies, whose digests it then has.
    """
    kept, bodies = without_secrets(texts.kept_in(observation), bodies, secrets)
    content = dump(kept)
    return (kept if secrets.hide_bytes(content) == content else secrets.hide_all(kept)), bodies


def scan(config: pytest.Config, run: Run, xml: Path | None, known: Mapping[str, Written]) -> dict[str, str]:
    """Read again what a run wrote, also elsewhere, and take out what is secret: that it is there is a fault.

    `known` are the files that need no second look, by their path in the run's directory. Gives the digest of each file
    of it, by its path there.
    """
    if run.directory is None:
        return {}
    digests, caught = directory.scan(run.directory, run.secrets, *([xml] if xml else []), known=known)
    for each in caught:
        fault = f"a secret had been written: {each}; it is withheld now; report it as a fault of asbuilt"
        faults.note(config, fault)
    return digests
