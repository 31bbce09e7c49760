"""Directories of runs as they are left, for the tests of what reads many of them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from asbuilt.population import LeftOut, Population
from asbuilt.record.manifest import FORM, Covered, Manifest, as_plain
from asbuilt.verdicts import Outcome, Verdict

FIRST = datetime(2026, 5, 1, 4, 23, tzinfo=UTC)
DRIFT = "HK002 shop-prod"
OUTCOMES = {
    "D": Outcome.DRIFTED,
    "C": Outcome.CONFORMS,
    "U": Outcome.UNKNOWN,
    "W": Outcome.WAIVED,
    "N": Outcome.NOT_APPLICABLE,
}


def night(number):
    """Give the instant at which the run of a night ended; the first is 0."""
    return FIRST + timedelta(days=number)


def verdict(what, outcome, check=""):
    """Give the verdict of `CONTROL SUBJECT`; `check` tells apart several checks of one control."""
    control, _, subject = what.partition(" ")
    name = f"tests_live/test_shop.py::test_{control.lower()}{check}[{subject}]"
    return Verdict(name, control, "SEV-2", subject.partition(" ")[0], "It is.", outcome)


def verdicts(told):
    """Give the verdicts of `{"HK002 shop-prod": "D"}`; what is not judged, "-", is left out."""
    return tuple(verdict(what, OUTCOMES[each]) for what, each in told.items() if each != "-")


def leave(folder, ended, found, **changed):
    """Leave the directory of a run that came to some verdicts; `changed` are fields of its manifest."""
    run = changed.get("run") or f"{ended:%Y%m%dT%H%M%SZ}-{len(list(folder.glob('*'))):04x}"
    directory = folder / run
    directory.mkdir(parents=True)
    written = json.dumps([each.as_dict() for each in found], indent=1).encode()
    (directory / "verdicts.json").write_bytes(written)
    ids = tuple(each.id for each in found)
    manifest = Manifest(
        form=FORM,
        run=run,
        estate="shop",
        world="live",
        verdict="drifted" if any(each.outcome is Outcome.DRIFTED for each in found) else "conforms",
        exit=0,
        complete=True,
        lacks=(),
        started=f"{ended - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}",
        ended=f"{ended:%Y-%m-%dT%H:%M:%SZ}",
        clock="the providers'",
        covered=Covered("", ("live",), ("shop-prod",), ()),
        population=Population(suites=("live",), whole=len(ids), collected=ids),
        counts={each.value: sum(one.outcome is each for one in found) for each in Outcome},
        files={"verdicts.json": sha256(written).hexdigest()},
    )
    (directory / "manifest.json").write_text(json.dumps(as_plain(replace(manifest, **changed))))
    return directory


def narrowed(found, whole):
    """Give the fields of a manifest whose run judged a part of the estate."""
    ids = tuple(each.id for each in found)
    return {
        "covered": Covered("shop-prod only", ("live",), ("shop-prod",), ()),
        "population": Population(
            suites=("live",), whole=whole, collected=ids, deselected=(LeftOut("tests_live/x.py::y", "--app shop-prod"),)
        ),
    }


def nights(folder, told, what=DRIFT):
    """Leave one run a night: a letter for each, with `!` behind that of an incomplete one, `.` for a night without."""
    for number, each in enumerate(told.split()):
        if each != ".":
            lacks = ("1 check was never judged",) if each.endswith("!") else ()
            found = verdicts({"WEB001 shop-prod /": "C", what: each[0]})
            leave(folder, night(number), found, complete=not lacks, lacks=lacks)
