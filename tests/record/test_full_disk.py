"""A full disk loses evidence, and nothing that was found."""

from pathlib import Path

import pytest

LIMITED = {"PYTHONPATH": str(Path(__file__).parent), "FULL_AT": "3000"}


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_what_is_found_is_printed_and_one_line_says_what_was_not_written(play_apart, live, workers):
    whole = live("incident-2026-04-30")
    played = play_apart(
        "tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-p", "full_disk", *workers, environ=LIMITED
    )
    assert played.code == 3
    findings = [line for line in whole.out.splitlines() if " HK002 " in line or "conform," in line]
    assert len(findings) == 2
    assert findings[0] in played.out.splitlines()
    assert findings[1].partition(";")[0] in played.out
    (said,) = (line for line in played.out.splitlines() if "could not be written" in line)
    assert said.startswith(
        f"asbuilt: the evidence could not be written: {played.directory}/observation.json: File too "
    )
    assert said.endswith("make room, or write elsewhere: --evidence DIR")
    assert "Traceback" not in played.out
    assert "INTERNALERROR" not in played.out
    assert not list(played.directory.rglob("*.tmp"))
