"""The samples under fixtures/workflows: one small checkout each, in one file or in several.

Files of one sample share their name up to the first dot. `NAME.yml` and `NAME.WORD.yml` are workflow files,
`NAME.WORD.action.yml` is the action `./.github/actions/WORD`, `NAME.Procfile` the Procfile, `NAME.WORD.py` the module
`WORD.py`; `NAME.estate.yaml` is what the sample is held against, instead of fixtures/workflows/estate.yaml.
"""

import shutil
from itertools import groupby

from judge import HOME

FOLDER = HOME / "fixtures" / "workflows"
ESTATE = FOLDER / "estate.yaml"


def _sample(path):
    return path.name.split(".")[0]


def samples(kind):
    """Give the samples of a kind, `ok` or `err`: the files of each by its name."""
    files = sorted((FOLDER / kind).iterdir(), key=lambda path: (_sample(path), path.name))
    return {name: tuple(paths) for name, paths in groupby(files, _sample)}


def lay_out(files, root):
    """Make the checkout of a sample under a folder, and give the estate file that it is held against."""
    estate = ESTATE
    for path in files:
        words = path.name.split(".")
        if path.name.endswith(".estate.yaml"):
            estate = path
        elif path.name.endswith(".action.yml"):
            _copy(path, root / ".github" / "actions" / words[-3] / "action.yml")
        elif words[-1] == "Procfile":
            _copy(path, root / "Procfile")
        elif words[-1] == "py":
            _copy(path, root / ".".join(words[1:]))
        else:
            _copy(path, root / ".github" / "workflows" / path.name)
    return estate


def _copy(path, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)
