"""The known ways to put code on a Heroku app, as data: to know another one, add a line here.

Each action's inputs are those of its own `action.yml`; each command is the Heroku CLI's or one of its plugins'.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.yaml.document import text_of


@dataclass(frozen=True, slots=True)
class Action:
    """An action that deploys.

    `app_input` names the app; `login_input` makes it log in and nothing else. `why` says why the target cannot be told
    where it is not in the workflow. `review` is for apps made for a pull request and gone with it. `calls_cli` says
    that it calls the Heroku CLI on the runner, and does not bring it.
    """

    name: str
    app_input: str = ""
    login_input: str = ""
    why: str = ""
    review: bool = False
    calls_cli: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand of the Heroku CLI that deploys. `app_options` name the app; without them, a remote or HEROKU_APP.

    `several`: they can name more than one, with commas.
    """

    name: str
    app_options: tuple[str, ...] = ("-a", "--app")
    why: str = ""
    several: bool = False


HEROKU_DEPLOY = "akhileshns/heroku-deploy"
_PIPELINE = "names the source of a promotion; the pipeline decides the target"
ACTIONS = {
    each.name: each
    for each in (
        Action(HEROKU_DEPLOY, app_input="heroku_app_name", login_input="justlogin"),
        Action("gonuit/heroku-docker-deploy", app_input="heroku_app_name", calls_cli=True),
        Action("jctaveras/heroku-deploy", app_input="app_name", calls_cli=True),
        Action("cloutojp/heroku-deploy", app_input="app_name", calls_cli=True),
        Action("techmmunity/docker-heroku-deploy", app_input="app_name", calls_cli=True),
        Action("moneymeets/action-heroku-deploy", app_input="heroku_app"),
        Action("tiltshift/heroku-promote-app", why=_PIPELINE, calls_cli=True),
        Action("mheap/github-action-pr-heroku-review-app", review=True),
    )
}
# Workflows of other repositories that deploy when they are called.
CALLED_WORKFLOWS = {
    each.name: each
    for each in (
        Action("84codes/actions/.github/workflows/heroku.yml", app_input="heroku-app"),
        Action("84codes/actions/.github/workflows/heroku-container.yml", app_input="heroku-app"),
    )
}
COMMANDS = {
    each.name: each
    for each in (
        Command("container:release"),
        Command("builds:create"),
        Command("deploy:jar"),
        Command("deploy:war"),
        Command("jar:deploy"),
        Command("war:deploy"),
        Command("static:deploy"),
        Command("pipelines:promote", app_options=("-t", "--to"), why=_PIPELINE, several=True),
    )
}
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
    """Give the script that a step runs, itself or through an action made for that; empty where it runs none."""
    name, prefix = SCRIPT_INPUTS.get(step.action or "", ("", ""))
    return prefix + (text_of(step.input(name)) or "") if name else text_of(step.run) or ""


def only_logs_in(step: Step, action: Action) -> bool:
    """Tell whether a step is told to log in only. The action takes every text but "false" for a yes."""
    login = step.input(action.login_input) if action.login_input else None
    return login is not None and "${{" not in login.text and (text_of(login) or "").strip() != "false"


# In the name of an action or a script: it asks how things are, or tells somebody.
_ASKS = re.compile(r"wait|status|logs|notif|alert|validat|rollback|awake|wake-?up|keep|ping|prepare")
# It prepares the ground, unless its name says as well that it deploys.
_PREPARES = re.compile(
    r"install|set[-_]?up|cli\b|login|config|scale|restart|postgres|backup|run\b|migrat|buildpack|test|lint|health|check"
    r"|destroy|delete|teardown|cleanup|maintenance"
)
_DEPLOYS = re.compile(r"deploy|release|promot|ship")
_REVIEWS = re.compile(r"review-?app|pr-preview|preview-?app")


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


def action_named(name: str) -> Action | None:
    """Give the action that deploys, by its name in lower case.

    One that is not known, but says heroku in its name, may deploy: it is given with no way to tell the target. One
    that says that it only prepares the ground is none.
    """
    known = ACTIONS.get(name) or CALLED_WORKFLOWS.get(name)
    if known is not None or "heroku" not in name:
        return known
    if _REVIEWS.search(name):
        return Action(name, review=True)
    if only_prepares(name):
        return None
    return Action(name, why="deploys in a way that is not known here")
