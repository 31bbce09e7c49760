"""Looking at apps again: all that they consist of, and what tells which commit they run."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from asbuilt import estate as declared
from asbuilt.commits import comparison_with, other_commit, release_of, told_by
from asbuilt.model import AppState, Dyno, Fact, Observation, Observed, current_release
from asbuilt.observe import facts, github_origins, heroku
from asbuilt.observe.facts import Key, Questions
from asbuilt.observe.http import Client
from asbuilt.observe.questions import about_app, app_state
from asbuilt.scope import repository_of


@dataclass(frozen=True, slots=True)
class Eyes:
    """What looks at apps on behalf of a sweep."""

    pool: ThreadPoolExecutor
    client: Client
    estate: declared.Estate

    def first(self, observation: Observation, names: Collection[str]) -> Observation:
        """Complete what was seen of apps at first: which commit they run, and how their dynos stood."""
        return self._completed(observation, {name: observation.apps[name] for name in names})

    def again(self, observation: Observation, names: Collection[str]) -> Observation:
        """Look at apps again: what was observed of them is replaced, but for what stays as it was."""
        questions = Questions()
        for name in names:
            about_app(questions, self.client, self.estate.apps[name], observation.apps[name].app)
        answers = questions.answers(self.pool)
        seen = {name: app_state(self.estate.apps[name], observation.apps[name].app, answers) for name in names}
        return self._completed(observation, seen)

    def _completed(self, observation: Observation, seen: dict[str, AppState]) -> Observation:
        before = {name: observation.apps[name] for name in seen}
        told = self._with_codes({name: replace(each, codes=before[name].codes) for name, each in seen.items()})
        looked = {name: replace(each, looks=_looks(before[name], each.dynos)) for name, each in told.items()}
        apps = {**observation.apps, **looked}
        return self._with_comparisons(replace(observation, apps=apps), list(seen))

    def _with_codes(self, states: dict[str, AppState]) -> dict[str, AppState]:
        """Ask for the code of each current release, once; no other code is of interest."""
        questions = Questions()
        for name, state in states.items():
            release = current_release(state.releases.value) if isinstance(state.releases, Observed) else None
            if release and release.code and release.code not in state.codes and isinstance(state.app, Observed):
                ask = partial(heroku.code, self.client, name, release.code, state.app.value.generation)
                questions.ask(Key(facts.CODE, name, release.code), ask)
        answers = questions.answers(self.pool)
        return {
            name: replace(state, codes={**state.codes, **answers.parts(facts.CODE, name)})
            for name, state in states.items()
        }

    def _with_comparisons(self, observation: Observation, names: list[str]) -> Observation:
        """Ask whether GitHub knows the commit that runs in place of the one that was meant, once for each."""
        questions = Questions()
        for name in names:
            repository, state = repository_of(self.estate, name), observation.apps[name]
            expected = observation.meant.get(name) or next(iter(told_by(state).values()), None)
            commit = other_commit(state, expected)
            if commit is None or (expected and release_of(state, expected)):
                continue  # where a release of it is known, Heroku's commits are the repository's own
            there = observation.repositories.get(repository or "")
            if repository and there and comparison_with(there, commit) is None:
                branch = self.estate.repositories[repository].trunk
                ask = partial(github_origins.comparison, self.client, repository, commit, branch)
                questions.ask(Key(facts.COMPARISON, repository, f"{commit}...{branch}"), ask)
        answers = questions.answers(self.pool)
        known = {
            name: replace(state, comparisons={**state.comparisons, **answers.parts(facts.COMPARISON, name)})
            for name, state in observation.repositories.items()
        }
        return replace(observation, repositories=known)


def _looks(before: AppState, dynos: Fact[tuple[Dyno, ...]]) -> Fact[tuple[tuple[Dyno, ...], ...]] | None:
    """Give the looks at an app's dynos with one more; one that shows nothing new is not kept."""
    if not isinstance(dynos, Observed):
        return before.looks if isinstance(before.looks, Observed) else dynos
    earlier = before.looks.value if isinstance(before.looks, Observed) else ()
    requests = before.looks.requests if isinstance(before.looks, Observed) else ()
    looks = earlier if earlier[-1:] == (dynos.value,) else (*earlier, dynos.value)
    return Observed(looks, (*requests, *dynos.requests))
