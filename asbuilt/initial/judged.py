"""Have the controls judge what was read, held against the estate that is made of it: what they find looks wrong.

They are run as `asbuilt live` and `asbuilt static` run them, in a process of their own whose evidence is thrown away.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from asbuilt.files import RefusedError
from asbuilt.home import PROJECT
from asbuilt.initial.drafting import document
from asbuilt.initial.nouns import Drafted, Finding, Found, Wanted
from asbuilt.initial.yaml_text import text
from asbuilt.record.apart import run_apart

_AMISS = frozenset({"drifted", "unknown"})


def findings(found: Found, wanted: Wanted, say: Callable[[str], None]) -> tuple[Finding, ...]:
    """Give what the controls find; one that says that they could not be run, where that is so."""
    plain = document(found).plain
    asked = list(_runs(found, wanted, plain))
    if asked:
        say("judging what is there")
    told: dict[tuple[str, str, str], Finding] = {}
    for estate, arguments in asked:
        for each in _judged(estate, arguments):
            told.setdefault((each.control, each.subject, each.fact), each)
    return tuple(told.values())


def _runs(found: Found, wanted: Wanted, plain: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Give what is to be judged: each an estate, and the arguments for it.

    Where one provider was not asked, nothing of it is judged, nor what rests on it.
    """
    heroku = any(each.state is not None for each in found.apps)
    github = found.repository is not None and found.repository.state is not None
    files = found.checkout is not None and found.repository is not None
    checkout = [f"--checkout={found.repository.name}={found.checkout.root.resolve()}"] if files else []  # type: ignore[union-attr]
    sandbox = [f"--sandbox={_whole(wanted.sandbox)}"] if wanted.sandbox else []
    static = str(PROJECT / "tests_static")
    if heroku and (github or found.repository is None):
        yield plain, ["live", *sandbox, *checkout, *([static, "-m", ""] if files else [])]
        return
    if heroku:
        yield _apps_alone(plain), ["live", *sandbox]
    elif github and not plain.get("apps"):
        yield plain, ["live", *sandbox, *checkout]
    if files:
        yield plain, ["static", *checkout]


def _apps_alone(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Give of an estate what Heroku alone tells."""
    own = ("tier", "url", "formation", "probes")
    apps = {name: {key: app[key] for key in own if key in app} for name, app in plain.get("apps", {}).items()}
    return {"estate": plain["estate"], "apps": apps}


def _whole(sandbox: str) -> str:
    """Give the name of a world as another folder needs it: the path of a file is made a whole one."""
    file, dot, rest = sandbox.partition(".y")
    return f"{Path(file).resolve()}{dot}{rest}" if dot else sandbox


def _judged(estate: Mapping[str, Any], arguments: list[str]) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="asbuilt-") as scratch:
        file = Path(scratch) / "estate.yaml"
        file.write_text(text(Drafted(estate)), encoding="utf-8")
        own = [f"--estate={file}", "-q", "-n", "0"]
        ended = run_apart([*arguments, *own], Path(scratch) / "reports", folder=Path(scratch), with_tokens=True)
        said = ended.said
        try:
            listed = ended.verdicts() if ended.directory else None
        except (RefusedError, ValueError) as error:
            listed, said = None, str(error)
    if listed is None:
        yield Finding("", "", f"what is there could not be judged: {said}")
        return
    yield from _of_verdicts(listed)


def _of_verdicts(listed: list[dict[str, Any]]) -> Iterator[Finding]:
    for each in listed:
        if each["outcome"] not in _AMISS:
            continue
        named = each["id"].partition("[")[2].removesuffix("]") or each["subject"]
        cannot = "cannot be told: " if each["outcome"] == "unknown" else ""
        for line in each["lines"]:
            place = f" ({line['place']})" if line.get("place") not in {None, "", each["subject"]} else ""
            yield Finding(each["control"], named, f"{cannot}{line['fact']}{place}")
