"""What a check cannot tell before a run neither conforms nor drifts."""

import pytest

from asbuilt.controls import Drift, Undecided, none_of
from asbuilt.workflows.yaml.finding import Finding, Mark, one_for_each_place

WRONG = Finding("is wrong", path="deploy.yml", mark=Mark(3, 1))
OPEN = Finding("cannot be told", path="deploy.yml", mark=Mark(3, 1), open=True)


def test_what_is_open_is_no_drift_and_no_conformity():
    with pytest.raises(Undecided) as told:
        none_of([OPEN])
    assert told.value.findings == (OPEN,)


def test_drift_remembers_what_is_open_beside_it():
    with pytest.raises(Drift) as told:
        none_of([OPEN, WRONG])
    assert (told.value.findings, told.value.open) == ((WRONG,), (OPEN,))


@pytest.mark.parametrize("found", [[OPEN, WRONG], [WRONG, OPEN]])
def test_drift_goes_before_what_is_open_at_one_place(found):
    assert one_for_each_place(found) == (WRONG,)
