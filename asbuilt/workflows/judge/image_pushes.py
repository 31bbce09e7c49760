"""Which steps push an image to Heroku's registry: for which app, and with what in it.

A push puts nothing on an app yet: that does a release. Source:
https://devcenter.heroku.com/articles/container-registry-and-runtime
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from asbuilt.patterns import late
from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.deploys.mechanisms import CONTAINER_RELEASE, script_of
from asbuilt.workflows.deploys.targets import as_expression, in_script
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, text_in
from asbuilt.workflows.shell.script import Command, commands, expand, option
from asbuilt.workflows.shell.variables import ENV_EXPRESSION
from asbuilt.workflows.yaml.document import Mark, text_of, texts_of

REGISTRY = "registry.heroku.com"
BUILD_PUSH = "docker/build-push-action"
BAKE = "docker/bake-action"
SWITCH = "BUILDX_NO_DEFAULT_ATTESTATIONS"
METADATA = "docker/metadata-action"
SET_UP = "docker/setup-buildx-action"
_BUILDX = frozenset({BUILD_PUSH, BAKE})
_PART = r"(?>\$\{\{.+?\}\}|\$\{\w+[^{}]*\}|[^\s/:@\"',=])+"
_ADDRESS = late(rf"registry\.heroku\.com/(?P<app>{_PART})/(?P<process>{_PART})")
# An action that is not known, and says by its name that it pushes images.
_PUSHES = late(
    r"(?:docker|image|container|registry|buildah)[\w/.-]*(?:push|publish)"
    r"|(?:push|publish)[\w-]*(?:docker|image|container|registry)|kaniko"
)
_NAMES_IMAGE = ("image", "name", "repository", "image-name", "image_name")
# What is in every script that pushes an image.
_WORDS = late(r"push|publish|copy|\bcp\b|--output|-o\b|executor|kaniko|imagetools")
_STEP = late(r"\bsteps\.(?P<id>[\w-]+)\.outputs\b|\bsteps\['(?P<quoted>[\w-]+)'\]", re.IGNORECASE)
_EXPRESSION = late(r"\$\{\{.*?\}\}")
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "buildah"})
_COPIES = {
    "skopeo": ("copy",),
    "crane": ("push", "copy", "cp"),
    "gcrane": ("cp", "copy"),
    "regctl": ("image",),
    "oras": ("cp", "copy"),
}
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Made:
    """What a build is told of the image that it pushes, each as it is written; None where it is told nothing.

    `switch` is what the script itself sets the variable to that turns the defaults off. `by_action` says that an action
    builds, and each is an input of it.
    """

    provenance: str | None = None
    sbom: str | None = None
    attests: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    switch: str | None = None
    by_action: bool = False


@dataclass(frozen=True, slots=True)
class ImagePush:
    """A push of an image for an app, in one context of its step.

    `app` is its name, or the expression that names it, which `known` tells apart; `process` the type that it is for,
    empty where nobody says. `made` is what its build is told, None where that is made otherwise or Heroku's CLI sees to
    it. `expression` is as it is written.
    """

    placed: PlacedStep
    label: str
    app: str
    known: bool
    process: str
    mark: Mark
    expression: str = ""
    made: Made | None = field(default=None, compare=False)


def may_push(text: str) -> bool:
    """Tell whether a file may push an image to Heroku, by its text alone: most do not, and are not read for it."""
    return REGISTRY in text or "container:push" in text


def image_pushes(steps: tuple[PlacedStep, ...], context: Context, sources: Sources) -> Iterator[ImagePush]:
    """Give what the steps of a job push to Heroku's registry, in one context of the job. Raises PastBoundError."""
    for placed in steps:
        script = script_of(placed.step)
        if script:
            if _WORDS.search(script):
                yield from _by_script(placed, script, _Reader(placed, context, sources))
        elif (
            placed.step.action is not None and placed.step.with_ is not None and sources.action_of(placed.step) is None
        ):
            yield from _by_action(placed, placed.step.action, _Reader(placed, context, sources))


class _Reader:
    """Puts in what a step's texts name, as far as it is known before the run."""

    def __init__(self, placed: PlacedStep, context: Context, sources: Sources) -> None:
        self.placed, self.sources = placed, sources
        self.context = contexts.of_step(placed, context, sources)
        self.given = contexts.variables_of(placed, sources)

    def texts(self, word: str, command: Command | None = None) -> Iterator[tuple[str, bool]]:
        """Give what a text comes to, each with whether that is known; else with the expressions that are left."""
        for each in expand(word, command.variables) if command is not None else (word,):
            text = self._with_metadata(each)
            value = in_script(text, self.context) if command is not None else text_in(text, self.context)
            if isinstance(value, Unknown):
                yield self.written(text, in_shell=command is not None), False
            else:
                yield value, True

    def value(self, text: str) -> str | Unknown:
        """Give what an input comes to."""
        return text_in(text, self.context)

    def written(self, text: str, *, in_shell: bool) -> str:
        """Give a text with variables put in by the expressions that they are made of: so two can be held together."""
        found = as_expression(text) if in_shell else text
        for _ in range(_DEEPEST):
            found = ENV_EXPRESSION.sub(lambda match: self.given.get(match["env"], match[0]), found)
        return _EXPRESSION.sub(lambda match: "${{ " + " ".join(match[0][3:-2].split()) + " }}", found)

    def _with_metadata(self, text: str) -> str:
        """Put in the names of the images that docker/metadata-action makes tags of."""

        def images(match: re.Match[str]) -> str:
            named = _STEP.search(match[0])
            name = (named["id"] or named["quoted"]).lower() if named else ""
            beside = self.sources.steps(self.placed.workflow_file, self.placed.job)
            found = (
                each.step.input("images")
                for each in beside
                if each.step.action == METADATA
                and (each.step.id or "").lower() == name
                and each.within is self.placed.within
            )
            node = next(found, None)
            return text_of(node) or match[0] if node is not None else match[0]

        return _EXPRESSION.sub(images, text) if "steps" in text else text


def _found(reader: _Reader, word: str, command: Command | None = None) -> Iterator[tuple[str, bool, str, str]]:
    """Give the apps that a text pushes to: the name, whether it is known, the process, and as it is written."""
    for text, known in reader.texts(word, command):
        for match in _ADDRESS.finditer(text):
            app = match["app"]
            yield app, known or "$" not in app, match["process"] if "$" not in match["process"] else "", app


def _by_action(placed: PlacedStep, action: str, reader: _Reader) -> Iterator[ImagePush]:
    given = {name.lower(): text for name, text in texts_of(placed.step.with_)}
    label = action.rpartition("@")[0] or action
    made: Made | None = None
    names: tuple[str, ...] = ("tags",)
    registry = given.get("registry", "")
    if action in _BUILDX:
        outputs = tuple(_listed(given.get("outputs", "")))
        if given.get("registry") and given.get("repository"):  # its first release
            if _is_no(reader, given.get("push", "true")):
                return
            given["tags"] = f"{registry.strip()}/{given['repository'].strip()}"
        elif not _pushes(reader, given.get("push", "false"), outputs) and "set" not in given:
            return
        made = Made(
            provenance=given.get("provenance"),
            sbom=given.get("sbom"),
            attests=tuple(_listed(given.get("attests", ""))),
            outputs=outputs,
            platforms=tuple(part for each in _listed(given.get("platforms", "")) for part in each.split(",")),
            by_action=True,
        )
        names = ("tags", "set", "outputs")
    elif _PUSHES.search(action) is None or "heroku" in action:
        return
    elif registry.strip() == REGISTRY:
        image = next((given[name] for name in _NAMES_IMAGE if given.get(name)), "")
        given["tags"] = f"{REGISTRY}/{image.strip().removeprefix(REGISTRY).strip('/')}"
    else:
        names = tuple(given)
    for name in names:
        for app, known, process, written in _found(reader, given.get(name, "")):
            mark = placed.step.place(name)
            yield ImagePush(placed, label, app, known, process, mark, written, made)


def _by_script(placed: PlacedStep, script: str, reader: _Reader) -> Iterator[ImagePush]:
    aliased = _is_aliased(placed, reader.sources)
    for command in commands(script, placed.shell):
        words = command.words
        if not words:
            continue
        mark = placed.place_of(command.line)
        call = call_of(words)
        if call is not None:
            yield from _by_cli(call, command, placed, reader, mark)
            continue
        pushed, made = _pushed(words, aliased=aliased)
        if made is not None:
            set_here = command.variables.get(SWITCH, (None,))[-1]
            made = replace(made, switch=command.environment.get(SWITCH, set_here))
        label = f"`{' '.join(words[:3] if words[1:2] == ('buildx',) else words[:2])}`"
        for word in pushed:
            for app, known, process, written in _found(reader, word, command):
                yield ImagePush(placed, label, app, known, process, mark, written, made)


def _by_cli(
    call: tuple[str, ...], command: Command, placed: PlacedStep, reader: _Reader, mark: Mark
) -> Iterator[ImagePush]:
    """Give what `heroku container:push` pushes, which builds the image so that Heroku takes it."""
    if call[1:2] != ("container:push",) or "--help" in call:
        return
    named = option(call, "-a", "--app") or command.environment.get("HEROKU_APP") or "$HEROKU_APP"
    recursive = bool({"-R", "--recursive"} & set(call))
    types = [""] if recursive else [each for each in types_of(call) if "$" not in each] or [""]
    for text, known in reader.texts(named, command):
        for each in types:
            yield ImagePush(placed, "`heroku container:push`", text.strip(), known, each, mark, text)


def types_of(call: tuple[str, ...]) -> tuple[str, ...]:
    """Give the types of processes that a `container:push` or `container:release` names, as they are written.

    heroku container:release web worker -a shop -> web, worker
    """
    found, before = [], ""
    for word in call[2:]:
        if not word.startswith("-") and before not in {"-a", "--app", "-r", "--remote", "--arg", "--context-path"}:
            found.append(word)
        before = word
    return tuple(found)


def types_released(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give the types that a call of `container:release` names; None for another command."""
    at = next((at for at, word in enumerate(words) if at and word in CONTAINER_RELEASE.name.split()), None)
    return types_of(words[at - 1 :]) if at is not None else None


def _pushed(words: tuple[str, ...], *, aliased: bool) -> tuple[tuple[str, ...], Made | None]:
    """Give the words of a command that name what it pushes, and what it is told of the image where it builds it too."""
    name = words[0].rpartition("/")[2]
    rest = [word for word in words[1:] if word not in {"image", "builder", "manifest"}]
    if name in _CONTAINERS:
        if rest[:1] == ["push"]:
            return tuple(word for word in words[1:] if not word.startswith("-")), None
        by_buildx = rest[:1] == ["buildx"]
        verb = rest[1:2] if by_buildx else rest[:1]
        if by_buildx and rest[1:3] == ["imagetools", "create"]:
            return _options(words, "-t", "--tag"), None
        if verb in (["build"], ["b"], ["bake"], ["bud"]):
            return _built(words, by_buildx=by_buildx or (aliased and name == "docker"))
    elif name in _COPIES and words[1:2] and words[1] in _COPIES[name]:
        return words[-1:], None
    elif name in {"executor", "kaniko"} or words[0].endswith("kaniko/executor"):
        return _options(words, "-d", "--destination"), None
    elif name == "pack" and "--publish" in words:
        return words[2:], None
    return (), None


def _built(words: tuple[str, ...], *, by_buildx: bool) -> tuple[tuple[str, ...], Made | None]:
    outputs = _options(words, "-o", "--output")
    if "--push" not in words and not any(map(_sends, outputs)):
        return (), None
    bare = {name: "true" for name in ("--provenance", "--sbom") if name in words}
    made = Made(
        provenance=next(reversed(_options(words, "--provenance")), bare.get("--provenance")),
        sbom=next(reversed(_options(words, "--sbom")), bare.get("--sbom")),
        attests=_options(words, "--attest"),
        outputs=outputs,
        platforms=tuple(part for each in _options(words, "--platform") for part in each.split(",")),
    )
    # By the driver of docker itself, nothing is added that nobody asked for.
    if not by_buildx and made.provenance is None:
        made = replace(made, provenance="false")
    return (*_options(words, "-t", "--tag"), *_options(words, "--set"), *outputs), made


def _options(words: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """Give all values of an option that may be given several times."""
    found = []
    for at, word in enumerate(words):
        for name in names:
            if word == name and at + 1 < len(words) and not words[at + 1].startswith("--"):
                found.append(words[at + 1])
            elif word.startswith(f"{name}="):
                found.append(word[len(name) + 1 :])
    return tuple(found)


def _sends(output: str) -> bool:
    """Tell whether an output of a build goes to a registry."""
    parts = {part.strip().lower() for part in output.split(",")}
    return "type=registry" in parts or ("type=image" in parts and "push=true" in parts)


def _pushes(reader: _Reader, push: str, outputs: tuple[str, ...]) -> bool:
    return not _is_no(reader, push) or any(map(_sends, outputs))


def _is_no(reader: _Reader, text: str) -> bool:
    value = reader.value(text)
    return isinstance(value, str) and value.strip().lower() != "true"


def _listed(text: str) -> Iterator[str]:
    yield from (line.strip() for line in text.splitlines() if line.strip())


def _is_aliased(placed: PlacedStep, sources: Sources) -> bool:
    """Tell whether `docker build` is buildx with a builder of its own here: a step before has made it so."""
    before = sources.steps(placed.workflow_file, placed.job)[: placed.number]
    return any(
        (each.step.action == SET_UP and text_of(each.step.input("install")) == "true")
        or "buildx install" in script_of(each.step)
        for each in before
    )
