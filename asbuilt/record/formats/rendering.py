"""The one way from a run's record to a form: at the end of the run that made it, or whenever somebody asks later."""

from enum import StrEnum
from pathlib import Path

from asbuilt import catalogue
from asbuilt.record.formats.annotations import annotations
from asbuilt.record.formats.document import document
from asbuilt.record.formats.found import FoundRun, found_in
from asbuilt.record.formats.sarif import controls_by_id, sarif
from asbuilt.record.recorded import NoRunError
from asbuilt.record.writing import as_json
from asbuilt.texts import lines
from asbuilt.withholding import Secrets


class Form(StrEnum):
    """A form in which a finished run is told."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def rendered(directory: Path, form: Form, secrets: Secrets) -> str:
    """Give a finished run in a form, without a secret. Raises NoRunError for a folder that has no record of one."""
    found = found_in(directory)
    match form:
        case Form.TEXT:
            return secrets.hide(_text(found))
        case Form.JSON:
            return f"{as_json(document(found), secrets)}\n"
        case Form.GITHUB:
            return secrets.hide(annotations(found))
        case Form.SARIF:
            return f"{as_json(sarif(found, controls_by_id(catalogue.checks())), secrets)}\n"


def _text(found: FoundRun) -> str:
    if found.shown is None:
        raise NoRunError("its record does not keep what the terminal had: an older asbuilt made it; see summary.md")
    return f"{lines(found.shown.rstrip())}\n"
