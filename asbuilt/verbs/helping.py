"""The help of the command and its verbs, made of what declares their options."""

from collections.abc import Iterator, Mapping
from typing import Any

from asbuilt.help_page import Page, Row, shown
from asbuilt.verbs import examples, suite_help
from asbuilt.verbs.colour import COLOUR

_OTHERS = "then"
_ALSO = (("--version", "the version"), ("-h, --help", "this page; that of a verb: asbuilt VERB -h, asbuilt help VERB"))
_COLOURED = (f"{COLOUR} WHEN", "auto, always or never; NO_COLOR and FORCE_COLOR are heeded")


def help_of(command: Any, verb: str) -> str:
    """Give the help of one verb."""
    if verb in suite_help.VERBS:
        return shown(suite_help.page(verb))
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [_row(each) for each in command.params if each.param_type_name == "option" and not each.hidden]
    groups = (
        *((("arguments", tuple((_name(each), _told(each)) for each in arguments)),) if arguments else ()),
        ("options", (*options, _COLOURED, ("-h, --help", "this page"))),
    )
    usage = " ".join(["asbuilt", verb, *(["[options]"] if options else []), *map(_name, arguments)])
    closing = (examples.EXITS.get(verb, examples.EXIT),)
    return shown(Page(usage, " ".join((command.help or "").split()), groups, examples.EXAMPLES.get(verb, ()), closing))


def help_of_all(commands: Mapping[str, Any], summary: str) -> str:
    """Give what stands where no verb does: where to begin, then every verb in a line."""
    verbs = {name: each for name, each in commands.items() if not each.hidden}
    begin = tuple(each for each in examples.BEGIN if each[0].split()[1] in verbs)
    began = {each[0].split()[1] for each in begin}
    others = tuple((f"asbuilt {name}", _first(each.help or "")) for name, each in verbs.items() if name not in began)
    groups = (("where to begin", begin), (_OTHERS, others), ("options", _ALSO))
    return shown(Page("asbuilt VERB [options]", summary, groups))


def options_of(command: Any) -> Iterator[str]:
    """Give every name of the options of a verb."""
    for each in command.params:
        if each.param_type_name == "option" and not each.hidden:
            yield from each.opts


def choices_of(param: Any) -> tuple[str, ...]:
    """Give the values that an option or an argument may have; nothing where it takes others."""
    return tuple(str(each) for each in param.type_descriptor.choices or ())


def _row(option: Any) -> Row:
    value = option.metavar or ("" if option.is_flag else "FORM" if choices_of(option) else option.name.upper())
    return f"{', '.join(option.opts)} {value}".rstrip(), _told(option)


def _told(param: Any) -> str:
    choices = ", ".join(choices_of(param))
    said = ": ".join(filter(None, (param.help, choices)))
    default = "" if param.default in {None, False, ()} else f"(default: {_plain(param.default)})"
    return said if "default" in said else f"{said} {default}".strip()


def _plain(value: Any) -> str:
    return str(getattr(value, "value", value))


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _first(text: str) -> str:
    """Give what a verb does, in a few words: what its help says before it goes into particulars."""
    said = " ".join(text.split()).partition(":")[0].partition(";")[0].removesuffix(".")
    return said[:1].lower() + said[1:]
