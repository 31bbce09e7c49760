"""Calls of another repository's workflows that nobody has here, and that may deploy to Heroku."""

from asbuilt.patterns import late
from asbuilt.workflows.files.workflow import Job
from asbuilt.workflows.said.uses import named
from asbuilt.workflows.yaml.document import Mapping, text_of

_OF_ANOTHER = "is a workflow of another repository, and"
# What is handed over to a deploy of an app: its name, or the place where it stands.
_TARGET = late(r"(?:^|[-_])(?:app|env(?:ironment)?|stage)(?:[-_]?name)?$")
_SAYS_SO = late(r"deploy(?!ment[-_]?status)|(?:^|[-_.])ship(?:[-_.]|$)")
_MAY = late(r"(?:^|[-_.])(?:release|promote|rollout|cd)(?:[-_.]|$)")
# It says by its name that it deploys, and to Heroku it does not: another platform, or something else than an app.
_ELSEWHERE = late(
    r"aws|amazon|ecs|eks|lambda|s3|cloudfront|cdk|azure|aks|gcp|gke|google|cloud-?run|firebase|kube|k8s|helm|argo|flux"
    r"|terraform|tofu|pulumi|ansible|pages|docs|site|storybook|chromatic|vercel|netlify|cloudflare|wrangler|fly|render"
    r"|railway|digitalocean|npm|pypi|gems?\b|maven|nuget|crate|docker|ghcr|image|package|publish|notes|changelog|draft"
    r"|preview|notif|test|check|lint|valid|verif|cleanup|undeploy|rollback|play-?store|testflight|app-?store|fastlane"
)


def hands_over(uses: str, job: Job) -> str:
    """Say why a call may deploy to Heroku, by its own name and by what it hands over; empty where nothing says so.

    `uses` is in lower case, and without a version. A call that hands over no secret lets nobody into Heroku: a called
    workflow has none of its own. https://github.com/actions/runner/issues/1490
    """
    given = [key.lower() for node in (job.with_, job.secrets) if isinstance(node, Mapping) for key in node.values]
    if any("heroku" in key for key in given):
        return f"{_OF_ANOTHER} is handed something of Heroku"
    called = named(uses)
    name = called[1].rpartition("/")[2] if called is not None else ""
    if job.secrets is None or any(map(_ELSEWHERE.search, (name, *given))):
        return ""
    may = _SAYS_SO.search(name) or (_MAY.search(name) and any(map(_TARGET.search, given)))
    return f"{_OF_ANOTHER} is named for a deploy" if may else ""


def made_known(job: Job) -> str:
    """Say what makes known what a call of another repository's workflow does: its files, or the estate's word.

    Empty for a job that calls none.
    """
    uses = (text_of(job.uses) or "").strip()
    called = named(uses)
    if called is None:
        return ""
    repository = "/".join(uses.split("/")[:2])
    return f"give its files, --checkout {repository}=DIR, or describe it in the estate: {written(uses)}"


def written(uses: str) -> str:
    """Give the line of an estate that says what a called workflow does."""
    return f"workflows: {{{uses}: {{app: APP}}}}"
