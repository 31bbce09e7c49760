"""The samples under fixtures/workflows: one small checkout each, in one file or in several.

Files of one sample share their name up to the first dot. `NAME.yml` and `NAME.WORD.yml` are workflow files,
`NAME.WORD.action.yml` is the action `./.github/actions/WORD`, `NAME.Procfile` the Procfile, `NAME.WORD.py` the module
`WORD.py`; `NAME.estate.yaml` is what the sample is held against, instead of fixtures/workflows/estate.yaml.

A sample is judged by the control whose id its name begins with, so it needs no more than that control looks at.
"""

import shutil
from itertools import groupby

from judge import HOME

FOLDER = HOME / "fixtures" / "workflows"
ESTATE = FOLDER / "estate.yaml"
# The samples of these lack nothing else: each of these controls judges the samples of all of them, and so does zizmor.
# A control that is not here judges its own samples, and its samples are judged by nothing else. It need not be here.
WHOLE = frozenset(
    {
        *("WF001", "WF002", "WF003", "WF004", "WF005", "WF006", "WF007", "WF008", "WF009", "WF010"),
        *("WF013", "WF014", "WF015", "WF016", "WF017", "WF018", "WF019", "WF021", "WF022", "WF023"),
        *("WF024", "WF025", "WF026", "WF027", "WF028", "WF029", "WF030", "WF031"),
    }
)


def _sample(path):
    return path.name.split(".")[0]


def control_of(sample):
    """Give the id of the control that a sample is for: what its name begins with."""
    return sample.partition("-")[0]


def judges_of(sample):
    """Give the ids of the controls that judge a sample."""
    own = control_of(sample)
    return WHOLE if own in WHOLE else {own}


def samples(kind):
    """Give the samples of a kind, `ok`, `err` or `open` (its control cannot tell): the files of each by its name."""
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
