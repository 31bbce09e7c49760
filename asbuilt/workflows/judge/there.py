"""What of a workflow file each control judges: where none of it is there, nothing conforms."""

from collections.abc import Collection, Iterable, Iterator

from asbuilt.workflows.deploys.mechanisms import HEROKU_DEPLOY, script_of
from asbuilt.workflows.deploys.steps import DeployStep, deploy_steps
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Trigger, WorkflowFile
from asbuilt.workflows.judge.asked import own_checks
from asbuilt.workflows.judge.authentication import key_calls
from asbuilt.workflows.judge.credentials.heroku_cli import Call, cli_calls
from asbuilt.workflows.judge.declared import App, Estate
from asbuilt.workflows.judge.required_checks import gives
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath, Gate, Verification
from asbuilt.workflows.run.secrets import Use, uses_of_secrets


def steps_of_heroku_deploy(workflow_file: WorkflowFile, sources: Sources) -> Iterator[PlacedStep]:
    """Give the steps that a workflow's jobs run by the action heroku-deploy, those in composite actions too."""
    return (each for each in sources.steps_of(workflow_file) if each.step.action == HEROKU_DEPLOY.name)


def deploys(workflow_file: WorkflowFile, sources: Sources) -> Iterable[DeployStep]:
    """Give the steps of a workflow that deploy, in whichever way."""
    return deploy_steps(workflow_file, sources)


def ways(workflow_file: WorkflowFile, checkout: Checkout) -> Iterable[DeployPath]:
    """Give the ways to deploy that begin with a trigger of a workflow."""
    return checkout.ways.begun_by(workflow_file)


def calls_with_a_key(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Call]:
    """Give the calls of a workflow's jobs that Heroku asks a key for."""
    return (each for job in workflow_file.jobs for each in key_calls(workflow_file, job, sources))


def calls_of_the_cli(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Call]:
    """Give the calls of the Heroku CLI by a workflow's jobs; those of actions that call it are among them."""
    return (each for placed in sources.steps_of(workflow_file) for each in cli_calls(placed))


def checks(workflow_file: WorkflowFile, required: Collection[str], sources: Sources) -> Iterator[str]:
    """Give the names of those among the required checks that a workflow gives."""
    return (each for each in required if gives(workflow_file, each, sources))


def schedules(workflow_file: WorkflowFile) -> Iterator[Trigger]:
    """Give the triggers of a workflow that are schedules."""
    return (each for each in workflow_file.triggers if each.event == "schedule")


def uses(workflow_file: WorkflowFile, sources: Sources, names: Collection[str]) -> Iterator[Use]:
    """Give the uses of some secrets by the jobs that a workflow sets off; `names` are in lower case."""
    return uses_of_secrets(workflow_file, sources, names)


def gates(app: App, paths: Iterable[DeployPath]) -> Iterator[Gate]:
    """Give the declared gates of an app that stand before its deploys."""
    return (gate for path in paths for gate in path.ancestors if any(map(gate.is_called, app.gates)))


def gated(app: App, paths: Iterable[DeployPath]) -> Iterator[DeployPath]:
    """Give the ways to an app on which something has seen the code before: a declared gate, or the run before."""
    return (path for path in paths if path.upstream is not None or next(gates(app, (path,)), None) is not None)


def health_checks(app: App, estate: Estate, paths: Iterable[DeployPath]) -> Iterator[Verification]:
    """Give the health checks after the deploys of an app that are its own."""
    return (each for path in paths for each in own_checks(path, app, estate.apps.values()))


def requests(paths: Iterable[DeployPath]) -> Iterator[PlacedStep]:
    """Give the steps that deploy, or come after a deploy, and ask by curl."""
    found = (placed for path in paths for placed, _ in path.deploying_and_later)
    return (each for each in found if "curl" in script_of(each.step))
