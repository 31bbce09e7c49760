"""How the command reads its arguments, and how it ends."""

import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from asbuilt import invoked
from asbuilt.verbs.telling import broken, say
from asbuilt.verbs.wrong_values import worded

_TYPER_INTERRUPTED = 130


class Command(TyperGroup):
    """Ends as all of asbuilt does: a mistake is exit 4, an interruption 2, an error of our own 3, each in one line."""

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run the command; Typer's own way of ending it has other exit codes."""
        for stream in (sys.stdout, sys.stderr):
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone is shown escapes
        alone = extra.pop("standalone_mode", True)
        code = self._ended(*arguments, **extra)
        if alone:
            sys.exit(code)
        return code

    def get_help_option(self, *context: Any) -> Any:
        """Say of `--help` that it is not asked for: of a value that is None, Typer would ask pydantic."""
        if option := super().get_help_option(*context):
            option.default = False
        return option

    def _ended(self, *arguments: Any, **extra: Any) -> int:
        try:
            code = super().main(*arguments, **{**extra, "standalone_mode": False})
        except typer.TyperException as error:
            if error.message:  # without any argument Typer has shown the help, and has nothing to say
                say(f"{worded(error.format_message())} (see asbuilt --help)", "red")
            return invoked.USAGE
        except (KeyboardInterrupt, typer.Abort):
            return invoked.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - one line, and not a traceback
            return broken(error)
        return invoked.INTERRUPTED if code == _TYPER_INTERRUPTED else code or 0


class Texts(TyperCommand):
    """A verb whose options are texts, and are taken as they are typed.

    Typer would have pydantic look at each, and to import that takes a third of a invoked.
    """

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        """Read the arguments; whatever is to be refused, or asks for help, is Typer's to answer."""
        given, left, _ = self.make_parser(context).parse_args(args=list(arguments))
        declared: dict[str, Any] = {each.name: each for each in self.params}
        values = {name: given.get(name, each.default) for name, each in declared.items()}
        choices = {name: each.type_descriptor.choices or (values[name],) for name, each in declared.items()}
        if left or given.keys() - declared.keys() or any(values[name] not in choices[name] for name in declared):
            return super().parse_args(context, arguments)
        context.params.update(values)
        return left
