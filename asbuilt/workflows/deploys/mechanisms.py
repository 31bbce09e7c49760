"""The ways to put code on a Heroku app, as data: what each does is told here and nowhere else.

To know another action, subcommand or endpoint, add a line here. Each action's inputs are those of its own `action.yml`;
each command is the Heroku CLI's or one of its plugins'; each endpoint is the Platform API's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from asbuilt.patterns import late
from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.yaml.document import text_of


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A way to deploy, and all that is known of it. `name` is how it is shown.

    Which app it is: `app_input` of an action, or `app_options` of a command, `several` with commas; `why` says why that
    cannot be told where it is not in the workflow, `unnamed` what is said where it could be and is not. `review` is for
    apps made for a pull request and gone with it.

    What it sends: an `image`, which says itself what it starts, always or where the input `image_input` is on, and
    `from_registry` where that was pushed before; what the address of an `archive` holds; a `push`; or what another app
    runs, which it `promotes`. Anything else is what the job has checked out. `prepares` names the way that deploys what
    this one sends, where the job has both. `remote` is the git remote that it makes stand for the app.

    `calls_cli` says that it calls the Heroku CLI on the runner, and does not bring it; `label` what such a call is
    named by a person; `key_input` which input is handed the key for it. Of the other inputs of an action: `login_input`
    makes it log in and nothing else, `ref_input` names what it sends, `folder_input` the folder that becomes the root
    at Heroku, `procfile_input` holds a Procfile, `health_input` the address that it asks after the deploy,
    `health_text_input` what has to be in the answer. `in_shell` says that it hands its inputs to a shell.
    """

    name: str
    app_input: str = ""
    app_options: tuple[str, ...] = ()
    several: bool = False
    why: str = ""
    unnamed: str = "names no app"
    review: bool = False
    image: bool = False
    image_input: str = ""
    from_registry: bool = False
    archive: bool = False
    push: bool = False
    promotes: bool = False
    prepares: str = ""
    remote: str = ""
    calls_cli: bool = False
    label: str = ""
    key_input: str = ""
    login_input: str = ""
    ref_input: str = ""
    folder_input: str = ""
    procfile_input: str = ""
    health_input: str = ""
    health_text_input: str = ""
    in_shell: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether no more is known of it than its name: what it does is written elsewhere."""
        kinds = (self.push, self.image, self.archive, self.promotes, self.review)
        return bool(self.why) and not (any(kinds) or self.app_input or self.app_options)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A part of the Platform API that deploys when something is sent to it.

    `carries` is a word in the body of a deploy: without it, the same address does something else. `of_app` says that
    the address names the app.
    """

    part: str
    mechanism: Mechanism
    carries: str = ""
    of_app: bool = True


HEROKU_DEPLOY = Mechanism(
    "akhileshns/heroku-deploy",
    app_input="heroku_app_name",
    image_input="usedocker",
    label="heroku-deploy",
    key_input="heroku_api_key",
    remote="heroku",
    login_input="justlogin",
    ref_input="branch",
    folder_input="appdir",
    procfile_input="procfile",
    health_input="healthcheck",
    health_text_input="checkstring",
    in_shell=True,
)
_PIPELINE = "names the source of a promotion; the pipeline decides the target"
ACTIONS = {
    each.name: each
    for each in (
        HEROKU_DEPLOY,
        Mechanism("gonuit/heroku-docker-deploy", app_input="heroku_app_name", image=True, calls_cli=True),
        Mechanism("jctaveras/heroku-deploy", app_input="app_name", image=True, calls_cli=True),
        Mechanism("cloutojp/heroku-deploy", app_input="app_name", image=True, calls_cli=True),
        Mechanism("techmmunity/docker-heroku-deploy", app_input="app_name", image=True, calls_cli=True),
        Mechanism("moneymeets/action-heroku-deploy", app_input="heroku_app"),
        Mechanism("tiltshift/heroku-promote-app", why=_PIPELINE, promotes=True, calls_cli=True),
        Mechanism("mheap/github-action-pr-heroku-review-app", review=True),
    )
}
# Workflows of other repositories that deploy when they are called.
CALLED_WORKFLOWS = {
    each.name: each
    for each in (
        Mechanism("84codes/actions/.github/workflows/heroku.yml", app_input="heroku-app"),
        Mechanism("84codes/actions/.github/workflows/heroku-container.yml", app_input="heroku-app", image=True),
    )
}
_APP = ("-a", "--app")
CONTAINER_RELEASE = Mechanism("heroku container:release", app_options=_APP, image=True, from_registry=True)
COMMANDS = {
    each.name.removeprefix("heroku "): each
    for each in (
        CONTAINER_RELEASE,
        Mechanism("heroku builds:create", app_options=_APP, archive=True),
        Mechanism("heroku deploy:jar", app_options=_APP),
        Mechanism("heroku deploy:war", app_options=_APP),
        Mechanism("heroku jar:deploy", app_options=_APP),
        Mechanism("heroku war:deploy", app_options=_APP),
        Mechanism("heroku static:deploy", app_options=_APP),
        Mechanism("heroku pipelines:promote", app_options=("-t", "--to"), why=_PIPELINE, several=True, promotes=True),
    )
}
PUSH = Mechanism("git push", push=True)
DPL = Mechanism("dpl", unnamed="names no app: dpl takes the folder's name")
_NO_APP = "names no app in its address"
_BUILDS = Mechanism("Heroku API builds", archive=True)
ENDPOINTS = (
    Endpoint("builds", _BUILDS),
    Endpoint("sources", Mechanism("Heroku API sources", archive=True, prepares=_BUILDS.name)),
    # Without one of these words in its body it is a rollback, which names a release.
    Endpoint("releases", Mechanism("Heroku API releases"), carries="slug"),
    Endpoint("releases", Mechanism("Heroku API releases", image=True), carries="oci_image"),
    # A formation without an image is scaled, no more.
    Endpoint("formation", Mechanism("Heroku API formation", image=True, from_registry=True), carries="docker_image"),
    Endpoint(
        "sources",
        Mechanism("Heroku API sources", why=_NO_APP, archive=True, prepares=_BUILDS.name),
        of_app=False,
    ),
    Endpoint(
        "pipeline-promotions",
        Mechanism("Heroku API pipeline-promotions", why=_NO_APP, promotes=True),
        of_app=False,
    ),
    Endpoint("review-apps", Mechanism("Heroku API review-apps", why=_NO_APP, review=True), of_app=False),
    # What the dashboard calls to deploy a branch: the app goes by an id there.
    Endpoint("github/push", Mechanism("Heroku API github/push", why=_NO_APP), of_app=False),
)


def addresses(app: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give the patterns of the addresses that deploy: with an app's name, as `app` matches it, and without one.

    `app` is a pattern with a group of that name; the other group, `part`, is the part of the API, for `sent_to`.
    Source: https://devcenter.heroku.com/articles/platform-api-reference
    """
    return (
        re.compile(rf"api\.heroku\.com/+apps/{app}/(?P<part>{_parts(of_app=True)})\b"),
        re.compile(rf"(?:api\.heroku\.com/+|kolkrabbi\.heroku\.com/+apps/[^/]+/)(?P<part>{_parts(of_app=False)})\b"),
    )


def sent_to(part: str, body: str, *, of_app: bool, is_open: bool) -> Mechanism | None:
    """Give the way to deploy that a request is, by the part of the API, and its body as far as it is written there.

        "releases", '{"slug": "..."}'    -> a deploy
        "releases", '{"release": "..."}' -> None: a rollback
        "formation", '{"quantity": 2}'   -> None: it is scaled

    `of_app` says that the address names the app. `is_open` says that there may be more of the body than that: then it
    is taken for a deploy. None where it deploys nothing.
    """
    found = [each for each in ENDPOINTS if each.part == part and each.of_app == of_app]
    told = next((each.mechanism for each in found if each.carries in body), None)
    return told or (found[0].mechanism if is_open else None)


def _parts(*, of_app: bool) -> str:
    return "|".join(dict.fromkeys(each.part for each in ENDPOINTS if each.of_app == of_app))


# Actions that run a script for the one who uses them: the input that holds it, and what comes before its text.
SCRIPT_INPUTS = {
    "nick-fields/retry": ("command", ""),
    "nick-invision/retry": ("command", ""),
    "wandalen/wretry.action": ("command", ""),
    "actions/heroku": ("args", "heroku "),
}


def has_script(step: Step) -> bool:
    """Tell whether a step runs a script, itself or through an action made for that."""
    return step.run is not None or step.action in SCRIPT_INPUTS


def script_of(step: Step) -> str:
    """Give the script that a step runs, itself or through an action made for that; empty where it runs none.

    With its expressions as they are written. Of an action that puts a word before it, with that: `heroku ps` of
    `args: ps`. What it runs of the checkout is put in, as far as that was read.
    """
    name, prefix = SCRIPT_INPUTS.get(step.action or "", ("", ""))
    if step.handed_on is not None:
        return step.handed_on.script
    return prefix + (text_of(step.input(name)) or "") if name else text_of(step.run) or ""


def only_logs_in(step: Step, action: Mechanism) -> bool:
    """Tell whether a step is told to log in only. The action takes every text but "false" for a yes.

    False where an expression says so: what it comes to is not known here.
    """
    login = step.input(action.login_input) if action.login_input else None
    return login is not None and "${{" not in login.text and (text_of(login) or "").strip() != "false"


# In the name of an action or a script: it asks how things are, or tells somebody.
_ASKS = late(r"wait|status|logs|notif|alert|validat|rollback|awake|wake-?up|keep|ping|prepare")
# It prepares the ground, unless its name says as well that it deploys.
_PREPARES = late(
    r"install|set[-_]?up|cli\b|login|config|scale|restart|postgres|backup|run\b|migrat|buildpack|test|lint|health|check"
    r"|destroy|delete|teardown|cleanup|maintenance"
)
_DEPLOYS = late(r"deploy|release|promot|ship")
_PROMOTES = late(r"promot", re.IGNORECASE)
_REVIEWS = late(r"review-?app|pr-preview|preview-?app")


def hands_heroku_an_app(inputs: Mapping[str, str]) -> bool:
    """Tell whether an action's inputs show a deploy to Heroku: one that names an app, or a provider."""
    for name, value in inputs.items():
        words = name.lower()
        if ("heroku" in words and "app" in words and "url" not in words) or (
            "provider" in words and value.strip().lower() == "heroku"
        ):
            return True
    return False


def only_prepares(name: str) -> bool:
    """Tell whether an action or a script says by its name, in lower case, that it does something else than deploy."""
    return _ASKS.search(name) is not None or (_PREPARES.search(name) is not None and not _DEPLOYS.search(name))


def action_named(name: str) -> Mechanism | None:
    """Give the action that deploys, by its name in lower case.

    A called workflow too, by its path without a version. None for one that deploys nothing.

    One that is not known, but says heroku in its name, may deploy: it is given with no way to tell the target. One
    that says that it only prepares the ground is none.
    """
    known = ACTIONS.get(name) or CALLED_WORKFLOWS.get(name)
    if known is not None or "heroku" not in name:
        return known
    if _REVIEWS.search(name):
        return Mechanism(name, review=True)
    if only_prepares(name):
        return None
    return unknown(name, "deploys in a way that is not known here")


def unknown(name: str, why: str) -> Mechanism:
    """Give a way to deploy of which no more is known than its name.

    `why` says why its app cannot be told. One that says so by its name promotes what another app runs.
    """
    return Mechanism(name, why=why, unnamed=why, promotes=_PROMOTES.search(name) is not None)
