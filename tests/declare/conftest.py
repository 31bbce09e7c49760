import pytest

from asbuilt.estate import load
from asbuilt.estate_errors import EstateError


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "estate.yaml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def wrong(written):
    """Give the error lines of a bad estate, without the folder."""

    def lines(text, controls=()):
        path = written(text)
        with pytest.raises(EstateError) as caught:
            load(path, controls)
        return [line.removeprefix(f"{path.parent}/") for line in str(caught.value).splitlines()]

    return lines
