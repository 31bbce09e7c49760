"""How the command reads its arguments, and how it ends."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import CommandFunctionType

from asbuilt import invoked
from asbuilt.nearest import unknown
from asbuilt.option_values import OptionError
from asbuilt.verbs import colour, helping, mistakes
from asbuilt.verbs.telling import broken, say

_TYPER_INTERRUPTED = 130


class Command(TyperGroup):
    """Ends as all of asbuilt does: a mistake is exit 4, an interruption 2, an error of our own 3, each in one line."""

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run the command; Typer's own way of ending it has other exit codes."""
        for stream in (sys.stdout, sys.stderr):
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone is shown escapes
        alone = extra.pop("standalone_mode", True)
        given = extra.pop("args", None) or (arguments[0] if arguments else None)
        code = self._ended(sys.argv[1:] if given is None else list(given), *arguments[1:], **extra)
        if alone:
            sys.exit(code)
        return code

    def get_help(self, *_: Any) -> str:
        """Give the page that says where to begin, and which verbs there are."""
        return helping.help_of_all(self.commands, self.help or "")

    def get_help_option(self, *context: Any) -> Any:
        """Say of `--help` that it is not asked for: of a value that is None, Typer would ask pydantic."""
        return _not_asked_for(super().get_help_option(*context))

    def resolve_command(self, context: Any, arguments: list[str]) -> Any:
        """Find a verb. Raises OptionError for one that there is not."""
        if arguments[0].startswith("-") or arguments[0] in self.commands:
            return super().resolve_command(context, arguments)
        raise OptionError(unknown("verb", arguments[0], self.verbs()))

    def verbs(self) -> tuple[str, ...]:
        """Give the names of what can be asked for."""
        return tuple(name for name, each in self.commands.items() if not each.hidden)

    def _ended(self, given: Sequence[str], *arguments: Any, **extra: Any) -> int:
        try:
            left = given if given[:1] and given[0] in invoked.SUITES else colour.taken(given, os.environ)
            code = super().main(left, *arguments, **{**extra, "standalone_mode": False})
        except OptionError as error:
            say(str(error), "red")
            return invoked.USAGE
        except typer.TyperException as error:
            say(mistakes.told(error, self), "red")
            return invoked.USAGE
        except (KeyboardInterrupt, typer.Abort):
            return invoked.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - one line, and not a traceback
            return broken(error)
        return invoked.INTERRUPTED if code == _TYPER_INTERRUPTED else code or 0


class Verb(TyperCommand):
    """A verb: its help fits a screen, and what is wrong with its options is said in words of ours."""

    def get_help(self, *_: Any) -> str:
        """Give its page of help."""
        return helping.help_of(self, self.name or "")

    def get_help_option(self, *context: Any) -> Any:
        """Say of `--help` that it is not asked for, as the command does."""
        return _not_asked_for(super().get_help_option(*context))

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        """Read the arguments. Raises OptionError for a value that an option cannot have."""
        if context.ignore_unknown_options:
            return super().parse_args(context, arguments)
        given = self.given(context, arguments)
        for each in self.params:
            mistakes.refuse_others(self.name or "", each, given.get(each.name))
        try:
            return super().parse_args(context, arguments)
        except typer.TyperException as error:
            raise OptionError(mistakes.told(error, self, self.name or "")) from error

    def given(self, context: Any, arguments: list[str]) -> dict[str, Any]:
        """Give what is given, as it was typed. Raises OptionError for what the verb does not take."""
        try:
            given, left, _ = self.make_parser(context).parse_args(args=list(arguments))
        except typer.TyperException as error:
            raise OptionError(mistakes.told(error, self, self.name or "")) from error
        mistakes.refuse_more(self.name or "", left)
        return dict(given)


class Texts(Verb):
    """A verb whose options are texts, and are taken as they are typed.

    Typer would have pydantic look at each, and to import that takes a third of a invoked.
    """

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        """Read the arguments; whatever is to be refused, or asks for help, is Typer's to answer."""
        given = self.given(context, arguments)
        declared: dict[str, Any] = {each.name: each for each in self.params}
        values = {name: given.get(name, each.default) for name, each in declared.items()}
        choices = {name: each.type_descriptor.choices or (values[name],) for name, each in declared.items()}
        if given.keys() - declared.keys() or any(values[name] not in choices[name] for name in declared):
            return super().parse_args(context, arguments)
        context.params.update(values)
        return []


class Verbs(typer.Typer):
    """The verbs of the command; each is a `Verb`, unless it says otherwise."""

    def command(
        self, name: str | None = None, *, cls: type[TyperCommand] | None = None, **settings: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """Register a verb."""
        return super().command(name, cls=cls or Verb, **settings)


def _not_asked_for(option: Any) -> Any:
    if option:
        option.default = False
    return option
