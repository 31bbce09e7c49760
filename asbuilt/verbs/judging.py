"""`asbuilt live` and `asbuilt static`: pytest, in this process."""

import typer

from asbuilt import invoked
from asbuilt.verbs import suite_help
from asbuilt.verbs.telling import stop


def live(context: typer.Context) -> int:
    """Hold the real state against the estate: `pytest -m live`, with pytest's options."""
    return _suite(context)


def static(context: typer.Context) -> int:
    """Judge the workflow files of a checkout: `pytest tests_static`, with pytest's options."""
    return _suite(context)


def _suite(context: typer.Context) -> int:
    """Run the checks of the verb in this process, and give pytest's exit code."""
    verb = context.info_name or ""
    if suite_help.told(verb, context.args):
        return 0
    invoked.lend_nothing()  # for who comes here past `start.main`
    from asbuilt import suite

    try:
        return suite.run(verb, context.args)
    except suite.NotBegunError as error:
        stop(str(error))
