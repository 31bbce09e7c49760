"""What stands around a step and says what it is about: the names of its job and callers, variables, and inputs."""

import re
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.patterns import late
from asbuilt.workflows.bounds import EXPRESSIONS, SCRIPT
from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.yaml.document import text_of, texts_of

_HANDED = late(r"\$\{\{\s*(inputs|env)\.([\w-]+)\s*\}\}")

# An input of such a name says what was deployed, whatever its text is here.
_RELEASE = late(r"sha|commit|version|revision|release|tag|ref", re.IGNORECASE)

Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`names` one a line; `variables` as they are written; `inputs` as far as they are known, or as handed over.

    `names` are those of the job and of the steps that the step is within, not its own. `variables` and `inputs` are
    pairs of a name and a text, and so can be the key of a cache.
    """

    names: str = ""
    variables: Texts = ()
    inputs: Texts = ()

    def put_into(self, text: str) -> str:
        """Put the texts of inputs and variables where an expression names them alone.

            curl ${{ inputs.url }} -> curl https://shop.example.com

        All other expressions stay, and so does one whose name speaks of a release, unless its text is an expression
        too: the name says more than the text. A text that grows too long is given back as it was.
        """
        if "${{" not in text:
            return text
        known = {"inputs": dict(self.inputs), "env": dict(self.variables)}

        def handed(match: re.Match[str]) -> str:
            found = known[match[1]].get(match[2], match[0])
            return match[0] if _RELEASE.search(match[2]) and "${{" not in found else found

        found = _HANDED.sub(handed, text) if text.count("${{") <= EXPRESSIONS else text
        return found if len(found) <= SCRIPT else text


NOTHING = Surroundings()


def surroundings_of(placed: PlacedStep, context: Context) -> Surroundings:
    """Give what stands around a step; `context` is what its expressions see.

    The inputs of an action are as the step that uses it hands them over, with its own inputs put in, as far as they are
    written; one that is known in the context counts instead.
    """
    outer = placed.lineage[:-1]
    names = [placed.job.id, placed.job.name]
    for each in outer:
        names += [each.step.name, each.step.id, each.step.action]
    variables = dict(_of_job(placed.workflow_file, placed.job))
    for each in outer:
        variables.update(texts_of(each.step.env))
    inputs: dict[str, str] = {}
    for each in placed.lineage[1:]:
        here = Surroundings("", tuple(variables.items()), tuple(inputs.items()))
        declared = each.action.inputs if each.action is not None else ()
        given = {name.lower(): text for name, text in texts_of(each.within.step.with_ if each.within else None)}
        inputs = {one.name: here.put_into(given.get(one.name.lower(), text_of(one.default) or "")) for one in declared}
    known = context.get("inputs") or {}
    inputs |= {name: value for name, value in known.items() if isinstance(value, str)}
    return Surroundings("\n".join(filter(None, names)), tuple(variables.items()), tuple(inputs.items()))


@lru_cache(maxsize=8192)  # each of its steps asks
def _of_job(workflow_file: WorkflowFile, job: Job) -> Texts:
    return (*texts_of(workflow_file.env), *texts_of(job.env))
