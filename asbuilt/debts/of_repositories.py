"""What of a repository differs from the estate: its default branch, its workflows, the rules of its environments.

A protection that has become weaker is wrong, not different: nothing here declares it. One that lets somebody else in,
beside or in place of those declared, is declared as it is, and marked for somebody to look at.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from asbuilt.debts.difference import Difference, Settled, laid_open, own, review
from asbuilt.edits import Added, Change, Note, Put, Removed
from asbuilt.edits.changing import Place
from asbuilt.estate import Environment, Estate, Repository
from asbuilt.estate_policies import ANY, PROTECTED
from asbuilt.model import Environment as Seen
from asbuilt.model import Observation, Observed, RepositoryState


def of_repositories(estate: Estate, raw: Mapping[str, Any], observation: Observation) -> Iterator[Difference]:
    """Give what differs of all repositories that were observed."""
    for name, state in observation.repositories.items():
        repository = estate.repositories.get(name)
        if repository is None or name not in (raw.get("repositories") or {}):
            continue
        yield from _default_branch(repository, state)
        yield from _workflows(repository, raw, state)
        if isinstance(state.environments, Observed):
            seen = {each.name.lower(): each for each in state.environments.value}
            for key, each in repository.environments.items():
                if key.lower() in seen:
                    yield from _environment(repository, each, seen[key.lower()], raw)


def _default_branch(repository: Repository, state: RepositoryState) -> Iterator[Difference]:
    declared = repository.default_branch
    if declared is None or not isinstance(state.repository, Observed):
        return
    seen = state.repository.value.default_branch
    if seen == declared:
        return
    here: Place = ("repositories", repository.name)
    notes = [
        review((*here, "workflows", file, "deploys", index), f"the default branch is {seen}: is {each.app} still deployed from {declared}?")  # noqa: E501
        for file, workflow in repository.workflows.items()
        for index, each in enumerate(workflow.deploys)
        if each.branch == declared
    ]  # fmt: skip
    settled = Settled("GH001", repository.name, "default branch")
    yield Difference((Put((*here, "default_branch"), seen),), tuple(notes), (settled,))


def _workflows(repository: Repository, raw: Mapping[str, Any], state: RepositoryState) -> Iterator[Difference]:
    """Give the workflows that are gone; one that owns a deploy is missed, and stays declared."""
    if not isinstance(state.workflows, Observed):
        return
    there = {each.path for each in state.workflows.value}
    written = own(raw, "repositories", repository.name).get("workflows")
    for file, workflow in repository.workflows.items():
        if workflow.path not in there and not workflow.deploys and isinstance(written, dict) and file in written:
            place: Place = ("repositories", repository.name, "workflows", file)
            yield Difference((Removed(place),), settles=(Settled("", f"{repository.name} {file}"),))


def _environment(
    repository: Repository, declared: Environment, seen: Seen, raw: Mapping[str, Any]
) -> Iterator[Difference]:
    opened = laid_open(raw, "repositories", repository.name, "environments")
    here: Place = ("repositories", repository.name, "environments", declared.name)
    subject = f"{repository.name} {declared.name}"

    def differs(control: str, changes: Collection[Change], *notes: Note) -> Difference:
        return Difference((*opened, *changes), notes, (Settled(control, subject),))

    if declared.reviewers is not None and seen.reviewers and not seen.reviewers_gone:
        yield from _named(
            differs, "GH003", (*here, "reviewers"), declared.reviewers, seen.reviewers, "may approve now",
            is_same=str.lower,
        )  # fmt: skip
    if declared.wait_timer is not None and seen.wait_timer > declared.wait_timer:
        yield differs("GH004", [Put((*here, "wait_timer"), seen.wait_timer)])
    branches = declared.deployment_branches
    if branches is not None and ANY not in seen.branches and not (PROTECTED in branches and seen.branches != branches):
        place = (*here, "deployment_branches")
        yield from _named(differs, "GH005", place, branches, seen.branches, "may deploy now")
    stricter: list[Change] = []
    if declared.admins_can_bypass and seen.admins_can_bypass is False:
        stricter.append(Put((*here, "admins_can_bypass"), value=False))
    if declared.prevent_self_review is False and seen.prevent_self_review:
        stricter.append(Put((*here, "prevent_self_review"), value=True))
    if stricter:
        weaker = (declared.admins_can_bypass is False and seen.admins_can_bypass) or (
            declared.prevent_self_review and seen.prevent_self_review is False
        )
        yield Difference((*opened, *stricter), (), () if weaker else (Settled("GH006", subject),))


def _named(
    differs: Any, control: str, place: Place, declared: tuple[str, ...], seen: tuple[str, ...], may: str,
    *, is_same: Any = str,
) -> Iterator[Difference]:  # fmt: skip
    """Give how a list of names differs: who is no longer in it, and who is new."""
    before, after = {is_same(each) for each in declared}, {is_same(each) for each in seen}
    if before == after:
        return
    gone = [index for index, each in enumerate(declared) if is_same(each) not in after]
    new = tuple(each for each in seen if is_same(each) not in before)
    changes: list[Change] = [Added(place, new)] if new else []
    changes += [Removed((*place, index)) for index in reversed(gone)]
    notes = (review(place, f"{control} {', '.join(new)} {may}: is that meant?"),) if new else ()
    yield differs(control, changes, *notes)
