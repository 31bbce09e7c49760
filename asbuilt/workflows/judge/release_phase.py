"""Whether the release phase that a Procfile declares is ever run.

Heroku reads the Procfile of what it builds. Of an image from its registry it runs what the image itself starts, in the
release phase as in all others: an image that is pushed as `release`. Sources:
https://devcenter.heroku.com/articles/container-registry-and-runtime#release-phase and
https://devcenter.heroku.com/articles/release-phase
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import script_of
from asbuilt.workflows.files.procfile import Process, Procfile
from asbuilt.workflows.judge.declared import App
from asbuilt.workflows.judge.image_pushes import REGISTRY, types_released
from asbuilt.workflows.judge.images import brings_image
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.shell.script import Command, commands, expand
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

RELEASE = "release"
_IN_BODY = late(r"[\"']?type\\?[\"']?\s*[:=]\s*\\?[\"']?release\b")
_OF_A_PROCESS = late(rf"{re.escape(REGISTRY)}/(?:\$\{{\{{.+?\}}\}}|[^/\s])+/(?P<process>[\w-]+)")


def release_line(checkout: Checkout) -> tuple[Procfile, Process] | None:
    """Give the line of the release phase of a repository's Procfile; None where there is none."""
    procfile = checkout.procfile
    process = procfile.processes.get(RELEASE) if procfile is not None else None
    return (procfile, process) if procfile is not None and process is not None else None


def dead(app: App, line: tuple[Procfile, Process], paths: Sequence[DeployPath]) -> tuple[Finding, ...]:
    """Give the release phase of a Procfile that an app never runs, because it is deployed as an image.

    At the line; open where it cannot be told which images are released.
    """
    return one_for_each_place(_dead(app, line, paths))


def _dead(app: App, line: tuple[Procfile, Process], paths: Sequence[DeployPath]) -> Iterator[Finding]:
    procfile, process = line
    for path in paths:
        if path.review or not brings_image(path):
            continue
        place = f"{path.file.rpartition('/')[2]}:{path.line}"
        released = _releases_it(path)
        if released is None:
            fact = f"cannot be told whether {place} releases an image for the release phase of {app.name}"
            fix = f"name the types in {place}: web release"
            yield procfile.document.open_finding(process.mark, fact, fix)
        elif not released:
            yield procfile.document.finding(
                process.mark,
                f"{app.name} never runs this line: {place} deploys an image, and Heroku reads no Procfile of one",
                f"release an image that runs it as well: docker build -f Dockerfile.release -t {REGISTRY}/{app.name}/"
                f"{RELEASE} .; or take the line out",
            )
        elif _is_another(path):
            yield procfile.document.finding(
                process.mark,
                f"{app.name} never runs this line: {place} releases another process's image as release, which runs the "
                "command of that",
                f"build an image that runs it: docker build -f Dockerfile.release -t {REGISTRY}/{app.name}/{RELEASE} .",
            )


def _releases_it(path: DeployPath) -> bool | None:
    """Tell whether a deploy releases an image for the release phase; None where that cannot be told."""
    if not path.step.mechanism.from_registry:
        given = (text_of(node) or "" for node in path.step.step.with_.values.values()) if path.step.step.with_ else ()
        return any(RELEASE in text.split() for text in given)
    types = [types_released(way[-1].words) for way in path.step.ways]
    if not types or all(each is None for each in types):  # by the API
        return _IN_BODY.search(script_of(path.step.step)) is not None
    if any(RELEASE in (each or ()) for each in types):
        return True
    return None if any("$" in name for each in types for name in each or ()) else False


def _is_another(path: DeployPath) -> bool:
    """Tell whether what is pushed as release is the image of another process under a second name."""
    same: list[set[str]] = []
    for placed in path.sources.steps(path.step.workflow_file, path.step.job):
        script = script_of(placed.step)
        if placed.step.with_ is not None and REGISTRY in (tags := text_of(placed.step.input("tags")) or ""):
            same.append(set(re.split(r"[\s,]+", tags.strip())))
        elif "docker" in script and REGISTRY in placed.workflow_file.document.text:
            for command in commands(script, placed.shell):
                _follow(command, same)
    processes = ({match["process"] for name in group if (match := _OF_A_PROCESS.search(name))} for group in same)
    return any(RELEASE in each and len(each) > 1 for each in processes)


def _follow(command: Command, groups: list[set[str]]) -> None:
    """Note the names that a command makes stand for one image: `docker tag A B`, `docker build -t A -t B`."""
    words = tuple(expand(word, command.variables)[0] for word in command.words)
    rest = [word for word in words[1:] if word not in {"image", "buildx"}]
    if words[:1] != ("docker",):
        return
    if rest[:1] == ["tag"]:
        _join(groups, set(rest[1:3]))
    elif rest[:1] == ["build"]:
        names = {word for before, word in pairwise(rest) if before in {"-t", "--tag"}}
        names |= {word.removeprefix("--tag=") for word in rest if word.startswith("--tag=")}
        for group in groups:
            group.difference_update(names)  # they stand for another image from here on
        _join(groups, names)


def _join(groups: list[set[str]], names: set[str]) -> None:
    """Put names of one image together with those that are known of it."""
    if len(names) > 1:
        joined = [group for group in groups if group & names]
        groups[:] = [group for group in groups if not group & names]
        groups.append(names.union(*joined))
