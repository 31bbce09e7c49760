"""Which secrets and variables an app's name is made of: bound in the estate, they make it known."""

import re
from collections.abc import Iterable, Iterator

from asbuilt.patterns import late
from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.run.job_runs import JobRun
from asbuilt.workflows.yaml.document import Mapping, Node, Scalar, Sequence, text_of

_ASKED = late(r"\b(secrets|vars)\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*'([A-Za-z_]\w*)'\s*\])", re.IGNORECASE)
_PASSED = late(r"\b(?:env|inputs|matrix)((?:\.[\w-]+|\['[\w-]+'\])+)|\$\{?([A-Za-z_]\w*)", re.IGNORECASE)
_PART = late(r"[\w-]+")


def unbound(deploy: DeployStep, run: JobRun) -> tuple[str, ...]:
    """Give the names that the target and the environment of a deploy are made of, as an estate binds them."""
    environment = deploy.environment
    return settings_of([deploy.target or "", environment.text if isinstance(environment, Scalar) else ""], deploy, run)


def settings_of(texts: Iterable[str], deploy: DeployStep, run: JobRun) -> tuple[str, ...]:
    """Give the secrets and variables that some texts of a deploy are made of, as an estate binds them.

        heroku_app_name: ${{ env.APP }}, where APP is ${{ secrets.SHOP }} -> ("secrets.SHOP",)

    Variables, inputs, matrices and what callers hand over are followed to them; each once, in the order in which they
    are found. Those that are bound already are among them.
    """
    texts = list(texts)
    passed = _passed(deploy, run)
    handed = _handed_over(run)
    found: dict[str, None] = {}
    seen: set[str] = set()
    while texts:
        text = texts.pop(0)
        if text in seen:
            continue
        seen.add(text)
        for match in _ASKED.finditer(text):
            context, name = match[1].lower(), match[2] or match[3]
            given = handed.get(name.lower()) if context == "secrets" else None
            if given is None or given in seen:
                found[f"{context}.{name}"] = None
            else:
                texts.append(given)
        names = (name for match in _PASSED.finditer(text) for name in _PART.findall(match[1] or match[2]))
        texts += [each for name in names for each in passed.get(name.lower(), ())]
    return tuple(found)


def _passed(deploy: DeployStep, run: JobRun) -> dict[str, list[str]]:
    """Give the texts of what a step may be handed, by name in lower case: variables, inputs, the axes of a matrix."""
    found: dict[str, list[str]] = {}
    nodes: list[Mapping | Node | None] = []
    for placed in deploy.placed.lineage:
        nodes += [*placed.environments, placed.within.step.with_ if placed.within is not None else None]
    for leg in run.legs:
        nodes += [leg.job.matrix, leg.job.with_]
    for name, text in _entries(nodes):
        found.setdefault(name.lower(), []).append(text)
    return found


def _handed_over(run: JobRun) -> dict[str, str]:
    """Give what callers hand over as a secret of another name, by that name in lower case."""
    given = (leg.job.secrets for leg in run.legs[:-1] if isinstance(leg.job.secrets, Mapping))
    return {name.lower(): text for name, text in _entries(given)}


def _entries(nodes: Iterable[Node | None]) -> Iterator[tuple[str, str]]:
    """Give each entry below some nodes that is a text, or a list with texts in it, by its key."""
    for node in nodes:
        if isinstance(node, Mapping):
            for name, value in node.values.items():
                yield from ((name, text_of(each) or "") for each in _scalars(value))
                yield from _entries([value] if isinstance(value, Mapping) else _items(value))


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        yield from (each for each in node if isinstance(each, Scalar))


def _items(node: Node) -> list[Node | None]:
    return list(node) if isinstance(node, Sequence) else []
