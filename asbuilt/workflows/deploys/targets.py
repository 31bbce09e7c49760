"""Which app a step deploys, as far as the texts that name it tell.

An app's name is put together from expressions and variables as the runner and the shell would, and is none where a part
of it is not known.
"""

import re
from dataclasses import dataclass

from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import OF_GITHUB, Context, known_variables, text_in
from asbuilt.workflows.shell.values import Open, Text, Values
from asbuilt.workflows.shell.variables import VARIABLE, around
from asbuilt.workflows.yaml.document import Mark

# What can be the name of an app; anything else is not put together as the shell would.
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_DEFAULT = re.compile(r"(?::?-(?P<default>[\w-]*))?")


@dataclass(frozen=True, slots=True)
class Decided:
    """A value, or why there is none.

    Both are None where nothing is to be told, as of an app for review. `undecided` is words for a person, with the
    line. One that is `typed` is undecided, and takes every value: whoever starts the run writes it.
    """

    value: str | None
    undecided: str | None = None
    typed: bool = False


def app_of(deploy: DeployStep, context: Context) -> Decided:
    """Give the app that a step deploys, in the context of the step that names it.

    `context` is that of `naming_context`. No name and no reason for a deploy to an app that is made for a pull request.
    A text that can be no app's name is one that cannot be told.
    """
    if deploy.review:
        return Decided(None)
    if deploy.target is None:
        return Decided(None, f"the app: {deploy.mechanism.name} on line {deploy.mark.line} {deploy.why}")
    name = name_of(deploy, context)
    if isinstance(name, Unknown) and deploy.why and deploy.target == "$HEROKU_APP":
        return Decided(None, f"the app: {deploy.mechanism.name} on line {deploy.mark.line} {deploy.why}")
    if isinstance(name, Unknown) or not _NAME.fullmatch(name.strip()):
        told = text_in(as_expression(deploy.target), context) if deploy.in_script else name
        typed = isinstance(told, Unknown) and told.typed
        file = "" if deploy.document is deploy.placed.document else deploy.document.path
        return Decided(None, unknown("the app", deploy.target, deploy.app_mark, file), typed)
    return Decided(name.strip())


def name_of(deploy: DeployStep, context: Context) -> str | Unknown:
    """Give what the text comes to by which a deploy names its app; UNKNOWN where it has none."""
    if deploy.target is None:
        return UNKNOWN
    return in_script(deploy.target, context) if deploy.in_script else text_in(deploy.target, context)


def naming_context(deploy: DeployStep, job_context: Context, sources: Sources) -> Context:
    """Give the context in which the app of a deploy is named: that of its step, or of the one that made its remote."""
    if deploy.job.uses is not None:
        return contexts.without_secrets(job_context)
    return contexts.of_step(deploy.given_by or deploy.placed, job_context, sources)


def in_script(text: str, context: Context) -> str | Unknown:
    """Give what a text of a script comes to, with the variables and expressions put in that are known.

        shop-$GITHUB_REF_NAME, on main -> shop-main

    UNKNOWN where a part of it is not, and where the shell would run something: `$(cat app)`.
    """

    def expression(written: str) -> Text:
        value = text_in(written, context)
        return Open.UNKNOWN if isinstance(value, Unknown) else value

    value = Values(dict(known_variables(context)), frozenset(), expression).expand(text)
    return UNKNOWN if isinstance(value, Open) else value


def as_expression(written: str) -> str:
    """Put `${{ env.NAME }}` where a script has `$NAME`: that is what the variable stands for.

        https://$APP.herokuapp.com -> https://${{ env.APP }}.herokuapp.com
        ${APP:-shop}               -> ${{ env.APP || 'shop' }}
        $GITHUB_REF_NAME           -> ${{ github.ref_name }}

    A variable of which the shell takes a part stays as it is.
    """

    def expression(match: re.Match[str]) -> str:
        variable = match["plain"] or match["name"]
        behind = _DEFAULT.fullmatch(match["rest"] or "")
        if behind is None or match["mark"] or re.fullmatch(r"\w+", variable) is None:
            return around(match, VARIABLE.sub(expression, match["rest"] or ""))
        own = variable.removeprefix("GITHUB_").lower()
        name = f"github.{own}" if variable.startswith("GITHUB_") and own in OF_GITHUB else f"env.{variable}"
        return f"${{{{ {name} || '{behind['default']}' }}}}" if behind["default"] else f"${{{{ {name} }}}}"

    return VARIABLE.sub(expression, written)


def unknown(what: str, expression: str, mark: Mark, file: str = "") -> str:
    """Say what is not known, with the expression and its line, and the file where that is not the step's own.

    the app: `${{ vars.APP }}` on line 12 is not known before the run
    """
    place = f"line {mark.line} of {file}" if file else f"line {mark.line}"
    return f"{what}: `{' '.join(expression.split())}` on {place} is not known before the run"
