"""What findings say: a fact fits on two lines of a terminal, over all samples of the repository."""

import pytest
from judge import judged
from samples import lay_out, samples

from asbuilt import estate as estates
from asbuilt.workflows.paths.checkout import read
from asbuilt.workflows.yaml.finding import fitting

LONGEST = 160
# Those whose facts are held to it. What is not here has a text of its own to shorten first.
HELD = frozenset(
    {
        *("WF002", "WF003", "WF004", "WF005", "WF006", "WF007", "WF008", "WF010", "WF013", "WF016", "WF017", "WF018"),
        *("WF019", "WF021", "WF022", "WF023", "WF024", "WF025", "WF026", "WF027", "WF029", "WF034", "WF035"),
    }
)
WRONG = {name: files for name, files in samples("err").items() if name.partition("-")[0] in HELD}


@pytest.mark.parametrize("name", WRONG)
def test_a_fact_is_short(name, tmp_path):
    estate = estates.load(lay_out(WRONG[name], tmp_path))
    (repository,) = estate.repositories.values()
    findings = [each for one in judged(estate, {repository.name: read(tmp_path)}, HELD) for each in one.findings]
    assert findings
    assert [each.fact for each in findings if len(each.fact) >= LONGEST] == []


QUOTED = " `heroku run --app a-shop-with-a-long-name -- bin/migrate --exit-code --verbose`"
WAY = " (workflow_run of ci.yml (push) refs/heads/main)"


@pytest.mark.parametrize("aside", [QUOTED, WAY])
def test_a_long_fact_quotes_less_and_says_nothing_aside(aside):
    fact = f'gate "migrate" of the shop{aside}, ' + "says so " * 12
    assert len(fact) >= LONGEST
    made = fitting(fact)
    assert len(made) < LONGEST
    begin = " `heroku run" if aside is QUOTED else ", says"
    assert made.startswith(f'gate "migrate" of the shop{begin}')
    assert made.endswith("says so " * 12)


@pytest.mark.parametrize("fact", ["it `runs` (by push)", "word " * 40])
def test_a_fact_that_fits_or_says_nothing_aside_stays(fact):
    assert fitting(fact) == fact
