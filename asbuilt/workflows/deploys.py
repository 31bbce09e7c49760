"""Which steps deploy to Heroku, in whichever way, and which app they say that they deploy.

Mechanisms are data: to know another action, add an `Action`; to know another command, add a `Command`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asbuilt.workflows.document import Mapping, Mark, Scalar, text_of
from asbuilt.workflows.workflow import Job, Step, WorkflowFile


@dataclass(frozen=True, slots=True)
class Action:
    """An action that deploys: the input that names the app, and the input that makes it log in and nothing else."""

    name: str
    app_input: str
    login_input: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that deploys: its pattern, with the app as the group `app`."""

    name: str
    pattern: re.Pattern[str]


ACTIONS = (Action("akhileshns/heroku-deploy", app_input="heroku_app_name", login_input="justlogin"),)

# An app's name as it is written in a script: a literal, a variable, or an expression.
_APP = r"""["']?(?P<app>(?:\$\{\{.+?\}\}|\$\{?\w+\}?|[\w-])+)["']?"""
COMMANDS = (
    Command("git push", re.compile(rf"\bgit\s+push\b[^\n;&|]*?https://[^\s/]*\bgit\.heroku\.com/{_APP}\.git")),
    Command(
        "heroku container:release",
        re.compile(rf"\bheroku\s+container:release\b[^\n;&|]*?(?:-a|--app)[ =]+{_APP}"),
    ),
)

# An action with heroku in its name that only prepares the ground is no deploy.
_HEROKU = re.compile(r"heroku")
_PREPARES = re.compile(r"install|setup|cli\b|login|review-app|config|scale|logs")


@dataclass(frozen=True, slots=True, eq=False)
class DeployStep:
    """A step that deploys. `app` is the text that names the target, None where the mechanism is not known."""

    workflow_file: WorkflowFile
    job: Job
    step: Step
    mechanism: str
    app: str | None
    inputs: Mapping | None
    mark: Mark

    @property
    def app_mark(self) -> Mark:
        """Where the target is named, or else the step."""
        action = next((each for each in ACTIONS if each.name == self.mechanism), None)
        named = self.step.input(action.app_input) if action else None
        return named.mark if named is not None else self.mark


def deploy_steps(workflow_file: WorkflowFile) -> tuple[DeployStep, ...]:
    """Give every step of a workflow that deploys, in the order of the file."""
    return tuple(
        deploy for job in workflow_file.jobs for step in job.steps for deploy in _deploys(workflow_file, job, step)
    )


def _deploys(workflow_file: WorkflowFile, job: Job, step: Step) -> Iterator[DeployStep]:
    action = step.action
    known = next((each for each in ACTIONS if each.name == action), None)
    if known is not None:
        if not _only_logs_in(step, known):
            app = text_of(step.input(known.app_input))
            yield DeployStep(workflow_file, job, step, known.name, app, step.with_, step.mark)
    elif action is not None:
        if _HEROKU.search(action) and not _PREPARES.search(action):
            yield DeployStep(workflow_file, job, step, action, None, step.with_, step.mark)
    elif step.run is not None:
        script = step.run.text
        for command in COMMANDS:
            for match in command.pattern.finditer(_without_comments(script)):
                yield DeployStep(workflow_file, job, step, command.name, match["app"], step.with_, step.mark)


def _only_logs_in(step: Step, action: Action) -> bool:
    """Tell whether a step is told to log in only. The action takes every text but "false" for a yes."""
    login: Scalar | None = step.input(action.login_input) if action.login_input else None
    return login is not None and "${{" not in login.text and text_of(login) != "false"


def _without_comments(script: str) -> str:
    """Blank out comment lines and join continued ones."""
    lines = ("" if line.lstrip().startswith("#") else line for line in script.splitlines())
    return "\n".join(lines).replace("\\\n", "  ")
