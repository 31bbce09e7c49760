"""The watch: look, judge, write down, call; and again, in its pace, until somebody ends it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from asbuilt.alert.declared import declared
from asbuilt.alert.told import Told
from asbuilt.faults import INTERNAL
from asbuilt.record.kept_causes import kept_causes
from asbuilt.record.writing import NotWrittenError
from asbuilt.run import Run
from asbuilt.watch.day import Head, State, following
from asbuilt.watch.days import Days
from asbuilt.watch.judge import Judge
from asbuilt.watch.looked import Looked
from asbuilt.watch.looking import Looking
from asbuilt.watch.says import told_of
from asbuilt.watch.telling import Telling, summary

_FAILED, _NOTHING = 1, 5


@dataclass(frozen=True, slots=True)
class Reached:
    """Who was called for a look: what is told of that, and what of it failed, empty where nothing did."""

    said: tuple[str, ...] = ()
    failed: str = ""


class Beat(Protocol):
    """Tells a monitor elsewhere that the watch looks."""

    def start(self) -> object:
        """Say that a look begins."""

    def success(self, body: str) -> object:
        """Say that it came to its end."""

    def fail(self, body: str) -> object:
        """Say that it told nothing, or that what it found reached nobody."""


@dataclass(frozen=True, slots=True)
class Watch:
    """All that a look takes. `call` delivers what a look says; None calls nobody. `run_url` is its page in CI."""

    run: Run
    head: Head
    looking: Looking
    judge: Judge
    days: Days
    telling: Telling
    beat: Beat
    call: Callable[[Told], Reached] | None = None
    run_url: str = ""

    def on(self, pace: Iterable[object]) -> None:
        """Look at each turn, until there are none any more."""
        for _ in pace:
            self.once()

    def once(self) -> int:
        """Look once, and give the exit code that this comes to."""
        self.beat.start()
        looked = self._looked()
        changed, number = self.days.change(looked), self.days.state.looks + 1
        self.telling.look(looked, changed, number)
        said = following(self.days.state, looked, None)
        unwritten = self._written(looked)
        if not unwritten:
            said = self.days.state
        reached = self._reached(said)
        for each in reached.said:
            self.telling.say(each)
        wrong = [*filter(None, (looked.failed, unwritten, reached.failed))]
        if looked.tells_nothing and not wrong:
            wrong = ["nothing could be observed"]
        body = summary(looked, self.head.estate)
        if wrong:
            self.beat.fail("\n".join([*wrong, body]))
        else:
            self.beat.success(body)
        return _code(looked, unwritten=unwritten, undelivered=reached.failed)

    def _looked(self) -> Looked:
        seen = self.looking(self.days.state.kept)
        for each in seen.said:
            self.telling.say(each)
        observation = seen.observation
        judgement = self.judge.judged(observation)
        run = replace(self.run, observation=observation, world=observation.world)
        causes = () if judgement.failed else kept_causes(run, judgement.verdicts)
        return Looked(observation.as_of, observation, judgement.verdicts, causes, seen.kept, judgement.failed)

    def _reached(self, said: State) -> Reached:
        """Call whoever is to be called for what a look says."""
        if self.call is None:
            return Reached()
        return self.call(told_of(self.head, said, self.days.directory, self.run_url, declared(self.run.estate)))

    def _written(self, looked: Looked) -> str:
        """Write a look down, and say what of that failed: it ends nothing."""
        try:
            self.days.record(looked)
        except NotWrittenError as error:
            told = f"the evidence could not be written: {error}; make room, or write elsewhere: --evidence DIR"
            self.telling.say(told)
            return told
        return ""


def _code(looked: Looked, *, unwritten: str, undelivered: str) -> int:
    """Give the exit code of a look, as that of a run."""
    if unwritten:
        return INTERNAL
    if undelivered or any(each.fails for each in looked.verdicts):
        return _FAILED
    return 0 if any(each.outcome.is_judged for each in looked.verdicts) else _NOTHING
