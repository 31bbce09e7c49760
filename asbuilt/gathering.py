"""The verdicts of a run as they come in: each check's when it has ended, and none for what has not."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from asbuilt.population import LeftOut
from asbuilt.record.journal import Journal
from asbuilt.record.writing import NotWrittenError
from asbuilt.run import Run
from asbuilt.unjudged import unjudged
from asbuilt.verdicts import Outcome, Verdict

_PHASES = frozenset({"setup", "call", "teardown"})
_IN_IT = "the run ended in it"


@dataclass(slots=True)
class _Open:
    """A check that has begun: its phases so far, what it has come to in them, and how long they took."""

    phases: set[str] = field(default_factory=set)
    verdict: Verdict | None = None
    seconds: float = 0.0


class Gathering:
    """Takes what comes of each phase of each check, and writes a verdict to the journal when its check has ended."""

    def __init__(self, journal: Journal | None, missed: Callable[[NotWrittenError], None]) -> None:
        """`missed` hears of what the journal could not take: it must not end a run."""
        self._journal = journal
        self._missed = missed
        self._open: dict[str, _Open] = {}
        self._died: dict[str, str] = {}
        self._twice: set[str] = set()
        self._verdicts: dict[str, Verdict] = {}

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Give the verdicts of the checks that have ended so far."""
        return tuple(self._verdicts.values())

    def phase(self, node_id: str, when: str, seconds: float, verdict: Verdict | None) -> None:
        """Take one phase of a check; a phase that has nothing to say has no verdict, but the call always has one."""
        if node_id in self._verdicts:
            self._twice.add(node_id)
            return
        check = self._open.setdefault(node_id, _Open())
        if when in check.phases:
            self._twice.add(node_id)
        check.phases.add(when)
        check.seconds += seconds
        if verdict is not None and (check.verdict is None or check.verdict.outcome is Outcome.CONFORMS):
            check.verdict = verdict
        if when == "teardown":
            self._close(node_id, self._open.pop(node_id))

    def died(self, node_id: str, worker: str) -> None:
        """Hear that the process of a worker died in a check."""
        self._died[node_id] = f"the process of worker {worker} died in it"
        self._open.pop(node_id, None)

    def amend(self, verdict: Verdict) -> None:
        """Take a verdict in place of the one that its check came to before."""
        self._verdicts[verdict.id] = verdict
        self._write(verdict, amended=True)

    def end(self, run: Run, collected: Collection[str], why: str) -> tuple[tuple[Verdict, ...], tuple[LeftOut, ...]]:
        """Give one verdict for each collected check, in their order, and those that were never judged.

        `why` says what kept the others from being judged. Nothing is taken any more.
        """
        for node_id in self._twice:
            self.amend(unjudged(run, node_id, "it came to more than one verdict in this run"))
        known = {check for check, _ in run.checks}
        missing = [each for each in collected if each not in self._verdicts and each.partition("[")[0] in known]
        left = tuple(LeftOut(each, self._why(each, why)) for each in missing)
        for each in left:
            verdict = unjudged(run, each.id, each.reason)
            self._verdicts[each.id] = verdict
            self._write(verdict)
        if self._journal is not None:
            self._journal.close()
        return tuple(_ordered(self._verdicts, collected)), left

    def _why(self, node_id: str, why: str) -> str:
        return self._died.get(node_id) or (_IN_IT if node_id in self._open else why)

    def _close(self, node_id: str, check: _Open) -> None:
        """Give a check its verdict; where it conforms, all of its phases have been seen."""
        verdict = check.verdict
        if verdict is None or (verdict.outcome is Outcome.CONFORMS and check.phases != _PHASES):
            return
        self._verdicts[node_id] = replace(verdict, seconds=check.seconds)
        self._write(self._verdicts[node_id])

    def _write(self, verdict: Verdict, *, amended: bool = False) -> None:
        if self._journal is None:
            return
        try:
            self._journal.append(verdict, amended=amended)
        except NotWrittenError as error:
            self._missed(error)


def _ordered(verdicts: dict[str, Verdict], collected: Iterable[str]) -> Iterable[Verdict]:
    """Give verdicts in the order in which their checks were collected, whichever worker came first."""
    left = dict(verdicts)
    for each in collected:
        if each in left:
            yield left.pop(each)
    yield from left.values()
