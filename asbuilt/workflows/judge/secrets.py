"""Secrets that a job reads, though they belong to an environment that it does not name.

Of a secret that an environment has, another job reads an empty text, or one of that name from the repository:
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from collections.abc import Collection, Mapping

from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import WorkflowFile, expressions_of
from asbuilt.workflows.judge.environments import unused_input
from asbuilt.workflows.judge.undecided import bound, fixed_names, quoted
from asbuilt.workflows.run.secrets import EVERY, Use, uses_of_secrets
from asbuilt.workflows.triggers.refs import told
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place


def read_outside(entry: WorkflowFile, sources: Sources, homes: Mapping[str, Collection[str]]) -> tuple[Finding, ...]:
    """Give the places where a job reads a secret that belongs to environments of which it names none.

    At the text with the expression, the first use at each. `entry` is the workflow that is set off; what it calls is
    followed. Of a job whose environment cannot be told it is open, unless whoever starts the run types it.

    `homes` has the environments of each secret, by its name in lower case.
    """
    return one_for_each_place(
        _finding(use, secret, homes, sources)
        for use in uses_of_secrets(entry, sources, homes)
        for secret in ((use.secret.lower(),) if use.secret != EVERY else homes)
        if isinstance(use.environment, Unknown)
        or (use.environment or "").lower() not in {each.lower() for each in homes[secret]}
    )


def _finding(use: Use, secret: str, homes: Mapping[str, Collection[str]], sources: Sources) -> Finding:
    if not isinstance(use.environment, Unknown) or use.environment.typed:
        return use.document.finding(use.mark, _said(use, secret, homes[secret]), _mended(use, secret, homes, sources))
    home = min(homes[secret])
    job = use.run.last.job
    written, line = text_of(job.environment) or "", job.place("environment").line
    fact = f'whether job "{use.run.name}" reads {secret.upper()} in {home} cannot be told: {quoted(written)}'
    fact = f"{fact} on line {line}"
    names = fixed_names(written)
    fix = bound(names, home, sources.repository) if names else f"environment: {home}"
    return use.document.open_finding(use.mark, fact, fix)


def _said(use: Use, secret: str, homes: Collection[str]) -> str:
    run = use.run
    named = secret.upper() if use.secret != EVERY else f"every secret at once, and {secret.upper()} with them,"
    where = f'in environment "{use.environment}"' if use.environment else "and names no environment"
    if isinstance(use.environment, Unknown):
        where = f"in whichever environment is typed: {text_of(run.last.job.environment)}"
    by = f"; {run.called_by}" if run.called_by else ""
    does = "hands over" if run.last.job.uses is not None else "reads"
    inputs = tuple(f"{name}={value}" for name, value in run.situation.inputs.items())
    way = " ".join((run.situation.event, *(inputs or told(run.situation.refs))))
    return f'job "{run.name}" {does} {named} {where} ({way}); it belongs to {" and ".join(homes)} alone{by}'


def _mended(use: Use, secret: str, homes: Mapping[str, Collection[str]], sources: Sources) -> str:
    run, leg, name, home = use.run, use.run.last, secret.upper(), min(homes[secret])
    if leg.job.uses is not None and sources.called_by(leg.job) is None:
        return f"read it in a job of this repository, with environment: {home}"
    if leg.job.uses is not None:
        return f"hand it on as {name}, not required, and read secrets.{name} in the called job in environment: {home}"
    if any(each.mark == use.mark for each in expressions_of(leg.workflow_file.env)):
        return f"set it in the jobs with environment: {home}, and not for the whole workflow"
    if isinstance(use.environment, Unknown):
        return f"environment: {home}"
    if use.environment:
        return f"where the environment is {use.environment}, read a secret of its own"
    if unused := unused_input(run, home):
        return f"add to job {leg.job.id}: environment: ${{{{ inputs.{unused} }}}}, which {home} is handed over by"
    return f"add to job {leg.job.id}: environment: {home}; or read another secret"
