"""What explains what in workflow files: by the place as well, since two findings of one file can be of two mistakes.

A file that is renamed, a target that is misspelled, a condition the wrong way round: each trips controls of several
apps at once. One explains another where both are about the same thing (`asbuilt.relations`) and lie in the same files,
or where both lie on the very same word of a file, whatever apps they are about.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from asbuilt.verdicts import Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding, Mark

_FILES = "WF"


def is_of_files(verdict: Verdict) -> bool:
    """Tell what is wrong in workflow files from what is wrong in the world."""
    return verdict.control.startswith(_FILES)


def counted(verdict: Verdict) -> tuple[Finding, ...]:
    """Give the findings of a verdict that nobody accepts."""
    return tuple(each for each in verdict.findings if not each.waived)


@dataclass(frozen=True, slots=True)
class InFiles:
    """Verdicts by id, and those of workflow files by outcome, control and the place of each finding."""

    known: Mapping[str, Verdict]
    placed: Mapping[tuple[Outcome, str, str, Mark], list[str]]

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "InFiles":
        """Sort verdicts by what they are asked for."""
        known = {each.id: each for each in verdicts}
        placed: dict[tuple[Outcome, str, str, Mark], list[str]] = defaultdict(list)
        for each in known.values():
            for finding in counted(each) if is_of_files(each) else ():
                if finding.path and finding.mark:
                    placed[each.outcome, each.control, finding.path, finding.mark].append(each.id)
        return cls(known, placed)

    def causes_of(self, verdict: Verdict, related: tuple[str, ...]) -> tuple[str, ...]:
        """Give the ids of what explains a verdict, of those that are related to it and of those at its places.

        Of what is wrong in files nothing is explained that lies where nothing of what explains it does; what has no
        place is explained by what it is related to.
        """
        if not is_of_files(verdict):
            return related
        found = dict.fromkeys((*related, *self._at_its_places(verdict)))
        mine = {each.path for each in counted(verdict)}
        paths = {each: {one.path for one in counted(self.known[each])} for each in found}
        fitting = tuple(each for each in found if "" in mine or mine & paths[each])
        covered = {path for each in fitting for path in paths[each]} | {""}
        return fitting if mine <= covered else ()

    def _at_its_places(self, verdict: Verdict) -> Iterator[str]:
        for control in verdict.explained_by:
            for each in counted(verdict):
                if each.path and each.mark:
                    yield from self.placed.get((verdict.outcome, control, each.path, each.mark), ())
