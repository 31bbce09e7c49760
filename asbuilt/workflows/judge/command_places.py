"""Where in a file a command of a step's script stands."""

from asbuilt.workflows.files.sources import PlacedStep
from asbuilt.workflows.shell.script import Command
from asbuilt.workflows.yaml.document import Mark, Scalar


def mark_of(placed: PlacedStep, command: Command) -> Mark:
    """Give the place of a command where it stands on a line of its own; of the step where it does not."""
    run, text = placed.step.run, command.source.partition("\n")[0].strip()
    if not isinstance(run, Scalar) or not text:
        return placed.mark
    lines = placed.document.text.splitlines()
    first = run.mark.line  # of the text behind `run: |`, counted from 0
    if text in lines[first - 1]:
        return placed.mark
    at = first + command.line
    for number in (at, *range(first, min(first + run.text.count("\n") + 2, len(lines)))):
        if number < len(lines) and (column := lines[number].find(text)) >= 0:
            return Mark(number + 1, column + 1)
    return placed.mark
