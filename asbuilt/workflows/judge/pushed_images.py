"""Whether an image that is pushed for an app is released in the same run, and is one that Heroku's registry takes.

The registry takes Docker manifests of version 2, schema 2, and nothing else: no index, which an image for several
platforms or one with attestations is, and no media types of OCI. Sources:
https://devcenter.heroku.com/articles/container-registry-and-runtime and
https://docs.docker.com/build/ci/github-actions/attestations/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import CONTAINER_RELEASE
from asbuilt.workflows.deploys.targets import as_expression
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.credentials.heroku_cli import caller_of
from asbuilt.workflows.judge.image_pushes import SWITCH, ImagePush, Made, image_pushes, may_push, types_released
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, text_in
from asbuilt.workflows.run.job_runs import job_runs
from asbuilt.workflows.run.reach import may_run, may_run_on_success
from asbuilt.workflows.shell.variables import ENV_EXPRESSION
from asbuilt.workflows.yaml.document import Document, Mark, text_of
from asbuilt.workflows.yaml.finding import Finding

# Of version 3, 3.3.1 and what follows make provenance only where they are told to; the one that floats is the last.
_WITHOUT = frozenset({"1", "3"})
_COMMIT = late(r"[0-9a-f]{40}")
_VERSION = late(r"v?(?P<major>\d+)(?:\.|$)")
_NOTED = late(r"#\s*v?(?P<major>\d+)\b")
_OCI = late(r"\boci-mediatypes=true\b|\btype=oci\b", re.IGNORECASE)
_EXPRESSION = late(r"\$\{\{(?P<text>.*?)\}\}")
_YES = frozenset({"1", "t", "true", "T", "TRUE", "True"})
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push with the context of its step, and the workflow whose trigger sets it off."""

    push: ImagePush
    context: Context
    entry: WorkflowFile


@dataclass(frozen=True, slots=True)
class _Release:
    """What releases images: of which app, by name or as it is written, of which types; none stands for all.

    `is_open` says that nobody knows whether it releases anything, as it is written elsewhere.
    """

    path: DeployPath
    app: str | None
    written: str
    types: tuple[str, ...]
    is_open: bool = False


def pushes(workflow_file: WorkflowFile, checkout: Checkout) -> tuple[Pushed, ...]:
    """Give every push of an image to Heroku's registry in the jobs of a workflow, once for each app and workflow.

    `checkout` is that of the file. Raises PastBoundError.
    """
    sources = checkout.sources
    if not any(may_push(each.text) for each in _documents(workflow_file, sources)):
        return ()
    found: dict[tuple[PlacedStep, ImagePush, str, str], Pushed] = {}
    for entry in sources.with_callers(workflow_file):
        for run in job_runs(entry, sources, lambda file, _: file is workflow_file):
            if run.last.workflow_file is not workflow_file or run.last.job.uses is not None:
                continue
            for push in image_pushes(sources.steps(workflow_file, run.last.job), run.last.context, sources):
                if may_run(push.placed, run.last.context, sources):
                    context = contexts.of_step(push.placed, run.last.context, sources)
                    told = str([reason for _, reason in _refused(push, context)])
                    found.setdefault((push.placed, push, entry.path, told), Pushed(push, context, entry))
    return tuple(found.values())


def unreleased(found: tuple[Pushed, ...], checkout: Checkout) -> Iterator[Finding]:
    """Give the pushes of images that nothing releases in the same run; open where that cannot be told.

    At the name of the image, or the command. A run that follows counts as the same.
    """
    for each in found:
        push = each.push
        releases = list(_releases(each, checkout))
        if any(_is_of(release, push, checkout.sources) for release in releases):
            continue
        told = push.app if push.known else f"`{_short(push.expression)}`"
        command = f"{CONTAINER_RELEASE.name} {push.process or 'web'} --app {push.app}"
        openly = next((release for release in releases if _may_be_of(release, push)), None)
        if openly is None:
            yield push.placed.document.finding(
                push.mark,
                f"{push.placed.job.id}: {push.label} pushes an image{_of(push)} for {told}, and nothing releases it in "
                f"this run{caller_of(push.placed, checkout.sources)}",
                f"add a step after it: run: {command}",
            )
        else:
            yield _open_release(openly, push, told, command)


def _open_release(release: _Release, push: ImagePush, told: str, command: str) -> Finding:
    """Say that a release may be that of a push, and may not."""
    if release.is_open:
        what = f"{release.path.step.mechanism.name} on line {release.path.line} is written elsewhere"
    elif push.known:
        what = f"`{_short(release.written)}` on line {release.path.line} is not known before the run"
    else:
        what = f"`{_short(push.expression)}` on line {push.mark.line} is not known before the run"
    found = push.placed.document.finding(
        push.mark,
        f"cannot be told whether the image for {told} is released: {what}",
        f"name the app alike in both, or release it here: {command}",
    )
    return replace(found, open=True)


def not_taken(found: tuple[Pushed, ...], sources: Sources) -> Iterator[Finding]:
    """Give the pushes of images that Heroku's registry refuses; open where that cannot be told.

    At the setting that makes it so, or the step.
    """
    for each in found:
        push, made = each.push, each.push.made
        reasons = dict(_refused(push, each.context))
        if made is None or not reasons:
            continue
        told = push.app if push.known else f"`{_short(push.expression)}`"
        mark = next((_place(push, name) for name in reasons), push.mark)
        openly = [reason for reason in reasons.values() if reason.is_open]
        if len(openly) == len(reasons):
            fact = f"cannot be told whether Heroku takes the image: {openly[0].fact}"
            finding = push.placed.document.finding(mark, fact)
            yield replace(finding, fix=openly[0].fix, open=True)
        else:
            drifted = [reason for reason in reasons.values() if not reason.is_open]
            yield push.placed.document.finding(
                mark,
                f"{push.placed.job.id}: Heroku's registry refuses the image of {push.label} for {told}: "
                f"{' and '.join(reason.fact for reason in drifted)}{caller_of(push.placed, sources)}",
                ", ".join(reason.fix for reason in drifted),
            )


@dataclass(frozen=True, slots=True)
class _Reason:
    fact: str
    fix: str
    is_open: bool = False


def _refused(push: ImagePush, context: Context) -> Iterator[tuple[str, _Reason]]:
    """Give why the registry refuses what is pushed, by the setting that makes it so."""
    made = push.made
    if made is None:
        return
    yield from _of_provenance(push, made, context)
    if made.sbom is not None:
        value = text_in(made.sbom, context)
        if isinstance(value, Unknown):
            yield "sbom", _unknown(made.sbom, push, "sbom", _set(made, "sbom"))
        elif value.strip().lower() not in {"", "false", "disabled=true"}:
            yield "sbom", _Reason("it has an SBOM", _set(made, "sbom"))
    for attest in made.attests:
        kind = "SBOM" if "sbom" in attest.lower() else "provenance"
        if "disabled=true" not in attest.lower() and kind == "SBOM":
            yield "attests", _Reason("it has an SBOM", f"take out {attest}")
    if any(map(_OCI.search, made.outputs)):
        yield "outputs", _Reason("its media types are OCI's", "write oci-mediatypes=false")
    platforms = [text_in(each.strip(), context) for each in made.platforms]
    known = [part for each in platforms if isinstance(each, str) for part in each.split(",") if part.strip()]
    if len(set(known)) > 1:
        yield "platforms", _Reason(f"it is for {len(set(known))} platforms", f"{_name(made, 'platform')}linux/amd64")
    elif any(isinstance(each, Unknown) for each in platforms):
        yield "platforms", _unknown(made.platforms[0], push, "platforms", f"{_name(made, 'platform')}linux/amd64")


def _of_provenance(push: ImagePush, made: Made, context: Context) -> Iterator[tuple[str, _Reason]]:
    """Give why an image has provenance: it is told so, or nothing tells otherwise."""
    fix = _set(made, "provenance")
    told = made.provenance
    attests = [each.lower() for each in made.attests if "provenance" in each.lower()]
    if told is None and attests:
        told = "false" if "disabled=true" in attests[-1] else "true"
    value = text_in(told or "", context)
    if isinstance(value, Unknown):
        yield "provenance", _unknown(told or "", push, "provenance", fix)
        return
    value = value.strip().lower()
    if value in {"false", "disabled=true"}:
        return
    if value:
        yield "provenance", _Reason("it has provenance", fix)
        return
    switch = made.switch if made.switch is not None else context.get("env", {}).get(SWITCH)
    if isinstance(switch, str) and switch.strip() in _YES:
        return
    if isinstance(switch, Unknown):
        yield "provenance", _unknown(SWITCH, push, "provenance", fix)
        return
    if made.by_action:
        major = _major(push)
        if major in _WITHOUT:
            return
        if major is None:
            ref = (text_of(push.placed.step.uses) or "").rpartition("@")[2]
            fact = f"`{ref[:7]}` on line {push.placed.mark.line} names no version, and from v4 on there is provenance"
            yield "provenance", _Reason(fact, fix, is_open=True)
            return
    yield "provenance", _Reason("it has provenance by default", fix)


def _major(push: ImagePush) -> str | None:
    """Give the first number of the version of an action, by its ref or the comment behind a commit; None for neither.

    A branch is taken for the newest.
    """
    ref = (text_of(push.placed.step.uses) or "").rpartition("@")[2].strip()
    if _COMMIT.fullmatch(ref):
        found = _NOTED.search(push.placed.document.excerpt(push.placed.mark))
        return found["major"] if found else None
    version = _VERSION.match(ref)
    return version["major"] if version else "newest"


def _unknown(written: str, push: ImagePush, name: str, fix: str) -> _Reason:
    shown = f"`{_short(written)}` on line {_place(push, name).line} is not known before the run"
    return _Reason(shown, fix, is_open=True)


def _set(made: Made, name: str) -> str:
    return f"{'add to its with: ' if made.by_action else 'add --'}{name}{': ' if made.by_action else '='}false"


def _name(made: Made, name: str) -> str:
    return f"set {name}s: " if made.by_action else f"write --{name}="


def _place(push: ImagePush, name: str) -> Mark:
    """Give the place of a setting, or of the action where it is not there."""
    return push.placed.step.place(name) if push.made is not None and push.made.by_action else push.mark


def _of(push: ImagePush) -> str:
    return f" of {push.process}" if push.process else ""


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _releases(pushed: Pushed, checkout: Checkout) -> Iterator[_Release]:
    """Give what may release an image in the run of a push, or in one that follows it, and does not stand before it."""
    push = pushed.push
    for path in checkout.deploy_paths:
        entry = path.run.entry.workflow_file
        if entry is not pushed.entry and path.upstream != pushed.entry.path:
            continue
        if path.step.job is push.placed.job and path.step.placed.number < push.placed.number:
            continue
        if not may_run_on_success(path.step.placed, path.run.last.context, checkout.sources):
            continue  # it releases where something failed
        mechanism = path.step.mechanism
        if mechanism.image and (mechanism.from_registry or mechanism.name.startswith("Heroku API")):
            types = tuple(each for way in path.step.ways for each in _types(way[-1].words))
            yield _Release(path, path.app, path.step.target or "", types if "" not in types else ())
        elif mechanism.is_unknown and path.app is None:
            yield _Release(path, None, "", (), is_open=True)


def _types(words: tuple[str, ...]) -> Iterator[str]:
    """Give the types that a release names; an empty one where that cannot be told."""
    found = types_released(words) or ()
    yield from (each if "$" not in each else "" for each in found or ("",))


def _is_of(release: _Release, push: ImagePush, sources: Sources) -> bool:
    """Tell whether a release is that of a push: of the same app, by name or by the same expression, and its type."""
    if release.types and push.process and push.process not in release.types:
        return False
    if push.known:
        return release.app == push.app
    return release.app is None and push.app in {release.written, _canonical(release, sources)} - {""}


def _canonical(release: _Release, sources: Sources) -> str:
    """Give the app of a release as expressions, with the variables of its step put in."""
    placed = release.path.step.given_by or release.path.step.placed
    given = contexts.variables_of(placed, sources)
    text = as_expression(release.written)
    for _ in range(3):
        text = ENV_EXPRESSION.sub(lambda match: given.get(match["env"], match[0]), text)
    return _EXPRESSION.sub(lambda match: "${{ " + " ".join(match["text"].split()) + " }}", text)


def _may_be_of(release: _Release, push: ImagePush) -> bool:
    if release.types and push.process and push.process not in release.types:
        return False
    return release.is_open or release.app is None or not push.known


def _documents(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Document]:
    """Give the files in which what a workflow pushes may be written: its own, its actions, and those that call it."""
    yield from sources.documents_of(workflow_file)
    yield from (each.document for each in sources.with_callers(workflow_file))
