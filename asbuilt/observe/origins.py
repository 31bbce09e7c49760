"""Ask what tells which run made the releases of the apps: round by round, each asking what the one before left open."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from asbuilt import estate as declared
from asbuilt.deploying_jobs import DeployingJob, Owner
from asbuilt.model import Observation
from asbuilt.observe.facts import Questions
from asbuilt.observe.http import Client
from asbuilt.observe.questions import about_deploy, about_releases, with_origins_of
from asbuilt.provenance import Provenance

_MOST_ROUNDS = 12

Jobs = Mapping[Owner, Mapping[str, tuple[DeployingJob, ...]]]


def with_origins(
    pool: ThreadPoolExecutor,
    client: Client,
    estate: declared.Estate,
    owned: Collection[declared.Ownership],
    observation: Observation,
    jobs: Jobs,
) -> Observation:
    """Give an observation with all that tells where the releases of the apps of some deploys come from.

    `jobs` are those that deploy, as far as files say. What is still open after the last round stays so, and is unknown.
    """
    questions = Questions()
    for each in owned:
        about_deploy(questions, client, estate, each, observation)
    for _ in range(_MOST_ROUNDS):
        answers = questions.answers(pool)
        states = {name: with_origins_of(name, state, answers) for name, state in observation.repositories.items()}
        observation = replace(observation, repositories=states)
        provenance = Provenance(estate, observation.apps, states, jobs, observation.as_of)
        asked = provenance.questions(owned)
        if not asked:
            break
        questions = Questions()
        about_releases(questions, client, asked)
    return observation
