"""Which app a step deploys, as far as the texts that name it tell."""

import re
from dataclasses import dataclass

from asbuilt.workflows.contexts import Context, text_in
from asbuilt.workflows.deploys import DeployStep
from asbuilt.workflows.document import Mark
from asbuilt.workflows.expressions import Unknown

# How a script names a variable: `$NAME`, `${NAME}`, `${NAME:-default}`.
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([\w-]*))?\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Decided:
    """A value, or why there is none."""

    value: str | None
    undecided: str | None = None


def app_of(deploy: DeployStep, context: Context) -> Decided:
    """Give the app that a step deploys, in the context of its run."""
    if deploy.review:
        return Decided(None)
    if deploy.target is None:
        return Decided(None, f"the app: {deploy.mechanism} on line {deploy.mark.line} {deploy.why}")
    name = text_in(as_expression(deploy.target) if deploy.in_script else deploy.target, context)
    if isinstance(name, Unknown) and deploy.why and deploy.target == "$HEROKU_APP":
        return Decided(None, f"the app: {deploy.mechanism} on line {deploy.mark.line} {deploy.why}")
    if isinstance(name, Unknown) or not name.strip() or "$" in name:
        return Decided(None, unknown("the app", deploy.target, deploy.app_mark))
    return Decided(name.strip())


def as_expression(written: str) -> str:
    """Put `${{ env.NAME }}` where a script has `$NAME`: that is what the variable stands for."""

    def expression(match: re.Match[str]) -> str:
        name = f"env.{match[1] or match[3]}"
        return f"${{{{ {name} || '{match[2]}' }}}}" if match[2] else f"${{{{ {name} }}}}"

    return _VARIABLE.sub(expression, written)


def unknown(what: str, expression: str, mark: Mark) -> str:
    """Say what is not known, with the expression and its line."""
    return f"{what}: `{' '.join(expression.split())}` on line {mark.line} is not known before the run"
