"""What a heroku-deploy step is given, as the action reads it: every text but "false" is a yes.

The inputs are those of `action.yml` of v3.13.15, and how they are read is its `index.js`; v3.14.15 has the same.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from asbuilt.workflows.deploys.mechanisms import HEROKU_DEPLOY
from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import text_in
from asbuilt.workflows.yaml.document import Scalar, text_of

CREATES = "dontautocreate"
_LOGIN = "justlogin"
BOOLEANS = ("dontuseforce", CREATES, "usedocker", "rollbackonhealthcheckfailed", _LOGIN)
_DEFAULTS = {
    **dict.fromkeys(("heroku_api_key", "heroku_email", "heroku_app_name", "buildpack", "docker_build_args"), ""),
    **dict.fromkeys(("appdir", "healthcheck", "checkstring", "procfile", "env_file", "region", "stack", "team"), ""),
    **dict.fromkeys(BOOLEANS, "false"),
    "branch": "HEAD",
    "docker_heroku_process_type": "web",
    "delay": "0",
}
# What only some releases have had, by the refs that a step can name them by.
_ONCE = {
    "remote_branch": frozenset(
        {
            "v3.9.9",
            "34f66e7d12ac93c9eb8666cd2d078ad835092bfc",
            "v3.10.9",
            "2b2cf430a1f428bcf8936ba946fe846baa6eba02",
        }
    )
}
# The first release that has `dontautocreate`: https://github.com/AkhileshNS/heroku-deploy/blob/v3.9.9/action.yml
CREATES_SINCE = (3, 9, 9)
_RELEASE = re.compile(r"v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})")
# What is read only where another input is on, or only where it is off.
_WITH = {
    **dict.fromkeys(("checkstring", "delay", "rollbackonhealthcheckfailed"), "healthcheck"),
    **dict.fromkeys(("docker_heroku_process_type", "docker_build_args"), "usedocker"),
}
_WITHOUT = dict.fromkeys(("buildpack", "region", "team"), CREATES)
_NO = re.compile(r"(?:false|no|off|n|f|0|)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """What an input comes to, on one way to the deploy, or on all. `given` says whether the step sets it.

    `text` is UNKNOWN where only the run tells, `written` is as it stands in the file, and `path` the way on which it
    comes to that, None where it is the same on all.
    """

    text: str | Unknown
    given: bool
    written: str = ""
    path: DeployPath | None = None

    @property
    def on(self) -> bool | None:
        """Whether the action takes it for a yes; None where that cannot be told."""
        return None if isinstance(self.text, Unknown) else self.text != "false"

    @property
    def told(self) -> str:
        """What it comes to, for a person."""
        if isinstance(self.text, Unknown):
            return f"`{self.written}`, which is not known before the run"
        shown = self.text if re.fullmatch(r"[\w.-]+", self.text) else f'"{self.text}"'
        return f"`{self.written}`, which comes to {shown} ({self.path.way})" if self.path else shown


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one heroku-deploy step, with the ways that lead to it.

    Names are the action's own, in lower case; ways on which the step only logs in are left out.
    """

    deploy: DeployStep
    paths: tuple[DeployPath, ...]
    sources: Sources

    def values(self, name: str) -> Iterator[Value]:
        """Give what an input comes to: once, or for each way where that depends on it.

        The action's default where the step does not set it. With an expression in it and no way to the step, what is
        known without one. Raises KeyError for a name that neither the step nor the action has.
        """
        node = self.deploy.step.input(name)
        if node is None:
            yield Value(_DEFAULTS[name], given=False)
            return
        written = " ".join((text_of(node) or "").split())
        if "${{" not in written:
            yield Value(written, given=True, written=written)
            return
        for path in self.paths:
            for text in path.values_of(written):
                yield Value(_stripped(text), given=True, written=written, path=path)
        if not self.paths:
            context = contexts.of_step(self.deploy.placed, {}, self.sources)
            yield Value(_stripped(text_in(written, context)), given=True, written=written)

    @property
    def creates_whatever_is_set(self) -> str:
        """The release that the step names, where that is too old to know `dontautocreate`; else nothing."""
        ref = (text_of(self.deploy.step.uses) or "").rpartition("@")[2].strip()
        match = _RELEASE.fullmatch(ref)
        return ref if match is not None and tuple(map(int, match.groups())) < CREATES_SINCE else ""

    def meant(self, name: str) -> Scalar | None:
        """Give the key that is meant for an input, but misspelled; None where there is none.

        `dont_auto_create` is meant for `dontautocreate`.
        """
        return next((key for key in self.unknown() if meant_by(key.text) == name), None)

    def unknown(self) -> Iterator[Scalar]:
        """Give what the step sets and the action does not know, in the release that the step names.

        The keys, as they are written, in their order.
        """
        ref = (text_of(self.deploy.step.uses) or "").rpartition("@")[2].strip()
        for key, _ in self.deploy.step.with_.items() if self.deploy.step.with_ else ():
            name = key.text.lower()
            if name not in _DEFAULTS and ref not in _ONCE.get(name, ()):
                yield key

    def misread(self) -> Iterator[tuple[str, Value]]:
        """Give the booleans that are neither true nor false, which the action takes for true.

        Each with its name, and the first way on which it is so: `no`, `False`, an empty text.
        """
        for name in BOOLEANS:
            for value in self.values(name):
                if isinstance(value.text, str) and value.text not in {"true", "false"}:
                    yield name, value
                    break

    def dead(self) -> Iterator[tuple[str, str]]:
        """Give the options that are set and never read, each with the input that keeps it from being read.

            ("checkstring", "healthcheck"): there is none; ("region", "dontautocreate"): it is on

        Only where that is so on all ways. One that is set to its default is not set.
        """
        for name, needed in _WITH.items():
            off = "false" if needed in BOOLEANS else ""
            if self._is_set(name) and all(value.text == off for value in self.values(needed)):
                yield name, needed
        for name, hindrance in _WITHOUT.items():
            if self._is_set(name) and all(value.on for value in self.values(hindrance)):
                yield name, hindrance

    def _is_set(self, name: str) -> bool:
        return any(value.given and value.text != _DEFAULTS[name] for value in self.values(name))

    @property
    def caller(self) -> str:
        """Who uses or calls the file that holds the step, to be put behind a fact."""
        callers = dict.fromkeys(path.called_from for path in self.paths) or [self.deploy.placed.used_by]
        return "".join(f"; {caller}" for caller in callers if caller)


def inputs_of(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[Inputs]:
    """Give the inputs of each step that deploys by heroku-deploy; where it only logs in, it deploys nothing.

    In the order of the file; one to which no way leads is there too, without ways. `checkout` is that of the file.
    """
    for deploy in checkout.ways.deploys_in(workflow_file):
        if deploy.mechanism is not HEROKU_DEPLOY:
            continue
        through = checkout.ways.through(deploy.placed)
        deploying = tuple(path for path in through if not _logs_in(path))
        if deploying or not through:
            yield Inputs(deploy, deploying, checkout.sources)


def logins_by_mistake(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[tuple[PlacedStep, Scalar]]:
    """Give the steps that only log in because of a text that is to say no, and what they are given: they deploy not.

        justlogin: "no"

    Every step of the workflow's jobs is looked at, those in composite actions too; a text with an expression is not.
    """
    for placed in checkout.sources.steps_of(workflow_file):
        login = placed.step.input(_LOGIN) if placed.step.action == HEROKU_DEPLOY.name else None
        text = (text_of(login) or "").strip()
        if login is not None and text != "false" and as_boolean(text) == "false":
            yield placed, login


def meant_by(name: str) -> str | None:
    """Give the input that an unknown one is a misspelling of.

        heroku-app-name -> heroku_app_name

    None where none is near.
    """
    plain = re.sub(r"[-_\s]", "", name.lower())
    known = {each.replace("_", ""): each for each in _DEFAULTS}
    found = difflib.get_close_matches(plain, known, n=1, cutoff=0.8)
    return known[found[0]] if found else None


def as_boolean(text: str | Unknown) -> str:
    """Give the boolean that the author of a text has most likely meant.

    "no", "0", "" -> "false", "yes", UNKNOWN -> "true"
    """
    return "false" if isinstance(text, str) and _NO.match(text) else "true"


def _logs_in(path: DeployPath) -> bool:
    node = path.step.step.input(_LOGIN)
    texts = path.values_of(text_of(node) or "") if node is not None else ("false",)
    return all(isinstance(text, str) and text.strip() != "false" for text in texts)


def _stripped(text: str | Unknown) -> str | Unknown:
    return text.strip() if isinstance(text, str) else UNKNOWN
