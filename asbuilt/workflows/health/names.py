"""Which names speak of a health check: of a step, an action, a workflow, a script, a command.

A name is taken at its word, so these say what is meant, not what is done.
"""

import re
from collections.abc import Callable

from asbuilt.patterns import late
from asbuilt.workflows.deploys.heroku_words import call_of
from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.health.surroundings import Surroundings
from asbuilt.workflows.shell.languages import BUILDERS, FETCHERS, RUNNERS, SHELLS, language

_NAMED_FOR_IT = late(
    r"verif|smoke|health|heartbeat|\bping\b|\balive\b|wait (?:for|until)|is (?:up|live|running|ready)\b"
    r"|\b(?:answers|responds)\b|\b(?:check|test|validate)\w* (?:that )?(?:the )?(?:\w+ )?"
    r"(?:app|api|site|deploy\w*|release|url|version|status|response|endpoint)",
    re.IGNORECASE,
)
_PLACE_FOR_IT = late(r"verif|smoke|health|heartbeat|\bping\b|\balive\b|post[-_ ]?deploy", re.IGNORECASE)
_NAMED_SCRIPT = late(
    r"health|smoke|verify[-_:]?(?:deploy|release|live|prod)|post[-_]?deploy[-_:]?(?:check|test)", re.IGNORECASE
)
_CHECKING_ACTION = late(
    r"health-?check|check-?health|http-status|http-request|website-status|url-status|uptime|smoke|ping-url"
    r"|wait-for-(?:200|url|http|response|deploy|endpoint)|wait-on(?!-(?:check|status|workflow|job|github))"
)
_TESTING_ACTION = late(r"cypress|playwright|newman|postman|\bk6|hurl|lighthouse|artillery|checkly|synthetics")
_PROVING = late(r"verify[-_](?:the[-_])?(?:deploy|release)")
_TESTING_PROGRAMS = frozenset({"pytest", "playwright", "cypress", "newman", "k6", "hurl", "bats"})
_TESTS_BY_NAME = late(r"^test|:test|e2e")
_RUNS_TESTS = SHELLS | RUNNERS | FETCHERS | BUILDERS | _TESTING_PROGRAMS | {"go", "dotnet"}
# Words for a test in the name of a script or of a target, where it is handed an app to ask.
_TESTS = late(
    r"(?:^|[-_:/])(?:tests?|e2e|E2E|specs?|verify|smoke|probe|accept\w*)(?![a-z])|playwright|cypress|newman|k6|hurl|bats"
    r"|check[-_:]?(?:deploy|release|live|prod|site|app|url|status)"
)
_LOCAL = late(r"(?:^|//|\b(?:tcp|http-get|https?):)(?:localhost|127\.|0\.0\.0\.0|\[::1\])|^:\d|^\d+$")


def is_named_for_health(step: Step, around: Surroundings) -> bool:
    """Tell whether the name of a step says that it checks an app, or that of its job or of who uses its action.

    Those are read more narrowly: a job that is called "Test and deploy" does more than to test a deploy.
    """
    own = f"{step.name or ''} {step.id or ''}"
    return _NAMED_FOR_IT.search(own) is not None or _PLACE_FOR_IT.search(around.names) is not None


def checks_by_name(name: str) -> bool:
    """Tell whether an action or a called workflow is named for a health check.

    `name` is in lower case, as for the two below: `jtalk/url-health-check-action` is.
    """
    return _CHECKING_ACTION.search(name) is not None


def tests_by_name(name: str) -> bool:
    """Tell whether an action is named for a tool that tests what is asked over the network.

    `cypress-io/github-action` is: what it asks may be an app, or what the job has started itself.
    """
    return _TESTING_ACTION.search(name) is not None


def proves_by_name(name: str) -> bool:
    """Tell whether an action, a called workflow or a script is named for verifying a deploy."""
    return _PROVING.search(name) is not None


def runs_a_check(command: tuple[str, ...], *, named: bool, handed: Callable[[], bool]) -> bool:
    """Tell whether a command runs a check that is named for it, or a test in a step that is, or one handed an app.

        ./bin/smoke-test.sh       -> True
        npm run e2e               -> True in a step that is named for health, or handed an app's address
        wait-on tcp:localhost:80  -> False: what the job has started itself

    `command` are its words, one at least. `named` says so of the step; `handed` is asked only where that makes a
    difference.
    """
    program = command[0].rpartition("/")[2]
    words = [word for word in command[1:] if not word.startswith("-")]
    if is_suite(command):
        return True
    if program == "wait-on" or "wait-on" in words[:2]:
        local = [word for word in words if _LOCAL.search(word)]
        return not local or any("://" in word for word in words if word not in local)
    if waits_for_release(command):
        return True
    if program == "heroku":
        tests = words[:1] == ["run"] and not {"-x", "--exit-code"}.isdisjoint(command)
        return tests and any(map(_NAMED_SCRIPT.search, words))
    names = [word for word in words if "://" not in word]
    if program not in _RUNS_TESTS and language(program) is None:
        own = _NAMED_SCRIPT.search(program) is not None or (_TESTS.search(program) is not None and handed())
        return "/" in command[0] and own
    if any(map(_NAMED_SCRIPT.search, names[:4])):
        return True
    if any(map(_TESTS.search, (program, *names[:4]))) and handed():
        return True
    called = (program, *names[:3])
    return named and any(each in _TESTING_PROGRAMS or _TESTS_BY_NAME.search(each) for each in called)


def waits_for_release(words: tuple[str, ...]) -> bool:
    """Tell whether a command waits until the dynos run the newest release: it compares the release of each with that.

    heroku ps:wait --app shop -> True

    Where one never does, it waits for ever, and what limits its time fails the step. Source:
    https://github.com/heroku/cli/blob/main/packages/cli/src/commands/ps/wait.ts
    """
    call = call_of(words)
    return call is not None and call[1:2] == ("ps:wait",) and "--help" not in call


def is_suite(words: tuple[str, ...]) -> bool:
    """Tell whether a command runs a suite such as this one against what is live.

    asbuilt live, pytest -m live
    """
    names = [word.rpartition("/")[2] for word in words]
    if "asbuilt" in names:
        return "live" in names[names.index("asbuilt") + 1 :][:1]
    return "pytest" in names and any(names[at : at + 2] == ["-m", "live"] for at in range(len(names)))
