"""`asbuilt schema`: the JSON Schema of an estate."""

import typer

from asbuilt import texts


def schema() -> None:
    """Print the JSON Schema of an estate file, for editors."""
    from asbuilt import estate

    typer.echo(texts.as_json(estate.schema()))
