"""Which actions and called workflows check an app's health: known by their names, and by what they are handed.

What they do is not read. Those whose name or input asks an address count as checks that can fail and notice an error.
"""

import re

from asbuilt.patterns import late
from asbuilt.workflows.files.workflow import Step
from asbuilt.workflows.health import code as health_code
from asbuilt.workflows.health.addresses import hands_an_app
from asbuilt.workflows.health.check import Check
from asbuilt.workflows.health.names import checks_by_name, is_named_for_health, proves_by_name, tests_by_name
from asbuilt.workflows.health.surroundings import Surroundings
from asbuilt.workflows.shell.languages import GITHUB_SCRIPT
from asbuilt.workflows.shell.requests import tells_people
from asbuilt.workflows.yaml.document import Scalar, text_of, texts_of

_ADDRESS_INPUT = late(r"url|host|endpoint|resource|site|address", re.IGNORECASE)
_ADDRESS = late(r"https?://(?!localhost|127\.|0\.0\.0\.0)|^\$\{\{|^[\w-]+(?:\.[\w-]+)+(?:/|$)", re.IGNORECASE)
_RELEASE = late(r"\$\{\{[^}]*(?:sha|commit|version|revision|release|tag_name)[^}]*\}\}", re.IGNORECASE)


def check_of_call(uses: str) -> Check | None:
    """Read a call of a workflow as a health check, by its name: what it does may stand in another repository.

    `uses` is as it is written. None where its name speaks of no health check; no addresses are known of one that does.

        acme/ci/.github/workflows/health-check.yml@v1 -> a check that can fail, and proves no release
    """
    name = uses.partition("@")[0].lower().replace("_", "-")
    if proves_by_name(name):
        return Check(can_fail=True, proves_release=True, notices_errors=True, addresses=())
    if checks_by_name(name):
        return Check(can_fail=True, proves_release=False, notices_errors=True, addresses=())
    return None


def check_of_action(step: Step, action: str, around: Surroundings) -> Check | None:
    """Read a step that uses an action as a health check; None where it is none.

    `action` is its name in lower case, `around` what stands around the step. It is one by its own name, or by that of
    its step where it asks an address or tests something; so is code of GitHub's `github-script`, but no other action of
    `actions/` that is not named for a check. It proves the release where it is handed a commit or a version.
    """
    entries = step.with_.items() if step.with_ else ()
    inputs = {key.text: around.put_into(text_of(node) or "") for key, node in entries if isinstance(node, Scalar)}
    if action == GITHUB_SCRIPT:
        return health_code.check(f"{step.name or ''}\n{around.names}", inputs.get("script", ""), "node")
    addresses = tuple(text for name, text in inputs.items() if _ADDRESS_INPUT.search(name) and text)
    check = check_of_call(action)
    if check is None:
        handed = (*inputs.items(), *around.variables, *texts_of(step.env))
        named = is_named_for_health(step, around)
        asks = any(map(_ADDRESS.search, addresses)) and not tells_people(action, *inputs.values())
        tests = tests_by_name(action) and (named or hands_an_app(handed))
        if action.startswith("actions/") or not (tests or (named and asks)):
            return None
        check = Check(can_fail=True, proves_release=False, notices_errors=True, addresses=())
    proves = check.proves_release or any(map(_RELEASE.search, inputs.values()))
    return Check(check.can_fail, proves, check.notices_errors, addresses)
