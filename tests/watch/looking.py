"""Looks at a sandbox for the tests: its time passes as they say, and each look is judged by the checks themselves."""

import json
from datetime import timedelta

from asbuilt.catalogue import PROJECT
from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client
from asbuilt.observe.kept_looks import Kept, plain, restored
from asbuilt.observe.looks import look
from asbuilt.sandbox.server import Sandbox
from asbuilt.watch.about import of_source

ESTATE = PROJECT / "estate.yaml"
HEROKU = "api.heroku.com"
MINUTE = 60.0


def about(change=lambda text: text):
    """Give what a watch of the first user's estate is about."""
    return of_source(ESTATE, change(ESTATE.read_text()).encode(), ())


class Watching:
    """A watch of a sandbox: `with Watching("healthy", about, judge) as watch: watch.look()`."""

    def __init__(self, world, about, judge, every=5 * MINUTE, **sandbox):
        self.passed = 0.0
        self.every = every
        self.kept = Kept()
        self.observation = None
        self._judge = judge
        self._estate = about.run.estate
        self._sandbox = Sandbox.start(world, elapsed=lambda: self.passed, **sandbox)
        self._client = Client(Tokens("HRKU-1", "ghp_1"), route_to=self._sandbox.origin, timeout=1.0)
        self._nowhere = Client(Tokens("HRKU-1", "ghp_1"), route_to="http://127.0.0.1:9")
        self._read = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.close()
        self._nowhere.close()
        self._sandbox.close()

    def asked(self):
        """Give what was asked of Heroku since this was last called, as `(path, status)`."""
        log, self._read = self._sandbox.log[self._read :], len(self._sandbox.log)
        assert {each.host for each in log if each.host == "api.github.com"} == set()
        return [(each.path.partition("?")[0], each.status) for each in log if each.host == HEROKU]

    def look(self, after=None, *, offline=False, **options):
        """Look once, so many seconds after the look before, an interval unless said."""
        if self.observation:
            self.passed += self.every if after is None else after
        intervals = dict.fromkeys(self._estate.apps, timedelta(seconds=self.every))
        client = (self._nowhere if offline else self._client).fresh(30.0)
        self.observation, kept = look(self._estate, client, self.kept, "sandbox", intervals, **options)
        self.kept = restored(json.loads(json.dumps(plain(kept))))
        judgement = self._judge.judged(self.observation)
        assert not judgement.failed, judgement.failed
        return Looked(judgement.verdicts)


class Looked:
    """What a look came to."""

    def __init__(self, verdicts):
        self.verdicts = verdicts

    def of(self, control, subject):
        """Give the outcome of a check, and what it says."""
        for each in self.verdicts:
            if each.control == control and each.id.endswith(f"[{subject}]"):
                return each.outcome.value, each.findings[0].fact if each.findings else each.reason
        raise LookupError(f"{control} {subject}")

    def which(self, outcome):
        """Give the checks of an outcome, as `CONTROL subject`."""
        return {
            f"{each.control} {each.id.partition('[')[2].removesuffix(']')}"
            for each in self.verdicts
            if each.outcome.value == outcome
        }
