"""zizmor and actionlint: how each is asked, and how its answer is read.

Both run as they are. Of zizmor every finding of its default persona counts, and says the severity that zizmor gives it:
that persona is the one with few false positives, and a finding that is not meant is taken out where zizmor looks for
it, in a comment or in the checkout's `zizmor.yml`.
"""

import json
import re
from typing import Any

from asbuilt.lint.scan import Linter, LinterError, Output
from asbuilt.patterns import late
from asbuilt.workflows.yaml.finding import Finding, Mark

_VERSION = late(r"\d+\.\d+\S*")
_ZIZMOR_DONE = frozenset({0, 10, 11, 12, 13, 14})
_ZIZMOR_COMPLETED = late(r"completed (.+)$", re.MULTILINE)
_ZIZMOR_LOG = late(r"^ *(?:WARN|ERROR) (.+)$", re.MULTILINE)
_ZIZMOR_SOURCE = late(r"^(?:[a-z_]+(?:::[a-z_]+)*: )+")
_ZIZMOR_CAUSE = late(r"^(?: *\d+:)? +(\S.*)$", re.MULTILINE)
_ACTIONLINT_DONE = frozenset({0, 1})
# Its workers share the log: what one writes can follow another's "verbose: " on the same line.
_ACTIONLINT_COMPLETED = late(r"Found total (\d+) errors in \d+ ms for (.+)$", re.MULTILINE)


def _version(text: str) -> str:
    """Take the version from what a linter says of itself."""
    found = _VERSION.search(text)
    if found is None:
        raise LinterError("does not say its version")
    return found[0]


def _read_zizmor(output: Output) -> tuple[tuple[Finding, ...], frozenset[str]]:
    if output.code not in _ZIZMOR_DONE:
        raise LinterError(_zizmor_reason(output))
    try:
        findings = tuple(_zizmor_finding(each) for each in _list(output.out) if not each.get("ignored"))
    except (KeyError, TypeError, AttributeError, StopIteration) as error:
        raise LinterError("answered in another form than zizmor's json-v1") from error
    return findings, frozenset(_ZIZMOR_COMPLETED.findall(output.log))


def _zizmor_finding(raw: dict[str, Any]) -> Finding:
    locations = raw["locations"]
    place = next((each for each in locations if each["symbolic"]["kind"] == "Primary"), None) or next(iter(locations))
    start = place["concrete"]["location"]["start_point"]
    said = dict.fromkeys((_line(raw["desc"]), _line(place["symbolic"]["annotation"])))
    rule = f"{raw['ident']} ({raw['determinations']['severity'].lower()})"
    return Finding(
        fact=f"{rule}: {': '.join(each for each in said if each)}",
        fix=f"see {raw['url']}" if raw.get("url") else "",
        path=place["symbolic"]["key"]["Local"]["verbatim_path"],
        mark=Mark(start["row"] + 1, start["column"] + 1),
        rule=rule,
    )


def _zizmor_reason(output: Output) -> str:
    """Say why zizmor gave up: what it logged of a file, else the causes that it names, the outermost first."""
    logged = [_ZIZMOR_SOURCE.sub("", each) for each in _ZIZMOR_LOG.findall(output.log)]
    _, _, causes = output.log.partition("Caused by:")
    named: list[str] = []
    for cause in _ZIZMOR_CAUSE.findall(causes.partition("Stack backtrace")[0]):
        if not any(cause in each for each in named):
            named.append(cause)
    said = logged[-1:] or named or output.log.split("\n")[-1:]
    return f"failed with exit code {output.code}: {_line(': '.join(said)) or 'it does not say why'}"


def _read_actionlint(output: Output) -> tuple[tuple[Finding, ...], frozenset[str]]:
    if output.code not in _ACTIONLINT_DONE:
        last = next((each for each in reversed(output.log.splitlines()) if each.strip()), "it does not say why")
        raise LinterError(f"failed with exit code {output.code}: {_line(last)}")
    try:
        findings = tuple(_actionlint_finding(each) for each in _list(output.out))
    except (KeyError, TypeError, AttributeError) as error:
        raise LinterError("answered in another form than actionlint's JSON") from error
    counted = {path: int(count) for count, path in _ACTIONLINT_COMPLETED.findall(output.log)}
    for path, count in counted.items():
        if count != (given := sum(1 for each in findings if each.path == path)):
            raise LinterError(f"counted {count} findings in {path}, and gave {given}")
    return findings, frozenset(counted)


def _actionlint_finding(raw: dict[str, Any]) -> Finding:
    mark = Mark(max(raw["line"], 1), max(raw["column"], 1))  # of a file that is no YAML it counts them from 0
    fact = f"{raw['kind']}: {_line(raw['message'])}"
    return Finding(fact, path=raw["filepath"], mark=mark, rule=raw["kind"])


def _list(text: str) -> list[dict[str, Any]]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LinterError("its answer is not JSON") from error
    if answer is not None and not isinstance(answer, list):
        raise LinterError("its answer is not a list of findings")
    return answer or []


def _line(text: str) -> str:
    return " ".join(text.split())


ZIZMOR = Linter(
    name="zizmor",
    options=("--offline", "--no-progress", "--color=never", "--format=json-v1"),
    version_option="--version",
    version=_version,
    read=_read_zizmor,
    reads_actions=True,
    settings=("zizmor.yml", "zizmor.yaml", ".github/zizmor.yml", ".github/zizmor.yaml"),
)
ACTIONLINT = Linter(
    name="actionlint",
    options=("-no-color", "-verbose", "-format", "{{json .}}"),
    version_option="-version",
    version=_version,
    read=_read_actionlint,
    reads_actions=False,
    settings_option="-config-file",
    settings=(".github/actionlint.yaml", ".github/actionlint.yml"),
)
LINTERS = {"WF030": ZIZMOR, "WF031": ACTIONLINT}
